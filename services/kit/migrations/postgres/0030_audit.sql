-- Who did what, read what, was refused what. Insert-only. outcome: 1 done, 2 read, 3 refused.
CREATE TABLE kit_audit (
    district   TEXT COLLATE "C" NOT NULL,
    audit_time BIGINT NOT NULL,
    uid        TEXT COLLATE "C" NOT NULL,
    account    TEXT COLLATE "C" NOT NULL,
    permission TEXT COLLATE "C" NOT NULL,
    outcome    BIGINT NOT NULL CHECK (outcome IN (1, 2, 3)),
    about      TEXT NOT NULL,
    purpose    TEXT NOT NULL,
    request_id TEXT NOT NULL,
    source     TEXT NOT NULL,
    trace      TEXT NOT NULL,
    PRIMARY KEY (district, audit_time, uid)
);

CREATE INDEX kit_audit_account ON kit_audit (district, account, audit_time, uid);
CREATE INDEX kit_audit_permission ON kit_audit (district, permission, audit_time, uid);

CREATE FUNCTION kit_keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'kit_audit is insert-only';
END
$$;

CREATE TRIGGER kit_audit_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON kit_audit
    FOR EACH STATEMENT EXECUTE FUNCTION kit_keep_audit();
