-- Of which persons an account was told within the last hour, whichever replica answered. A person is
-- a digest of the name. Of no district: an account has one count over all of them.
CREATE TABLE kit_person_read (
    account   TEXT COLLATE "C" NOT NULL,
    person    BIGINT NOT NULL,
    read_time BIGINT NOT NULL,
    PRIMARY KEY (account, person)
);

CREATE INDEX kit_person_read_account ON kit_person_read (account, read_time, person);
CREATE INDEX kit_person_read_time ON kit_person_read (read_time);
