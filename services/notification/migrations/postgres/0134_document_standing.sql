-- How far each recipient of a document has come, beside the receipts that say so, so that those of
-- one state are found: 1 delivered, 2 opened, 3 acknowledged. The database keeps it by itself, for the
-- release before, too.
CREATE TABLE document_standing (
    district TEXT COLLATE "C" NOT NULL,
    document BIGINT NOT NULL,
    unit     TEXT COLLATE "C" NOT NULL,
    state    BIGINT NOT NULL CHECK (state BETWEEN 1 AND 3),
    PRIMARY KEY (district, document, unit)
);

CREATE INDEX document_standing_state ON document_standing (district, unit, state, document);

CREATE FUNCTION document_delivered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO document_standing (district, document, unit, state)
    VALUES (new.district, new.document, new.unit, 1);
    RETURN NULL;
END
$$;

CREATE FUNCTION document_received() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE document_standing SET state = new.state WHERE district = new.district
        AND document = new.document AND unit = new.unit AND state < new.state;
    RETURN NULL;
END
$$;

CREATE TRIGGER document_delivered AFTER INSERT ON document_recipient
    FOR EACH ROW EXECUTE FUNCTION document_delivered();

CREATE TRIGGER document_received AFTER INSERT ON document_receipt
    FOR EACH ROW EXECUTE FUNCTION document_received();

-- Of before; behind the triggers, whose making waits for whoever is writing.
INSERT INTO document_standing (district, document, unit, state)
SELECT r.district, r.document, r.unit, COALESCE(MAX(c.state), 1)
FROM document_recipient r
LEFT JOIN document_receipt c
    ON c.district = r.district AND c.document = r.document AND c.unit = r.unit
GROUP BY r.district, r.document, r.unit;
