-- Whose account stands close to a person: his own, or a relative's. Insert-only.
CREATE TABLE recusal (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    person      TEXT COLLATE "C" NOT NULL,
    account     TEXT COLLATE "C" NOT NULL,
    kinship     BIGINT NOT NULL,
    ground      TEXT NOT NULL,
    recorder    TEXT COLLATE "C" NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, person) REFERENCES person (district, id)
);

CREATE INDEX recusal_person ON recusal (district, person, sequence);
CREATE INDEX recusal_account ON recusal (district, account, person);

-- Those that hold no more. Insert-only.
CREATE TABLE recusal_end (
    district    TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    ender       TEXT COLLATE "C" NOT NULL,
    reason      TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    PRIMARY KEY (district, sequence),
    FOREIGN KEY (district, sequence) REFERENCES recusal (district, sequence)
);

CREATE FUNCTION cadre_keep_recusals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME;
END
$$;

CREATE TRIGGER recusal_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON recusal
    FOR EACH STATEMENT EXECUTE FUNCTION cadre_keep_recusals();
CREATE TRIGGER recusal_end_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON recusal_end
    FOR EACH STATEMENT EXECUTE FUNCTION cadre_keep_recusals();
