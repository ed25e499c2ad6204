-- Awards and cards, as scoring told of them: a row when one was announced or issued (state 1), a
-- row when it was withdrawn (state 2), whichever came first. Insert-only.
CREATE TABLE distinction (
    district             TEXT COLLATE "C" NOT NULL,
    source               TEXT COLLATE "C" NOT NULL,
    state                BIGINT NOT NULL,
    kind                 BIGINT NOT NULL,
    rule                 TEXT COLLATE "C" NOT NULL,
    title                TEXT NOT NULL,
    subject              TEXT COLLATE "C" NOT NULL,
    subject_display_name TEXT NOT NULL,
    unit                 TEXT COLLATE "C" NOT NULL,
    series               TEXT COLLATE "C" NOT NULL,
    track_id             TEXT COLLATE "C" NOT NULL,
    period               TEXT COLLATE "C" NOT NULL,
    period_end           TEXT COLLATE "C" NOT NULL,
    create_time          BIGINT NOT NULL,
    PRIMARY KEY (district, source, state)
);

CREATE INDEX distinction_end ON distinction (district, period_end);
CREATE INDEX distinction_unit ON distinction (district, unit);

-- Vetoes and bars of published results that no exemption takes away. Insert-only.
CREATE TABLE result_gate (
    district     TEXT COLLATE "C" NOT NULL,
    source       TEXT COLLATE "C" NOT NULL,
    gate         TEXT COLLATE "C" NOT NULL,
    kind         BIGINT NOT NULL,
    display_name TEXT NOT NULL,
    PRIMARY KEY (district, source, gate),
    FOREIGN KEY (district, source) REFERENCES published_result (district, source)
);

-- What a rule of use counts, where it counts. Insert-only. ids is a JSON list.
CREATE TABLE consequence_rule_count (
    district TEXT COLLATE "C" NOT NULL,
    rule     TEXT COLLATE "C" NOT NULL,
    counted  BIGINT NOT NULL,
    ids      TEXT NOT NULL,
    at_least BIGINT NOT NULL,
    periods  BIGINT NOT NULL,
    PRIMARY KEY (district, rule),
    FOREIGN KEY (district, rule) REFERENCES consequence_rule (district, id)
);

-- What is counted over a year is read by its day.
CREATE INDEX published_result_end ON published_result (district, period_end);
CREATE INDEX conduct_entry_day ON conduct_entry (district, occur_date);

CREATE TRIGGER distinction_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON distinction
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER result_gate_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON result_gate
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER consequence_rule_count_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consequence_rule_count
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
