-- Who else in a unit a document is written to, where its trigger names the unit in several relations, and
-- recipients of its trigger for whom nobody was found. Insert-only.
CREATE TABLE document_role (
    district TEXT COLLATE "C" NOT NULL,
    document BIGINT NOT NULL,
    unit     TEXT COLLATE "C" NOT NULL,
    role     BIGINT NOT NULL CHECK (role BETWEEN 0 AND 4),
    PRIMARY KEY (district, document, unit, role),
    FOREIGN KEY (district, document, unit)
        REFERENCES document_recipient (district, document, unit)
);

CREATE TABLE document_missing (
    district TEXT COLLATE "C" NOT NULL,
    document BIGINT NOT NULL,
    place    BIGINT NOT NULL CHECK (place > 0),
    relation BIGINT NOT NULL,
    unit     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (district, document, place),
    FOREIGN KEY (district, document) REFERENCES document (district, sequence)
);

CREATE TRIGGER document_role_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document_role
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER document_missing_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document_missing
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
