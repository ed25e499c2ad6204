-- Where each ledger of a district stands. A transaction that writes to a ledger begins by
-- moving this row, so writers of one district take turns and positions have no gaps.
CREATE TABLE head (
    district    TEXT    PRIMARY KEY,
    observation INTEGER NOT NULL CHECK (observation >= 0),
    verdict     INTEGER NOT NULL CHECK (verdict >= 0),
    run         INTEGER NOT NULL CHECK (run >= 0),
    warning     INTEGER NOT NULL CHECK (warning >= 0)
) STRICT, WITHOUT ROWID;

-- Ledger: what was reported. Presence 1 is a value, 2 says that the indicator does not apply.
CREATE TABLE observation (
    district    TEXT    NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    period      TEXT    NOT NULL,
    unit        TEXT    NOT NULL,
    indicator   TEXT    NOT NULL,
    presence    INTEGER NOT NULL CHECK (presence IN (1, 2)),
    value       TEXT    CHECK ((value IS NULL) = (presence = 2)),
    note        TEXT    NOT NULL,
    evidence    TEXT    NOT NULL,
    late        INTEGER NOT NULL CHECK (late IN (0, 1)),
    report_time INTEGER NOT NULL,
    supersedes  INTEGER,
    reason      TEXT    NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

-- No observation is corrected twice.
CREATE UNIQUE INDEX observation_supersedes ON observation (district, supersedes)
    WHERE supersedes IS NOT NULL;

-- Lists by what they are narrowed to, in the ledger's order.
CREATE INDEX observation_unit ON observation (district, unit, sequence);
CREATE INDEX observation_indicator ON observation (district, indicator, sequence);
CREATE INDEX observation_period ON observation (district, period, sequence);

-- Ledger: what evaluating units and the office said of observations. Kind 1 agrees,
-- 2 disputes, 3 closes the period and names no observation.
CREATE TABLE verdict (
    district        TEXT    NOT NULL,
    sequence        INTEGER NOT NULL CHECK (sequence > 0),
    kind            INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),
    period          TEXT    NOT NULL,
    observation     INTEGER CHECK ((observation IS NULL) = (kind = 3)),
    evaluating_unit TEXT    NOT NULL,
    counted_value   TEXT,
    reason          TEXT    NOT NULL,
    create_time     INTEGER NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

-- Derived from the two ledgers: the current observation of each cell, and what was said
-- of it. State 1 is reported, 2 verified, 3 disputed; shown is 4 once the period is closed.
CREATE TABLE cell (
    district    TEXT    NOT NULL,
    period      TEXT    NOT NULL,
    unit        TEXT    NOT NULL,
    indicator   TEXT    NOT NULL,
    sequence    INTEGER NOT NULL,
    presence    INTEGER NOT NULL CHECK (presence IN (1, 2)),
    value       TEXT    CHECK ((value IS NULL) = (presence = 2)),
    state       INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
    late        INTEGER NOT NULL CHECK (late IN (0, 1)),
    reason      TEXT    NOT NULL,
    corrections INTEGER NOT NULL CHECK (corrections >= 0),
    locked      INTEGER NOT NULL CHECK (locked IN (0, 1)),
    shown       INTEGER GENERATED ALWAYS AS (CASE WHEN locked THEN 4 ELSE state END) STORED,
    PRIMARY KEY (district, period, unit, indicator)
) STRICT, WITHOUT ROWID;

CREATE INDEX cell_shown ON cell (district, shown, sequence);

-- Derived: periods that are closed.
CREATE TABLE reconciliation (
    district   TEXT    NOT NULL,
    period     TEXT    NOT NULL,
    close_time INTEGER NOT NULL,
    PRIMARY KEY (district, period)
) STRICT, WITHOUT ROWID;

-- Ledger: what a period was closed with, an encoded saima.registry.v1.Assignment.
CREATE TABLE definitions (
    district   TEXT NOT NULL,
    period     TEXT NOT NULL,
    assignment BLOB NOT NULL,
    PRIMARY KEY (district, period)
) STRICT;

-- Ledger: scorings. `tracks` holds ids and names in the scheme's order. Definitions 1 are
-- those of the period's close, 2 those that held when the run was made.
CREATE TABLE run (
    district      TEXT    NOT NULL,
    sequence      INTEGER NOT NULL CHECK (sequence > 0),
    scheme        TEXT    NOT NULL,
    period        TEXT    NOT NULL,
    supersedes    INTEGER,
    definitions   INTEGER NOT NULL CHECK (definitions IN (1, 2)),
    scheme_digest TEXT    NOT NULL,
    cut_sequence  INTEGER NOT NULL,
    input_digest  TEXT    NOT NULL,
    output_digest TEXT    NOT NULL,
    result_count  INTEGER NOT NULL,
    tracks        TEXT    NOT NULL,
    create_time   INTEGER NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX run_period ON run (district, period, sequence);

-- Ledger: everything a run looked at, so that it can be computed again.
CREATE TABLE run_input (
    district TEXT    NOT NULL,
    run      INTEGER NOT NULL,
    input    BLOB    NOT NULL,
    PRIMARY KEY (district, run)
) STRICT;

-- Ledger: what each unit came to. `position` is the order by track and rank.
CREATE TABLE result (
    district          TEXT    NOT NULL,
    run               INTEGER NOT NULL,
    unit              TEXT    NOT NULL,
    unit_display_name TEXT    NOT NULL,
    track             TEXT    NOT NULL,
    position          INTEGER NOT NULL,
    score             TEXT,
    rank              TEXT,
    track_size        INTEGER NOT NULL,
    colour            INTEGER NOT NULL,
    pace              TEXT,
    parts             TEXT    NOT NULL,
    flags             TEXT    NOT NULL,
    PRIMARY KEY (district, run, unit)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX result_position ON result (district, run, position);

-- Where a run stands, beside the run itself, which never changes. State 1 is scored,
-- 2 published, 3 superseded.
CREATE TABLE publication (
    district     TEXT    NOT NULL,
    run          INTEGER NOT NULL,
    scheme       TEXT    NOT NULL,
    period       TEXT    NOT NULL,
    state        INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
    publish_time INTEGER,
    revision     INTEGER NOT NULL,
    PRIMARY KEY (district, run)
) STRICT, WITHOUT ROWID;

-- One published run a scheme and period.
CREATE UNIQUE INDEX publication_published ON publication (district, period, scheme)
    WHERE state = 2;

-- Ledger: warnings. Kind 1 is behind schedule and about an indicator, 2 is low in the
-- ranking and about a scheme.
CREATE TABLE warning (
    district               TEXT    NOT NULL,
    sequence               INTEGER NOT NULL CHECK (sequence > 0),
    kind                   INTEGER NOT NULL CHECK (kind IN (1, 2)),
    period                 TEXT    NOT NULL,
    unit                   TEXT    NOT NULL,
    unit_display_name      TEXT    NOT NULL,
    scheme                 TEXT    NOT NULL,
    track                  TEXT    NOT NULL,
    track_display_name     TEXT    NOT NULL,
    indicator              TEXT    NOT NULL,
    indicator_display_name TEXT    NOT NULL,
    unit_of_measure        TEXT    NOT NULL,
    pace                   TEXT,
    actual                 TEXT,
    due                    TEXT,
    rank                   TEXT,
    track_size             INTEGER NOT NULL,
    score                  TEXT,
    run                    INTEGER,
    create_time            INTEGER NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX warning_behind_schedule ON warning (district, period, unit, indicator)
    WHERE kind = 1;
CREATE UNIQUE INDEX warning_low_ranking ON warning (district, period, unit, scheme)
    WHERE kind = 2;
CREATE INDEX warning_unit ON warning (district, unit, sequence);
CREATE INDEX warning_period ON warning (district, period, sequence);
CREATE INDEX warning_kind ON warning (district, kind, sequence);

-- The ledgers take rows and never let go of one. `INSERT OR REPLACE` would take a row away
-- without a word, so a row that is there already is refused before it.
CREATE TRIGGER observation_update BEFORE UPDATE ON observation
BEGIN SELECT RAISE(ABORT, 'observation is insert-only'); END;
CREATE TRIGGER observation_delete BEFORE DELETE ON observation
BEGIN SELECT RAISE(ABORT, 'observation is insert-only'); END;
CREATE TRIGGER observation_replace BEFORE INSERT ON observation
WHEN EXISTS (SELECT 1 FROM observation WHERE district = NEW.district AND sequence = NEW.sequence)
    OR (NEW.supersedes IS NOT NULL AND EXISTS (SELECT 1 FROM observation WHERE district = NEW.district AND supersedes = NEW.supersedes))
BEGIN SELECT RAISE(ABORT, 'observation is insert-only'); END;
CREATE TRIGGER verdict_update BEFORE UPDATE ON verdict
BEGIN SELECT RAISE(ABORT, 'verdict is insert-only'); END;
CREATE TRIGGER verdict_delete BEFORE DELETE ON verdict
BEGIN SELECT RAISE(ABORT, 'verdict is insert-only'); END;
CREATE TRIGGER verdict_replace BEFORE INSERT ON verdict
WHEN EXISTS (SELECT 1 FROM verdict WHERE district = NEW.district AND sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'verdict is insert-only'); END;
CREATE TRIGGER definitions_update BEFORE UPDATE ON definitions
BEGIN SELECT RAISE(ABORT, 'definitions is insert-only'); END;
CREATE TRIGGER definitions_delete BEFORE DELETE ON definitions
BEGIN SELECT RAISE(ABORT, 'definitions is insert-only'); END;
CREATE TRIGGER definitions_replace BEFORE INSERT ON definitions
WHEN EXISTS (SELECT 1 FROM definitions WHERE district = NEW.district AND period = NEW.period)
BEGIN SELECT RAISE(ABORT, 'definitions is insert-only'); END;
CREATE TRIGGER run_update BEFORE UPDATE ON run
BEGIN SELECT RAISE(ABORT, 'run is insert-only'); END;
CREATE TRIGGER run_delete BEFORE DELETE ON run
BEGIN SELECT RAISE(ABORT, 'run is insert-only'); END;
CREATE TRIGGER run_replace BEFORE INSERT ON run
WHEN EXISTS (SELECT 1 FROM run WHERE district = NEW.district AND sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'run is insert-only'); END;
CREATE TRIGGER run_input_update BEFORE UPDATE ON run_input
BEGIN SELECT RAISE(ABORT, 'run_input is insert-only'); END;
CREATE TRIGGER run_input_delete BEFORE DELETE ON run_input
BEGIN SELECT RAISE(ABORT, 'run_input is insert-only'); END;
CREATE TRIGGER run_input_replace BEFORE INSERT ON run_input
WHEN EXISTS (SELECT 1 FROM run_input WHERE district = NEW.district AND run = NEW.run)
BEGIN SELECT RAISE(ABORT, 'run_input is insert-only'); END;
CREATE TRIGGER result_update BEFORE UPDATE ON result
BEGIN SELECT RAISE(ABORT, 'result is insert-only'); END;
CREATE TRIGGER result_delete BEFORE DELETE ON result
BEGIN SELECT RAISE(ABORT, 'result is insert-only'); END;
CREATE TRIGGER result_replace BEFORE INSERT ON result
WHEN EXISTS (SELECT 1 FROM result WHERE district = NEW.district AND run = NEW.run AND unit = NEW.unit)
    OR EXISTS (SELECT 1 FROM result WHERE district = NEW.district AND run = NEW.run AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'result is insert-only'); END;
CREATE TRIGGER warning_update BEFORE UPDATE ON warning
BEGIN SELECT RAISE(ABORT, 'warning is insert-only'); END;
CREATE TRIGGER warning_delete BEFORE DELETE ON warning
BEGIN SELECT RAISE(ABORT, 'warning is insert-only'); END;
CREATE TRIGGER warning_replace BEFORE INSERT ON warning
WHEN EXISTS (SELECT 1 FROM warning WHERE district = NEW.district AND sequence = NEW.sequence)
    OR EXISTS (SELECT 1 FROM warning WHERE district = NEW.district AND period = NEW.period AND unit = NEW.unit
        AND indicator = NEW.indicator AND kind = 1 AND NEW.kind = 1)
    OR EXISTS (SELECT 1 FROM warning WHERE district = NEW.district AND period = NEW.period AND unit = NEW.unit
        AND scheme = NEW.scheme AND kind = 2 AND NEW.kind = 2)
BEGIN SELECT RAISE(ABORT, 'warning is insert-only'); END;

-- A run is scored, published, superseded, in this order, each step one revision on.
CREATE TRIGGER publication_update BEFORE UPDATE ON publication
WHEN NOT (NEW.district = OLD.district AND NEW.run = OLD.run AND NEW.scheme = OLD.scheme
    AND NEW.period = OLD.period AND NEW.state = OLD.state + 1
    AND NEW.revision = OLD.revision + 1 AND NEW.publish_time IS NOT NULL
    AND (OLD.publish_time IS NULL OR NEW.publish_time = OLD.publish_time))
BEGIN SELECT RAISE(ABORT, 'publication only goes forwards'); END;
CREATE TRIGGER publication_delete BEFORE DELETE ON publication
BEGIN SELECT RAISE(ABORT, 'publication only goes forwards'); END;
CREATE TRIGGER publication_replace BEFORE INSERT ON publication
WHEN EXISTS (SELECT 1 FROM publication WHERE district = NEW.district AND run = NEW.run)
    OR (NEW.state = 2 AND EXISTS (SELECT 1 FROM publication WHERE district = NEW.district
        AND period = NEW.period AND scheme = NEW.scheme AND state = 2))
BEGIN SELECT RAISE(ABORT, 'publication only goes forwards'); END;
