-- What was scored, where it is no unit but a project or post that the unit answers for.
ALTER TABLE published_result ADD COLUMN subject TEXT NOT NULL DEFAULT '';
