-- Who was erased. The id is all that remains. Insert-only.
CREATE TABLE person_erasure (
    district   TEXT NOT NULL,
    person     TEXT NOT NULL,
    reason     TEXT NOT NULL,
    account    TEXT NOT NULL,
    erase_time INTEGER NOT NULL,
    PRIMARY KEY (district, person)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER person_erasure_no_update BEFORE UPDATE ON person_erasure
BEGIN
    SELECT RAISE(ABORT, 'person_erasure is insert-only');
END;

CREATE TRIGGER person_erasure_no_delete BEFORE DELETE ON person_erasure
BEGIN
    SELECT RAISE(ABORT, 'person_erasure is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER person_erasure_no_replace BEFORE INSERT ON person_erasure
WHEN EXISTS (SELECT 1 FROM person_erasure
    WHERE district = new.district AND person = new.person)
BEGIN
    SELECT RAISE(ABORT, 'person_erasure is insert-only');
END;
