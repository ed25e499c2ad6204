-- When letters do not leave by channels, every revision; urgent holds kinds. Insert-only.
CREATE TABLE quiet_hours (
    district     TEXT COLLATE "C" NOT NULL,
    revision     BIGINT NOT NULL CHECK (revision > 0),
    start_minute BIGINT NOT NULL CHECK (start_minute BETWEEN 0 AND 1439),
    end_minute   BIGINT NOT NULL CHECK (end_minute BETWEEN 0 AND 1439),
    urgent       TEXT   NOT NULL,
    zone         TEXT   NOT NULL,
    create_time  BIGINT NOT NULL,
    PRIMARY KEY (district, revision)
);

-- Dispatches that leave in quiet hours, too.
ALTER TABLE dispatch ADD COLUMN urgent BIGINT NOT NULL DEFAULT 0;

-- For how long a revision of a trigger gathers events. Insert-only.
CREATE TABLE trigger_digest (
    district TEXT COLLATE "C" NOT NULL,
    id       TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    hours    BIGINT NOT NULL CHECK (hours > 0),
    PRIMARY KEY (district, id, revision),
    FOREIGN KEY (district, id, revision) REFERENCES trigger_revision (district, id, revision)
);

CREATE TRIGGER quiet_hours_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON quiet_hours
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER trigger_digest_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trigger_digest
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
