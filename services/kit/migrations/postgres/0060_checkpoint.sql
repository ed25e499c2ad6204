-- Signed checkpoints that a chain's end lies under, with the way to their root. Whoever doubts them
-- checks the signature, so nothing keeps a row from being changed or left out.
CREATE TABLE kit_checkpoint (
    district    TEXT COLLATE "C" NOT NULL,
    ledger      TEXT COLLATE "C" NOT NULL,
    number      BIGINT NOT NULL CHECK (number > 0),
    place       BIGINT NOT NULL CHECK (place >= 0),
    chain_count BIGINT NOT NULL CHECK (chain_count > place),
    line        TEXT NOT NULL,
    path        BYTEA NOT NULL,
    PRIMARY KEY (district, ledger, number)
);
