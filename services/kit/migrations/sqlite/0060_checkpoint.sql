-- Signed checkpoints that a chain's end lies under, with the way to their root. Whoever doubts them
-- checks the signature, so nothing keeps a row from being changed or left out.
CREATE TABLE kit_checkpoint (
    district    TEXT NOT NULL,
    ledger      TEXT NOT NULL,
    number      INTEGER NOT NULL CHECK (number > 0),
    place       INTEGER NOT NULL CHECK (place >= 0),
    chain_count INTEGER NOT NULL CHECK (chain_count > place),
    line        TEXT NOT NULL,
    path        BLOB NOT NULL,
    PRIMARY KEY (district, ledger, number)
) STRICT, WITHOUT ROWID;
