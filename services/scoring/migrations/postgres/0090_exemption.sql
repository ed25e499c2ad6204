-- Ledger: who is exempted from which gate, award or card of a ranking (B10).
CREATE TABLE exemption (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL CHECK (sequence > 0),
    unit        TEXT COLLATE "C" NOT NULL,
    period      TEXT COLLATE "C" NOT NULL,
    scheme      TEXT COLLATE "C" NOT NULL,
    track       TEXT COLLATE "C" NOT NULL,
    rule        TEXT COLLATE "C" NOT NULL,
    reason      TEXT NOT NULL,
    citation    TEXT NOT NULL,
    approver    TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence)
);

CREATE INDEX exemption_period ON exemption (district, period, sequence);
CREATE INDEX exemption_unit ON exemption (district, unit, sequence);

-- Ledger: exemptions taken back, each once.
CREATE TABLE exemption_withdrawal (
    district    TEXT COLLATE "C" NOT NULL,
    exemption   BIGINT NOT NULL,
    reason      TEXT NOT NULL,
    withdrawer  TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, exemption)
);

CREATE TRIGGER exemption_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON exemption
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();

CREATE TRIGGER exemption_withdrawal_insert_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON exemption_withdrawal
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
