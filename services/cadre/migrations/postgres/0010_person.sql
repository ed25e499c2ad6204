-- What is on record of a person beyond name and posts. skills is a JSON list.
ALTER TABLE person ADD COLUMN birth_date TEXT COLLATE "C";
ALTER TABLE person ADD COLUMN education BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN rank BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN entry_kind BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN skills TEXT NOT NULL DEFAULT '[]';

CREATE INDEX person_rank ON person (district, rank, id);
CREATE INDEX person_birth ON person (district, birth_date, id);

ALTER TABLE posting ADD COLUMN exclusive BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE posting ADD COLUMN position TEXT COLLATE "C";

-- What a name is found by: its characters, its pinyin, its initials, in lower case.
CREATE TABLE name_key (
    district TEXT COLLATE "C" NOT NULL,
    key      TEXT COLLATE "C" NOT NULL,
    person   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (district, key, person),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
);

CREATE INDEX name_key_person ON name_key (district, person);

-- A person's record after each change, as the contract encodes it. Insert-only.
CREATE TABLE person_revision (
    district    TEXT COLLATE "C" NOT NULL,
    person      TEXT COLLATE "C" NOT NULL,
    revision    BIGINT NOT NULL,
    payload     BYTEA NOT NULL,
    reason      TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, person, revision)
);

CREATE TRIGGER person_revision_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON person_revision
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
