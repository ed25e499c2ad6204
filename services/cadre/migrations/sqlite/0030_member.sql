-- The last position of a district's ledger, and the lock of its writers.
CREATE TABLE ledger_head (
    district TEXT NOT NULL,
    ledger   TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (district, ledger)
) STRICT, WITHOUT ROWID;

-- Who sits on which seat of a body. Insert-only; an end or a revocation is a step.
CREATE TABLE member (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    seat        TEXT NOT NULL,
    unit        TEXT NOT NULL,
    role        INTEGER NOT NULL,
    person      TEXT NOT NULL,
    home_unit   TEXT NOT NULL,
    start_date  TEXT NOT NULL,
    end_date    TEXT,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX member_unit ON member (district, unit, sequence);
CREATE INDEX member_seat ON member (district, seat, sequence);
CREATE INDEX member_person ON member (district, person, sequence);

CREATE TRIGGER member_no_update BEFORE UPDATE ON member
BEGIN
    SELECT RAISE(ABORT, 'member is insert-only');
END;

CREATE TRIGGER member_no_delete BEFORE DELETE ON member
BEGIN
    SELECT RAISE(ABORT, 'member is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER member_no_replace BEFORE INSERT ON member
WHEN EXISTS (SELECT 1 FROM member
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'member is insert-only');
END;

-- What became of it. Insert-only.
CREATE TABLE member_step (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    day         TEXT,
    account     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence, ordinal),
    FOREIGN KEY (district, sequence) REFERENCES member (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER member_step_no_update BEFORE UPDATE ON member_step
BEGIN
    SELECT RAISE(ABORT, 'member_step is insert-only');
END;

CREATE TRIGGER member_step_no_delete BEFORE DELETE ON member_step
BEGIN
    SELECT RAISE(ABORT, 'member_step is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER member_step_no_replace BEFORE INSERT ON member_step
WHEN EXISTS (SELECT 1 FROM member_step
             WHERE district = new.district AND sequence = new.sequence AND ordinal = new.ordinal)
BEGIN
    SELECT RAISE(ABORT, 'member_step is insert-only');
END;
