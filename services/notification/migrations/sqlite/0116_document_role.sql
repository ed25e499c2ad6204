-- Who else in a unit a document is written to, where its trigger names the unit in several relations, and
-- recipients of its trigger for whom nobody was found. Insert-only.
CREATE TABLE document_role (
    district TEXT NOT NULL,
    document INTEGER NOT NULL,
    unit     TEXT NOT NULL,
    role     INTEGER NOT NULL CHECK (role BETWEEN 0 AND 4),
    PRIMARY KEY (district, document, unit, role),
    FOREIGN KEY (district, document, unit)
        REFERENCES document_recipient (district, document, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE document_missing (
    district TEXT NOT NULL,
    document INTEGER NOT NULL,
    place    INTEGER NOT NULL CHECK (place > 0),
    relation INTEGER NOT NULL,
    unit     TEXT NOT NULL,
    PRIMARY KEY (district, document, place),
    FOREIGN KEY (district, document) REFERENCES document (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER document_role_no_update BEFORE UPDATE ON document_role
BEGIN
    SELECT RAISE(ABORT, 'document_role is insert-only');
END;

CREATE TRIGGER document_role_no_replace BEFORE INSERT ON document_role
WHEN EXISTS (SELECT 1 FROM document_role WHERE district = new.district AND document = new.document AND unit = new.unit AND role = new.role)
BEGIN
    SELECT RAISE(ABORT, 'document_role is insert-only');
END;

CREATE TRIGGER document_role_no_delete BEFORE DELETE ON document_role
BEGIN
    SELECT RAISE(ABORT, 'document_role is insert-only');
END;

CREATE TRIGGER document_missing_no_update BEFORE UPDATE ON document_missing
BEGIN
    SELECT RAISE(ABORT, 'document_missing is insert-only');
END;

CREATE TRIGGER document_missing_no_replace BEFORE INSERT ON document_missing
WHEN EXISTS (SELECT 1 FROM document_missing WHERE district = new.district AND document = new.document AND place = new.place)
BEGIN
    SELECT RAISE(ABORT, 'document_missing is insert-only');
END;

CREATE TRIGGER document_missing_no_delete BEFORE DELETE ON document_missing
BEGIN
    SELECT RAISE(ABORT, 'document_missing is insert-only');
END;
