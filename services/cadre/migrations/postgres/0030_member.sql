-- The last position of a district's ledger, and the lock of its writers.
CREATE TABLE ledger_head (
    district TEXT COLLATE "C" NOT NULL,
    ledger   TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (district, ledger)
);

-- Who sits on which seat of a body. Insert-only; an end or a revocation is a step.
CREATE TABLE member (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    seat        TEXT COLLATE "C" NOT NULL,
    unit        TEXT COLLATE "C" NOT NULL,
    role        BIGINT NOT NULL,
    person      TEXT COLLATE "C" NOT NULL,
    home_unit   TEXT COLLATE "C" NOT NULL,
    start_date  TEXT COLLATE "C" NOT NULL,
    end_date    TEXT COLLATE "C",
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
);

CREATE INDEX member_unit ON member (district, unit, sequence);
CREATE INDEX member_seat ON member (district, seat, sequence);
CREATE INDEX member_person ON member (district, person, sequence);

CREATE TRIGGER member_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON member
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

-- What became of it. Insert-only.
CREATE TABLE member_step (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    ordinal     BIGINT NOT NULL,
    kind        BIGINT NOT NULL,
    day         TEXT COLLATE "C",
    account     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence, ordinal),
    FOREIGN KEY (district, sequence) REFERENCES member (district, sequence)
);

CREATE TRIGGER member_step_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON member_step
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
