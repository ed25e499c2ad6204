-- Ledger: what bodies did (B9). `activity_date` is a day of the district's calendar.
CREATE TABLE activity (
    district        TEXT COLLATE "C" NOT NULL,
    sequence        BIGINT NOT NULL CHECK (sequence > 0),
    unit            TEXT COLLATE "C" NOT NULL,
    activity_date   TEXT COLLATE "C" NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL,
    title           TEXT    NOT NULL,
    quantity        BIGINT  NOT NULL CHECK (quantity > 0),
    amount          TEXT    CHECK ((amount IS NULL) = (unit_of_measure = '')),
    unit_of_measure TEXT COLLATE "C" NOT NULL,
    note            TEXT    NOT NULL,
    evidence        TEXT    NOT NULL,
    create_time     BIGINT  NOT NULL,
    PRIMARY KEY (district, sequence)
);

-- Lists by what they are narrowed to, in the ledger's order; counts by day.
CREATE INDEX activity_unit ON activity (district, unit, sequence);
CREATE INDEX activity_kind ON activity (district, kind, sequence);
CREATE INDEX activity_day ON activity (district, activity_date);

-- Ledger: activities that were taken out of every count.
CREATE TABLE activity_void (
    district    TEXT COLLATE "C" NOT NULL,
    activity    BIGINT NOT NULL,
    reason      TEXT   NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, activity)
);

CREATE TRIGGER activity_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON activity
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER activity_void_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON activity_void
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
