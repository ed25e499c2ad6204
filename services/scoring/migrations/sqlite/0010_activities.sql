-- Ledger: what bodies did (B9). `activity_date` is a day of the district's calendar.
CREATE TABLE activity (
    district        TEXT    NOT NULL,
    sequence        INTEGER NOT NULL CHECK (sequence > 0),
    unit            TEXT    NOT NULL,
    activity_date   TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    title           TEXT    NOT NULL,
    quantity        INTEGER NOT NULL CHECK (quantity > 0),
    amount          TEXT    CHECK ((amount IS NULL) = (unit_of_measure = '')),
    unit_of_measure TEXT    NOT NULL,
    note            TEXT    NOT NULL,
    evidence        TEXT    NOT NULL,
    create_time     INTEGER NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

-- Lists by what they are narrowed to, in the ledger's order; counts by day.
CREATE INDEX activity_unit ON activity (district, unit, sequence);
CREATE INDEX activity_kind ON activity (district, kind, sequence);
CREATE INDEX activity_day ON activity (district, activity_date);

-- Ledger: activities that were taken out of every count.
CREATE TABLE activity_void (
    district    TEXT    NOT NULL,
    activity    INTEGER NOT NULL,
    reason      TEXT    NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, activity)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER activity_update BEFORE UPDATE ON activity
BEGIN SELECT RAISE(ABORT, 'activity is insert-only'); END;
CREATE TRIGGER activity_delete BEFORE DELETE ON activity
BEGIN SELECT RAISE(ABORT, 'activity is insert-only'); END;
CREATE TRIGGER activity_replace BEFORE INSERT ON activity
WHEN EXISTS (SELECT 1 FROM activity WHERE district = NEW.district AND sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'activity is insert-only'); END;
CREATE TRIGGER activity_void_update BEFORE UPDATE ON activity_void
BEGIN SELECT RAISE(ABORT, 'activity_void is insert-only'); END;
CREATE TRIGGER activity_void_delete BEFORE DELETE ON activity_void
BEGIN SELECT RAISE(ABORT, 'activity_void is insert-only'); END;
CREATE TRIGGER activity_void_replace BEFORE INSERT ON activity_void
WHEN EXISTS (SELECT 1 FROM activity_void WHERE district = NEW.district AND activity = NEW.activity)
BEGIN SELECT RAISE(ABORT, 'activity_void is insert-only'); END;
