CREATE TABLE note (
    id       INTEGER PRIMARY KEY,
    district TEXT    NOT NULL,
    title    TEXT    NOT NULL,
    done     INTEGER NOT NULL,
    weight   TEXT,
    picture  BLOB,
    parent   INTEGER REFERENCES note (id),
    revision INTEGER NOT NULL CHECK (revision >= 0),
    UNIQUE (district, title)
) STRICT;
