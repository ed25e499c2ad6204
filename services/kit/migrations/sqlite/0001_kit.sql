-- The change feed: one append-only table, numbered by one counter row.
CREATE TABLE kit_feed_head (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    uid       TEXT    NOT NULL,
    position  INTEGER NOT NULL CHECK (position >= 0),
    compacted INTEGER NOT NULL CHECK (compacted BETWEEN 0 AND position)
) STRICT;

INSERT INTO kit_feed_head (one, uid, position, compacted)
VALUES (1, lower(hex(randomblob(16))), 0, 0);

CREATE TABLE kit_feed (
    position     INTEGER PRIMARY KEY,
    district     TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    payload      BLOB    NOT NULL,
    create_time  INTEGER NOT NULL,
    trace_parent TEXT    NOT NULL
) STRICT;

CREATE INDEX kit_feed_district ON kit_feed (district, position);

-- How far this service has followed each other service's feed.
CREATE TABLE kit_cursor (
    name     TEXT    PRIMARY KEY,
    feed     TEXT    NOT NULL,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Replies kept for calls that are made again under the same request_id.
CREATE TABLE kit_request (
    district    TEXT    NOT NULL,
    method      TEXT    NOT NULL,
    request_id  TEXT    NOT NULL,
    digest      BLOB    NOT NULL,
    reply       BLOB,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, method, request_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX kit_request_create_time ON kit_request (create_time);
