-- Positive and negative lists of persons. Insert-only. effect and evidence are JSON lists.
CREATE TABLE conduct_entry (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    person      TEXT COLLATE "C" NOT NULL,
    period      TEXT COLLATE "C" NOT NULL,
    side        BIGINT NOT NULL,
    scheme      TEXT COLLATE "C",
    item        TEXT COLLATE "C",
    effect      TEXT,
    ground      TEXT NOT NULL,
    source      BIGINT NOT NULL,
    citation    TEXT NOT NULL,
    occur_date  TEXT COLLATE "C" NOT NULL,
    evidence    TEXT NOT NULL,
    adjustment  TEXT COLLATE "C",
    recorder    TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
);

CREATE INDEX conduct_entry_person ON conduct_entry (district, person, sequence);
CREATE INDEX conduct_entry_period ON conduct_entry (district, period, sequence);

-- What cleared them. Insert-only. evidence is a JSON list.
CREATE TABLE conduct_step (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    state       BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    evidence    TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, sequence) REFERENCES conduct_entry (district, sequence)
);

CREATE TRIGGER conduct_entry_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON conduct_entry
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER conduct_step_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON conduct_step
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
