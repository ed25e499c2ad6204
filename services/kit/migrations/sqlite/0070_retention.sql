-- How long a district keeps what no ledger must keep, a row each time somebody chose. Insert-only.
CREATE TABLE kit_retention (
    district  TEXT NOT NULL,
    rule      TEXT NOT NULL,
    revision  INTEGER NOT NULL CHECK (revision > 0),
    keep_days INTEGER NOT NULL CHECK (keep_days > 0),
    reason    TEXT NOT NULL,
    account   TEXT NOT NULL,
    set_time  INTEGER NOT NULL,
    PRIMARY KEY (district, rule, revision)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER kit_retention_no_update BEFORE UPDATE ON kit_retention
BEGIN
    SELECT RAISE(ABORT, 'kit_retention is insert-only');
END;

CREATE TRIGGER kit_retention_no_delete BEFORE DELETE ON kit_retention
BEGIN
    SELECT RAISE(ABORT, 'kit_retention is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER kit_retention_no_replace BEFORE INSERT ON kit_retention
WHEN EXISTS (SELECT 1 FROM kit_retention
    WHERE district = new.district AND rule = new.rule AND revision = new.revision)
BEGIN
    SELECT RAISE(ABORT, 'kit_retention is insert-only');
END;

-- Replies are forgotten a district at a time.
CREATE INDEX kit_request_old ON kit_request (district, create_time);
DROP INDEX kit_request_create_time;
