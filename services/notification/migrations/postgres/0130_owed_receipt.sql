-- Receipts that are owed: of letters (kind 1) and of documents with a due date (kind 2), a row a
-- recipient until it is signed. The database keeps it by itself, so that what the release before
-- issues or takes beside this one is in it, too. Behind rest_date the next level is spoken to; empty
-- where nobody is any more. `vacancy` is why nobody was written to at the last level.
CREATE TABLE owed_receipt (
    district  TEXT COLLATE "C" NOT NULL,
    kind      BIGINT NOT NULL CHECK (kind IN (1, 2)),
    sequence  BIGINT NOT NULL,
    unit      TEXT COLLATE "C" NOT NULL,
    due_date  TEXT COLLATE "C" NOT NULL,
    level     BIGINT NOT NULL CHECK (level BETWEEN 0 AND 3),
    rest_date TEXT COLLATE "C" NOT NULL,
    vacancy   TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (district, kind, sequence, unit)
);

CREATE INDEX owed_receipt_due ON owed_receipt (district, due_date, kind, sequence, unit);
CREATE INDEX owed_receipt_unit ON owed_receipt (district, unit, due_date, kind, sequence);
CREATE INDEX owed_receipt_rest ON owed_receipt (district, rest_date, kind, sequence)
    WHERE rest_date <> '';
CREATE INDEX owed_receipt_late ON owed_receipt (rest_date, district) WHERE rest_date <> '';

CREATE FUNCTION letter_owed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO owed_receipt (district, kind, sequence, unit, due_date, level, rest_date)
    VALUES (new.district, 1, new.sequence, new.recipient, new.due_date, 0, new.due_date);
    RETURN NULL;
END
$$;

CREATE FUNCTION letter_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM owed_receipt WHERE district = new.district AND kind = 1
        AND sequence = new.sequence AND unit = new.recipient;
    RETURN NULL;
END
$$;

CREATE FUNCTION document_owed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO owed_receipt (district, kind, sequence, unit, due_date, level, rest_date)
    SELECT d.district, 2, d.sequence, new.unit, d.due_date, 0, d.due_date FROM document d
    WHERE d.district = new.district AND d.sequence = new.document AND d.due_date <> '';
    RETURN NULL;
END
$$;

CREATE FUNCTION document_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM owed_receipt WHERE district = new.district AND kind = 2
        AND sequence = new.document AND unit = new.unit;
    RETURN NULL;
END
$$;

CREATE TRIGGER letter_owed AFTER INSERT ON letter
    FOR EACH ROW EXECUTE FUNCTION letter_owed();

CREATE TRIGGER letter_signed AFTER UPDATE OF state ON letter
    FOR EACH ROW WHEN (new.state = 3) EXECUTE FUNCTION letter_signed();

CREATE TRIGGER document_owed AFTER INSERT ON document_recipient
    FOR EACH ROW EXECUTE FUNCTION document_owed();

CREATE TRIGGER document_signed AFTER INSERT ON document_receipt
    FOR EACH ROW WHEN (new.state = 3) EXECUTE FUNCTION document_signed();

-- Of before, behind the triggers, whose making waits for whoever is writing. Nobody is spoken to about
-- them unasked.
INSERT INTO owed_receipt (district, kind, sequence, unit, due_date, level, rest_date)
SELECT district, 1, sequence, recipient, due_date, 0, '' FROM letter WHERE state < 3;
INSERT INTO owed_receipt (district, kind, sequence, unit, due_date, level, rest_date)
SELECT d.district, 2, d.sequence, r.unit, d.due_date, 0, ''
FROM document d
JOIN document_recipient r ON r.district = d.district AND r.document = d.sequence
WHERE d.due_date <> '' AND NOT EXISTS (
    SELECT 1 FROM document_receipt c WHERE c.district = r.district AND c.document = r.document
        AND c.unit = r.unit AND c.state = 3);
