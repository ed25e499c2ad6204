-- Notes tell of more than what was disabled: kind 3 of a rectification that was reviewed. SQLite
-- changes no check; the table is made anew under its name.
CREATE TABLE note_before AS SELECT * FROM note;
DROP TABLE note;

CREATE TABLE note (
    district    TEXT    NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    unit        TEXT    NOT NULL,
    kind        INTEGER NOT NULL CHECK (kind > 0),
    source      TEXT    NOT NULL,
    text        TEXT    NOT NULL,
    create_time INTEGER NOT NULL,
    read_time   INTEGER,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

INSERT INTO note (district, sequence, unit, kind, source, text, create_time, read_time)
SELECT district, sequence, unit, kind, source, text, create_time, read_time FROM note_before;
DROP TABLE note_before;

CREATE INDEX note_unit ON note (district, unit, sequence);
