-- Triggers: which revision of each holds.
CREATE TABLE trigger_rule (
    district   TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    revision   INTEGER NOT NULL CHECK (revision > 0),
    event_type TEXT    NOT NULL,
    enabled    INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    PRIMARY KEY (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX trigger_rule_event_type ON trigger_rule (district, event_type, enabled, id);

-- Every revision of every trigger; recipients and fields are JSON. Insert-only.
CREATE TABLE trigger_revision (
    district      TEXT    NOT NULL,
    id            TEXT    NOT NULL,
    revision      INTEGER NOT NULL CHECK (revision > 0),
    enabled       INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    display_name  TEXT    NOT NULL,
    event_type    TEXT    NOT NULL,
    condition     TEXT    NOT NULL,
    document_kind INTEGER NOT NULL,
    recipients    TEXT    NOT NULL,
    fields        TEXT    NOT NULL,
    delay_hours   INTEGER NOT NULL,
    due_days      INTEGER NOT NULL,
    create_time   INTEGER NOT NULL,
    PRIMARY KEY (district, id, revision)
) STRICT, WITHOUT ROWID;

-- Events that triggers write about once their time has come. What is at fault is not tried
-- before its next_time, and says why.
CREATE TABLE trigger_task (
    district     TEXT    NOT NULL,
    trigger_id   TEXT    NOT NULL,
    event_key    TEXT    NOT NULL,
    revision     INTEGER NOT NULL,
    event_type   TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    event_time   INTEGER NOT NULL,
    trace_parent TEXT    NOT NULL,
    payload      BLOB    NOT NULL,
    due_time     INTEGER NOT NULL,
    next_time    INTEGER NOT NULL,
    fault        TEXT    NOT NULL,
    PRIMARY KEY (district, trigger_id, event_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX trigger_task_next ON trigger_task (next_time, district);
CREATE INDEX trigger_task_due ON trigger_task (district, next_time);

CREATE TRIGGER trigger_revision_no_update BEFORE UPDATE ON trigger_revision
BEGIN
    SELECT RAISE(ABORT, 'trigger_revision is insert-only');
END;

CREATE TRIGGER trigger_revision_no_replace BEFORE INSERT ON trigger_revision
WHEN EXISTS (SELECT 1 FROM trigger_revision
             WHERE district = new.district AND id = new.id AND revision = new.revision)
BEGIN
    SELECT RAISE(ABORT, 'trigger_revision is insert-only');
END;

CREATE TRIGGER trigger_revision_no_delete BEFORE DELETE ON trigger_revision
BEGIN
    SELECT RAISE(ABORT, 'trigger_revision is insert-only');
END;
