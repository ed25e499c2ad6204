-- Ledgers that are sealed, and since when.
CREATE TABLE kit_ledger (
    ledger      TEXT    NOT NULL PRIMARY KEY,
    create_time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The end of each chain; taking the row is a writer's turn.
CREATE TABLE kit_chain (
    district  TEXT    NOT NULL,
    ledger    TEXT    NOT NULL,
    number    INTEGER NOT NULL CHECK (number >= 0),
    row_count INTEGER NOT NULL CHECK (row_count >= 0),
    head      BLOB    NOT NULL,
    PRIMARY KEY (district, ledger)
) STRICT, WITHOUT ROWID;

-- One seal for each ledger that a transaction wrote to: the hashes of its rows in their order.
CREATE TABLE kit_seal (
    district   TEXT    NOT NULL,
    ledger     TEXT    NOT NULL,
    number     INTEGER NOT NULL CHECK (number > 0),
    algorithm  INTEGER NOT NULL CHECK (algorithm IN (1, 2)),
    columns    TEXT    NOT NULL,
    row_before INTEGER NOT NULL CHECK (row_before >= 0),
    row_count  INTEGER NOT NULL CHECK (row_count > 0),
    adopted    INTEGER NOT NULL CHECK (adopted IN (0, 1)),
    seal_time  INTEGER NOT NULL,
    leaves     BLOB    NOT NULL,
    previous   BLOB    NOT NULL,
    head       BLOB    NOT NULL,
    PRIMARY KEY (district, ledger, number)
) STRICT;

CREATE TRIGGER kit_seal_update BEFORE UPDATE ON kit_seal
BEGIN SELECT RAISE(ABORT, 'kit_seal takes seals only'); END;
CREATE TRIGGER kit_seal_delete BEFORE DELETE ON kit_seal
BEGIN SELECT RAISE(ABORT, 'kit_seal takes seals only'); END;
