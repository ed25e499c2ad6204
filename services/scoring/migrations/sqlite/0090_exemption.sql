-- Ledger: who is exempted from which gate, award or card of a ranking (B10).
CREATE TABLE exemption (
    district    TEXT    NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    unit        TEXT    NOT NULL,
    period      TEXT    NOT NULL,
    scheme      TEXT    NOT NULL,
    track       TEXT    NOT NULL,
    rule        TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    citation    TEXT    NOT NULL,
    approver    TEXT    NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX exemption_period ON exemption (district, period, sequence);
CREATE INDEX exemption_unit ON exemption (district, unit, sequence);

-- Ledger: exemptions taken back, each once.
CREATE TABLE exemption_withdrawal (
    district    TEXT    NOT NULL,
    exemption   INTEGER NOT NULL,
    reason      TEXT    NOT NULL,
    withdrawer  TEXT    NOT NULL,
    create_time INTEGER NOT NULL,
    PRIMARY KEY (district, exemption)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER exemption_update BEFORE UPDATE ON exemption
BEGIN SELECT RAISE(ABORT, 'exemption is insert-only'); END;
CREATE TRIGGER exemption_delete BEFORE DELETE ON exemption
BEGIN SELECT RAISE(ABORT, 'exemption is insert-only'); END;
CREATE TRIGGER exemption_replace BEFORE INSERT ON exemption
WHEN EXISTS (SELECT 1 FROM exemption WHERE district = NEW.district AND sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'exemption is insert-only'); END;
CREATE TRIGGER exemption_withdrawal_update BEFORE UPDATE ON exemption_withdrawal
BEGIN SELECT RAISE(ABORT, 'exemption_withdrawal is insert-only'); END;
CREATE TRIGGER exemption_withdrawal_delete BEFORE DELETE ON exemption_withdrawal
BEGIN SELECT RAISE(ABORT, 'exemption_withdrawal is insert-only'); END;
CREATE TRIGGER exemption_withdrawal_replace BEFORE INSERT ON exemption_withdrawal
WHEN EXISTS (SELECT 1 FROM exemption_withdrawal WHERE district = NEW.district AND exemption = NEW.exemption)
BEGIN SELECT RAISE(ABORT, 'exemption_withdrawal is insert-only'); END;
