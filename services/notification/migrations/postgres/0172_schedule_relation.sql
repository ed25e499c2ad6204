-- Who in connexion with the units of a schedule is written to: JSON, as recipients of triggers.
ALTER TABLE schedule ADD COLUMN relations TEXT NOT NULL DEFAULT '[]';
