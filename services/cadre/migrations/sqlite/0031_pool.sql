-- Pools, training posts and campaigns, a row each revision; the last one holds. Insert-only.
-- contents is JSON; label is what lists are narrowed to.
CREATE TABLE definition (
    district    TEXT NOT NULL,
    kind        TEXT NOT NULL,
    id          TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    label       TEXT NOT NULL,
    contents    TEXT NOT NULL,
    reason      TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL,
    PRIMARY KEY (district, kind, id, revision)
) STRICT, WITHOUT ROWID;

CREATE INDEX definition_label ON definition (district, kind, label, id);

CREATE TRIGGER definition_no_update BEFORE UPDATE ON definition
BEGIN
    SELECT RAISE(ABORT, 'definition is insert-only');
END;

CREATE TRIGGER definition_no_delete BEFORE DELETE ON definition
BEGIN
    SELECT RAISE(ABORT, 'definition is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER definition_no_replace BEFORE INSERT ON definition
WHEN EXISTS (SELECT 1 FROM definition
             WHERE district = new.district AND kind = new.kind AND id = new.id AND revision = new.revision)
BEGIN
    SELECT RAISE(ABORT, 'definition is insert-only');
END;

-- Who entered which pool. Insert-only. failed is a JSON list.
CREATE TABLE pool_member (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    pool        TEXT NOT NULL,
    person      TEXT NOT NULL,
    start_date  TEXT NOT NULL,
    account     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    failed      TEXT NOT NULL,
    waiver      TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX pool_member_pool ON pool_member (district, pool, sequence);
CREATE INDEX pool_member_person ON pool_member (district, person, sequence);

CREATE TRIGGER pool_member_no_update BEFORE UPDATE ON pool_member
BEGIN
    SELECT RAISE(ABORT, 'pool_member is insert-only');
END;

CREATE TRIGGER pool_member_no_delete BEFORE DELETE ON pool_member
BEGIN
    SELECT RAISE(ABORT, 'pool_member is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER pool_member_no_replace BEFORE INSERT ON pool_member
WHEN EXISTS (SELECT 1 FROM pool_member
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'pool_member is insert-only');
END;

-- Who left it. Insert-only.
CREATE TABLE pool_exit (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    end_date    TEXT NOT NULL,
    account     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, sequence) REFERENCES pool_member (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER pool_exit_no_update BEFORE UPDATE ON pool_exit
BEGIN
    SELECT RAISE(ABORT, 'pool_exit is insert-only');
END;

CREATE TRIGGER pool_exit_no_delete BEFORE DELETE ON pool_exit
BEGIN
    SELECT RAISE(ABORT, 'pool_exit is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER pool_exit_no_replace BEFORE INSERT ON pool_exit
WHEN EXISTS (SELECT 1 FROM pool_exit
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'pool_exit is insert-only');
END;
