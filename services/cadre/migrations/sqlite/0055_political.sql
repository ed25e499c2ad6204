-- The political-quality archive. contents and verdict are sealed under the person's key. Insert-only.
CREATE TABLE political_record (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    person      TEXT NOT NULL,
    kind        INTEGER NOT NULL,
    period      TEXT NOT NULL,
    contents    BLOB NOT NULL,
    verdict     BLOB NOT NULL,
    recorder    TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX political_record_person ON political_record (district, person, sequence);

-- Tickets that open an archive. Insert-only.
CREATE TABLE access_ticket (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    person      TEXT NOT NULL,
    reader      TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    hours       INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX access_ticket_person ON access_ticket (district, person, sequence);

-- What was decided about them. Insert-only.
CREATE TABLE access_decision (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    approved    INTEGER NOT NULL,
    decider     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, sequence) REFERENCES access_ticket (district, sequence)
) STRICT, WITHOUT ROWID;

-- Who read what. Insert-only.
CREATE TABLE political_read (
    district     TEXT NOT NULL,
    sequence     INTEGER NOT NULL,
    person       TEXT NOT NULL,
    ticket       INTEGER,
    reader       TEXT NOT NULL,
    record_count INTEGER NOT NULL,
    create_time  INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id),
    FOREIGN KEY (district, ticket) REFERENCES access_ticket (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX political_read_person ON political_read (district, person, sequence);

-- Reminders of political check-ups. Insert-only. items is a JSON list.
CREATE TABLE political_check (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    person      TEXT NOT NULL,
    unit        TEXT NOT NULL,
    period      TEXT NOT NULL,
    due_date    TEXT NOT NULL,
    items       TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX political_check_period ON political_check (district, period, sequence);
CREATE INDEX political_check_person ON political_check (district, person, sequence);

-- The checklists that came; what they say is a sealed record. Insert-only.
CREATE TABLE political_checklist (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    record      INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, sequence) REFERENCES political_check (district, sequence),
    FOREIGN KEY (district, record) REFERENCES political_record (district, sequence)
) STRICT, WITHOUT ROWID;

-- How many checklists of a period meet an item, over all persons.
CREATE TABLE political_count (
    district TEXT NOT NULL,
    period   TEXT NOT NULL,
    item     INTEGER NOT NULL,
    met      INTEGER NOT NULL,
    unmet    INTEGER NOT NULL,
    PRIMARY KEY (district, period, item)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER political_record_no_update BEFORE UPDATE ON political_record
BEGIN
    SELECT RAISE(ABORT, 'political_record is insert-only');
END;

CREATE TRIGGER political_record_no_delete BEFORE DELETE ON political_record
BEGIN
    SELECT RAISE(ABORT, 'political_record is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER political_record_no_replace BEFORE INSERT ON political_record
WHEN EXISTS (SELECT 1 FROM political_record
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'political_record is insert-only');
END;

CREATE TRIGGER access_ticket_no_update BEFORE UPDATE ON access_ticket
BEGIN
    SELECT RAISE(ABORT, 'access_ticket is insert-only');
END;

CREATE TRIGGER access_ticket_no_delete BEFORE DELETE ON access_ticket
BEGIN
    SELECT RAISE(ABORT, 'access_ticket is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER access_ticket_no_replace BEFORE INSERT ON access_ticket
WHEN EXISTS (SELECT 1 FROM access_ticket
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'access_ticket is insert-only');
END;

CREATE TRIGGER access_decision_no_update BEFORE UPDATE ON access_decision
BEGIN
    SELECT RAISE(ABORT, 'access_decision is insert-only');
END;

CREATE TRIGGER access_decision_no_delete BEFORE DELETE ON access_decision
BEGIN
    SELECT RAISE(ABORT, 'access_decision is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER access_decision_no_replace BEFORE INSERT ON access_decision
WHEN EXISTS (SELECT 1 FROM access_decision
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'access_decision is insert-only');
END;

CREATE TRIGGER political_read_no_update BEFORE UPDATE ON political_read
BEGIN
    SELECT RAISE(ABORT, 'political_read is insert-only');
END;

CREATE TRIGGER political_read_no_delete BEFORE DELETE ON political_read
BEGIN
    SELECT RAISE(ABORT, 'political_read is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER political_read_no_replace BEFORE INSERT ON political_read
WHEN EXISTS (SELECT 1 FROM political_read
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'political_read is insert-only');
END;

CREATE TRIGGER political_check_no_update BEFORE UPDATE ON political_check
BEGIN
    SELECT RAISE(ABORT, 'political_check is insert-only');
END;

CREATE TRIGGER political_check_no_delete BEFORE DELETE ON political_check
BEGIN
    SELECT RAISE(ABORT, 'political_check is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER political_check_no_replace BEFORE INSERT ON political_check
WHEN EXISTS (SELECT 1 FROM political_check
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'political_check is insert-only');
END;

CREATE TRIGGER political_checklist_no_update BEFORE UPDATE ON political_checklist
BEGIN
    SELECT RAISE(ABORT, 'political_checklist is insert-only');
END;

CREATE TRIGGER political_checklist_no_delete BEFORE DELETE ON political_checklist
BEGIN
    SELECT RAISE(ABORT, 'political_checklist is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER political_checklist_no_replace BEFORE INSERT ON political_checklist
WHEN EXISTS (SELECT 1 FROM political_checklist
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'political_checklist is insert-only');
END;
