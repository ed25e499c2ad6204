-- The feed takes events and never changes one; compaction alone takes events away, and only
-- after it has said so in the head.
CREATE FUNCTION kit_refuse_feed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'kit_feed is insert-only';
END
$$;

CREATE FUNCTION kit_keep_feed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.position > (SELECT compacted FROM kit_feed_head) THEN
        RAISE EXCEPTION 'kit_feed is insert-only';
    END IF;
    RETURN OLD;
END
$$;

CREATE TRIGGER kit_feed_update BEFORE UPDATE OR TRUNCATE ON kit_feed
    FOR EACH STATEMENT EXECUTE FUNCTION kit_refuse_feed();

CREATE TRIGGER kit_feed_delete BEFORE DELETE ON kit_feed
    FOR EACH ROW EXECUTE FUNCTION kit_keep_feed();
