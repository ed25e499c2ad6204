-- Where each ledger of a district stands. A transaction that writes to a ledger begins by
-- moving this row, so writers of one district take turns and positions have no gaps.
CREATE TABLE head (
    district    TEXT COLLATE "C" PRIMARY KEY,
    observation BIGINT NOT NULL CHECK (observation >= 0),
    verdict     BIGINT NOT NULL CHECK (verdict >= 0),
    run         BIGINT NOT NULL CHECK (run >= 0),
    warning     BIGINT NOT NULL CHECK (warning >= 0)
);

-- Ledger: what was reported. Presence 1 is a value, 2 says that the indicator does not apply.
CREATE TABLE observation (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL CHECK (sequence > 0),
    period      TEXT COLLATE "C" NOT NULL,
    unit        TEXT COLLATE "C" NOT NULL,
    indicator   TEXT COLLATE "C" NOT NULL,
    presence    BIGINT NOT NULL CHECK (presence IN (1, 2)),
    value       TEXT    CHECK ((value IS NULL) = (presence = 2)),
    note        TEXT    NOT NULL,
    evidence    TEXT    NOT NULL,
    late        BOOLEAN NOT NULL,
    report_time BIGINT NOT NULL,
    supersedes  BIGINT,
    reason      TEXT    NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence)
);

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
    district        TEXT COLLATE "C" NOT NULL,
    sequence        BIGINT NOT NULL CHECK (sequence > 0),
    kind            BIGINT NOT NULL CHECK (kind IN (1, 2, 3)),
    period          TEXT COLLATE "C" NOT NULL,
    observation     BIGINT CHECK ((observation IS NULL) = (kind = 3)),
    evaluating_unit TEXT    NOT NULL,
    counted_value   TEXT,
    reason          TEXT    NOT NULL,
    create_time     BIGINT NOT NULL,
    PRIMARY KEY (district, sequence)
);

-- Derived from the two ledgers: the current observation of each cell, and what was said
-- of it. State 1 is reported, 2 verified, 3 disputed; shown is 4 once the period is closed.
CREATE TABLE cell (
    district    TEXT COLLATE "C" NOT NULL,
    period      TEXT COLLATE "C" NOT NULL,
    unit        TEXT COLLATE "C" NOT NULL,
    indicator   TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    presence    BIGINT NOT NULL CHECK (presence IN (1, 2)),
    value       TEXT    CHECK ((value IS NULL) = (presence = 2)),
    state       BIGINT NOT NULL CHECK (state IN (1, 2, 3)),
    late        BOOLEAN NOT NULL,
    reason      TEXT    NOT NULL,
    corrections BIGINT NOT NULL CHECK (corrections >= 0),
    locked      BOOLEAN NOT NULL,
    shown       BIGINT GENERATED ALWAYS AS (CASE WHEN locked THEN 4 ELSE state END) STORED,
    PRIMARY KEY (district, period, unit, indicator)
);

CREATE INDEX cell_shown ON cell (district, shown, sequence);

-- Derived: periods that are closed.
CREATE TABLE reconciliation (
    district   TEXT COLLATE "C" NOT NULL,
    period     TEXT COLLATE "C" NOT NULL,
    close_time BIGINT NOT NULL,
    PRIMARY KEY (district, period)
);

-- Ledger: what a period was closed with, an encoded saima.registry.v1.Assignment.
CREATE TABLE definitions (
    district   TEXT COLLATE "C" NOT NULL,
    period     TEXT COLLATE "C" NOT NULL,
    assignment BYTEA NOT NULL,
    PRIMARY KEY (district, period)
);

-- Ledger: scorings. `tracks` holds ids and names in the scheme's order. Definitions 1 are
-- those of the period's close, 2 those that held when the run was made.
CREATE TABLE run (
    district      TEXT COLLATE "C" NOT NULL,
    sequence      BIGINT NOT NULL CHECK (sequence > 0),
    scheme        TEXT COLLATE "C" NOT NULL,
    period        TEXT COLLATE "C" NOT NULL,
    supersedes    BIGINT,
    definitions   BIGINT NOT NULL CHECK (definitions IN (1, 2)),
    scheme_digest TEXT    NOT NULL,
    cut_sequence  BIGINT NOT NULL,
    input_digest  TEXT    NOT NULL,
    output_digest TEXT    NOT NULL,
    result_count  BIGINT NOT NULL,
    tracks        TEXT    NOT NULL,
    create_time   BIGINT NOT NULL,
    PRIMARY KEY (district, sequence)
);

CREATE INDEX run_period ON run (district, period, sequence);

-- Ledger: everything a run looked at, so that it can be computed again.
CREATE TABLE run_input (
    district TEXT COLLATE "C" NOT NULL,
    run      BIGINT NOT NULL,
    input    BYTEA    NOT NULL,
    PRIMARY KEY (district, run)
);

-- Ledger: what each unit came to. `position` is the order by track and rank.
CREATE TABLE result (
    district          TEXT COLLATE "C" NOT NULL,
    run               BIGINT NOT NULL,
    unit              TEXT COLLATE "C" NOT NULL,
    unit_display_name TEXT    NOT NULL,
    track             TEXT COLLATE "C" NOT NULL,
    position          BIGINT NOT NULL,
    score             TEXT,
    rank              TEXT,
    track_size        BIGINT NOT NULL,
    colour            BIGINT NOT NULL,
    pace              TEXT,
    parts             TEXT    NOT NULL,
    flags             TEXT    NOT NULL,
    PRIMARY KEY (district, run, unit)
);

CREATE UNIQUE INDEX result_position ON result (district, run, position);

-- Where a run stands, beside the run itself, which never changes. State 1 is scored,
-- 2 published, 3 superseded.
CREATE TABLE publication (
    district     TEXT COLLATE "C" NOT NULL,
    run          BIGINT NOT NULL,
    scheme       TEXT COLLATE "C" NOT NULL,
    period       TEXT COLLATE "C" NOT NULL,
    state        BIGINT NOT NULL CHECK (state IN (1, 2, 3)),
    publish_time BIGINT,
    revision     BIGINT NOT NULL,
    PRIMARY KEY (district, run)
);

-- One published run a scheme and period.
CREATE UNIQUE INDEX publication_published ON publication (district, period, scheme)
    WHERE state = 2;

-- Ledger: warnings. Kind 1 is behind schedule and about an indicator, 2 is low in the
-- ranking and about a scheme.
CREATE TABLE warning (
    district               TEXT COLLATE "C" NOT NULL,
    sequence               BIGINT NOT NULL CHECK (sequence > 0),
    kind                   BIGINT NOT NULL CHECK (kind IN (1, 2)),
    period                 TEXT COLLATE "C" NOT NULL,
    unit                   TEXT COLLATE "C" NOT NULL,
    unit_display_name      TEXT    NOT NULL,
    scheme                 TEXT COLLATE "C" NOT NULL,
    track                  TEXT COLLATE "C" NOT NULL,
    track_display_name     TEXT    NOT NULL,
    indicator              TEXT COLLATE "C" NOT NULL,
    indicator_display_name TEXT    NOT NULL,
    unit_of_measure        TEXT    NOT NULL,
    pace                   TEXT,
    actual                 TEXT,
    due                    TEXT,
    rank                   TEXT,
    track_size             BIGINT NOT NULL,
    score                  TEXT,
    run                    BIGINT,
    create_time            BIGINT NOT NULL,
    PRIMARY KEY (district, sequence)
);

CREATE UNIQUE INDEX warning_behind_schedule ON warning (district, period, unit, indicator)
    WHERE kind = 1;
CREATE UNIQUE INDEX warning_low_ranking ON warning (district, period, unit, scheme)
    WHERE kind = 2;
CREATE INDEX warning_unit ON warning (district, unit, sequence);
CREATE INDEX warning_period ON warning (district, period, sequence);
CREATE INDEX warning_kind ON warning (district, kind, sequence);

-- The ledgers take rows and never let go of one.
CREATE FUNCTION insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME;
END
$$;

CREATE TRIGGER observation_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON observation
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER verdict_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON verdict
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER definitions_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON definitions
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER run_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON run
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER run_input_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON run_input
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER result_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON result
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER warning_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON warning
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

-- A run is scored, published, superseded, in this order, each step one revision on.
CREATE FUNCTION forwards_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only goes forwards', TG_TABLE_NAME;
END
$$;

CREATE TRIGGER publication_update BEFORE UPDATE ON publication FOR EACH ROW
    WHEN (NOT (NEW.district = OLD.district AND NEW.run = OLD.run AND NEW.scheme = OLD.scheme
        AND NEW.period = OLD.period AND NEW.state = OLD.state + 1
        AND NEW.revision = OLD.revision + 1 AND NEW.publish_time IS NOT NULL
        AND (OLD.publish_time IS NULL OR NEW.publish_time = OLD.publish_time)))
    EXECUTE FUNCTION forwards_only();
CREATE TRIGGER publication_forwards_only BEFORE DELETE OR TRUNCATE ON publication
    FOR EACH STATEMENT EXECUTE FUNCTION forwards_only();
