-- What documents and rules say in English where they have words of their own for it; JSON as the Chinese
-- fields are. Insert-only. Of schedules, which are changed in place, it is a column.
CREATE TABLE document_english (
    district TEXT    NOT NULL,
    document INTEGER NOT NULL,
    fields   TEXT    NOT NULL,
    PRIMARY KEY (district, document),
    FOREIGN KEY (district, document) REFERENCES document (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE trigger_english (
    district TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    revision INTEGER NOT NULL,
    fields   TEXT    NOT NULL,
    PRIMARY KEY (district, id, revision),
    FOREIGN KEY (district, id, revision) REFERENCES trigger_revision (district, id, revision)
) STRICT, WITHOUT ROWID;

ALTER TABLE schedule ADD COLUMN english_fields TEXT NOT NULL DEFAULT '{}';

CREATE TRIGGER document_english_no_update BEFORE UPDATE ON document_english
BEGIN
    SELECT RAISE(ABORT, 'document_english is insert-only');
END;

CREATE TRIGGER document_english_no_replace BEFORE INSERT ON document_english
WHEN EXISTS (SELECT 1 FROM document_english WHERE district = new.district AND document = new.document)
BEGIN
    SELECT RAISE(ABORT, 'document_english is insert-only');
END;

CREATE TRIGGER document_english_no_delete BEFORE DELETE ON document_english
BEGIN
    SELECT RAISE(ABORT, 'document_english is insert-only');
END;

CREATE TRIGGER trigger_english_no_update BEFORE UPDATE ON trigger_english
BEGIN
    SELECT RAISE(ABORT, 'trigger_english is insert-only');
END;

CREATE TRIGGER trigger_english_no_replace BEFORE INSERT ON trigger_english
WHEN EXISTS (SELECT 1 FROM trigger_english WHERE district = new.district AND id = new.id AND revision = new.revision)
BEGIN
    SELECT RAISE(ABORT, 'trigger_english is insert-only');
END;

CREATE TRIGGER trigger_english_no_delete BEFORE DELETE ON trigger_english
BEGIN
    SELECT RAISE(ABORT, 'trigger_english is insert-only');
END;
