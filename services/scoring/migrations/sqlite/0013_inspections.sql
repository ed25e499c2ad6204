-- Ledger: inspections on site (B7, H3). `inspectors` is a JSON list.
CREATE TABLE inspection (
    district        TEXT    NOT NULL,
    sequence        INTEGER NOT NULL CHECK (sequence > 0),
    unit            TEXT    NOT NULL,
    period          TEXT    NOT NULL,
    scheme          TEXT    NOT NULL,
    track           TEXT    NOT NULL,
    inspection_date TEXT    NOT NULL,
    unannounced     INTEGER NOT NULL CHECK (unannounced IN (0, 1)),
    inspectors      TEXT    NOT NULL,
    summary         TEXT    NOT NULL,
    create_time     INTEGER NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

-- Lists by what they are narrowed to, in the ledger's order; counts by period.
CREATE INDEX inspection_unit ON inspection (district, unit, sequence);
CREATE INDEX inspection_period ON inspection (district, period, sequence);

-- Ledger: findings, counted from 1 in each inspection. Severity 1 commends, 2 is minor, 3 major,
-- 4 grave. `photographs` is a JSON list.
CREATE TABLE finding (
    district       TEXT    NOT NULL,
    inspection     INTEGER NOT NULL,
    finding        INTEGER NOT NULL CHECK (finding > 0),
    unit           TEXT    NOT NULL,
    severity       INTEGER NOT NULL CHECK (severity BETWEEN 1 AND 4),
    body           TEXT    NOT NULL,
    indicator      TEXT,
    observation    INTEGER,
    photographs    TEXT    NOT NULL,
    correction_due TEXT,
    PRIMARY KEY (district, inspection, finding)
) STRICT, WITHOUT ROWID;

CREATE INDEX finding_unit ON finding (district, unit, inspection, finding);

-- Ledger: the steps of a finding's correction, counted from 1. State 2 demands it (anew), 3
-- reports it, 4 accepts it.
CREATE TABLE finding_step (
    district    TEXT    NOT NULL,
    inspection  INTEGER NOT NULL,
    finding     INTEGER NOT NULL,
    step        INTEGER NOT NULL CHECK (step > 0),
    state       INTEGER NOT NULL CHECK (state BETWEEN 2 AND 4),
    note        TEXT    NOT NULL,
    evidence    TEXT    NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, inspection, finding, step)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER inspection_update BEFORE UPDATE ON inspection
BEGIN SELECT RAISE(ABORT, 'inspection is insert-only'); END;
CREATE TRIGGER inspection_delete BEFORE DELETE ON inspection
BEGIN SELECT RAISE(ABORT, 'inspection is insert-only'); END;
CREATE TRIGGER inspection_replace BEFORE INSERT ON inspection
WHEN EXISTS (SELECT 1 FROM inspection WHERE district = NEW.district AND sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'inspection is insert-only'); END;
CREATE TRIGGER finding_update BEFORE UPDATE ON finding
BEGIN SELECT RAISE(ABORT, 'finding is insert-only'); END;
CREATE TRIGGER finding_delete BEFORE DELETE ON finding
BEGIN SELECT RAISE(ABORT, 'finding is insert-only'); END;
CREATE TRIGGER finding_replace BEFORE INSERT ON finding
WHEN EXISTS (SELECT 1 FROM finding WHERE district = NEW.district AND inspection = NEW.inspection AND finding = NEW.finding)
BEGIN SELECT RAISE(ABORT, 'finding is insert-only'); END;
CREATE TRIGGER finding_step_update BEFORE UPDATE ON finding_step
BEGIN SELECT RAISE(ABORT, 'finding_step is insert-only'); END;
CREATE TRIGGER finding_step_delete BEFORE DELETE ON finding_step
BEGIN SELECT RAISE(ABORT, 'finding_step is insert-only'); END;
CREATE TRIGGER finding_step_replace BEFORE INSERT ON finding_step
WHEN EXISTS (SELECT 1 FROM finding_step WHERE district = NEW.district AND inspection = NEW.inspection AND finding = NEW.finding AND step = NEW.step)
BEGIN SELECT RAISE(ABORT, 'finding_step is insert-only'); END;
