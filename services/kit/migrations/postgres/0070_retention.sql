-- How long a district keeps what no ledger must keep, a row each time somebody chose. Insert-only.
CREATE TABLE kit_retention (
    district  TEXT COLLATE "C" NOT NULL,
    rule      TEXT COLLATE "C" NOT NULL,
    revision  BIGINT NOT NULL CHECK (revision > 0),
    keep_days BIGINT NOT NULL CHECK (keep_days > 0),
    reason    TEXT NOT NULL,
    account   TEXT COLLATE "C" NOT NULL,
    set_time  BIGINT NOT NULL,
    PRIMARY KEY (district, rule, revision)
);

CREATE FUNCTION kit_keep_retention() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'kit_retention is insert-only';
END
$$;

CREATE TRIGGER kit_retention_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON kit_retention
    FOR EACH STATEMENT EXECUTE FUNCTION kit_keep_retention();

-- Replies are forgotten a district at a time.
CREATE INDEX kit_request_old ON kit_request (district, create_time);
DROP INDEX kit_request_create_time;
