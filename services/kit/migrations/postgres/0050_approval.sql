-- How many approvals a district has asked for; taking the row is a writer's turn.
CREATE TABLE kit_approval_head (
    district TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    last     BIGINT NOT NULL
);

-- What somebody asked to be allowed by a second person. Insert-only.
CREATE TABLE kit_approval (
    district      TEXT COLLATE "C" NOT NULL,
    sequence      BIGINT NOT NULL CHECK (sequence > 0),
    permission    TEXT COLLATE "C" NOT NULL,
    resource      TEXT COLLATE "C" NOT NULL,
    resource_etag TEXT COLLATE "C" NOT NULL,
    reason        TEXT NOT NULL,
    requester     TEXT COLLATE "C" NOT NULL,
    request_time  BIGINT NOT NULL,
    PRIMARY KEY (district, sequence)
);

CREATE INDEX kit_approval_resource ON kit_approval (district, resource, sequence);
CREATE INDEX kit_approval_permission ON kit_approval (district, permission, sequence);

-- What became of it. Insert-only. kind: 1 approved, 2 rejected, 3 withdrawn, 4 used.
CREATE TABLE kit_approval_step (
    district  TEXT COLLATE "C" NOT NULL,
    sequence  BIGINT NOT NULL,
    step      BIGINT NOT NULL CHECK (step IN (1, 2)),
    kind      BIGINT NOT NULL CHECK (kind BETWEEN 1 AND 4),
    account   TEXT COLLATE "C" NOT NULL,
    note      TEXT NOT NULL,
    step_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence, step),
    FOREIGN KEY (district, sequence) REFERENCES kit_approval (district, sequence)
);

-- Who prepared a resource, and so may not approve what is done with it. Insert-only.
CREATE TABLE kit_preparer (
    district     TEXT COLLATE "C" NOT NULL,
    resource     TEXT COLLATE "C" NOT NULL,
    account      TEXT COLLATE "C" NOT NULL,
    prepare_time BIGINT NOT NULL,
    PRIMARY KEY (district, resource, account)
);

CREATE FUNCTION kit_keep_approvals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME;
END
$$;

CREATE TRIGGER kit_approval_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON kit_approval
    FOR EACH STATEMENT EXECUTE FUNCTION kit_keep_approvals();
CREATE TRIGGER kit_approval_step_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON kit_approval_step
    FOR EACH STATEMENT EXECUTE FUNCTION kit_keep_approvals();
CREATE TRIGGER kit_preparer_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON kit_preparer
    FOR EACH STATEMENT EXECUTE FUNCTION kit_keep_approvals();
