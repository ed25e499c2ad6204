-- Remarks of the public on published commitments, without who wrote. Insert-only.
CREATE TABLE remark (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    commitment  INTEGER NOT NULL,
    topic       TEXT NOT NULL,
    text        TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, commitment) REFERENCES commitment (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX remark_commitment ON remark (district, commitment, sequence);

-- How they were moderated and answered. Insert-only.
CREATE TABLE remark_step (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    text        TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence, ordinal),
    FOREIGN KEY (district, sequence) REFERENCES remark (district, sequence)
) STRICT, WITHOUT ROWID;

-- Where each stands, so that lists find it.
CREATE TABLE remark_state (
    district TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    state    INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, sequence) REFERENCES remark (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX remark_state_state ON remark_state (district, state, sequence);

CREATE TRIGGER remark_no_update BEFORE UPDATE ON remark
BEGIN
    SELECT RAISE(ABORT, 'remark is insert-only');
END;

CREATE TRIGGER remark_no_delete BEFORE DELETE ON remark
BEGIN
    SELECT RAISE(ABORT, 'remark is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER remark_no_replace BEFORE INSERT ON remark
WHEN EXISTS (SELECT 1 FROM remark
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'remark is insert-only');
END;

CREATE TRIGGER remark_step_no_update BEFORE UPDATE ON remark_step
BEGIN
    SELECT RAISE(ABORT, 'remark_step is insert-only');
END;

CREATE TRIGGER remark_step_no_delete BEFORE DELETE ON remark_step
BEGIN
    SELECT RAISE(ABORT, 'remark_step is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER remark_step_no_replace BEFORE INSERT ON remark_step
WHEN EXISTS (SELECT 1 FROM remark_step
             WHERE district = new.district AND sequence = new.sequence AND ordinal = new.ordinal)
BEGIN
    SELECT RAISE(ABORT, 'remark_step is insert-only');
END;
