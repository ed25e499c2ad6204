-- Notes in inboxes, the rule of a district for them, late receipts; owners, rates and conditions of
-- endpoints.

-- How many notes a district has.
CREATE TABLE note_head (
    district TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    note     BIGINT NOT NULL CHECK (note >= 0)
);

-- Notes to units. Kind 1 tells of an endpoint that was disabled, 2 of a channel.
CREATE TABLE note (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL CHECK (sequence > 0),
    unit        TEXT COLLATE "C" NOT NULL,
    kind        BIGINT NOT NULL CHECK (kind IN (1, 2)),
    source      TEXT COLLATE "C" NOT NULL,
    text        TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    read_time   BIGINT,
    PRIMARY KEY (district, sequence)
);

CREATE INDEX note_unit ON note (district, unit, sequence);

-- What becomes of a late acknowledgement: 1 is refused, 2 recorded.
CREATE TABLE inbox_rule (
    district    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    late        BIGINT NOT NULL CHECK (late IN (1, 2)),
    update_time BIGINT NOT NULL,
    revision    BIGINT NOT NULL CHECK (revision > 0)
);

-- How many days late a letter was acknowledged. Insert-only.
CREATE TABLE late_receipt (
    district TEXT COLLATE "C" NOT NULL,
    letter   BIGINT NOT NULL,
    days     BIGINT NOT NULL CHECK (days > 0),
    PRIMARY KEY (district, letter),
    FOREIGN KEY (district, letter) REFERENCES letter (district, sequence)
);

-- Events a minute, 0 for any number; nothing is sent before `rest_time` because of it. `conditions`
-- is JSON.
ALTER TABLE endpoint ADD COLUMN owner TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE endpoint ADD COLUMN rate BIGINT NOT NULL DEFAULT 0;
ALTER TABLE endpoint ADD COLUMN rest_time BIGINT NOT NULL DEFAULT 0;
ALTER TABLE endpoint ADD COLUMN conditions TEXT NOT NULL DEFAULT '[]';

CREATE INDEX attempt_rate ON attempt (district, endpoint, create_time);

CREATE TRIGGER late_receipt_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON late_receipt
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
