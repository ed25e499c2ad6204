-- Ledger: API keys. A row is a key after a step; the last one counts. Grants are lines of text.
CREATE TABLE api_key_step (
    district     TEXT    NOT NULL REFERENCES district (district),
    id           TEXT    NOT NULL,
    revision     INTEGER NOT NULL CHECK (revision > 0),
    display_name TEXT    NOT NULL,
    grants       TEXT    NOT NULL,
    expire_time  INTEGER NOT NULL,
    -- The number of the newest secret, and until when the one before holds.
    secret       INTEGER NOT NULL CHECK (secret > 0),
    overlap_end  INTEGER NOT NULL,
    is_disabled  INTEGER NOT NULL CHECK (is_disabled IN (0, 1)),
    author       TEXT    NOT NULL,
    create_time  INTEGER NOT NULL,
    PRIMARY KEY (district, id, revision)
) STRICT, WITHOUT ROWID;

-- Ledger: the keyed hashes of their secrets.
CREATE TABLE api_key_secret (
    district    TEXT    NOT NULL REFERENCES district (district),
    id          TEXT    NOT NULL,
    number      INTEGER NOT NULL CHECK (number > 0),
    digest      BLOB    NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, id, number)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX api_key_secret_digest ON api_key_secret (district, digest);

-- The days on which a token was issued for a key.
CREATE TABLE api_key_use (
    district TEXT NOT NULL,
    id       TEXT NOT NULL,
    day      TEXT NOT NULL,
    PRIMARY KEY (district, id, day)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER api_key_step_update BEFORE UPDATE ON api_key_step
BEGIN
    SELECT RAISE(ABORT, 'api_key_step is insert-only');
END;

CREATE TRIGGER api_key_step_delete BEFORE DELETE ON api_key_step
BEGIN
    SELECT RAISE(ABORT, 'api_key_step is insert-only');
END;

CREATE TRIGGER api_key_step_replace BEFORE INSERT ON api_key_step
WHEN EXISTS (SELECT 1 FROM api_key_step
    WHERE district = NEW.district AND id = NEW.id AND revision = NEW.revision)
BEGIN
    SELECT RAISE(ABORT, 'api_key_step is insert-only');
END;

CREATE TRIGGER api_key_secret_update BEFORE UPDATE ON api_key_secret
BEGIN
    SELECT RAISE(ABORT, 'api_key_secret is insert-only');
END;

CREATE TRIGGER api_key_secret_delete BEFORE DELETE ON api_key_secret
BEGIN
    SELECT RAISE(ABORT, 'api_key_secret is insert-only');
END;

CREATE TRIGGER api_key_secret_replace BEFORE INSERT ON api_key_secret
WHEN EXISTS (SELECT 1 FROM api_key_secret WHERE district = NEW.district
    AND (id = NEW.id AND number = NEW.number OR digest = NEW.digest))
BEGIN
    SELECT RAISE(ABORT, 'api_key_secret is insert-only');
END;
