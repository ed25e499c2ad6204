-- Ledger: API keys. A row is a key after a step; the last one counts. Grants are lines of text.
CREATE TABLE api_key_step (
    district     TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id           TEXT COLLATE "C" NOT NULL,
    revision     BIGINT NOT NULL CHECK (revision > 0),
    display_name TEXT NOT NULL,
    grants       TEXT NOT NULL,
    expire_time  BIGINT NOT NULL,
    -- The number of the newest secret, and until when the one before holds.
    secret       BIGINT NOT NULL CHECK (secret > 0),
    overlap_end  BIGINT NOT NULL,
    is_disabled  BIGINT NOT NULL CHECK (is_disabled IN (0, 1)),
    author       TEXT NOT NULL,
    create_time  BIGINT NOT NULL,
    PRIMARY KEY (district, id, revision)
);

-- Ledger: the keyed hashes of their secrets.
CREATE TABLE api_key_secret (
    district    TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id          TEXT COLLATE "C" NOT NULL,
    number      BIGINT NOT NULL CHECK (number > 0),
    digest      BYTEA NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, id, number)
);

CREATE UNIQUE INDEX api_key_secret_digest ON api_key_secret (district, digest);

-- The days on which a token was issued for a key.
CREATE TABLE api_key_use (
    district TEXT COLLATE "C" NOT NULL,
    id       TEXT COLLATE "C" NOT NULL,
    day      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (district, id, day)
);

CREATE TRIGGER api_key_step_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON api_key_step
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER api_key_secret_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON api_key_secret
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
