-- What documents and rules say in English where they have words of their own for it; JSON as the Chinese
-- fields are. Insert-only. Of schedules, which are changed in place, it is a column.
CREATE TABLE document_english (
    district TEXT COLLATE "C" NOT NULL,
    document BIGINT NOT NULL,
    fields   TEXT NOT NULL,
    PRIMARY KEY (district, document),
    FOREIGN KEY (district, document) REFERENCES document (district, sequence)
);

CREATE TABLE trigger_english (
    district TEXT COLLATE "C" NOT NULL,
    id       TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    fields   TEXT NOT NULL,
    PRIMARY KEY (district, id, revision),
    FOREIGN KEY (district, id, revision) REFERENCES trigger_revision (district, id, revision)
);

ALTER TABLE schedule ADD COLUMN english_fields TEXT NOT NULL DEFAULT '{}';

CREATE TRIGGER document_english_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document_english
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER trigger_english_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trigger_english
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
