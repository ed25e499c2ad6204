-- The change feed: one append-only table, numbered by one counter row.
CREATE TABLE kit_feed_head (
    one       BIGINT PRIMARY KEY CHECK (one = 1),
    uid       TEXT   NOT NULL,
    position  BIGINT NOT NULL CHECK (position >= 0),
    compacted BIGINT NOT NULL CHECK (compacted BETWEEN 0 AND position)
);

INSERT INTO kit_feed_head (one, uid, position, compacted)
VALUES (1, replace(gen_random_uuid()::text, '-', ''), 0, 0);

CREATE TABLE kit_feed (
    position     BIGINT PRIMARY KEY,
    district     TEXT COLLATE "C" NOT NULL,
    kind         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    payload      BYTEA  NOT NULL,
    create_time  BIGINT NOT NULL,
    trace_parent TEXT   NOT NULL
);

CREATE INDEX kit_feed_district ON kit_feed (district, position);

-- How far this service has followed each other service's feed.
CREATE TABLE kit_cursor (
    name     TEXT COLLATE "C" PRIMARY KEY,
    feed     TEXT   NOT NULL,
    position BIGINT NOT NULL
);

-- Replies kept for calls that are made again under the same request_id.
CREATE TABLE kit_request (
    district    TEXT COLLATE "C" NOT NULL,
    method      TEXT COLLATE "C" NOT NULL,
    request_id  TEXT COLLATE "C" NOT NULL,
    digest      BYTEA  NOT NULL,
    reply       BYTEA,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, method, request_id)
);

CREATE INDEX kit_request_create_time ON kit_request (create_time);
