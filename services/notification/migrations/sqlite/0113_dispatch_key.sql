-- A letter goes to a contact once, and is held once for each role in each unit that it is for: of ten
-- units without a contact each has its own. The table is made anew under its name, and what refers to
-- it is looked at when all is done.
PRAGMA defer_foreign_keys = ON;

CREATE TABLE dispatch_before AS SELECT * FROM dispatch;
DROP TABLE dispatch;

CREATE TABLE dispatch (
    district     TEXT    NOT NULL,
    sequence     INTEGER NOT NULL CHECK (sequence > 0),
    source       TEXT    NOT NULL,
    unit         TEXT    NOT NULL,
    contact      TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    body         TEXT    NOT NULL,
    due_date     TEXT    NOT NULL,
    state        INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
    hold         INTEGER NOT NULL CHECK (hold BETWEEN 0 AND 2),
    next_time    INTEGER NOT NULL,
    lease        TEXT    NOT NULL,
    tries        INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    last_failure TEXT    NOT NULL,
    create_time  INTEGER NOT NULL,
    urgent       INTEGER NOT NULL DEFAULT 0,
    role         INTEGER NOT NULL DEFAULT 0 CHECK (role BETWEEN 0 AND 4),
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

INSERT INTO dispatch (district, sequence, source, unit, contact, channel, subject, body, due_date,
    state, hold, next_time, lease, tries, attempts, last_failure, create_time, urgent, role)
SELECT district, sequence, source, unit, contact, channel, subject, body, due_date,
    state, hold, next_time, lease, tries, attempts, last_failure, create_time, urgent, role
FROM dispatch_before;
DROP TABLE dispatch_before;

CREATE UNIQUE INDEX dispatch_source ON dispatch (district, source, unit, role, contact);
CREATE UNIQUE INDEX dispatch_goal ON dispatch (district, source, unit, contact) WHERE contact <> '';
CREATE INDEX dispatch_due ON dispatch (district, channel, state, next_time, sequence);
CREATE INDEX dispatch_unit ON dispatch (district, unit, state, sequence);
CREATE INDEX dispatch_state ON dispatch (district, state, sequence);
CREATE INDEX dispatch_contact ON dispatch (district, contact, state);
CREATE INDEX dispatch_text ON dispatch (district, create_time)
    WHERE state IN (2, 3) AND body <> '';
