-- Every key begins with the district: a district is one shard. Instants are microseconds
-- since 1970-01-01 UTC, dates are yyyy-mm-dd, and the numbers of enumerations those of the
-- contract.

-- Where the letters and bulletins of a district have come to. Taking the row is also the
-- district's lock: its writers go one after another.
CREATE TABLE head (
    district TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    letter   BIGINT NOT NULL CHECK (letter >= 0),
    bulletin BIGINT NOT NULL CHECK (bulletin >= 0)
);

-- The tray: what scoring told and is not issued yet, unread. Kind 1 is a warning, 2 a closed
-- month; the payload is the event of scoring's contract. What is itself at fault is not tried
-- before its retry_time.
CREATE TABLE notice (
    district     TEXT COLLATE "C" NOT NULL,
    source       TEXT COLLATE "C" NOT NULL,
    kind         BIGINT NOT NULL CHECK (kind IN (1, 2)),
    payload      BYTEA  NOT NULL,
    trace_parent TEXT COLLATE "C" NOT NULL,
    create_time  BIGINT NOT NULL,
    retry_time   BIGINT NOT NULL,
    PRIMARY KEY (district, source)
);

CREATE INDEX notice_cause ON notice (district, trace_parent, kind, create_time);

-- Templates that districts made their own.
CREATE TABLE template (
    district    TEXT COLLATE "C" NOT NULL,
    kind        BIGINT NOT NULL CHECK (kind BETWEEN 1 AND 3),
    subject     TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    update_time BIGINT NOT NULL,
    revision    BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, kind)
);

-- Letters. Only how far the recipient has come ever changes, and only forwards.
CREATE TABLE letter (
    district               TEXT COLLATE "C" NOT NULL,
    sequence               BIGINT NOT NULL CHECK (sequence > 0),
    kind                   BIGINT NOT NULL CHECK (kind IN (1, 2)),
    recipient              TEXT COLLATE "C" NOT NULL,
    recipient_display_name TEXT   NOT NULL,
    subject                TEXT   NOT NULL,
    body                   TEXT   NOT NULL,
    template_fault         TEXT   NOT NULL,
    source                 TEXT COLLATE "C" NOT NULL,
    period                 TEXT COLLATE "C" NOT NULL,
    due_date               TEXT COLLATE "C" NOT NULL,
    create_time            BIGINT NOT NULL,
    state                  BIGINT NOT NULL CHECK (state BETWEEN 1 AND 3),
    PRIMARY KEY (district, sequence),
    UNIQUE (district, source)
);

CREATE INDEX letter_recipient ON letter (district, recipient, sequence);
CREATE INDEX letter_recipient_state ON letter (district, recipient, state, sequence);
CREATE INDEX letter_state ON letter (district, state, sequence);
CREATE INDEX letter_kind ON letter (district, kind, sequence);
CREATE INDEX letter_period ON letter (district, period, sequence);

CREATE FUNCTION insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME;
END
$$;

CREATE TRIGGER letter_insert_only BEFORE DELETE OR TRUNCATE OR UPDATE OF
    district, sequence, kind, recipient, recipient_display_name, subject, body, template_fault,
    source, period, due_date, create_time ON letter
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER letter_state_forwards BEFORE UPDATE OF state ON letter
    FOR EACH ROW WHEN (new.state <= old.state) EXECUTE FUNCTION insert_only();

-- What recipients did, one row a step. Insert-only.
CREATE TABLE receipt (
    district    TEXT COLLATE "C" NOT NULL,
    letter      BIGINT NOT NULL,
    state       BIGINT NOT NULL CHECK (state IN (2, 3)),
    text        TEXT   NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, letter, state),
    FOREIGN KEY (district, letter) REFERENCES letter (district, sequence)
);

CREATE TRIGGER receipt_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

-- Bulletins, one a month. `boards` holds names, one a line. Insert-only.
CREATE TABLE bulletin (
    district       TEXT COLLATE "C" NOT NULL,
    sequence       BIGINT NOT NULL CHECK (sequence > 0),
    period         TEXT COLLATE "C" NOT NULL,
    subject        TEXT   NOT NULL,
    body           TEXT   NOT NULL,
    template_fault TEXT   NOT NULL,
    boards         TEXT   NOT NULL,
    create_time    BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    UNIQUE (district, period)
);

CREATE TRIGGER bulletin_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bulletin
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
