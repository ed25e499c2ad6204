-- Endpoints, the events that they are sent, each event's way to each endpoint, every attempt.

-- How many events a district has; only of districts that ever had an endpoint.
CREATE TABLE event_head (
    district TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    event    BIGINT NOT NULL CHECK (event >= 0)
);

-- Where events go. State 1 is enabled, 2 disabled. `failures` to `circuit_time` say how the
-- last attempts went.
CREATE TABLE endpoint (
    district         TEXT COLLATE "C" NOT NULL,
    id               TEXT COLLATE "C" NOT NULL,
    display_name     TEXT NOT NULL,
    url              TEXT NOT NULL,
    event_types      TEXT NOT NULL,
    subject_prefix   TEXT COLLATE "C" NOT NULL,
    include_resource BIGINT NOT NULL CHECK (include_resource IN (0, 1)),
    ordered          BIGINT NOT NULL CHECK (ordered IN (0, 1)),
    scheme           BIGINT NOT NULL CHECK (scheme IN (1, 2)),
    state            BIGINT NOT NULL CHECK (state IN (1, 2)),
    disable_reason   TEXT NOT NULL,
    failures         BIGINT NOT NULL CHECK (failures >= 0),
    failing_since    BIGINT,
    circuit_time     BIGINT NOT NULL,
    create_time      BIGINT NOT NULL,
    update_time      BIGINT NOT NULL,
    revision         BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id)
);

CREATE INDEX endpoint_open ON endpoint (state, circuit_time);

-- What an endpoint subscribed to, one row a type; * is every type.
CREATE TABLE subscription (
    district   TEXT COLLATE "C" NOT NULL,
    event_type TEXT COLLATE "C" NOT NULL,
    endpoint   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (district, event_type, endpoint),
    FOREIGN KEY (district, endpoint) REFERENCES endpoint (district, id)
);

CREATE INDEX subscription_endpoint ON subscription (district, endpoint);

-- Keys that webhooks are signed with, sealed.
CREATE TABLE secret (
    district    TEXT COLLATE "C" NOT NULL,
    endpoint    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL CHECK (sequence > 0),
    key         BYTEA NOT NULL,
    create_time BIGINT NOT NULL,
    expire_time BIGINT,
    PRIMARY KEY (district, endpoint, sequence),
    FOREIGN KEY (district, endpoint) REFERENCES endpoint (district, id)
);

-- Events as they came. Insert-only.
CREATE TABLE event (
    district     TEXT COLLATE "C" NOT NULL,
    sequence     BIGINT NOT NULL CHECK (sequence > 0),
    id           TEXT COLLATE "C" NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    subject      TEXT COLLATE "C" NOT NULL,
    happen_time  BIGINT NOT NULL,
    create_time  BIGINT NOT NULL,
    resource     TEXT NOT NULL,
    trace_parent TEXT NOT NULL,
    PRIMARY KEY (district, sequence)
);

CREATE INDEX event_time ON event (district, create_time, sequence);

-- An event's way to an endpoint. State 1 is pending, 2 delivered, 3 dead. Who sends it has put
-- next_time off by the lease first, so that what is left behind by a dead process is due again.
-- `tries` counts since it was last set on its way, `attempts` all.
CREATE TABLE delivery (
    district     TEXT COLLATE "C" NOT NULL,
    endpoint     TEXT COLLATE "C" NOT NULL,
    event        BIGINT NOT NULL,
    state        BIGINT NOT NULL CHECK (state IN (1, 2, 3)),
    next_time    BIGINT NOT NULL,
    lease        TEXT COLLATE "C" NOT NULL,
    tries        BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    last_failure TEXT NOT NULL,
    PRIMARY KEY (district, endpoint, event),
    FOREIGN KEY (district, endpoint) REFERENCES endpoint (district, id),
    FOREIGN KEY (district, event) REFERENCES event (district, sequence)
);

CREATE INDEX delivery_due ON delivery (district, endpoint, state, next_time, event);
CREATE INDEX delivery_state ON delivery (district, endpoint, state, event);

-- Attempts. Insert-only.
CREATE TABLE attempt (
    district        TEXT COLLATE "C" NOT NULL,
    endpoint        TEXT COLLATE "C" NOT NULL,
    event           BIGINT NOT NULL,
    number          BIGINT NOT NULL CHECK (number > 0),
    create_time     BIGINT NOT NULL,
    url             TEXT NOT NULL,
    reason          TEXT NOT NULL,
    message         TEXT NOT NULL,
    status          BIGINT NOT NULL,
    reply           TEXT NOT NULL,
    duration_millis BIGINT NOT NULL,
    PRIMARY KEY (district, endpoint, event, number),
    FOREIGN KEY (district, endpoint, event) REFERENCES delivery (district, endpoint, event)
);

CREATE TRIGGER event_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER attempt_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON attempt
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
