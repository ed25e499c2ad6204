-- Positive and negative lists of persons. Insert-only. effect and evidence are JSON lists.
CREATE TABLE conduct_entry (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    person      TEXT NOT NULL,
    period      TEXT NOT NULL,
    side        INTEGER NOT NULL,
    scheme      TEXT,
    item        TEXT,
    effect      TEXT,
    ground      TEXT NOT NULL,
    source      INTEGER NOT NULL,
    citation    TEXT NOT NULL,
    occur_date  TEXT NOT NULL,
    evidence    TEXT NOT NULL,
    adjustment  TEXT,
    recorder    TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX conduct_entry_person ON conduct_entry (district, person, sequence);
CREATE INDEX conduct_entry_period ON conduct_entry (district, period, sequence);

-- What cleared them. Insert-only. evidence is a JSON list.
CREATE TABLE conduct_step (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    evidence    TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, sequence) REFERENCES conduct_entry (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER conduct_entry_no_update BEFORE UPDATE ON conduct_entry
BEGIN
    SELECT RAISE(ABORT, 'conduct_entry is insert-only');
END;

CREATE TRIGGER conduct_entry_no_delete BEFORE DELETE ON conduct_entry
BEGIN
    SELECT RAISE(ABORT, 'conduct_entry is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER conduct_entry_no_replace BEFORE INSERT ON conduct_entry
WHEN EXISTS (SELECT 1 FROM conduct_entry
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'conduct_entry is insert-only');
END;

CREATE TRIGGER conduct_step_no_update BEFORE UPDATE ON conduct_step
BEGIN
    SELECT RAISE(ABORT, 'conduct_step is insert-only');
END;

CREATE TRIGGER conduct_step_no_delete BEFORE DELETE ON conduct_step
BEGIN
    SELECT RAISE(ABORT, 'conduct_step is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER conduct_step_no_replace BEFORE INSERT ON conduct_step
WHEN EXISTS (SELECT 1 FROM conduct_step
             WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'conduct_step is insert-only');
END;
