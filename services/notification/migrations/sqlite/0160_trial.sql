-- How saved triggers were tried over past events; digest tells the rule that was tried from every other.
-- Insert-only.
CREATE TABLE trigger_trial (
    district    TEXT    NOT NULL,
    trigger_id  TEXT    NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    revision    INTEGER NOT NULL,
    digest      TEXT    NOT NULL,
    account     TEXT NOT NULL,
    start_time  INTEGER,
    end_time    INTEGER,
    events      INTEGER NOT NULL,
    matches     INTEGER NOT NULL,
    faults      INTEGER NOT NULL,
    truncated   INTEGER NOT NULL CHECK (truncated IN (0, 1)),
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, trigger_id, sequence),
    FOREIGN KEY (district, trigger_id) REFERENCES trigger_rule (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX trigger_trial_digest ON trigger_trial (district, trigger_id, digest);

CREATE TRIGGER trigger_trial_no_update BEFORE UPDATE ON trigger_trial
BEGIN
    SELECT RAISE(ABORT, 'trigger_trial is insert-only');
END;

CREATE TRIGGER trigger_trial_no_replace BEFORE INSERT ON trigger_trial
WHEN EXISTS (SELECT 1 FROM trigger_trial WHERE district = new.district AND trigger_id = new.trigger_id AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'trigger_trial is insert-only');
END;

CREATE TRIGGER trigger_trial_no_delete BEFORE DELETE ON trigger_trial
BEGIN
    SELECT RAISE(ABORT, 'trigger_trial is insert-only');
END;
