-- The days on which a district works, one row a revision; dates apart by blanks. Insert-only.
CREATE TABLE calendar (
    district    TEXT    NOT NULL,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    holidays    TEXT    NOT NULL,
    workdays    TEXT    NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, revision)
) STRICT, WITHOUT ROWID;

-- Schedules. next_date is the planned day of the next occurrence and next_time when it is due, null
-- while the schedule rests; who moves them on writes the occurrence. recipients and categories are ids, one a line;
-- fields are JSON.
CREATE TABLE schedule (
    district         TEXT    NOT NULL,
    id               TEXT    NOT NULL,
    revision         INTEGER NOT NULL CHECK (revision > 0),
    display_name     TEXT    NOT NULL,
    frequency        INTEGER NOT NULL CHECK (frequency BETWEEN 1 AND 6),
    weekday          INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    month            INTEGER NOT NULL CHECK (month BETWEEN 1 AND 12),
    day              INTEGER NOT NULL CHECK (day BETWEEN 1 AND 31),
    time             TEXT    NOT NULL,
    holiday_rule     INTEGER NOT NULL CHECK (holiday_rule BETWEEN 1 AND 4),
    speaks_of_before INTEGER NOT NULL CHECK (speaks_of_before IN (0, 1)),
    document_kind    INTEGER NOT NULL,
    recipients       TEXT    NOT NULL,
    categories       TEXT    NOT NULL,
    fields           TEXT    NOT NULL,
    due_days         INTEGER NOT NULL,
    last_only        INTEGER NOT NULL CHECK (last_only IN (0, 1)),
    paused           INTEGER NOT NULL CHECK (paused IN (0, 1)),
    next_date        TEXT    NOT NULL,
    next_time        INTEGER,
    next_left_out    INTEGER NOT NULL CHECK (next_left_out IN (0, 1)),
    update_time      INTEGER NOT NULL,
    PRIMARY KEY (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX schedule_next ON schedule (next_time, district) WHERE next_time IS NOT NULL;

-- What became of occurrences. State 1 is written, 2 passed over, 3 left out. Insert-only.
CREATE TABLE occurrence (
    district     TEXT    NOT NULL,
    schedule     TEXT    NOT NULL,
    planned_date TEXT    NOT NULL,
    due_time     INTEGER NOT NULL,
    state        INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
    late         INTEGER NOT NULL CHECK (late IN (0, 1)),
    document     INTEGER,
    create_time  INTEGER NOT NULL,
    PRIMARY KEY (district, schedule, planned_date),
    FOREIGN KEY (district, schedule) REFERENCES schedule (district, id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER calendar_no_update BEFORE UPDATE ON calendar
BEGIN
    SELECT RAISE(ABORT, 'calendar is insert-only');
END;

CREATE TRIGGER calendar_no_replace BEFORE INSERT ON calendar
WHEN EXISTS (SELECT 1 FROM calendar
             WHERE district = new.district AND revision = new.revision)
BEGIN
    SELECT RAISE(ABORT, 'calendar is insert-only');
END;

CREATE TRIGGER calendar_no_delete BEFORE DELETE ON calendar
BEGIN
    SELECT RAISE(ABORT, 'calendar is insert-only');
END;

CREATE TRIGGER occurrence_no_update BEFORE UPDATE ON occurrence
BEGIN
    SELECT RAISE(ABORT, 'occurrence is insert-only');
END;

CREATE TRIGGER occurrence_no_replace BEFORE INSERT ON occurrence
WHEN EXISTS (SELECT 1 FROM occurrence
             WHERE district = new.district AND schedule = new.schedule AND planned_date = new.planned_date)
BEGIN
    SELECT RAISE(ABORT, 'occurrence is insert-only');
END;

CREATE TRIGGER occurrence_no_delete BEFORE DELETE ON occurrence
BEGIN
    SELECT RAISE(ABORT, 'occurrence is insert-only');
END;
