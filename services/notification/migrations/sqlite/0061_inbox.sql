-- Notes in inboxes, the rule of a district for them, late receipts; owners, rates and conditions of
-- endpoints.

-- How many notes a district has.
CREATE TABLE note_head (
    district TEXT    NOT NULL PRIMARY KEY,
    note     INTEGER NOT NULL CHECK (note >= 0)
) STRICT, WITHOUT ROWID;

-- Notes to units. Kind 1 tells of an endpoint that was disabled, 2 of a channel.
CREATE TABLE note (
    district    TEXT    NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    unit        TEXT    NOT NULL,
    kind        INTEGER NOT NULL CHECK (kind IN (1, 2)),
    source      TEXT    NOT NULL,
    text        TEXT    NOT NULL,
    create_time INTEGER NOT NULL,
    read_time   INTEGER,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX note_unit ON note (district, unit, sequence);

-- What becomes of a late acknowledgement: 1 is refused, 2 recorded.
CREATE TABLE inbox_rule (
    district    TEXT    NOT NULL PRIMARY KEY,
    late        INTEGER NOT NULL CHECK (late IN (1, 2)),
    update_time INTEGER NOT NULL,
    revision    INTEGER NOT NULL CHECK (revision > 0)
) STRICT, WITHOUT ROWID;

-- How many days late a letter was acknowledged. Insert-only.
CREATE TABLE late_receipt (
    district TEXT    NOT NULL,
    letter   INTEGER NOT NULL,
    days     INTEGER NOT NULL CHECK (days > 0),
    PRIMARY KEY (district, letter),
    FOREIGN KEY (district, letter) REFERENCES letter (district, sequence)
) STRICT, WITHOUT ROWID;

-- Events a minute, 0 for any number; nothing is sent before `rest_time` because of it. `conditions`
-- is JSON.
ALTER TABLE endpoint ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE endpoint ADD COLUMN rate INTEGER NOT NULL DEFAULT 0;
ALTER TABLE endpoint ADD COLUMN rest_time INTEGER NOT NULL DEFAULT 0;
ALTER TABLE endpoint ADD COLUMN conditions TEXT NOT NULL DEFAULT '[]';

CREATE INDEX attempt_rate ON attempt (district, endpoint, create_time);

CREATE TRIGGER late_receipt_no_update BEFORE UPDATE ON late_receipt
BEGIN
    SELECT RAISE(ABORT, 'late_receipt is insert-only');
END;

CREATE TRIGGER late_receipt_no_replace BEFORE INSERT ON late_receipt
WHEN EXISTS (SELECT 1 FROM late_receipt WHERE district = new.district AND letter = new.letter)
BEGIN
    SELECT RAISE(ABORT, 'late_receipt is insert-only');
END;

CREATE TRIGGER late_receipt_no_delete BEFORE DELETE ON late_receipt
BEGIN
    SELECT RAISE(ABORT, 'late_receipt is insert-only');
END;
