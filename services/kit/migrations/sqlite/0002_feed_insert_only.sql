-- The feed takes events and never changes one; compaction alone takes events away, and only
-- after it has said so in the head.
CREATE TRIGGER kit_feed_update BEFORE UPDATE ON kit_feed
BEGIN
    SELECT RAISE(ABORT, 'kit_feed is insert-only');
END;

CREATE TRIGGER kit_feed_delete BEFORE DELETE ON kit_feed
WHEN OLD.position > (SELECT compacted FROM kit_feed_head)
BEGIN
    SELECT RAISE(ABORT, 'kit_feed is insert-only');
END;
