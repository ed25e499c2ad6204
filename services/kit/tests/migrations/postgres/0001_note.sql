CREATE TABLE note (
    id       BIGINT  PRIMARY KEY,
    district TEXT COLLATE "C" NOT NULL,
    title    TEXT COLLATE "C" NOT NULL,
    done     BOOLEAN NOT NULL,
    weight   TEXT,
    picture  BYTEA,
    parent   BIGINT REFERENCES note (id),
    revision BIGINT  NOT NULL CHECK (revision >= 0),
    UNIQUE (district, title)
);
