-- Weeks are periods, and an indicator may be reported weekly (X8). A period's kind is the contract's
-- number; 0 for a week, which is the shortest.
ALTER TABLE period DROP CONSTRAINT period_kind_check;
ALTER TABLE period ADD CONSTRAINT period_kind_check CHECK (kind BETWEEN 0 AND 4);
ALTER TABLE indicator DROP CONSTRAINT indicator_frequency_check;
ALTER TABLE indicator ADD CONSTRAINT indicator_frequency_check CHECK (frequency BETWEEN 1 AND 5);
