-- Ledger: inspections on site (B7, H3). `inspectors` is a JSON list.
CREATE TABLE inspection (
    district        TEXT COLLATE "C" NOT NULL,
    sequence        BIGINT NOT NULL CHECK (sequence > 0),
    unit            TEXT COLLATE "C" NOT NULL,
    period          TEXT COLLATE "C" NOT NULL,
    scheme          TEXT COLLATE "C" NOT NULL,
    track           TEXT COLLATE "C" NOT NULL,
    inspection_date TEXT COLLATE "C" NOT NULL,
    unannounced     BOOLEAN NOT NULL,
    inspectors      TEXT NOT NULL,
    summary         TEXT NOT NULL,
    create_time     BIGINT NOT NULL,
    PRIMARY KEY (district, sequence)
);

-- Lists by what they are narrowed to, in the ledger's order; counts by period.
CREATE INDEX inspection_unit ON inspection (district, unit, sequence);
CREATE INDEX inspection_period ON inspection (district, period, sequence);

-- Ledger: findings, counted from 1 in each inspection. Severity 1 commends, 2 is minor, 3 major,
-- 4 grave. `photographs` is a JSON list.
CREATE TABLE finding (
    district       TEXT COLLATE "C" NOT NULL,
    inspection     BIGINT NOT NULL,
    finding        BIGINT NOT NULL CHECK (finding > 0),
    unit           TEXT COLLATE "C" NOT NULL,
    severity       BIGINT NOT NULL CHECK (severity BETWEEN 1 AND 4),
    body           TEXT NOT NULL,
    indicator      TEXT COLLATE "C",
    observation    BIGINT,
    photographs    TEXT NOT NULL,
    correction_due TEXT COLLATE "C",
    PRIMARY KEY (district, inspection, finding)
);

CREATE INDEX finding_unit ON finding (district, unit, inspection, finding);

-- Ledger: the steps of a finding's correction, counted from 1. State 2 demands it (anew), 3
-- reports it, 4 accepts it.
CREATE TABLE finding_step (
    district    TEXT COLLATE "C" NOT NULL,
    inspection  BIGINT NOT NULL,
    finding     BIGINT NOT NULL,
    step        BIGINT NOT NULL CHECK (step > 0),
    state       BIGINT NOT NULL CHECK (state BETWEEN 2 AND 4),
    note        TEXT NOT NULL,
    evidence    TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, inspection, finding, step)
);

CREATE TRIGGER inspection_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON inspection
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER finding_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON finding
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER finding_step_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON finding_step
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
