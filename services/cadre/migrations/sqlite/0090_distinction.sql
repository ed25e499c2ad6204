-- Awards and cards, as scoring told of them: a row when one was announced or issued (state 1), a
-- row when it was withdrawn (state 2), whichever came first. Insert-only.
CREATE TABLE distinction (
    district             TEXT NOT NULL,
    source               TEXT NOT NULL,
    state                INTEGER NOT NULL,
    kind                 INTEGER NOT NULL,
    rule                 TEXT NOT NULL,
    title                TEXT NOT NULL,
    subject              TEXT NOT NULL,
    subject_display_name TEXT NOT NULL,
    unit                 TEXT NOT NULL,
    series               TEXT NOT NULL,
    track_id             TEXT NOT NULL,
    period               TEXT NOT NULL,
    period_end           TEXT NOT NULL,
    create_time          INTEGER NOT NULL,
    PRIMARY KEY (district, source, state)
) STRICT, WITHOUT ROWID;

CREATE INDEX distinction_end ON distinction (district, period_end);
CREATE INDEX distinction_unit ON distinction (district, unit);

-- Vetoes and bars of published results that no exemption takes away. Insert-only.
CREATE TABLE result_gate (
    district     TEXT NOT NULL,
    source       TEXT NOT NULL,
    gate         TEXT NOT NULL,
    kind         INTEGER NOT NULL,
    display_name TEXT NOT NULL,
    PRIMARY KEY (district, source, gate),
    FOREIGN KEY (district, source) REFERENCES published_result (district, source)
) STRICT, WITHOUT ROWID;

-- What a rule of use counts, where it counts. Insert-only. ids is a JSON list.
CREATE TABLE consequence_rule_count (
    district TEXT NOT NULL,
    rule     TEXT NOT NULL,
    counted  INTEGER NOT NULL,
    ids      TEXT NOT NULL,
    at_least INTEGER NOT NULL,
    periods  INTEGER NOT NULL,
    PRIMARY KEY (district, rule),
    FOREIGN KEY (district, rule) REFERENCES consequence_rule (district, id)
) STRICT, WITHOUT ROWID;

-- What is counted over a year is read by its day.
CREATE INDEX published_result_end ON published_result (district, period_end);
CREATE INDEX conduct_entry_day ON conduct_entry (district, occur_date);

CREATE TRIGGER distinction_no_update BEFORE UPDATE ON distinction
BEGIN
    SELECT RAISE(ABORT, 'distinction is insert-only');
END;

CREATE TRIGGER distinction_no_delete BEFORE DELETE ON distinction
BEGIN
    SELECT RAISE(ABORT, 'distinction is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way. What is there is not stored again.
CREATE TRIGGER distinction_no_replace BEFORE INSERT ON distinction
WHEN EXISTS (SELECT 1 FROM distinction
             WHERE district = new.district AND source = new.source AND state = new.state)
BEGIN
    SELECT RAISE(IGNORE);
END;

CREATE TRIGGER result_gate_no_update BEFORE UPDATE ON result_gate
BEGIN
    SELECT RAISE(ABORT, 'result_gate is insert-only');
END;

CREATE TRIGGER result_gate_no_delete BEFORE DELETE ON result_gate
BEGIN
    SELECT RAISE(ABORT, 'result_gate is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way. What is there is not stored again.
CREATE TRIGGER result_gate_no_replace BEFORE INSERT ON result_gate
WHEN EXISTS (SELECT 1 FROM result_gate
             WHERE district = new.district AND source = new.source AND gate = new.gate)
BEGIN
    SELECT RAISE(IGNORE);
END;

CREATE TRIGGER consequence_rule_count_no_update BEFORE UPDATE ON consequence_rule_count
BEGIN
    SELECT RAISE(ABORT, 'consequence_rule_count is insert-only');
END;

CREATE TRIGGER consequence_rule_count_no_delete BEFORE DELETE ON consequence_rule_count
BEGIN
    SELECT RAISE(ABORT, 'consequence_rule_count is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER consequence_rule_count_no_replace BEFORE INSERT ON consequence_rule_count
WHEN EXISTS (SELECT 1 FROM consequence_rule_count
             WHERE district = new.district AND rule = new.rule)
BEGIN
    SELECT RAISE(ABORT, 'consequence_rule_count is insert-only');
END;
