-- Texts that are forgotten when their time is over, the oldest first.
CREATE INDEX dispatch_text ON dispatch (district, create_time)
    WHERE state IN (2, 3) AND body <> '';
