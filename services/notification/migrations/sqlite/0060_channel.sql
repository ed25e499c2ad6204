-- Channels beside the inbox, contacts of units, and each letter's way to each contact.

-- How many dispatches a district has; only of districts that ever had a channel.
CREATE TABLE dispatch_head (
    district TEXT    NOT NULL PRIMARY KEY,
    dispatch INTEGER NOT NULL CHECK (dispatch >= 0)
) STRICT, WITHOUT ROWID;

-- Ways by which letters reach people. Kind 1 is e-mail, 2 DingTalk, 3 WeCom, 4 text messages; `setup`
-- is JSON, `secrets` is sealed. State 1 is enabled, 2 disabled. Nothing is sent before `rest_time`
-- because of the rate, nor before `circuit_time` because of failures.
CREATE TABLE channel (
    district       TEXT    NOT NULL,
    id             TEXT    NOT NULL,
    display_name   TEXT    NOT NULL,
    owner          TEXT    NOT NULL,
    rate           INTEGER NOT NULL CHECK (rate > 0),
    kind           INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
    setup          TEXT    NOT NULL,
    secrets        BLOB    NOT NULL,
    state          INTEGER NOT NULL CHECK (state IN (1, 2)),
    disable_reason TEXT    NOT NULL,
    failures       INTEGER NOT NULL CHECK (failures >= 0),
    failing_since  INTEGER,
    circuit_time   INTEGER NOT NULL,
    rest_time      INTEGER NOT NULL,
    create_time    INTEGER NOT NULL,
    update_time    INTEGER NOT NULL,
    revision       INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX channel_open ON channel (state, circuit_time);

-- Where a unit's letters go. `address` is sealed, `mark` the keyed hash that tells equal ones,
-- NULL once removed; `code` is the keyed hash of the code that was sent last, empty for none.
-- State 1 is unverified, 2 verified, 3 removed.
CREATE TABLE contact (
    district    TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    unit        TEXT    NOT NULL,
    channel     TEXT    NOT NULL,
    address     BLOB    NOT NULL,
    mark        BLOB,
    language    INTEGER NOT NULL CHECK (language IN (1, 2)),
    state       INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
    code        BLOB    NOT NULL,
    code_time   INTEGER NOT NULL,
    code_misses INTEGER NOT NULL,
    verify_time INTEGER,
    create_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    UNIQUE (district, unit, channel, mark),
    FOREIGN KEY (district, channel) REFERENCES channel (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX contact_unit ON contact (district, unit, id);
CREATE INDEX contact_channel ON contact (district, channel, id);

-- A letter on its way to a contact. State 1 is pending, 2 sent, 3 dead, 4 held: then contact and
-- channel are empty and `hold` says why, 1 for want of a contact, 2 of a verified one.
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
    PRIMARY KEY (district, sequence),
    UNIQUE (district, source, contact)
) STRICT, WITHOUT ROWID;

CREATE INDEX dispatch_due ON dispatch (district, channel, state, next_time, sequence);
CREATE INDEX dispatch_unit ON dispatch (district, unit, state, sequence);
CREATE INDEX dispatch_state ON dispatch (district, state, sequence);
CREATE INDEX dispatch_contact ON dispatch (district, contact, state);

-- Attempts. Insert-only.
CREATE TABLE dispatch_attempt (
    district        TEXT    NOT NULL,
    dispatch        INTEGER NOT NULL,
    number          INTEGER NOT NULL CHECK (number > 0),
    channel         TEXT    NOT NULL,
    create_time     INTEGER NOT NULL,
    url             TEXT    NOT NULL,
    reason          TEXT    NOT NULL,
    message         TEXT    NOT NULL,
    status          INTEGER NOT NULL,
    reply           TEXT    NOT NULL,
    duration_millis INTEGER NOT NULL,
    PRIMARY KEY (district, dispatch, number),
    FOREIGN KEY (district, dispatch) REFERENCES dispatch (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX dispatch_attempt_rate ON dispatch_attempt (district, channel, create_time);

CREATE TRIGGER dispatch_attempt_no_update BEFORE UPDATE ON dispatch_attempt
BEGIN
    SELECT RAISE(ABORT, 'dispatch_attempt is insert-only');
END;

CREATE TRIGGER dispatch_attempt_no_replace BEFORE INSERT ON dispatch_attempt
WHEN EXISTS (SELECT 1 FROM dispatch_attempt WHERE district = new.district
             AND dispatch = new.dispatch AND number = new.number)
BEGIN
    SELECT RAISE(ABORT, 'dispatch_attempt is insert-only');
END;

CREATE TRIGGER dispatch_attempt_no_delete BEFORE DELETE ON dispatch_attempt
BEGIN
    SELECT RAISE(ABORT, 'dispatch_attempt is insert-only');
END;
