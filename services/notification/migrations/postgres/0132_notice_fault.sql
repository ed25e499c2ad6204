-- Why a notice stays in the tray; empty while nothing is wrong with it itself.
ALTER TABLE notice ADD COLUMN fault TEXT NOT NULL DEFAULT '';
