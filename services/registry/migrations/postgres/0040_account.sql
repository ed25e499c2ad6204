-- Ledger: how accounts were cut off and restored. A row is the account's standing after a step;
-- the last one counts. The district `-` is all of them at once.
CREATE TABLE account_step (
    district    TEXT COLLATE "C" NOT NULL,
    id          TEXT COLLATE "C" NOT NULL,
    revision    BIGINT NOT NULL CHECK (revision > 0),
    account     TEXT NOT NULL,
    is_barred   BIGINT NOT NULL CHECK (is_barred IN (0, 1)),
    valid_after BIGINT NOT NULL,
    reason      TEXT NOT NULL,
    author      TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, id, revision)
);

CREATE TRIGGER account_step_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_step
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
