-- Problems that documents name open rectifications, too, so `letter` may be the place of one of
-- these: 2^40 and, a thousand for each document, its recipient.
ALTER TABLE rectification DROP CONSTRAINT rectification_district_letter_fkey;
ALTER TABLE rectification ADD COLUMN problem TEXT NOT NULL DEFAULT '';
