-- Where the documents of a district have come to. Taking the row is also the lock of those who
-- issue them.
CREATE TABLE document_head (
    district TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    document BIGINT NOT NULL CHECK (document >= 0)
);

-- The last number given in each series and year.
CREATE TABLE document_series (
    district TEXT COLLATE "C" NOT NULL,
    series   TEXT COLLATE "C" NOT NULL,
    year     BIGINT NOT NULL,
    last     BIGINT NOT NULL CHECK (last > 0),
    PRIMARY KEY (district, series, year)
);

-- Templates that districts made their own, one row a revision. Insert-only.
CREATE TABLE document_template (
    district        TEXT COLLATE "C" NOT NULL,
    kind            BIGINT NOT NULL,
    revision        BIGINT NOT NULL CHECK (revision > 0),
    series          TEXT   NOT NULL,
    subject         TEXT   NOT NULL,
    body            TEXT   NOT NULL,
    english_subject TEXT   NOT NULL,
    english_body    TEXT   NOT NULL,
    create_time     BIGINT NOT NULL,
    PRIMARY KEY (district, kind, revision)
);

-- Documents. `fields` and `attachments` are JSON; cause_key is what a trigger or schedule wrote it
-- for, so that it writes once, null when it was written by hand. Insert-only.
CREATE TABLE document (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL CHECK (sequence > 0),
    kind        BIGINT NOT NULL,
    series      TEXT COLLATE "C" NOT NULL,
    year        BIGINT NOT NULL,
    ordinal     BIGINT NOT NULL CHECK (ordinal > 0),
    issuer      TEXT   NOT NULL,
    period      TEXT COLLATE "C" NOT NULL,
    due_date    TEXT COLLATE "C" NOT NULL,
    fields      TEXT   NOT NULL,
    attachments TEXT   NOT NULL,
    source      TEXT COLLATE "C" NOT NULL,
    cause       TEXT COLLATE "C" NOT NULL,
    cause_key   TEXT COLLATE "C",
    account     TEXT   NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    UNIQUE (district, series, year, ordinal),
    UNIQUE (district, cause_key)
);

CREATE INDEX document_kind ON document (district, kind, sequence);
CREATE INDEX document_period ON document (district, period, sequence);

-- The texts of a document: language 1 is Chinese, 2 English. Insert-only.
CREATE TABLE document_text (
    district          TEXT COLLATE "C" NOT NULL,
    document          BIGINT NOT NULL,
    language          BIGINT NOT NULL CHECK (language IN (1, 2)),
    subject           TEXT   NOT NULL,
    body              TEXT   NOT NULL,
    template_revision BIGINT NOT NULL,
    template_fault    TEXT   NOT NULL,
    PRIMARY KEY (district, document, language),
    FOREIGN KEY (district, document) REFERENCES document (district, sequence)
);

-- Whom a document is for, in the order they are named. Insert-only.
CREATE TABLE document_recipient (
    district     TEXT COLLATE "C" NOT NULL,
    document     BIGINT NOT NULL,
    unit         TEXT COLLATE "C" NOT NULL,
    place        BIGINT NOT NULL,
    display_name TEXT   NOT NULL,
    PRIMARY KEY (district, document, unit),
    FOREIGN KEY (district, document) REFERENCES document (district, sequence)
);

CREATE INDEX document_recipient_unit ON document_recipient (district, unit, document);

-- What recipients did, one row a step. Insert-only.
CREATE TABLE document_receipt (
    district    TEXT COLLATE "C" NOT NULL,
    document    BIGINT NOT NULL,
    unit        TEXT COLLATE "C" NOT NULL,
    state       BIGINT NOT NULL CHECK (state IN (2, 3)),
    text        TEXT   NOT NULL,
    account     TEXT   NOT NULL,
    late        BIGINT NOT NULL CHECK (late IN (0, 1)),
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, document, unit, state),
    FOREIGN KEY (district, document, unit)
        REFERENCES document_recipient (district, document, unit)
);

CREATE TRIGGER document_template_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document_template
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER document_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER document_text_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document_text
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER document_recipient_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document_recipient
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER document_receipt_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document_receipt
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
