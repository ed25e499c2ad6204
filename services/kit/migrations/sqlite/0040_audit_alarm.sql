-- An alarm is an outcome, too: 4. SQLite changes no CHECK, so the table is made anew with every
-- row as it was; dropping it fires no trigger.
CREATE TABLE kit_audit_anew (
    district   TEXT    NOT NULL,
    audit_time INTEGER NOT NULL,
    uid        TEXT    NOT NULL,
    account    TEXT    NOT NULL,
    permission TEXT    NOT NULL,
    outcome    INTEGER NOT NULL CHECK (outcome IN (1, 2, 3, 4)),
    about      TEXT    NOT NULL,
    purpose    TEXT    NOT NULL,
    request_id TEXT    NOT NULL,
    source     TEXT    NOT NULL,
    trace      TEXT    NOT NULL,
    PRIMARY KEY (district, audit_time, uid)
) STRICT, WITHOUT ROWID;

INSERT INTO kit_audit_anew SELECT * FROM kit_audit;
DROP TABLE kit_audit;
ALTER TABLE kit_audit_anew RENAME TO kit_audit;

CREATE INDEX kit_audit_account ON kit_audit (district, account, audit_time, uid);
CREATE INDEX kit_audit_permission ON kit_audit (district, permission, audit_time, uid);

CREATE TRIGGER kit_audit_no_update BEFORE UPDATE ON kit_audit
BEGIN
    SELECT RAISE(ABORT, 'kit_audit is insert-only');
END;

CREATE TRIGGER kit_audit_no_delete BEFORE DELETE ON kit_audit
BEGIN
    SELECT RAISE(ABORT, 'kit_audit is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER kit_audit_no_replace BEFORE INSERT ON kit_audit
WHEN EXISTS (SELECT 1 FROM kit_audit
    WHERE district = new.district AND audit_time = new.audit_time AND uid = new.uid)
BEGIN
    SELECT RAISE(ABORT, 'kit_audit is insert-only');
END;
