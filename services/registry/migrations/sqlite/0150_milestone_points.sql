-- What a milestone counts in a score by milestones beside the others of its project (Q5).
ALTER TABLE milestone ADD COLUMN points TEXT NOT NULL DEFAULT '1';
