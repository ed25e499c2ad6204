-- How saved triggers were tried over past events; digest tells the rule that was tried from every other.
-- Insert-only.
CREATE TABLE trigger_trial (
    district    TEXT COLLATE "C" NOT NULL,
    trigger_id  TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL CHECK (sequence > 0),
    revision    BIGINT NOT NULL,
    digest      TEXT COLLATE "C" NOT NULL,
    account     TEXT NOT NULL,
    start_time  BIGINT,
    end_time    BIGINT,
    events      BIGINT NOT NULL,
    matches     BIGINT NOT NULL,
    faults      BIGINT NOT NULL,
    truncated   BIGINT NOT NULL CHECK (truncated IN (0, 1)),
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, trigger_id, sequence),
    FOREIGN KEY (district, trigger_id) REFERENCES trigger_rule (district, id)
);

CREATE INDEX trigger_trial_digest ON trigger_trial (district, trigger_id, digest);

CREATE TRIGGER trigger_trial_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trigger_trial
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
