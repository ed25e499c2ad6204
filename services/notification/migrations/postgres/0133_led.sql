-- Indexes that lead what is asked of many rows: what a trigger gathers and what of it is due, dispatches
-- of a channel or unit, unread notes, what units owe and whom to speak to next in a district.
CREATE INDEX trigger_task_gathered ON trigger_task (district, trigger_id, due_time);
CREATE INDEX trigger_task_turn ON trigger_task (district, trigger_id, next_time, event_key);
CREATE INDEX dispatch_channel ON dispatch (district, channel, sequence);
CREATE INDEX dispatch_receiver ON dispatch (district, unit, sequence);
CREATE INDEX note_unread ON note (district, unit, sequence) WHERE read_time IS NULL;
CREATE INDEX rectification_late ON rectification (district, escalate_date, letter)
    WHERE escalate_date <> '';
CREATE INDEX rectification_owed ON rectification (district, due_date, letter) WHERE state IN (1, 2);
