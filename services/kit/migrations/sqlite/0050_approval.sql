-- How many approvals a district has asked for; taking the row is a writer's turn.
CREATE TABLE kit_approval_head (
    district TEXT NOT NULL PRIMARY KEY,
    last     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What somebody asked to be allowed by a second person. Insert-only.
CREATE TABLE kit_approval (
    district      TEXT NOT NULL,
    sequence      INTEGER NOT NULL CHECK (sequence > 0),
    permission    TEXT NOT NULL,
    resource      TEXT NOT NULL,
    resource_etag TEXT NOT NULL,
    reason        TEXT NOT NULL,
    requester     TEXT NOT NULL,
    request_time  INTEGER NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX kit_approval_resource ON kit_approval (district, resource, sequence);
CREATE INDEX kit_approval_permission ON kit_approval (district, permission, sequence);

-- What became of it. Insert-only. kind: 1 approved, 2 rejected, 3 withdrawn, 4 used.
CREATE TABLE kit_approval_step (
    district  TEXT NOT NULL,
    sequence  INTEGER NOT NULL,
    step      INTEGER NOT NULL CHECK (step IN (1, 2)),
    kind      INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
    account   TEXT NOT NULL,
    note      TEXT NOT NULL,
    step_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence, step),
    FOREIGN KEY (district, sequence) REFERENCES kit_approval (district, sequence)
) STRICT, WITHOUT ROWID;

-- Who prepared a resource, and so may not approve what is done with it. Insert-only.
CREATE TABLE kit_preparer (
    district     TEXT NOT NULL,
    resource     TEXT NOT NULL,
    account      TEXT NOT NULL,
    prepare_time INTEGER NOT NULL,
    PRIMARY KEY (district, resource, account)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER kit_approval_no_update BEFORE UPDATE ON kit_approval
BEGIN
    SELECT RAISE(ABORT, 'kit_approval is insert-only');
END;

CREATE TRIGGER kit_approval_no_delete BEFORE DELETE ON kit_approval
BEGIN
    SELECT RAISE(ABORT, 'kit_approval is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER kit_approval_no_replace BEFORE INSERT ON kit_approval
WHEN EXISTS (SELECT 1 FROM kit_approval
    WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'kit_approval is insert-only');
END;

CREATE TRIGGER kit_approval_step_no_update BEFORE UPDATE ON kit_approval_step
BEGIN
    SELECT RAISE(ABORT, 'kit_approval_step is insert-only');
END;

CREATE TRIGGER kit_approval_step_no_delete BEFORE DELETE ON kit_approval_step
BEGIN
    SELECT RAISE(ABORT, 'kit_approval_step is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER kit_approval_step_no_replace BEFORE INSERT ON kit_approval_step
WHEN EXISTS (SELECT 1 FROM kit_approval_step
    WHERE district = new.district AND sequence = new.sequence AND step = new.step)
BEGIN
    SELECT RAISE(ABORT, 'kit_approval_step is insert-only');
END;

CREATE TRIGGER kit_preparer_no_update BEFORE UPDATE ON kit_preparer
BEGIN
    SELECT RAISE(ABORT, 'kit_preparer is insert-only');
END;

CREATE TRIGGER kit_preparer_no_delete BEFORE DELETE ON kit_preparer
BEGIN
    SELECT RAISE(ABORT, 'kit_preparer is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER kit_preparer_no_replace BEFORE INSERT ON kit_preparer
WHEN EXISTS (SELECT 1 FROM kit_preparer
    WHERE district = new.district AND resource = new.resource AND account = new.account)
BEGIN
    SELECT RAISE(ABORT, 'kit_preparer is insert-only');
END;
