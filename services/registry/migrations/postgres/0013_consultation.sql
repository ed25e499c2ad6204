-- Consultations on drafts. The units that are asked are lines of text.
CREATE TABLE consultation (
    district    TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id          TEXT COLLATE "C" NOT NULL,
    uid         TEXT NOT NULL,
    scheme      TEXT COLLATE "C" NOT NULL,
    units       TEXT NOT NULL,
    due_date    TEXT COLLATE "C" NOT NULL,
    binding     BOOLEAN NOT NULL,
    close_time  BIGINT,
    comments    BIGINT NOT NULL,
    answered    BIGINT NOT NULL CHECK (answered <= comments),
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    revision    BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, scheme) REFERENCES scheme (district, id)
);

CREATE INDEX consultation_scheme ON consultation (district, scheme, id);

-- Ledger: what units say of a draft.
CREATE TABLE comment (
    district     TEXT COLLATE "C" NOT NULL,
    consultation TEXT COLLATE "C" NOT NULL,
    number       BIGINT NOT NULL CHECK (number > 0),
    unit         TEXT COLLATE "C" NOT NULL,
    track_id     TEXT COLLATE "C",
    node_id      TEXT COLLATE "C",
    text         TEXT NOT NULL,
    create_time  BIGINT NOT NULL,
    PRIMARY KEY (district, consultation, number),
    FOREIGN KEY (district, consultation) REFERENCES consultation (district, id),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id)
);

-- Ledger: what the office answers. Verdict 1 adopts, 2 adopts in part, 3 declines.
CREATE TABLE answer (
    district     TEXT COLLATE "C" NOT NULL,
    consultation TEXT COLLATE "C" NOT NULL,
    number       BIGINT NOT NULL,
    verdict      BIGINT NOT NULL CHECK (verdict BETWEEN 1 AND 3),
    text         TEXT NOT NULL,
    create_time  BIGINT NOT NULL,
    PRIMARY KEY (district, consultation, number),
    FOREIGN KEY (district, consultation, number)
        REFERENCES comment (district, consultation, number)
);

CREATE TRIGGER comment_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON comment
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER answer_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON answer
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
