-- An enacted scheme may be superseded; it is never changed, taken back or removed, and no more
-- is what it scores.

CREATE FUNCTION refuse_scheme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an enacted scheme is immutable and kept';
END;
$$;

CREATE TRIGGER scheme_immutable BEFORE UPDATE ON scheme FOR EACH ROW
WHEN (OLD.state <> 1 AND (
    NEW.state < OLD.state
    OR (NEW.district, NEW.id, NEW.uid, NEW.series, NEW.effective_period, NEW.effective_start,
        NEW.document, NEW.supersedes, NEW.digest, NEW.enact_time, NEW.enact_edition,
        NEW.create_time)
    IS DISTINCT FROM (OLD.district, OLD.id, OLD.uid, OLD.series, OLD.effective_period,
        OLD.effective_start, OLD.document, OLD.supersedes, OLD.digest, OLD.enact_time,
        OLD.enact_edition, OLD.create_time)
))
EXECUTE FUNCTION refuse_scheme();

CREATE TRIGGER scheme_kept BEFORE DELETE ON scheme FOR EACH ROW
WHEN (OLD.state <> 1)
EXECUTE FUNCTION refuse_scheme();

-- Emptying a table asks no row, so it is refused whatever is in there.
CREATE TRIGGER scheme_not_emptied BEFORE TRUNCATE ON scheme
EXECUTE FUNCTION refuse_scheme();

CREATE FUNCTION refuse_scheme_use() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM scheme
        WHERE state <> 1
          AND (TG_OP <> 'INSERT' AND district = OLD.district AND id = OLD.scheme
               OR TG_OP <> 'DELETE' AND district = NEW.district AND id = NEW.scheme)
    ) THEN
        RAISE EXCEPTION 'what an enacted scheme scores is immutable and kept';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END;
$$;

CREATE TRIGGER scheme_use_immutable BEFORE INSERT OR UPDATE OR DELETE ON scheme_use FOR EACH ROW
EXECUTE FUNCTION refuse_scheme_use();

CREATE TRIGGER scheme_use_not_emptied BEFORE TRUNCATE ON scheme_use
EXECUTE FUNCTION refuse_scheme();
