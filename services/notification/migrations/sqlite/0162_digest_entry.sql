-- What a recipient is to be told in a digest, a row an event, from when its time has come until it is written:
-- so a digest of any size is written a part at a time and knows how many there are. The unit is empty where
-- it is for everybody. roles and missing are JSON lists, the fields JSON objects.
CREATE TABLE digest_entry (
    district      TEXT    NOT NULL,
    trigger_id    TEXT    NOT NULL,
    document_kind INTEGER NOT NULL,
    unit          TEXT    NOT NULL,
    event_key     TEXT    NOT NULL,
    display_name  TEXT NOT NULL,
    roles         TEXT NOT NULL,
    problem       TEXT NOT NULL,
    missing       TEXT NOT NULL,
    period        TEXT NOT NULL,
    due_date      TEXT NOT NULL,
    fields        TEXT NOT NULL,
    english_fields TEXT NOT NULL,
    source        TEXT NOT NULL,
    cause_key     TEXT NOT NULL,
    PRIMARY KEY (district, trigger_id, document_kind, unit, event_key)
) STRICT, WITHOUT ROWID;
