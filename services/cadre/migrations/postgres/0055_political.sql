-- The political-quality archive. contents and verdict are sealed under the person's key. Insert-only.
CREATE TABLE political_record (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    person      TEXT COLLATE "C" NOT NULL,
    kind        BIGINT NOT NULL,
    period      TEXT COLLATE "C" NOT NULL,
    contents    BYTEA NOT NULL,
    verdict     BYTEA NOT NULL,
    recorder    TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
);

CREATE INDEX political_record_person ON political_record (district, person, sequence);

-- Tickets that open an archive. Insert-only.
CREATE TABLE access_ticket (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    person      TEXT COLLATE "C" NOT NULL,
    reader      TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    hours       BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
);

CREATE INDEX access_ticket_person ON access_ticket (district, person, sequence);

-- What was decided about them. Insert-only.
CREATE TABLE access_decision (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    approved    BIGINT NOT NULL,
    decider     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, sequence) REFERENCES access_ticket (district, sequence)
);

-- Who read what. Insert-only.
CREATE TABLE political_read (
    district     TEXT COLLATE "C" NOT NULL,
    sequence     BIGINT NOT NULL,
    person       TEXT COLLATE "C" NOT NULL,
    ticket       BIGINT,
    reader       TEXT NOT NULL,
    record_count BIGINT NOT NULL,
    create_time  BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id),
    FOREIGN KEY (district, ticket) REFERENCES access_ticket (district, sequence)
);

CREATE INDEX political_read_person ON political_read (district, person, sequence);

-- Reminders of political check-ups. Insert-only. items is a JSON list.
CREATE TABLE political_check (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    person      TEXT COLLATE "C" NOT NULL,
    unit        TEXT COLLATE "C" NOT NULL,
    period      TEXT COLLATE "C" NOT NULL,
    due_date    TEXT COLLATE "C" NOT NULL,
    items       TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
);

CREATE INDEX political_check_period ON political_check (district, period, sequence);
CREATE INDEX political_check_person ON political_check (district, person, sequence);

-- The checklists that came; what they say is a sealed record. Insert-only.
CREATE TABLE political_checklist (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    record      BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, sequence) REFERENCES political_check (district, sequence),
    FOREIGN KEY (district, record) REFERENCES political_record (district, sequence)
);

-- How many checklists of a period meet an item, over all persons.
CREATE TABLE political_count (
    district TEXT COLLATE "C" NOT NULL,
    period   TEXT COLLATE "C" NOT NULL,
    item     BIGINT NOT NULL,
    met      BIGINT NOT NULL,
    unmet    BIGINT NOT NULL,
    PRIMARY KEY (district, period, item)
);

CREATE TRIGGER political_record_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON political_record
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER access_ticket_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_ticket
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER access_decision_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_decision
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER political_read_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON political_read
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER political_check_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON political_check
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER political_checklist_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON political_checklist
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
