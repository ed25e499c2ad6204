-- What units do about letters. State 1 awaits a plan, 2 is under way, 3 reported, 4 closed. On
-- escalate_date the next level is spoken to; empty when there is none.
CREATE TABLE rectification (
    district      TEXT    NOT NULL,
    letter        INTEGER NOT NULL,
    recipient     TEXT    NOT NULL,
    state         INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
    due_date      TEXT    NOT NULL,
    level         INTEGER NOT NULL CHECK (level BETWEEN 0 AND 3),
    escalate_date TEXT    NOT NULL,
    steps         INTEGER NOT NULL CHECK (steps >= 0),
    create_time   INTEGER NOT NULL,
    PRIMARY KEY (district, letter),
    FOREIGN KEY (district, letter) REFERENCES letter (district, sequence)
) STRICT, WITHOUT ROWID;

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
    district    TEXT    NOT NULL,
    letter      INTEGER NOT NULL,
    number      INTEGER NOT NULL CHECK (number > 0),
    kind        INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 5),
    text        TEXT    NOT NULL,
    evidence    TEXT    NOT NULL,
    due_date    TEXT    NOT NULL,
    level       INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, letter, number),
    FOREIGN KEY (district, letter) REFERENCES rectification (district, letter)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER rectification_step_no_update BEFORE UPDATE ON rectification_step
BEGIN
    SELECT RAISE(ABORT, 'rectification_step is insert-only');
END;

CREATE TRIGGER rectification_step_no_replace BEFORE INSERT ON rectification_step
WHEN EXISTS (SELECT 1 FROM rectification_step WHERE district = new.district
             AND letter = new.letter AND number = new.number)
BEGIN
    SELECT RAISE(ABORT, 'rectification_step is insert-only');
END;

CREATE TRIGGER rectification_step_no_delete BEFORE DELETE ON rectification_step
BEGIN
    SELECT RAISE(ABORT, 'rectification_step is insert-only');
END;
