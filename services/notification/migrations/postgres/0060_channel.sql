-- Channels beside the inbox, contacts of units, and each letter's way to each contact.

-- How many dispatches a district has; only of districts that ever had a channel.
CREATE TABLE dispatch_head (
    district TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    dispatch BIGINT NOT NULL CHECK (dispatch >= 0)
);

-- Ways by which letters reach people. Kind 1 is e-mail, 2 DingTalk, 3 WeCom, 4 text messages; `setup`
-- is JSON, `secrets` is sealed. State 1 is enabled, 2 disabled. Nothing is sent before `rest_time`
-- because of the rate, nor before `circuit_time` because of failures.
CREATE TABLE channel (
    district       TEXT COLLATE "C" NOT NULL,
    id             TEXT COLLATE "C" NOT NULL,
    display_name   TEXT NOT NULL,
    owner          TEXT COLLATE "C" NOT NULL,
    rate           BIGINT NOT NULL CHECK (rate > 0),
    kind           BIGINT NOT NULL CHECK (kind BETWEEN 1 AND 4),
    setup          TEXT NOT NULL,
    secrets        BYTEA NOT NULL,
    state          BIGINT NOT NULL CHECK (state IN (1, 2)),
    disable_reason TEXT NOT NULL,
    failures       BIGINT NOT NULL CHECK (failures >= 0),
    failing_since  BIGINT,
    circuit_time   BIGINT NOT NULL,
    rest_time      BIGINT NOT NULL,
    create_time    BIGINT NOT NULL,
    update_time    BIGINT NOT NULL,
    revision       BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id)
);

CREATE INDEX channel_open ON channel (state, circuit_time);

-- Where a unit's letters go. `address` is sealed, `mark` the keyed hash that tells equal ones,
-- NULL once removed; `code` is the keyed hash of the code that was sent last, empty for none.
-- State 1 is unverified, 2 verified, 3 removed.
CREATE TABLE contact (
    district    TEXT COLLATE "C" NOT NULL,
    id          TEXT COLLATE "C" NOT NULL,
    unit        TEXT COLLATE "C" NOT NULL,
    channel     TEXT COLLATE "C" NOT NULL,
    address     BYTEA NOT NULL,
    mark        BYTEA,
    language    BIGINT NOT NULL CHECK (language IN (1, 2)),
    state       BIGINT NOT NULL CHECK (state BETWEEN 1 AND 3),
    code        BYTEA NOT NULL,
    code_time   BIGINT NOT NULL,
    code_misses BIGINT NOT NULL,
    verify_time BIGINT,
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    revision    BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    UNIQUE (district, unit, channel, mark),
    FOREIGN KEY (district, channel) REFERENCES channel (district, id)
);

CREATE INDEX contact_unit ON contact (district, unit, id);
CREATE INDEX contact_channel ON contact (district, channel, id);

-- A letter on its way to a contact. State 1 is pending, 2 sent, 3 dead, 4 held: then contact and
-- channel are empty and `hold` says why, 1 for want of a contact, 2 of a verified one.
CREATE TABLE dispatch (
    district     TEXT COLLATE "C" NOT NULL,
    sequence     BIGINT NOT NULL CHECK (sequence > 0),
    source       TEXT COLLATE "C" NOT NULL,
    unit         TEXT COLLATE "C" NOT NULL,
    contact      TEXT COLLATE "C" NOT NULL,
    channel      TEXT COLLATE "C" NOT NULL,
    subject      TEXT NOT NULL,
    body         TEXT NOT NULL,
    due_date     TEXT COLLATE "C" NOT NULL,
    state        BIGINT NOT NULL CHECK (state BETWEEN 1 AND 4),
    hold         BIGINT NOT NULL CHECK (hold BETWEEN 0 AND 2),
    next_time    BIGINT NOT NULL,
    lease        TEXT COLLATE "C" NOT NULL,
    tries        BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    last_failure TEXT NOT NULL,
    create_time  BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    UNIQUE (district, source, contact)
);

CREATE INDEX dispatch_due ON dispatch (district, channel, state, next_time, sequence);
CREATE INDEX dispatch_unit ON dispatch (district, unit, state, sequence);
CREATE INDEX dispatch_state ON dispatch (district, state, sequence);
CREATE INDEX dispatch_contact ON dispatch (district, contact, state);

-- Attempts. Insert-only.
CREATE TABLE dispatch_attempt (
    district        TEXT COLLATE "C" NOT NULL,
    dispatch        BIGINT NOT NULL,
    number          BIGINT NOT NULL CHECK (number > 0),
    channel         TEXT COLLATE "C" NOT NULL,
    create_time     BIGINT NOT NULL,
    url             TEXT NOT NULL,
    reason          TEXT NOT NULL,
    message         TEXT NOT NULL,
    status          BIGINT NOT NULL,
    reply           TEXT NOT NULL,
    duration_millis BIGINT NOT NULL,
    PRIMARY KEY (district, dispatch, number),
    FOREIGN KEY (district, dispatch) REFERENCES dispatch (district, sequence)
);

CREATE INDEX dispatch_attempt_rate ON dispatch_attempt (district, channel, create_time);

CREATE TRIGGER dispatch_attempt_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON dispatch_attempt FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
