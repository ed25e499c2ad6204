-- Contacts belong to the unit as such, role 0, or to a role in it; dispatches go to one. Role 1 is the
-- unit's head, 2 who reports, 3 the leader in charge, 4 who is on duty in the office.
ALTER TABLE contact ADD COLUMN role INTEGER NOT NULL DEFAULT 0 CHECK (role BETWEEN 0 AND 4);
ALTER TABLE dispatch ADD COLUMN role INTEGER NOT NULL DEFAULT 0 CHECK (role BETWEEN 0 AND 4);

-- What else is known of a recipient of a document: a role in the unit, and a problem that it is to
-- correct. Only of recipients with one of them. Insert-only.
CREATE TABLE document_charge (
    district TEXT    NOT NULL,
    document INTEGER NOT NULL,
    unit     TEXT    NOT NULL,
    role     INTEGER NOT NULL CHECK (role BETWEEN 0 AND 4),
    problem  TEXT    NOT NULL,
    PRIMARY KEY (district, document, unit),
    FOREIGN KEY (district, document, unit)
        REFERENCES document_recipient (district, document, unit)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER document_charge_no_update BEFORE UPDATE ON document_charge
BEGIN
    SELECT RAISE(ABORT, 'document_charge is insert-only');
END;

CREATE TRIGGER document_charge_no_replace BEFORE INSERT ON document_charge
WHEN EXISTS (SELECT 1 FROM document_charge WHERE district = new.district AND document = new.document AND unit = new.unit)
BEGIN
    SELECT RAISE(ABORT, 'document_charge is insert-only');
END;

CREATE TRIGGER document_charge_no_delete BEFORE DELETE ON document_charge
BEGIN
    SELECT RAISE(ABORT, 'document_charge is insert-only');
END;
