-- Pools, training posts and campaigns, a row each revision; the last one holds. Insert-only.
-- contents is JSON; label is what lists are narrowed to.
CREATE TABLE definition (
    district    TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    id          TEXT COLLATE "C" NOT NULL,
    revision    BIGINT NOT NULL,
    label       TEXT COLLATE "C" NOT NULL,
    contents    TEXT NOT NULL,
    reason      TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    PRIMARY KEY (district, kind, id, revision)
);

CREATE INDEX definition_label ON definition (district, kind, label, id);

CREATE TRIGGER definition_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON definition
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

-- Who entered which pool. Insert-only. failed is a JSON list.
CREATE TABLE pool_member (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    pool        TEXT COLLATE "C" NOT NULL,
    person      TEXT COLLATE "C" NOT NULL,
    start_date  TEXT COLLATE "C" NOT NULL,
    account     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    failed      TEXT NOT NULL,
    waiver      TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
);

CREATE INDEX pool_member_pool ON pool_member (district, pool, sequence);
CREATE INDEX pool_member_person ON pool_member (district, person, sequence);

CREATE TRIGGER pool_member_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pool_member
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

-- Who left it. Insert-only.
CREATE TABLE pool_exit (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    end_date    TEXT COLLATE "C" NOT NULL,
    account     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, sequence) REFERENCES pool_member (district, sequence)
);

CREATE TRIGGER pool_exit_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pool_exit
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
