CREATE TABLE doc (
    name TEXT    PRIMARY KEY,
    body BLOB    NOT NULL,
    code INTEGER NOT NULL
) STRICT;
