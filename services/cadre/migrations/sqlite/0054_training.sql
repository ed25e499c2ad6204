-- Trainings. Insert-only. topics is a JSON list.
CREATE TABLE training (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    title       TEXT NOT NULL,
    content     TEXT NOT NULL,
    topics      TEXT NOT NULL,
    start_date  TEXT NOT NULL,
    end_date    TEXT NOT NULL,
    organiser   TEXT NOT NULL,
    unit        TEXT,
    mentor      TEXT,
    places      INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, mentor) REFERENCES person (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX training_kind ON training (district, kind, sequence);
CREATE INDEX training_end ON training (district, end_date, sequence);

-- Who takes part. Insert-only.
CREATE TABLE enrolment (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    training    INTEGER NOT NULL,
    person      TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id),
    FOREIGN KEY (district, training) REFERENCES training (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX enrolment_training ON enrolment (district, training, sequence);
CREATE INDEX enrolment_person ON enrolment (district, person, sequence);

-- Who was there, day by day; a later record of a day takes the place of the earlier. Insert-only.
CREATE TABLE attendance (
    district    TEXT NOT NULL,
    enrolment   INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    day         TEXT NOT NULL,
    presence    INTEGER NOT NULL,
    note        TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, enrolment, ordinal),
    FOREIGN KEY (district, enrolment) REFERENCES enrolment (district, sequence)
) STRICT, WITHOUT ROWID;

-- What came of it; a later record takes the place of the earlier. Insert-only.
CREATE TABLE outcome (
    district    TEXT NOT NULL,
    enrolment   INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    outcome     INTEGER NOT NULL,
    place       INTEGER NOT NULL,
    note        TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, enrolment, ordinal),
    FOREIGN KEY (district, enrolment) REFERENCES enrolment (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER training_no_update BEFORE UPDATE ON training
BEGIN
    SELECT RAISE(ABORT, 'training is insert-only');
END;

CREATE TRIGGER training_no_delete BEFORE DELETE ON training
BEGIN
    SELECT RAISE(ABORT, 'training is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER training_no_replace BEFORE INSERT ON training
WHEN EXISTS (SELECT 1 FROM training
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'training is insert-only');
END;

CREATE TRIGGER enrolment_no_update BEFORE UPDATE ON enrolment
BEGIN
    SELECT RAISE(ABORT, 'enrolment is insert-only');
END;

CREATE TRIGGER enrolment_no_delete BEFORE DELETE ON enrolment
BEGIN
    SELECT RAISE(ABORT, 'enrolment is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER enrolment_no_replace BEFORE INSERT ON enrolment
WHEN EXISTS (SELECT 1 FROM enrolment
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'enrolment is insert-only');
END;

CREATE TRIGGER attendance_no_update BEFORE UPDATE ON attendance
BEGIN
    SELECT RAISE(ABORT, 'attendance is insert-only');
END;

CREATE TRIGGER attendance_no_delete BEFORE DELETE ON attendance
BEGIN
    SELECT RAISE(ABORT, 'attendance is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER attendance_no_replace BEFORE INSERT ON attendance
WHEN EXISTS (SELECT 1 FROM attendance
             WHERE district = new.district AND enrolment = new.enrolment AND ordinal = new.ordinal)
BEGIN
    SELECT RAISE(ABORT, 'attendance is insert-only');
END;

CREATE TRIGGER outcome_no_update BEFORE UPDATE ON outcome
BEGIN
    SELECT RAISE(ABORT, 'outcome is insert-only');
END;

CREATE TRIGGER outcome_no_delete BEFORE DELETE ON outcome
BEGIN
    SELECT RAISE(ABORT, 'outcome is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER outcome_no_replace BEFORE INSERT ON outcome
WHEN EXISTS (SELECT 1 FROM outcome
             WHERE district = new.district AND enrolment = new.enrolment AND ordinal = new.ordinal)
BEGIN
    SELECT RAISE(ABORT, 'outcome is insert-only');
END;
