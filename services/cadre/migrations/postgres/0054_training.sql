-- Trainings. Insert-only. topics is a JSON list.
CREATE TABLE training (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    kind        BIGINT NOT NULL,
    title       TEXT NOT NULL,
    content     TEXT NOT NULL,
    topics      TEXT NOT NULL,
    start_date  TEXT COLLATE "C" NOT NULL,
    end_date    TEXT COLLATE "C" NOT NULL,
    organiser   TEXT NOT NULL,
    unit        TEXT COLLATE "C",
    mentor      TEXT COLLATE "C",
    places      BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, mentor) REFERENCES person (district, id)
);

CREATE INDEX training_kind ON training (district, kind, sequence);
CREATE INDEX training_end ON training (district, end_date, sequence);

-- Who takes part. Insert-only.
CREATE TABLE enrolment (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    training    BIGINT NOT NULL,
    person      TEXT COLLATE "C" NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id),
    FOREIGN KEY (district, training) REFERENCES training (district, sequence)
);

CREATE INDEX enrolment_training ON enrolment (district, training, sequence);
CREATE INDEX enrolment_person ON enrolment (district, person, sequence);

-- Who was there, day by day; a later record of a day takes the place of the earlier. Insert-only.
CREATE TABLE attendance (
    district    TEXT COLLATE "C" NOT NULL,
    enrolment   BIGINT NOT NULL,
    ordinal     BIGINT NOT NULL,
    day         TEXT COLLATE "C" NOT NULL,
    presence    BIGINT NOT NULL,
    note        TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, enrolment, ordinal),
    FOREIGN KEY (district, enrolment) REFERENCES enrolment (district, sequence)
);

-- What came of it; a later record takes the place of the earlier. Insert-only.
CREATE TABLE outcome (
    district    TEXT COLLATE "C" NOT NULL,
    enrolment   BIGINT NOT NULL,
    ordinal     BIGINT NOT NULL,
    outcome     BIGINT NOT NULL,
    place       BIGINT NOT NULL,
    note        TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, enrolment, ordinal),
    FOREIGN KEY (district, enrolment) REFERENCES enrolment (district, sequence)
);

CREATE TRIGGER training_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON training
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER enrolment_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON enrolment
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER attendance_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON attendance
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER outcome_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON outcome
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
