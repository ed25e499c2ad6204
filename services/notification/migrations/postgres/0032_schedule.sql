-- The days on which a district works, one row a revision; dates apart by blanks. Insert-only.
CREATE TABLE calendar (
    district    TEXT COLLATE "C" NOT NULL,
    revision    BIGINT NOT NULL CHECK (revision > 0),
    holidays    TEXT   NOT NULL,
    workdays    TEXT   NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, revision)
);

-- Schedules. next_date is the planned day of the next occurrence and next_time when it is due, null
-- while the schedule rests; who moves them on writes the occurrence. recipients and categories are ids, one a line;
-- fields are JSON.
CREATE TABLE schedule (
    district         TEXT COLLATE "C" NOT NULL,
    id               TEXT COLLATE "C" NOT NULL,
    revision         BIGINT NOT NULL CHECK (revision > 0),
    display_name     TEXT   NOT NULL,
    frequency        BIGINT NOT NULL CHECK (frequency BETWEEN 1 AND 6),
    weekday          BIGINT NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    month            BIGINT NOT NULL CHECK (month BETWEEN 1 AND 12),
    day              BIGINT NOT NULL CHECK (day BETWEEN 1 AND 31),
    time             TEXT   NOT NULL,
    holiday_rule     BIGINT NOT NULL CHECK (holiday_rule BETWEEN 1 AND 4),
    speaks_of_before BIGINT NOT NULL CHECK (speaks_of_before IN (0, 1)),
    document_kind    BIGINT NOT NULL,
    recipients       TEXT   NOT NULL,
    categories       TEXT   NOT NULL,
    fields           TEXT   NOT NULL,
    due_days         BIGINT NOT NULL,
    last_only        BIGINT NOT NULL CHECK (last_only IN (0, 1)),
    paused           BIGINT NOT NULL CHECK (paused IN (0, 1)),
    next_date        TEXT COLLATE "C" NOT NULL,
    next_time        BIGINT,
    next_left_out    BIGINT NOT NULL CHECK (next_left_out IN (0, 1)),
    update_time      BIGINT NOT NULL,
    PRIMARY KEY (district, id)
);

CREATE INDEX schedule_next ON schedule (next_time, district) WHERE next_time IS NOT NULL;

-- What became of occurrences. State 1 is written, 2 passed over, 3 left out. Insert-only.
CREATE TABLE occurrence (
    district     TEXT COLLATE "C" NOT NULL,
    schedule     TEXT COLLATE "C" NOT NULL,
    planned_date TEXT COLLATE "C" NOT NULL,
    due_time     BIGINT NOT NULL,
    state        BIGINT NOT NULL CHECK (state BETWEEN 1 AND 3),
    late         BIGINT NOT NULL CHECK (late IN (0, 1)),
    document     BIGINT,
    create_time  BIGINT NOT NULL,
    PRIMARY KEY (district, schedule, planned_date),
    FOREIGN KEY (district, schedule) REFERENCES schedule (district, id)
);

CREATE TRIGGER calendar_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON calendar
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER occurrence_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON occurrence
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
