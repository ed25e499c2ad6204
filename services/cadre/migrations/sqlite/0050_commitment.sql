-- Commitments as they were made. Insert-only.
CREATE TABLE commitment (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    person      TEXT NOT NULL,
    unit        TEXT NOT NULL,
    post        TEXT NOT NULL,
    position    TEXT,
    indicator   TEXT,
    year        INTEGER NOT NULL,
    area        INTEGER NOT NULL,
    occasion    INTEGER NOT NULL,
    make_date   TEXT NOT NULL,
    due_date    TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX commitment_person ON commitment (district, person, year, sequence);
CREATE INDEX commitment_unit ON commitment (district, unit, year, sequence);
CREATE INDEX commitment_year ON commitment (district, year, sequence);

-- What was committed to, and each revision of it. Insert-only. milestones is a JSON list.
CREATE TABLE commitment_text (
    district   TEXT NOT NULL,
    sequence   INTEGER NOT NULL,
    ordinal    INTEGER NOT NULL,
    title      TEXT NOT NULL,
    content    TEXT NOT NULL,
    target     TEXT NOT NULL,
    milestones TEXT NOT NULL,
    PRIMARY KEY (district, sequence, ordinal),
    FOREIGN KEY (district, sequence) REFERENCES commitment (district, sequence)
) STRICT, WITHOUT ROWID;

-- The steps they took. Insert-only. grades is a JSON list.
CREATE TABLE commitment_step (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    grades      TEXT NOT NULL,
    verdict     INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence, ordinal),
    FOREIGN KEY (district, sequence) REFERENCES commitment (district, sequence)
) STRICT, WITHOUT ROWID;

-- Where each stands, so that lists find it.
CREATE TABLE commitment_state (
    district  TEXT NOT NULL,
    sequence  INTEGER NOT NULL,
    state     INTEGER NOT NULL,
    published INTEGER NOT NULL CHECK (published IN (0, 1)),
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, sequence) REFERENCES commitment (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX commitment_state_state ON commitment_state (district, state, sequence);
CREATE INDEX commitment_state_published ON commitment_state (district, published, sequence);

-- What was found about them, quarter by quarter. Insert-only. evidence is a JSON list.
CREATE TABLE commitment_fact (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    commitment  INTEGER NOT NULL,
    period      TEXT NOT NULL,
    kind        INTEGER NOT NULL,
    fact_date   TEXT NOT NULL,
    text        TEXT NOT NULL,
    percent     INTEGER,
    milestone   INTEGER,
    evidence    TEXT NOT NULL,
    filer       TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, commitment) REFERENCES commitment (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX commitment_fact_commitment ON commitment_fact (district, commitment, sequence);
CREATE INDEX commitment_fact_period ON commitment_fact (district, period, sequence);

CREATE TRIGGER commitment_no_update BEFORE UPDATE ON commitment
BEGIN
    SELECT RAISE(ABORT, 'commitment is insert-only');
END;

CREATE TRIGGER commitment_no_delete BEFORE DELETE ON commitment
BEGIN
    SELECT RAISE(ABORT, 'commitment is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER commitment_no_replace BEFORE INSERT ON commitment
WHEN EXISTS (SELECT 1 FROM commitment
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'commitment is insert-only');
END;

CREATE TRIGGER commitment_text_no_update BEFORE UPDATE ON commitment_text
BEGIN
    SELECT RAISE(ABORT, 'commitment_text is insert-only');
END;

CREATE TRIGGER commitment_text_no_delete BEFORE DELETE ON commitment_text
BEGIN
    SELECT RAISE(ABORT, 'commitment_text is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER commitment_text_no_replace BEFORE INSERT ON commitment_text
WHEN EXISTS (SELECT 1 FROM commitment_text
             WHERE district = new.district AND sequence = new.sequence AND ordinal = new.ordinal)
BEGIN
    SELECT RAISE(ABORT, 'commitment_text is insert-only');
END;

CREATE TRIGGER commitment_step_no_update BEFORE UPDATE ON commitment_step
BEGIN
    SELECT RAISE(ABORT, 'commitment_step is insert-only');
END;

CREATE TRIGGER commitment_step_no_delete BEFORE DELETE ON commitment_step
BEGIN
    SELECT RAISE(ABORT, 'commitment_step is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER commitment_step_no_replace BEFORE INSERT ON commitment_step
WHEN EXISTS (SELECT 1 FROM commitment_step
             WHERE district = new.district AND sequence = new.sequence AND ordinal = new.ordinal)
BEGIN
    SELECT RAISE(ABORT, 'commitment_step is insert-only');
END;

CREATE TRIGGER commitment_fact_no_update BEFORE UPDATE ON commitment_fact
BEGIN
    SELECT RAISE(ABORT, 'commitment_fact is insert-only');
END;

CREATE TRIGGER commitment_fact_no_delete BEFORE DELETE ON commitment_fact
BEGIN
    SELECT RAISE(ABORT, 'commitment_fact is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER commitment_fact_no_replace BEFORE INSERT ON commitment_fact
WHEN EXISTS (SELECT 1 FROM commitment_fact
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'commitment_fact is insert-only');
END;
