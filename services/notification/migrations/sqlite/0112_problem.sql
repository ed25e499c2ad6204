-- Problems that documents name open rectifications, too, so `letter` may be the place of one of
-- these: 2^40 and, a thousand for each document, its recipient. SQLite drops no reference; the table is
-- made anew under its name, and what refers to it is looked at when all is done.
PRAGMA defer_foreign_keys = ON;

CREATE TABLE rectification_before AS SELECT * FROM rectification;
DROP TABLE rectification;

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
    problem       TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (district, letter)
) STRICT, WITHOUT ROWID;

INSERT INTO rectification (district, letter, recipient, state, due_date, level, escalate_date,
    steps, create_time)
SELECT district, letter, recipient, state, due_date, level, escalate_date, steps, create_time
FROM rectification_before;
DROP TABLE rectification_before;

CREATE INDEX rectification_recipient ON rectification (district, recipient, letter);
CREATE INDEX rectification_state ON rectification (district, state, letter);
CREATE INDEX rectification_due ON rectification (district, state, due_date, letter);
CREATE INDEX rectification_escalate ON rectification (escalate_date) WHERE escalate_date <> '';
