-- A target may be a project's or a post's: `unit` holds a subject's id, which is in one of three
-- tables, so that no foreign key can name it.
ALTER TABLE target DROP CONSTRAINT target_district_unit_fkey;
