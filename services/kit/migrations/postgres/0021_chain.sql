-- Ledgers that are sealed, and since when.
CREATE TABLE kit_ledger (
    ledger      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    create_time BIGINT NOT NULL
);

-- The end of each chain; taking the row is a writer's turn.
CREATE TABLE kit_chain (
    district  TEXT COLLATE "C" NOT NULL,
    ledger    TEXT COLLATE "C" NOT NULL,
    number    BIGINT NOT NULL CHECK (number >= 0),
    row_count BIGINT NOT NULL CHECK (row_count >= 0),
    head      BYTEA  NOT NULL,
    PRIMARY KEY (district, ledger)
);

-- One seal for each ledger that a transaction wrote to: the hashes of its rows in their order.
CREATE TABLE kit_seal (
    district   TEXT COLLATE "C" NOT NULL,
    ledger     TEXT COLLATE "C" NOT NULL,
    number     BIGINT NOT NULL CHECK (number > 0),
    algorithm  BIGINT NOT NULL CHECK (algorithm IN (1, 2)),
    columns    TEXT COLLATE "C" NOT NULL,
    row_before BIGINT NOT NULL CHECK (row_before >= 0),
    row_count  BIGINT NOT NULL CHECK (row_count > 0),
    adopted    BIGINT NOT NULL CHECK (adopted IN (0, 1)),
    seal_time  BIGINT NOT NULL,
    leaves     BYTEA  NOT NULL,
    previous   BYTEA  NOT NULL,
    head       BYTEA  NOT NULL,
    PRIMARY KEY (district, ledger, number)
);

CREATE FUNCTION kit_keep_seals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'kit_seal takes seals only';
END
$$;

CREATE TRIGGER kit_seal_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON kit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION kit_keep_seals();
