-- Ledger: bonuses and deductions as they were entered (S5, X9). A deduction with a `due_date` is
-- provisional to the end of that day.
CREATE TABLE adjustment (
    district        TEXT COLLATE "C" NOT NULL,
    sequence        BIGINT NOT NULL CHECK (sequence > 0),
    unit            TEXT COLLATE "C" NOT NULL,
    period          TEXT COLLATE "C" NOT NULL,
    scheme          TEXT COLLATE "C" NOT NULL,
    track           TEXT COLLATE "C" NOT NULL,
    item            TEXT COLLATE "C" NOT NULL,
    points          TEXT,
    level           TEXT COLLATE "C" NOT NULL,
    matter          TEXT COLLATE "C" NOT NULL,
    ground          TEXT NOT NULL,
    source          BIGINT NOT NULL CHECK (source BETWEEN 1 AND 7),
    citation        TEXT NOT NULL,
    inspection      BIGINT,
    finding         BIGINT CHECK ((finding IS NULL) = (inspection IS NULL)),
    occur_date      TEXT COLLATE "C" NOT NULL,
    evidence        TEXT NOT NULL,
    due_date        TEXT COLLATE "C",
    create_time     BIGINT NOT NULL,
    PRIMARY KEY (district, sequence)
);

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
    district    TEXT COLLATE "C" NOT NULL,
    adjustment  BIGINT NOT NULL,
    step        BIGINT NOT NULL CHECK (step > 0),
    state       BIGINT NOT NULL CHECK (state BETWEEN 2 AND 5),
    reason      TEXT NOT NULL,
    evidence    TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, adjustment, step)
);

CREATE TRIGGER adjustment_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON adjustment
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER adjustment_step_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON adjustment_step
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
