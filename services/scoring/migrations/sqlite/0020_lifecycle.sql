-- Ledger: objections to published results. `term_date` is a day of the district's calendar.
CREATE TABLE objection (
    district          TEXT    NOT NULL,
    sequence          INTEGER NOT NULL CHECK (sequence > 0),
    run               INTEGER NOT NULL,
    unit              TEXT    NOT NULL,
    unit_display_name TEXT    NOT NULL,
    period            TEXT    NOT NULL,
    scheme            TEXT    NOT NULL,
    filing_unit       TEXT    NOT NULL,
    ground            TEXT    NOT NULL,
    node_ids          TEXT    NOT NULL,
    evidence          TEXT    NOT NULL,
    term_date         TEXT    NOT NULL,
    create_time       INTEGER NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

-- A result is objected to once; lists by what they are narrowed to.
CREATE UNIQUE INDEX objection_result ON objection (district, run, unit);
CREATE INDEX objection_unit ON objection (district, unit, sequence);

-- Ledger: answers, one each. Decision 1 upholds, 2 dismisses.
CREATE TABLE objection_answer (
    district       TEXT    NOT NULL,
    objection      INTEGER NOT NULL,
    decision       INTEGER NOT NULL CHECK (decision IN (1, 2)),
    answer         TEXT    NOT NULL,
    answering_unit TEXT    NOT NULL,
    create_time    INTEGER NOT NULL,
    PRIMARY KEY (district, objection)
) STRICT, WITHOUT ROWID;

-- Ledger: the run by which an upheld objection was settled.
CREATE TABLE objection_settlement (
    district    TEXT    NOT NULL,
    objection   INTEGER NOT NULL,
    run         INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, objection)
) STRICT, WITHOUT ROWID;

-- Ledger: corrections of closed periods. Presence 1 is a value, 2 says that the indicator does
-- not apply; `corrects` is the observation that counted when it was requested.
CREATE TABLE correction (
    district    TEXT    NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    period      TEXT    NOT NULL,
    unit        TEXT    NOT NULL,
    indicator   TEXT    NOT NULL,
    presence    INTEGER NOT NULL CHECK (presence IN (1, 2)),
    value       TEXT    CHECK ((value IS NULL) = (presence = 2)),
    reason      TEXT    NOT NULL,
    evidence    TEXT    NOT NULL,
    requester   TEXT    NOT NULL,
    corrects    INTEGER,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX correction_cell ON correction (district, period, unit, indicator, sequence);

-- Ledger: decisions, one each. Decision 1 approves and names the observation, 2 rejects.
CREATE TABLE correction_decision (
    district    TEXT    NOT NULL,
    correction  INTEGER NOT NULL,
    decision    INTEGER NOT NULL CHECK (decision IN (1, 2)),
    reason      TEXT    NOT NULL,
    decider     TEXT    NOT NULL,
    observation INTEGER CHECK ((observation IS NULL) = (decision = 2)),
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, correction)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER objection_update BEFORE UPDATE ON objection
BEGIN SELECT RAISE(ABORT, 'objection is insert-only'); END;
CREATE TRIGGER objection_delete BEFORE DELETE ON objection
BEGIN SELECT RAISE(ABORT, 'objection is insert-only'); END;
CREATE TRIGGER objection_replace BEFORE INSERT ON objection
WHEN EXISTS (SELECT 1 FROM objection WHERE district = NEW.district AND sequence = NEW.sequence)
    OR EXISTS (SELECT 1 FROM objection WHERE district = NEW.district AND run = NEW.run AND unit = NEW.unit)
BEGIN SELECT RAISE(ABORT, 'objection is insert-only'); END;
CREATE TRIGGER objection_answer_update BEFORE UPDATE ON objection_answer
BEGIN SELECT RAISE(ABORT, 'objection_answer is insert-only'); END;
CREATE TRIGGER objection_answer_delete BEFORE DELETE ON objection_answer
BEGIN SELECT RAISE(ABORT, 'objection_answer is insert-only'); END;
CREATE TRIGGER objection_answer_replace BEFORE INSERT ON objection_answer
WHEN EXISTS (SELECT 1 FROM objection_answer WHERE district = NEW.district AND objection = NEW.objection)
BEGIN SELECT RAISE(ABORT, 'objection_answer is insert-only'); END;
CREATE TRIGGER objection_settlement_update BEFORE UPDATE ON objection_settlement
BEGIN SELECT RAISE(ABORT, 'objection_settlement is insert-only'); END;
CREATE TRIGGER objection_settlement_delete BEFORE DELETE ON objection_settlement
BEGIN SELECT RAISE(ABORT, 'objection_settlement is insert-only'); END;
CREATE TRIGGER objection_settlement_replace BEFORE INSERT ON objection_settlement
WHEN EXISTS (SELECT 1 FROM objection_settlement WHERE district = NEW.district AND objection = NEW.objection)
BEGIN SELECT RAISE(ABORT, 'objection_settlement is insert-only'); END;
CREATE TRIGGER correction_update BEFORE UPDATE ON correction
BEGIN SELECT RAISE(ABORT, 'correction is insert-only'); END;
CREATE TRIGGER correction_delete BEFORE DELETE ON correction
BEGIN SELECT RAISE(ABORT, 'correction is insert-only'); END;
CREATE TRIGGER correction_replace BEFORE INSERT ON correction
WHEN EXISTS (SELECT 1 FROM correction WHERE district = NEW.district AND sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'correction is insert-only'); END;
CREATE TRIGGER correction_decision_update BEFORE UPDATE ON correction_decision
BEGIN SELECT RAISE(ABORT, 'correction_decision is insert-only'); END;
CREATE TRIGGER correction_decision_delete BEFORE DELETE ON correction_decision
BEGIN SELECT RAISE(ABORT, 'correction_decision is insert-only'); END;
CREATE TRIGGER correction_decision_replace BEFORE INSERT ON correction_decision
WHEN EXISTS (SELECT 1 FROM correction_decision WHERE district = NEW.district AND correction = NEW.correction)
BEGIN SELECT RAISE(ABORT, 'correction_decision is insert-only'); END;
