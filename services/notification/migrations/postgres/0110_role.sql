-- Contacts belong to the unit as such, role 0, or to a role in it; dispatches go to one. Role 1 is the
-- unit's head, 2 who reports, 3 the leader in charge, 4 who is on duty in the office.
ALTER TABLE contact ADD COLUMN role BIGINT NOT NULL DEFAULT 0 CHECK (role BETWEEN 0 AND 4);
ALTER TABLE dispatch ADD COLUMN role BIGINT NOT NULL DEFAULT 0 CHECK (role BETWEEN 0 AND 4);

-- What else is known of a recipient of a document: a role in the unit, and a problem that it is to
-- correct. Only of recipients with one of them. Insert-only.
CREATE TABLE document_charge (
    district TEXT COLLATE "C" NOT NULL,
    document BIGINT NOT NULL,
    unit     TEXT COLLATE "C" NOT NULL,
    role     BIGINT NOT NULL CHECK (role BETWEEN 0 AND 4),
    problem  TEXT NOT NULL,
    PRIMARY KEY (district, document, unit),
    FOREIGN KEY (district, document, unit)
        REFERENCES document_recipient (district, document, unit)
);

CREATE TRIGGER document_charge_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document_charge
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
