-- What is on record of a person beyond name and posts. skills is a JSON list.
ALTER TABLE person ADD COLUMN birth_date TEXT;
ALTER TABLE person ADD COLUMN education INTEGER NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN entry_kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN skills TEXT NOT NULL DEFAULT '[]';

CREATE INDEX person_rank ON person (district, rank, id);
CREATE INDEX person_birth ON person (district, birth_date, id);

ALTER TABLE posting ADD COLUMN exclusive INTEGER NOT NULL DEFAULT 0 CHECK (exclusive IN (0, 1));
ALTER TABLE posting ADD COLUMN position TEXT;

-- What a name is found by: its characters, its pinyin, its initials, in lower case.
CREATE TABLE name_key (
    district TEXT NOT NULL,
    key      TEXT NOT NULL,
    person   TEXT NOT NULL,
    PRIMARY KEY (district, key, person),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX name_key_person ON name_key (district, person);

-- A person's record after each change, as the contract encodes it. Insert-only.
CREATE TABLE person_revision (
    district    TEXT NOT NULL,
    person      TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    payload     BLOB NOT NULL,
    reason      TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, person, revision)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER person_revision_no_update BEFORE UPDATE ON person_revision
BEGIN
    SELECT RAISE(ABORT, 'person_revision is insert-only');
END;

CREATE TRIGGER person_revision_no_delete BEFORE DELETE ON person_revision
BEGIN
    SELECT RAISE(ABORT, 'person_revision is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER person_revision_no_replace BEFORE INSERT ON person_revision
WHEN EXISTS (SELECT 1 FROM person_revision
             WHERE district = new.district AND person = new.person AND revision = new.revision)
BEGIN
    SELECT RAISE(ABORT, 'person_revision is insert-only');
END;
