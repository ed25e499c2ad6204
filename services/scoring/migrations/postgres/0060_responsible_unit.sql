-- The unit that answers for the subject (责任单位); empty in rows of before.
ALTER TABLE result ADD COLUMN responsible_unit TEXT NOT NULL DEFAULT '';
ALTER TABLE warning ADD COLUMN responsible_unit TEXT NOT NULL DEFAULT '';
ALTER TABLE warning ADD COLUMN responsible_unit_display_name TEXT NOT NULL DEFAULT '';
