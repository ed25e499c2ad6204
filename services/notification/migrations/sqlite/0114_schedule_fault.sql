-- Why the occurrence of a schedule that is due was not kept, empty for nothing; it is not tried again
-- before hold_time.
ALTER TABLE schedule ADD COLUMN fault TEXT NOT NULL DEFAULT '';
ALTER TABLE schedule ADD COLUMN hold_time INTEGER NOT NULL DEFAULT 0;
