-- When letters do not leave by channels, every revision; urgent holds kinds. Insert-only.
CREATE TABLE quiet_hours (
    district     TEXT    NOT NULL,
    revision     INTEGER NOT NULL CHECK (revision > 0),
    start_minute INTEGER NOT NULL CHECK (start_minute BETWEEN 0 AND 1439),
    end_minute   INTEGER NOT NULL CHECK (end_minute BETWEEN 0 AND 1439),
    urgent       TEXT    NOT NULL,
    zone         TEXT    NOT NULL,
    create_time  INTEGER NOT NULL,
    PRIMARY KEY (district, revision)
) STRICT, WITHOUT ROWID;

-- Dispatches that leave in quiet hours, too.
ALTER TABLE dispatch ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;

-- For how long a revision of a trigger gathers events. Insert-only.
CREATE TABLE trigger_digest (
    district TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    revision INTEGER NOT NULL,
    hours    INTEGER NOT NULL CHECK (hours > 0),
    PRIMARY KEY (district, id, revision),
    FOREIGN KEY (district, id, revision) REFERENCES trigger_revision (district, id, revision)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER quiet_hours_no_update BEFORE UPDATE ON quiet_hours
BEGIN
    SELECT RAISE(ABORT, 'quiet_hours is insert-only');
END;

CREATE TRIGGER quiet_hours_no_replace BEFORE INSERT ON quiet_hours
WHEN EXISTS (SELECT 1 FROM quiet_hours WHERE district = new.district AND revision = new.revision)
BEGIN
    SELECT RAISE(ABORT, 'quiet_hours is insert-only');
END;

CREATE TRIGGER quiet_hours_no_delete BEFORE DELETE ON quiet_hours
BEGIN
    SELECT RAISE(ABORT, 'quiet_hours is insert-only');
END;

CREATE TRIGGER trigger_digest_no_update BEFORE UPDATE ON trigger_digest
BEGIN
    SELECT RAISE(ABORT, 'trigger_digest is insert-only');
END;

CREATE TRIGGER trigger_digest_no_replace BEFORE INSERT ON trigger_digest
WHEN EXISTS (SELECT 1 FROM trigger_digest WHERE district = new.district AND id = new.id AND revision = new.revision)
BEGIN
    SELECT RAISE(ABORT, 'trigger_digest is insert-only');
END;

CREATE TRIGGER trigger_digest_no_delete BEFORE DELETE ON trigger_digest
BEGIN
    SELECT RAISE(ABORT, 'trigger_digest is insert-only');
END;
