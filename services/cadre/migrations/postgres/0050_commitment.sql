-- Commitments as they were made. Insert-only.
CREATE TABLE commitment (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    person      TEXT COLLATE "C" NOT NULL,
    unit        TEXT COLLATE "C" NOT NULL,
    post        TEXT NOT NULL,
    position    TEXT COLLATE "C",
    indicator   TEXT COLLATE "C",
    year        BIGINT NOT NULL,
    area        BIGINT NOT NULL,
    occasion    BIGINT NOT NULL,
    make_date   TEXT COLLATE "C" NOT NULL,
    due_date    TEXT COLLATE "C" NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
);

CREATE INDEX commitment_person ON commitment (district, person, year, sequence);
CREATE INDEX commitment_unit ON commitment (district, unit, year, sequence);
CREATE INDEX commitment_year ON commitment (district, year, sequence);

-- What was committed to, and each revision of it. Insert-only. milestones is a JSON list.
CREATE TABLE commitment_text (
    district   TEXT COLLATE "C" NOT NULL,
    sequence   BIGINT NOT NULL,
    ordinal    BIGINT NOT NULL,
    title      TEXT NOT NULL,
    content    TEXT NOT NULL,
    target     TEXT NOT NULL,
    milestones TEXT NOT NULL,
    PRIMARY KEY (district, sequence, ordinal),
    FOREIGN KEY (district, sequence) REFERENCES commitment (district, sequence)
);

-- The steps they took. Insert-only. grades is a JSON list.
CREATE TABLE commitment_step (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    ordinal     BIGINT NOT NULL,
    state       BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    grades      TEXT NOT NULL,
    verdict     BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence, ordinal),
    FOREIGN KEY (district, sequence) REFERENCES commitment (district, sequence)
);

-- Where each stands, so that lists find it.
CREATE TABLE commitment_state (
    district  TEXT COLLATE "C" NOT NULL,
    sequence  BIGINT NOT NULL,
    state     BIGINT NOT NULL,
    published BOOLEAN NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, sequence) REFERENCES commitment (district, sequence)
);

CREATE INDEX commitment_state_state ON commitment_state (district, state, sequence);
CREATE INDEX commitment_state_published ON commitment_state (district, published, sequence);

-- What was found about them, quarter by quarter. Insert-only. evidence is a JSON list.
CREATE TABLE commitment_fact (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    commitment  BIGINT NOT NULL,
    period      TEXT COLLATE "C" NOT NULL,
    kind        BIGINT NOT NULL,
    fact_date   TEXT COLLATE "C" NOT NULL,
    text        TEXT NOT NULL,
    percent     BIGINT,
    milestone   BIGINT,
    evidence    TEXT NOT NULL,
    filer       TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, commitment) REFERENCES commitment (district, sequence)
);

CREATE INDEX commitment_fact_commitment ON commitment_fact (district, commitment, sequence);
CREATE INDEX commitment_fact_period ON commitment_fact (district, period, sequence);

CREATE TRIGGER commitment_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON commitment
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER commitment_text_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON commitment_text
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER commitment_step_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON commitment_step
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER commitment_fact_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON commitment_fact
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
