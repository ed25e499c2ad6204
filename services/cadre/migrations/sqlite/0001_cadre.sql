-- Persons, and the posts they hold and held.
CREATE TABLE person (
    district     TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    display_name TEXT    NOT NULL,
    external_id  TEXT,
    revision     INTEGER NOT NULL,
    create_time  INTEGER NOT NULL,
    update_time  INTEGER NOT NULL,
    PRIMARY KEY (district, id),
    UNIQUE (district, external_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE posting (
    district   TEXT    NOT NULL,
    person     TEXT    NOT NULL,
    ordinal    INTEGER NOT NULL,
    unit       TEXT    NOT NULL,
    post       TEXT    NOT NULL,
    head       INTEGER NOT NULL CHECK (head IN (0, 1)),
    start_date TEXT    NOT NULL,
    end_date   TEXT CHECK (end_date >= start_date),
    PRIMARY KEY (district, person, ordinal),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX posting_unit ON posting (district, unit, person);

-- Written first by every transaction that appoints a head of the unit or files a result
-- of it, so that two such transactions come one after the other.
CREATE TABLE headship (
    district TEXT    NOT NULL,
    unit     TEXT    NOT NULL,
    turn     INTEGER NOT NULL,
    PRIMARY KEY (district, unit)
) STRICT, WITHOUT ROWID;

-- The tray: what scoring told and is not settled yet, unread. The payload is the event of
-- scoring's contract. What cannot be read is not tried before its retry_time.
CREATE TABLE notice (
    district     TEXT NOT NULL,
    source       TEXT NOT NULL,
    payload      BLOB NOT NULL,
    trace_parent TEXT NOT NULL,
    create_time  INTEGER NOT NULL,
    retry_time   INTEGER NOT NULL,
    PRIMARY KEY (district, source)
) STRICT, WITHOUT ROWID;

-- Published results, with what was asked about them: period, its last day, the track's name.
CREATE TABLE published_result (
    district           TEXT NOT NULL,
    source             TEXT NOT NULL,
    run                TEXT NOT NULL,
    unit               TEXT NOT NULL,
    track_id           TEXT NOT NULL,
    track_display_name TEXT NOT NULL,
    score              TEXT,
    rank               TEXT,
    track_size         INTEGER NOT NULL,
    period             TEXT NOT NULL,
    period_end         TEXT NOT NULL,
    create_time        INTEGER NOT NULL,
    PRIMARY KEY (district, source)
) STRICT, WITHOUT ROWID;

CREATE INDEX published_result_unit ON published_result (district, unit);

-- The archives. Insert-only.
CREATE TABLE archive_entry (
    district    TEXT    NOT NULL,
    sequence    INTEGER NOT NULL,
    person      TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('RESULT')),
    source      TEXT    NOT NULL,
    title       TEXT    NOT NULL,
    unit        TEXT    NOT NULL,
    post        TEXT    NOT NULL,
    period      TEXT    NOT NULL,
    score       TEXT,
    rank        TEXT,
    track_size  INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    UNIQUE (district, person, id),
    UNIQUE (district, person, source),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX archive_entry_person ON archive_entry (district, person, sequence);
CREATE INDEX archive_entry_period ON archive_entry (district, period, sequence);

CREATE TRIGGER archive_entry_no_update BEFORE UPDATE ON archive_entry
BEGIN
    SELECT RAISE(ABORT, 'archive_entry is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER archive_entry_no_replace BEFORE INSERT ON archive_entry
WHEN EXISTS (SELECT 1 FROM archive_entry
             WHERE district = new.district AND sequence = new.sequence)
  OR EXISTS (SELECT 1 FROM archive_entry
             WHERE district = new.district AND person = new.person AND id = new.id)
  OR EXISTS (SELECT 1 FROM archive_entry
             WHERE district = new.district AND person = new.person AND source = new.source)
BEGIN
    SELECT RAISE(ABORT, 'archive_entry is insert-only');
END;

CREATE TRIGGER archive_entry_no_delete BEFORE DELETE ON archive_entry
BEGIN
    SELECT RAISE(ABORT, 'archive_entry is insert-only');
END;

-- The last sequence of each district's archive; a row's lock makes the order of filing
-- the order of committing.
CREATE TABLE archive_head (
    district TEXT    PRIMARY KEY,
    sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
