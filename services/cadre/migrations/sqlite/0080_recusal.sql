-- Whose account stands close to a person: his own, or a relative's. Insert-only.
CREATE TABLE recusal (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    person      TEXT NOT NULL,
    account     TEXT NOT NULL,
    kinship     INTEGER NOT NULL,
    ground      TEXT NOT NULL,
    recorder    TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX recusal_person ON recusal (district, person, sequence);
CREATE INDEX recusal_account ON recusal (district, account, person);

-- Those that hold no more. Insert-only.
CREATE TABLE recusal_end (
    district    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    ender       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, sequence) REFERENCES recusal (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER recusal_no_update BEFORE UPDATE ON recusal
BEGIN
    SELECT RAISE(ABORT, 'recusal is insert-only');
END;

CREATE TRIGGER recusal_no_delete BEFORE DELETE ON recusal
BEGIN
    SELECT RAISE(ABORT, 'recusal is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER recusal_no_replace BEFORE INSERT ON recusal
WHEN EXISTS (SELECT 1 FROM recusal
    WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'recusal is insert-only');
END;

CREATE TRIGGER recusal_end_no_update BEFORE UPDATE ON recusal_end
BEGIN
    SELECT RAISE(ABORT, 'recusal_end is insert-only');
END;

CREATE TRIGGER recusal_end_no_delete BEFORE DELETE ON recusal_end
BEGIN
    SELECT RAISE(ABORT, 'recusal_end is insert-only');
END;

-- INSERT OR REPLACE would delete first what is in its way.
CREATE TRIGGER recusal_end_no_replace BEFORE INSERT ON recusal_end
WHEN EXISTS (SELECT 1 FROM recusal_end
    WHERE district = new.district AND sequence = new.sequence)
BEGIN
    SELECT RAISE(ABORT, 'recusal_end is insert-only');
END;
