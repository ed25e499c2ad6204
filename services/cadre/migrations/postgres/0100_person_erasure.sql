-- Who was erased. The id is all that remains. Insert-only.
CREATE TABLE person_erasure (
    district   TEXT COLLATE "C" NOT NULL,
    person     TEXT COLLATE "C" NOT NULL,
    reason     TEXT NOT NULL,
    account    TEXT NOT NULL,
    erase_time BIGINT NOT NULL,
    PRIMARY KEY (district, person)
);

CREATE TRIGGER person_erasure_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON person_erasure
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
