-- Since when a person holds the rank on record.
ALTER TABLE person ADD COLUMN rank_date TEXT;
