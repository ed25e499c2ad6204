-- Where a target was broken down from (H2), and what is to be reached on the way to it: a line
-- for each period, its id and a per cent.
ALTER TABLE target ADD COLUMN higher_issuer TEXT;
ALTER TABLE target ADD COLUMN higher_document TEXT;
ALTER TABLE target ADD COLUMN higher_indicator TEXT;
ALTER TABLE target ADD COLUMN higher_value TEXT;
ALTER TABLE target ADD COLUMN higher_share TEXT;
ALTER TABLE target ADD COLUMN plan TEXT NOT NULL DEFAULT '';
