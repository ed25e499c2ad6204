-- The keys of records with personal values, wrapped by a key outside the database. Erasing
-- takes the key away and leaves the row.
CREATE TABLE kit_record_key (
    district     TEXT    NOT NULL,
    record       TEXT    NOT NULL,
    wrapping_key TEXT    NOT NULL,
    wrapped      BLOB,
    create_time  INTEGER NOT NULL,
    erase_time   INTEGER CHECK ((erase_time IS NULL) = (wrapped IS NOT NULL)),
    PRIMARY KEY (district, record)
) STRICT, WITHOUT ROWID;

CREATE INDEX kit_record_key_wrapping ON kit_record_key (wrapping_key, district, record);
