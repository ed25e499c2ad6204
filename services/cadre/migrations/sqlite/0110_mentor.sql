-- A person's export lists what he was mentor of.
CREATE INDEX training_mentor ON training (district, mentor, sequence);
