-- What units do about letters. State 1 awaits a plan, 2 is under way, 3 reported, 4 closed. On
-- escalate_date the next level is spoken to; empty when there is none.
CREATE TABLE rectification (
    district      TEXT COLLATE "C" NOT NULL,
    letter        BIGINT NOT NULL,
    recipient     TEXT COLLATE "C" NOT NULL,
    state         BIGINT NOT NULL CHECK (state BETWEEN 1 AND 4),
    due_date      TEXT COLLATE "C" NOT NULL,
    level         BIGINT NOT NULL CHECK (level BETWEEN 0 AND 3),
    escalate_date TEXT COLLATE "C" NOT NULL,
    steps         BIGINT NOT NULL CHECK (steps >= 0),
    create_time   BIGINT NOT NULL,
    PRIMARY KEY (district, letter),
    FOREIGN KEY (district, letter) REFERENCES letter (district, sequence)
);

CREATE INDEX rectification_recipient ON rectification (district, recipient, letter);
CREATE INDEX rectification_state ON rectification (district, state, letter);
CREATE INDEX rectification_due ON rectification (district, state, due_date, letter);
CREATE INDEX rectification_escalate ON rectification (escalate_date) WHERE escalate_date <> '';

-- Letters of before: nobody is spoken to about them unasked.
INSERT INTO rectification (district, letter, recipient, state, due_date, level, escalate_date,
    steps, create_time)
SELECT district, sequence, recipient, 1, due_date, 0, '', 0, create_time FROM letter;

-- Every step. `evidence` holds a digest and a title a line. Insert-only.
CREATE TABLE rectification_step (
    district    TEXT COLLATE "C" NOT NULL,
    letter      BIGINT NOT NULL,
    number      BIGINT NOT NULL CHECK (number > 0),
    kind        BIGINT NOT NULL CHECK (kind BETWEEN 1 AND 5),
    text        TEXT NOT NULL,
    evidence    TEXT NOT NULL,
    due_date    TEXT COLLATE "C" NOT NULL,
    level       BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, letter, number),
    FOREIGN KEY (district, letter) REFERENCES rectification (district, letter)
);

CREATE TRIGGER rectification_step_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON rectification_step FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
