-- Of which persons an account was told within the last hour, whichever replica answered. A person is
-- a digest of the name. Of no district: an account has one count over all of them.
CREATE TABLE kit_person_read (
    account   TEXT NOT NULL,
    person    INTEGER NOT NULL,
    read_time INTEGER NOT NULL,
    PRIMARY KEY (account, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX kit_person_read_account ON kit_person_read (account, read_time, person);
CREATE INDEX kit_person_read_time ON kit_person_read (read_time);
