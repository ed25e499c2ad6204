-- The keys of records with personal values, wrapped by a key outside the database. Erasing
-- takes the key away and leaves the row.
CREATE TABLE kit_record_key (
    district     TEXT   COLLATE "C" NOT NULL,
    record       TEXT   COLLATE "C" NOT NULL,
    wrapping_key TEXT   COLLATE "C" NOT NULL,
    wrapped      BYTEA,
    create_time  BIGINT NOT NULL,
    erase_time   BIGINT CHECK ((erase_time IS NULL) = (wrapped IS NOT NULL)),
    PRIMARY KEY (district, record)
);

CREATE INDEX kit_record_key_wrapping ON kit_record_key (wrapping_key, district, record);
