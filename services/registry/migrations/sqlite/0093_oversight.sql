-- Who is in charge of whom; charges holds a unit and its leader a line.
CREATE TABLE oversight (
    district    TEXT    NOT NULL PRIMARY KEY REFERENCES district (district),
    office      TEXT,
    charges     TEXT    NOT NULL,
    update_time INTEGER NOT NULL,
    revision    INTEGER NOT NULL CHECK (revision > 0)
) STRICT, WITHOUT ROWID;
