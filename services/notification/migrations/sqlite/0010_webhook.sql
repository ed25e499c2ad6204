-- Endpoints, the events that they are sent, each event's way to each endpoint, every attempt.

-- How many events a district has; only of districts that ever had an endpoint.
CREATE TABLE event_head (
    district TEXT    NOT NULL PRIMARY KEY,
    event    INTEGER NOT NULL CHECK (event >= 0)
) STRICT, WITHOUT ROWID;

-- Where events go. State 1 is enabled, 2 disabled. `failures` to `circuit_time` say how the
-- last attempts went.
CREATE TABLE endpoint (
    district         TEXT    NOT NULL,
    id               TEXT    NOT NULL,
    display_name     TEXT    NOT NULL,
    url              TEXT    NOT NULL,
    event_types      TEXT    NOT NULL,
    subject_prefix   TEXT    NOT NULL,
    include_resource INTEGER NOT NULL CHECK (include_resource IN (0, 1)),
    ordered          INTEGER NOT NULL CHECK (ordered IN (0, 1)),
    scheme           INTEGER NOT NULL CHECK (scheme IN (1, 2)),
    state            INTEGER NOT NULL CHECK (state IN (1, 2)),
    disable_reason   TEXT    NOT NULL,
    failures         INTEGER NOT NULL CHECK (failures >= 0),
    failing_since    INTEGER,
    circuit_time     INTEGER NOT NULL,
    create_time      INTEGER NOT NULL,
    update_time      INTEGER NOT NULL,
    revision         INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX endpoint_open ON endpoint (state, circuit_time);

-- What an endpoint subscribed to, one row a type; * is every type.
CREATE TABLE subscription (
    district   TEXT NOT NULL,
    event_type TEXT NOT NULL,
    endpoint   TEXT NOT NULL,
    PRIMARY KEY (district, event_type, endpoint),
    FOREIGN KEY (district, endpoint) REFERENCES endpoint (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX subscription_endpoint ON subscription (district, endpoint);

-- Keys that webhooks are signed with, sealed.
CREATE TABLE secret (
    district    TEXT    NOT NULL,
    endpoint    TEXT    NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    key         BLOB    NOT NULL,
    create_time INTEGER NOT NULL,
    expire_time INTEGER,
    PRIMARY KEY (district, endpoint, sequence),
    FOREIGN KEY (district, endpoint) REFERENCES endpoint (district, id)
) STRICT, WITHOUT ROWID;

-- Events as they came. Insert-only.
CREATE TABLE event (
    district     TEXT    NOT NULL,
    sequence     INTEGER NOT NULL CHECK (sequence > 0),
    id           TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    happen_time  INTEGER NOT NULL,
    create_time  INTEGER NOT NULL,
    resource     TEXT    NOT NULL,
    trace_parent TEXT    NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX event_time ON event (district, create_time, sequence);

CREATE TRIGGER event_no_update BEFORE UPDATE ON event
BEGIN
    SELECT RAISE(ABORT, 'event is insert-only');
END;

CREATE TRIGGER event_no_replace BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'event is insert-only');
END;

CREATE TRIGGER event_no_delete BEFORE DELETE ON event
BEGIN
    SELECT RAISE(ABORT, 'event is insert-only');
END;

-- An event's way to an endpoint. State 1 is pending, 2 delivered, 3 dead. Who sends it has put
-- next_time off by the lease first, so that what is left behind by a dead process is due again.
-- `tries` counts since it was last set on its way, `attempts` all.
CREATE TABLE delivery (
    district     TEXT    NOT NULL,
    endpoint     TEXT    NOT NULL,
    event        INTEGER NOT NULL,
    state        INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
    next_time    INTEGER NOT NULL,
    lease        TEXT    NOT NULL,
    tries        INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    last_failure TEXT    NOT NULL,
    PRIMARY KEY (district, endpoint, event),
    FOREIGN KEY (district, endpoint) REFERENCES endpoint (district, id),
    FOREIGN KEY (district, event) REFERENCES event (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX delivery_due ON delivery (district, endpoint, state, next_time, event);
CREATE INDEX delivery_state ON delivery (district, endpoint, state, event);

-- Attempts. Insert-only.
CREATE TABLE attempt (
    district        TEXT    NOT NULL,
    endpoint        TEXT    NOT NULL,
    event           INTEGER NOT NULL,
    number          INTEGER NOT NULL CHECK (number > 0),
    create_time     INTEGER NOT NULL,
    url             TEXT    NOT NULL,
    reason          TEXT    NOT NULL,
    message         TEXT    NOT NULL,
    status          INTEGER NOT NULL,
    reply           TEXT    NOT NULL,
    duration_millis INTEGER NOT NULL,
    PRIMARY KEY (district, endpoint, event, number),
    FOREIGN KEY (district, endpoint, event) REFERENCES delivery (district, endpoint, event)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER attempt_no_update BEFORE UPDATE ON attempt
BEGIN
    SELECT RAISE(ABORT, 'attempt is insert-only');
END;

CREATE TRIGGER attempt_no_replace BEFORE INSERT ON attempt
WHEN EXISTS (SELECT 1 FROM attempt WHERE district = new.district AND endpoint = new.endpoint
             AND event = new.event AND number = new.number)
BEGIN
    SELECT RAISE(ABORT, 'attempt is insert-only');
END;

CREATE TRIGGER attempt_no_delete BEFORE DELETE ON attempt
BEGIN
    SELECT RAISE(ABORT, 'attempt is insert-only');
END;
