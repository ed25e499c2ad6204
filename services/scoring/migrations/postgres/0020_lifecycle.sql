-- Ledger: objections to published results. `term_date` is a day of the district's calendar.
CREATE TABLE objection (
    district          TEXT COLLATE "C" NOT NULL,
    sequence          BIGINT NOT NULL CHECK (sequence > 0),
    run               BIGINT NOT NULL,
    unit              TEXT COLLATE "C" NOT NULL,
    unit_display_name TEXT NOT NULL,
    period            TEXT COLLATE "C" NOT NULL,
    scheme            TEXT COLLATE "C" NOT NULL,
    filing_unit       TEXT NOT NULL,
    ground            TEXT NOT NULL,
    node_ids          TEXT NOT NULL,
    evidence          TEXT NOT NULL,
    term_date         TEXT NOT NULL,
    create_time       BIGINT NOT NULL,
    PRIMARY KEY (district, sequence)
);

-- A result is objected to once; lists by what they are narrowed to.
CREATE UNIQUE INDEX objection_result ON objection (district, run, unit);
CREATE INDEX objection_unit ON objection (district, unit, sequence);

-- Ledger: answers, one each. Decision 1 upholds, 2 dismisses.
CREATE TABLE objection_answer (
    district       TEXT COLLATE "C" NOT NULL,
    objection      BIGINT NOT NULL,
    decision       BIGINT NOT NULL CHECK (decision IN (1, 2)),
    answer         TEXT NOT NULL,
    answering_unit TEXT NOT NULL,
    create_time    BIGINT NOT NULL,
    PRIMARY KEY (district, objection)
);

-- Ledger: the run by which an upheld objection was settled.
CREATE TABLE objection_settlement (
    district    TEXT COLLATE "C" NOT NULL,
    objection   BIGINT NOT NULL,
    run         BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, objection)
);

-- Ledger: corrections of closed periods. Presence 1 is a value, 2 says that the indicator does
-- not apply; `corrects` is the observation that counted when it was requested.
CREATE TABLE correction (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL CHECK (sequence > 0),
    period      TEXT COLLATE "C" NOT NULL,
    unit        TEXT COLLATE "C" NOT NULL,
    indicator   TEXT COLLATE "C" NOT NULL,
    presence    BIGINT NOT NULL CHECK (presence IN (1, 2)),
    value       TEXT CHECK ((value IS NULL) = (presence = 2)),
    reason      TEXT NOT NULL,
    evidence    TEXT NOT NULL,
    requester   TEXT NOT NULL,
    corrects    BIGINT ,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence)
);

CREATE INDEX correction_cell ON correction (district, period, unit, indicator, sequence);

-- Ledger: decisions, one each. Decision 1 approves and names the observation, 2 rejects.
CREATE TABLE correction_decision (
    district    TEXT COLLATE "C" NOT NULL,
    correction  BIGINT NOT NULL,
    decision    BIGINT NOT NULL CHECK (decision IN (1, 2)),
    reason      TEXT NOT NULL,
    decider     TEXT NOT NULL,
    observation BIGINT CHECK ((observation IS NULL) = (decision = 2)),
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, correction)
);

CREATE TRIGGER objection_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON objection
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER objection_answer_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON objection_answer
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER objection_settlement_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON objection_settlement
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER correction_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON correction
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
CREATE TRIGGER correction_decision_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON correction_decision
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
