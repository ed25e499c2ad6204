-- Ledger: bonuses and deductions as they were entered (S5, X9). A deduction with a `due_date` is
-- provisional to the end of that day.
CREATE TABLE adjustment (
    district        TEXT    NOT NULL,
    sequence        INTEGER NOT NULL CHECK (sequence > 0),
    unit            TEXT    NOT NULL,
    period          TEXT    NOT NULL,
    scheme          TEXT    NOT NULL,
    track           TEXT    NOT NULL,
    item            TEXT    NOT NULL,
    points          TEXT,
    level           TEXT    NOT NULL,
    matter          TEXT    NOT NULL,
    ground          TEXT    NOT NULL,
    source          INTEGER NOT NULL CHECK (source BETWEEN 1 AND 7),
    citation        TEXT    NOT NULL,
    inspection      INTEGER,
    finding         INTEGER CHECK ((finding IS NULL) = (inspection IS NULL)),
    occur_date      TEXT    NOT NULL,
    evidence        TEXT    NOT NULL,
    due_date        TEXT,
    create_time     INTEGER NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

-- Lists by what they are narrowed to, in the ledger's order; terms by their end; what a finding
-- led to.
CREATE INDEX adjustment_unit ON adjustment (district, unit, sequence);
CREATE INDEX adjustment_period ON adjustment (district, period, scheme, sequence);
CREATE INDEX adjustment_due ON adjustment (district, due_date, sequence) WHERE due_date IS NOT NULL;
CREATE INDEX adjustment_finding ON adjustment (district, inspection, finding)
    WHERE inspection IS NOT NULL;

-- Ledger: the steps that entries took, each one's counted from 1. State 2 is final, 3 lifted,
-- 4 waived, 5 groundless.
CREATE TABLE adjustment_step (
    district    TEXT    NOT NULL,
    adjustment  INTEGER NOT NULL,
    step        INTEGER NOT NULL CHECK (step > 0),
    state       INTEGER NOT NULL CHECK (state BETWEEN 2 AND 5),
    reason      TEXT    NOT NULL,
    evidence    TEXT    NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, adjustment, step)
) STRICT, WITHOUT ROWID;


CREATE TRIGGER adjustment_update BEFORE UPDATE ON adjustment
BEGIN SELECT RAISE(ABORT, 'adjustment is insert-only'); END;
CREATE TRIGGER adjustment_delete BEFORE DELETE ON adjustment
BEGIN SELECT RAISE(ABORT, 'adjustment is insert-only'); END;
CREATE TRIGGER adjustment_replace BEFORE INSERT ON adjustment
WHEN EXISTS (SELECT 1 FROM adjustment WHERE district = NEW.district AND sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'adjustment is insert-only'); END;
CREATE TRIGGER adjustment_step_update BEFORE UPDATE ON adjustment_step
BEGIN SELECT RAISE(ABORT, 'adjustment_step is insert-only'); END;
CREATE TRIGGER adjustment_step_delete BEFORE DELETE ON adjustment_step
BEGIN SELECT RAISE(ABORT, 'adjustment_step is insert-only'); END;
CREATE TRIGGER adjustment_step_replace BEFORE INSERT ON adjustment_step
WHEN EXISTS (SELECT 1 FROM adjustment_step WHERE district = NEW.district AND adjustment = NEW.adjustment AND step = NEW.step)
BEGIN SELECT RAISE(ABORT, 'adjustment_step is insert-only'); END;
