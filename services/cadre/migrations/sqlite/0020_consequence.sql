-- What rules of use ask of a result: the series of its scheme, and its grade.
ALTER TABLE published_result ADD COLUMN series TEXT NOT NULL DEFAULT '';
ALTER TABLE published_result ADD COLUMN grade TEXT NOT NULL DEFAULT '';
ALTER TABLE published_result ADD COLUMN grade_display_name TEXT NOT NULL DEFAULT '';

CREATE INDEX published_result_period ON published_result (district, period, unit);

-- Rules of use of results. Insert-only. grades and effects are JSON lists.
CREATE TABLE consequence_rule (
    district     TEXT NOT NULL,
    id           TEXT NOT NULL,
    display_name TEXT NOT NULL,
    basis        TEXT NOT NULL,
    series       TEXT NOT NULL,
    track        TEXT NOT NULL,
    scope        INTEGER NOT NULL,
    grades       TEXT,
    in_a_row     INTEGER NOT NULL,
    best_share   TEXT,
    worst_share  TEXT,
    best_count   INTEGER NOT NULL,
    effects      TEXT NOT NULL,
    appeal_days  INTEGER NOT NULL,
    create_time  INTEGER NOT NULL,
    PRIMARY KEY (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX consequence_rule_track ON consequence_rule (district, series, track);

-- What rules proposed. Insert-only. ground and effects are JSON lists.
CREATE TABLE consequence (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    rule        TEXT NOT NULL,
    person      TEXT NOT NULL,
    period      TEXT NOT NULL,
    unit        TEXT NOT NULL,
    post        TEXT NOT NULL,
    ground      TEXT NOT NULL,
    effects     TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, rule) REFERENCES consequence_rule (district, id),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX consequence_period ON consequence (district, period, rule, sequence);
CREATE INDEX consequence_person ON consequence (district, person, sequence);

-- The steps they took. Insert-only.
CREATE TABLE consequence_step (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    start_date  TEXT,
    effects     TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence, ordinal),
    FOREIGN KEY (district, sequence) REFERENCES consequence (district, sequence)
) STRICT, WITHOUT ROWID;

-- The last position of each district's ledger of consequences, and the lock of its writers.
CREATE TABLE consequence_head (
    district TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER consequence_rule_no_update BEFORE UPDATE ON consequence_rule
BEGIN
    SELECT RAISE(ABORT, 'consequence_rule is insert-only');
END;

CREATE TRIGGER consequence_rule_no_delete BEFORE DELETE ON consequence_rule
BEGIN
    SELECT RAISE(ABORT, 'consequence_rule is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way. A rule that is there is not stored.
CREATE TRIGGER consequence_rule_no_replace BEFORE INSERT ON consequence_rule
WHEN EXISTS (SELECT 1 FROM consequence_rule WHERE district = new.district AND id = new.id)
BEGIN
    SELECT RAISE(IGNORE);
END;

CREATE TRIGGER consequence_no_update BEFORE UPDATE ON consequence
BEGIN
    SELECT RAISE(ABORT, 'consequence is insert-only');
END;

CREATE TRIGGER consequence_no_delete BEFORE DELETE ON consequence
BEGIN
    SELECT RAISE(ABORT, 'consequence is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER consequence_no_replace BEFORE INSERT ON consequence
WHEN EXISTS (SELECT 1 FROM consequence WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'consequence is insert-only');
END;

CREATE TRIGGER consequence_step_no_update BEFORE UPDATE ON consequence_step
BEGIN
    SELECT RAISE(ABORT, 'consequence_step is insert-only');
END;

CREATE TRIGGER consequence_step_no_delete BEFORE DELETE ON consequence_step
BEGIN
    SELECT RAISE(ABORT, 'consequence_step is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER consequence_step_no_replace BEFORE INSERT ON consequence_step
WHEN EXISTS (SELECT 1 FROM consequence_step WHERE district = new.district AND sequence = new.sequence AND ordinal = new.ordinal)
BEGIN
    SELECT RAISE(ABORT, 'consequence_step is insert-only');
END;
