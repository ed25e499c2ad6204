-- Consultations on drafts. The units that are asked are lines of text.
CREATE TABLE consultation (
    district    TEXT NOT NULL REFERENCES district (district),
    id          TEXT NOT NULL,
    uid         TEXT NOT NULL,
    scheme      TEXT NOT NULL,
    units       TEXT NOT NULL,
    due_date    TEXT NOT NULL,
    binding     INTEGER NOT NULL,
    close_time  INTEGER,
    comments    INTEGER NOT NULL,
    answered    INTEGER NOT NULL CHECK (answered <= comments),
    create_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, scheme) REFERENCES scheme (district, id)
) STRICT;

CREATE INDEX consultation_scheme ON consultation (district, scheme, id);

-- Ledger: what units say of a draft.
CREATE TABLE comment (
    district     TEXT NOT NULL,
    consultation TEXT NOT NULL,
    number       INTEGER NOT NULL CHECK (number > 0),
    unit         TEXT NOT NULL,
    track_id     TEXT,
    node_id      TEXT,
    text         TEXT NOT NULL,
    create_time  INTEGER NOT NULL,
    PRIMARY KEY (district, consultation, number),
    FOREIGN KEY (district, consultation) REFERENCES consultation (district, id),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id)
) STRICT;

-- Ledger: what the office answers. Verdict 1 adopts, 2 adopts in part, 3 declines.
CREATE TABLE answer (
    district     TEXT NOT NULL,
    consultation TEXT NOT NULL,
    number       INTEGER NOT NULL,
    verdict      INTEGER NOT NULL CHECK (verdict BETWEEN 1 AND 3),
    text         TEXT NOT NULL,
    create_time  INTEGER NOT NULL,
    PRIMARY KEY (district, consultation, number),
    FOREIGN KEY (district, consultation, number)
        REFERENCES comment (district, consultation, number)
) STRICT;

CREATE TRIGGER comment_update BEFORE UPDATE ON comment
BEGIN
    SELECT RAISE(ABORT, 'comment is insert-only');
END;

CREATE TRIGGER comment_delete BEFORE DELETE ON comment
BEGIN
    SELECT RAISE(ABORT, 'comment is insert-only');
END;

CREATE TRIGGER comment_replace BEFORE INSERT ON comment
WHEN EXISTS (
    SELECT 1 FROM comment
    WHERE district = NEW.district AND consultation = NEW.consultation AND number = NEW.number
)
BEGIN
    SELECT RAISE(ABORT, 'comment is insert-only');
END;

CREATE TRIGGER answer_update BEFORE UPDATE ON answer
BEGIN
    SELECT RAISE(ABORT, 'answer is insert-only');
END;

CREATE TRIGGER answer_delete BEFORE DELETE ON answer
BEGIN
    SELECT RAISE(ABORT, 'answer is insert-only');
END;

CREATE TRIGGER answer_replace BEFORE INSERT ON answer
WHEN EXISTS (
    SELECT 1 FROM answer
    WHERE district = NEW.district AND consultation = NEW.consultation AND number = NEW.number
)
BEGIN
    SELECT RAISE(ABORT, 'answer is insert-only');
END;
