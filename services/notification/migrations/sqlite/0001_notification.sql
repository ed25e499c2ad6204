-- Every key begins with the district: a district is one shard. Instants are microseconds
-- since 1970-01-01 UTC, dates are yyyy-mm-dd, and the numbers of enumerations those of the
-- contract.

-- Where the letters and bulletins of a district have come to. Taking the row is also the
-- district's lock: its writers go one after another.
CREATE TABLE head (
    district TEXT    NOT NULL PRIMARY KEY,
    letter   INTEGER NOT NULL CHECK (letter >= 0),
    bulletin INTEGER NOT NULL CHECK (bulletin >= 0)
) STRICT, WITHOUT ROWID;

-- The tray: what scoring told and is not issued yet, unread. Kind 1 is a warning, 2 a closed
-- month; the payload is the event of scoring's contract. What is itself at fault is not tried
-- before its retry_time.
CREATE TABLE notice (
    district     TEXT    NOT NULL,
    source       TEXT    NOT NULL,
    kind         INTEGER NOT NULL CHECK (kind IN (1, 2)),
    payload      BLOB    NOT NULL,
    trace_parent TEXT    NOT NULL,
    create_time  INTEGER NOT NULL,
    retry_time   INTEGER NOT NULL,
    PRIMARY KEY (district, source)
) STRICT, WITHOUT ROWID;

CREATE INDEX notice_cause ON notice (district, trace_parent, kind, create_time);

-- Templates that districts made their own.
CREATE TABLE template (
    district    TEXT    NOT NULL,
    kind        INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
    subject     TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    update_time INTEGER NOT NULL,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, kind)
) STRICT, WITHOUT ROWID;

-- Letters. Only how far the recipient has come ever changes, and only forwards.
CREATE TABLE letter (
    district               TEXT    NOT NULL,
    sequence               INTEGER NOT NULL CHECK (sequence > 0),
    kind                   INTEGER NOT NULL CHECK (kind IN (1, 2)),
    recipient              TEXT    NOT NULL,
    recipient_display_name TEXT    NOT NULL,
    subject                TEXT    NOT NULL,
    body                   TEXT    NOT NULL,
    template_fault         TEXT    NOT NULL,
    source                 TEXT    NOT NULL,
    period                 TEXT    NOT NULL,
    due_date               TEXT    NOT NULL,
    create_time            INTEGER NOT NULL,
    state                  INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
    PRIMARY KEY (district, sequence),
    UNIQUE (district, source)
) STRICT, WITHOUT ROWID;

CREATE INDEX letter_recipient ON letter (district, recipient, sequence);
CREATE INDEX letter_recipient_state ON letter (district, recipient, state, sequence);
CREATE INDEX letter_state ON letter (district, state, sequence);
CREATE INDEX letter_kind ON letter (district, kind, sequence);
CREATE INDEX letter_period ON letter (district, period, sequence);

CREATE TRIGGER letter_text_fixed BEFORE UPDATE OF
    district, sequence, kind, recipient, recipient_display_name, subject, body, template_fault,
    source, period, due_date, create_time ON letter
BEGIN
    SELECT RAISE(ABORT, 'letter is insert-only');
END;

CREATE TRIGGER letter_state_forwards BEFORE UPDATE OF state ON letter
WHEN new.state <= old.state
BEGIN
    SELECT RAISE(ABORT, 'letter is insert-only but for its state, which only goes forwards');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER letter_no_replace BEFORE INSERT ON letter
WHEN EXISTS (SELECT 1 FROM letter WHERE district = new.district AND sequence = new.sequence)
  OR EXISTS (SELECT 1 FROM letter WHERE district = new.district AND source = new.source)
BEGIN
    SELECT RAISE(ABORT, 'letter is insert-only');
END;

CREATE TRIGGER letter_no_delete BEFORE DELETE ON letter
BEGIN
    SELECT RAISE(ABORT, 'letter is insert-only');
END;

-- What recipients did, one row a step. Insert-only.
CREATE TABLE receipt (
    district    TEXT    NOT NULL,
    letter      INTEGER NOT NULL,
    state       INTEGER NOT NULL CHECK (state IN (2, 3)),
    text        TEXT    NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, letter, state),
    FOREIGN KEY (district, letter) REFERENCES letter (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER receipt_no_update BEFORE UPDATE ON receipt
BEGIN
    SELECT RAISE(ABORT, 'receipt is insert-only');
END;

CREATE TRIGGER receipt_no_replace BEFORE INSERT ON receipt
WHEN EXISTS (SELECT 1 FROM receipt
             WHERE district = new.district AND letter = new.letter AND state = new.state)
BEGIN
    SELECT RAISE(ABORT, 'receipt is insert-only');
END;

CREATE TRIGGER receipt_no_delete BEFORE DELETE ON receipt
BEGIN
    SELECT RAISE(ABORT, 'receipt is insert-only');
END;

-- Bulletins, one a month. `boards` holds names, one a line. Insert-only.
CREATE TABLE bulletin (
    district       TEXT    NOT NULL,
    sequence       INTEGER NOT NULL CHECK (sequence > 0),
    period         TEXT    NOT NULL,
    subject        TEXT    NOT NULL,
    body           TEXT    NOT NULL,
    template_fault TEXT    NOT NULL,
    boards         TEXT    NOT NULL,
    create_time    INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    UNIQUE (district, period)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER bulletin_no_update BEFORE UPDATE ON bulletin
BEGIN
    SELECT RAISE(ABORT, 'bulletin is insert-only');
END;

CREATE TRIGGER bulletin_no_replace BEFORE INSERT ON bulletin
WHEN EXISTS (SELECT 1 FROM bulletin WHERE district = new.district AND sequence = new.sequence)
  OR EXISTS (SELECT 1 FROM bulletin WHERE district = new.district AND period = new.period)
BEGIN
    SELECT RAISE(ABORT, 'bulletin is insert-only');
END;

CREATE TRIGGER bulletin_no_delete BEFORE DELETE ON bulletin
BEGIN
    SELECT RAISE(ABORT, 'bulletin is insert-only');
END;
