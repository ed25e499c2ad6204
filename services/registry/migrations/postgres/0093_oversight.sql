-- Who is in charge of whom; charges holds a unit and its leader a line.
CREATE TABLE oversight (
    district    TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES district (district),
    office      TEXT COLLATE "C",
    charges     TEXT   NOT NULL,
    update_time BIGINT NOT NULL,
    revision    BIGINT NOT NULL CHECK (revision > 0)
);
