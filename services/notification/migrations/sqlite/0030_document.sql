-- Where the documents of a district have come to. Taking the row is also the lock of those who
-- issue them.
CREATE TABLE document_head (
    district TEXT    NOT NULL PRIMARY KEY,
    document INTEGER NOT NULL CHECK (document >= 0)
) STRICT, WITHOUT ROWID;

-- The last number given in each series and year.
CREATE TABLE document_series (
    district TEXT    NOT NULL,
    series   TEXT    NOT NULL,
    year     INTEGER NOT NULL,
    last     INTEGER NOT NULL CHECK (last > 0),
    PRIMARY KEY (district, series, year)
) STRICT, WITHOUT ROWID;

-- Templates that districts made their own, one row a revision. Insert-only.
CREATE TABLE document_template (
    district        TEXT    NOT NULL,
    kind            INTEGER NOT NULL,
    revision        INTEGER NOT NULL CHECK (revision > 0),
    series          TEXT    NOT NULL,
    subject         TEXT    NOT NULL,
    body            TEXT    NOT NULL,
    english_subject TEXT    NOT NULL,
    english_body    TEXT    NOT NULL,
    create_time     INTEGER NOT NULL,
    PRIMARY KEY (district, kind, revision)
) STRICT, WITHOUT ROWID;

-- Documents. `fields` and `attachments` are JSON; cause_key is what a trigger or schedule wrote it
-- for, so that it writes once, null when it was written by hand. Insert-only.
CREATE TABLE document (
    district    TEXT    NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    kind        INTEGER NOT NULL,
    series      TEXT    NOT NULL,
    year        INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL CHECK (ordinal > 0),
    issuer      TEXT    NOT NULL,
    period      TEXT    NOT NULL,
    due_date    TEXT    NOT NULL,
    fields      TEXT    NOT NULL,
    attachments TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    cause       TEXT    NOT NULL,
    cause_key   TEXT,
    account     TEXT    NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    UNIQUE (district, series, year, ordinal),
    UNIQUE (district, cause_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX document_kind ON document (district, kind, sequence);
CREATE INDEX document_period ON document (district, period, sequence);

-- The texts of a document: language 1 is Chinese, 2 English. Insert-only.
CREATE TABLE document_text (
    district          TEXT    NOT NULL,
    document          INTEGER NOT NULL,
    language          INTEGER NOT NULL CHECK (language IN (1, 2)),
    subject           TEXT    NOT NULL,
    body              TEXT    NOT NULL,
    template_revision INTEGER NOT NULL,
    template_fault    TEXT    NOT NULL,
    PRIMARY KEY (district, document, language),
    FOREIGN KEY (district, document) REFERENCES document (district, sequence)
) STRICT, WITHOUT ROWID;

-- Whom a document is for, in the order they are named. Insert-only.
CREATE TABLE document_recipient (
    district     TEXT    NOT NULL,
    document     INTEGER NOT NULL,
    unit         TEXT    NOT NULL,
    place        INTEGER NOT NULL,
    display_name TEXT    NOT NULL,
    PRIMARY KEY (district, document, unit),
    FOREIGN KEY (district, document) REFERENCES document (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX document_recipient_unit ON document_recipient (district, unit, document);

-- What recipients did, one row a step. Insert-only.
CREATE TABLE document_receipt (
    district    TEXT    NOT NULL,
    document    INTEGER NOT NULL,
    unit        TEXT    NOT NULL,
    state       INTEGER NOT NULL CHECK (state IN (2, 3)),
    text        TEXT    NOT NULL,
    account     TEXT    NOT NULL,
    late        INTEGER NOT NULL CHECK (late IN (0, 1)),
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, document, unit, state),
    FOREIGN KEY (district, document, unit)
        REFERENCES document_recipient (district, document, unit)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER document_template_no_update BEFORE UPDATE ON document_template
BEGIN
    SELECT RAISE(ABORT, 'document_template is insert-only');
END;

CREATE TRIGGER document_template_no_replace BEFORE INSERT ON document_template
WHEN EXISTS (SELECT 1 FROM document_template
             WHERE district = new.district AND kind = new.kind AND revision = new.revision)
BEGIN
    SELECT RAISE(ABORT, 'document_template is insert-only');
END;

CREATE TRIGGER document_template_no_delete BEFORE DELETE ON document_template
BEGIN
    SELECT RAISE(ABORT, 'document_template is insert-only');
END;

CREATE TRIGGER document_no_update BEFORE UPDATE ON document
BEGIN
    SELECT RAISE(ABORT, 'document is insert-only');
END;

CREATE TRIGGER document_no_replace BEFORE INSERT ON document
WHEN EXISTS (SELECT 1 FROM document
             WHERE district = new.district AND sequence = new.sequence)
  OR EXISTS (SELECT 1 FROM document
             WHERE district = new.district AND series = new.series AND year = new.year AND ordinal = new.ordinal)
  OR EXISTS (SELECT 1 FROM document
             WHERE district = new.district AND cause_key = new.cause_key)
BEGIN
    SELECT RAISE(ABORT, 'document is insert-only');
END;

CREATE TRIGGER document_no_delete BEFORE DELETE ON document
BEGIN
    SELECT RAISE(ABORT, 'document is insert-only');
END;

CREATE TRIGGER document_text_no_update BEFORE UPDATE ON document_text
BEGIN
    SELECT RAISE(ABORT, 'document_text is insert-only');
END;

CREATE TRIGGER document_text_no_replace BEFORE INSERT ON document_text
WHEN EXISTS (SELECT 1 FROM document_text
             WHERE district = new.district AND document = new.document AND language = new.language)
BEGIN
    SELECT RAISE(ABORT, 'document_text is insert-only');
END;

CREATE TRIGGER document_text_no_delete BEFORE DELETE ON document_text
BEGIN
    SELECT RAISE(ABORT, 'document_text is insert-only');
END;

CREATE TRIGGER document_recipient_no_update BEFORE UPDATE ON document_recipient
BEGIN
    SELECT RAISE(ABORT, 'document_recipient is insert-only');
END;

CREATE TRIGGER document_recipient_no_replace BEFORE INSERT ON document_recipient
WHEN EXISTS (SELECT 1 FROM document_recipient
             WHERE district = new.district AND document = new.document AND unit = new.unit)
BEGIN
    SELECT RAISE(ABORT, 'document_recipient is insert-only');
END;

CREATE TRIGGER document_recipient_no_delete BEFORE DELETE ON document_recipient
BEGIN
    SELECT RAISE(ABORT, 'document_recipient is insert-only');
END;

CREATE TRIGGER document_receipt_no_update BEFORE UPDATE ON document_receipt
BEGIN
    SELECT RAISE(ABORT, 'document_receipt is insert-only');
END;

CREATE TRIGGER document_receipt_no_replace BEFORE INSERT ON document_receipt
WHEN EXISTS (SELECT 1 FROM document_receipt
             WHERE district = new.district AND document = new.document AND unit = new.unit AND state = new.state)
BEGIN
    SELECT RAISE(ABORT, 'document_receipt is insert-only');
END;

CREATE TRIGGER document_receipt_no_delete BEFORE DELETE ON document_receipt
BEGIN
    SELECT RAISE(ABORT, 'document_receipt is insert-only');
END;
