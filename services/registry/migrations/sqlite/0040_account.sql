-- Ledger: how accounts were cut off and restored. A row is the account's standing after a step;
-- the last one counts. The district `-` is all of them at once.
CREATE TABLE account_step (
    district    TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    account     TEXT    NOT NULL,
    is_barred   INTEGER NOT NULL CHECK (is_barred IN (0, 1)),
    valid_after INTEGER NOT NULL,
    reason      TEXT    NOT NULL,
    author      TEXT    NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, id, revision)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER account_step_update BEFORE UPDATE ON account_step
BEGIN
    SELECT RAISE(ABORT, 'account_step is insert-only');
END;

CREATE TRIGGER account_step_delete BEFORE DELETE ON account_step
BEGIN
    SELECT RAISE(ABORT, 'account_step is insert-only');
END;

CREATE TRIGGER account_step_replace BEFORE INSERT ON account_step
WHEN EXISTS (SELECT 1 FROM account_step
    WHERE district = NEW.district AND id = NEW.id AND revision = NEW.revision)
BEGIN
    SELECT RAISE(ABORT, 'account_step is insert-only');
END;
