-- Remarks of the public on published commitments, without who wrote. Insert-only.
CREATE TABLE remark (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    commitment  BIGINT NOT NULL,
    topic       TEXT NOT NULL,
    text        TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, commitment) REFERENCES commitment (district, sequence)
);

CREATE INDEX remark_commitment ON remark (district, commitment, sequence);

-- How they were moderated and answered. Insert-only.
CREATE TABLE remark_step (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    ordinal     BIGINT NOT NULL,
    state       BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    text        TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence, ordinal),
    FOREIGN KEY (district, sequence) REFERENCES remark (district, sequence)
);

-- Where each stands, so that lists find it.
CREATE TABLE remark_state (
    district TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    state    BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, sequence) REFERENCES remark (district, sequence)
);

CREATE INDEX remark_state_state ON remark_state (district, state, sequence);

CREATE TRIGGER remark_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON remark
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER remark_step_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON remark_step
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
