-- Triggers: which revision of each holds.
CREATE TABLE trigger_rule (
    district   TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    revision   BIGINT NOT NULL CHECK (revision > 0),
    event_type TEXT COLLATE "C" NOT NULL,
    enabled    BIGINT NOT NULL CHECK (enabled IN (0, 1)),
    PRIMARY KEY (district, id)
);

CREATE INDEX trigger_rule_event_type ON trigger_rule (district, event_type, enabled, id);

-- Every revision of every trigger; recipients and fields are JSON. Insert-only.
CREATE TABLE trigger_revision (
    district      TEXT COLLATE "C" NOT NULL,
    id            TEXT COLLATE "C" NOT NULL,
    revision      BIGINT NOT NULL CHECK (revision > 0),
    enabled       BIGINT NOT NULL CHECK (enabled IN (0, 1)),
    display_name  TEXT   NOT NULL,
    event_type    TEXT COLLATE "C" NOT NULL,
    condition     TEXT   NOT NULL,
    document_kind BIGINT NOT NULL,
    recipients    TEXT   NOT NULL,
    fields        TEXT   NOT NULL,
    delay_hours   BIGINT NOT NULL,
    due_days      BIGINT NOT NULL,
    create_time   BIGINT NOT NULL,
    PRIMARY KEY (district, id, revision)
);

-- Events that triggers write about once their time has come. What is at fault is not tried
-- before its next_time, and says why.
CREATE TABLE trigger_task (
    district     TEXT COLLATE "C" NOT NULL,
    trigger_id   TEXT COLLATE "C" NOT NULL,
    event_key    TEXT COLLATE "C" NOT NULL,
    revision     BIGINT NOT NULL,
    event_type   TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    event_time   BIGINT NOT NULL,
    trace_parent TEXT COLLATE "C" NOT NULL,
    payload      BYTEA  NOT NULL,
    due_time     BIGINT NOT NULL,
    next_time    BIGINT NOT NULL,
    fault        TEXT   NOT NULL,
    PRIMARY KEY (district, trigger_id, event_key)
);

CREATE INDEX trigger_task_next ON trigger_task (next_time, district);
CREATE INDEX trigger_task_due ON trigger_task (district, next_time);

CREATE TRIGGER trigger_revision_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trigger_revision
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
