-- Seats of one role in a body, with their limits.
CREATE TABLE seat (
    district      TEXT NOT NULL REFERENCES district (district),
    id            TEXT NOT NULL,
    uid           TEXT NOT NULL,
    unit          TEXT NOT NULL,
    role          INTEGER NOT NULL CHECK (role BETWEEN 1 AND 8),
    least         INTEGER NOT NULL,
    most          INTEGER NOT NULL,
    partner_units TEXT NOT NULL,
    post          TEXT,
    duties        TEXT NOT NULL,
    create_time   INTEGER NOT NULL,
    update_time   INTEGER NOT NULL,
    revision      INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id),
    FOREIGN KEY (district, post) REFERENCES post (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX seat_unit ON seat (district, unit, id);

-- A community with the number of its grids (X1).
CREATE TABLE community (
    district     TEXT NOT NULL REFERENCES district (district),
    id           TEXT NOT NULL,
    uid          TEXT NOT NULL,
    display_name TEXT NOT NULL,
    unit         TEXT NOT NULL,
    grid_count   INTEGER NOT NULL,
    create_time  INTEGER NOT NULL,
    update_time  INTEGER NOT NULL,
    revision     INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX community_unit ON community (district, unit, id);

-- An organisation paired with a community.
CREATE TABLE pairing (
    district     TEXT NOT NULL REFERENCES district (district),
    id           TEXT NOT NULL,
    uid          TEXT NOT NULL,
    community    TEXT NOT NULL,
    organisation TEXT NOT NULL,
    unit         TEXT,
    member_count INTEGER NOT NULL,
    create_time  INTEGER NOT NULL,
    update_time  INTEGER NOT NULL,
    revision     INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, community) REFERENCES community (district, id),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX pairing_community ON pairing (district, community, id);
CREATE INDEX pairing_unit ON pairing (district, unit, id);

-- A list of tasks for a period, with the offices that must agree on it (B5). The tasks themselves name the list.
CREATE TABLE task_list (
    district     TEXT NOT NULL REFERENCES district (district),
    id           TEXT NOT NULL,
    uid          TEXT NOT NULL,
    display_name TEXT NOT NULL,
    period       TEXT NOT NULL,
    offices      TEXT NOT NULL,
    state        INTEGER NOT NULL CHECK (state BETWEEN 1 AND 2),
    create_time  INTEGER NOT NULL,
    update_time  INTEGER NOT NULL,
    revision     INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, period) REFERENCES period (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX task_list_period ON task_list (district, period, id);
CREATE INDEX task_list_state ON task_list (district, state, id);

-- A task.
CREATE TABLE task (
    district      TEXT NOT NULL REFERENCES district (district),
    id            TEXT NOT NULL,
    uid           TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    class         INTEGER NOT NULL CHECK (class BETWEEN 1 AND 4),
    task_list     TEXT,
    lead_unit     TEXT NOT NULL,
    member_units  TEXT NOT NULL,
    leader_posts  TEXT NOT NULL,
    project       TEXT,
    indicators    TEXT NOT NULL,
    target_effect TEXT NOT NULL,
    deadline      TEXT,
    goals         TEXT NOT NULL,
    state         INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
    close_time    INTEGER,
    conclusion    TEXT NOT NULL,
    create_time   INTEGER NOT NULL,
    update_time   INTEGER NOT NULL,
    revision      INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, task_list) REFERENCES task_list (district, id),
    FOREIGN KEY (district, lead_unit) REFERENCES unit (district, id),
    FOREIGN KEY (district, project) REFERENCES project (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX task_class ON task (district, class, id);
CREATE INDEX task_task_list ON task (district, task_list, id);
CREATE INDEX task_lead_unit ON task (district, lead_unit, id);
CREATE INDEX task_project ON task (district, project, id);
CREATE INDEX task_state ON task (district, state, id);

-- A highlight plate (Q2), awarded to a lead unit.
CREATE TABLE plate (
    district     TEXT NOT NULL REFERENCES district (district),
    id           TEXT NOT NULL,
    uid          TEXT NOT NULL,
    display_name TEXT NOT NULL,
    unit         TEXT NOT NULL,
    task         TEXT,
    project      TEXT,
    period       TEXT,
    description  TEXT NOT NULL,
    create_time  INTEGER NOT NULL,
    update_time  INTEGER NOT NULL,
    revision     INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id),
    FOREIGN KEY (district, task) REFERENCES task (district, id),
    FOREIGN KEY (district, project) REFERENCES project (district, id),
    FOREIGN KEY (district, period) REFERENCES period (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX plate_unit ON plate (district, unit, id);
CREATE INDEX plate_period ON plate (district, period, id);

-- A phase of a campaign (Q4).
CREATE TABLE phase (
    district     TEXT NOT NULL REFERENCES district (district),
    id           TEXT NOT NULL,
    uid          TEXT NOT NULL,
    display_name TEXT NOT NULL,
    campaign     TEXT NOT NULL,
    start_date   TEXT NOT NULL,
    end_date     TEXT NOT NULL,
    duties       TEXT NOT NULL,
    create_time  INTEGER NOT NULL,
    update_time  INTEGER NOT NULL,
    revision     INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX phase_campaign ON phase (district, campaign, id);

-- A milestone with its plan and what is known of it since.
CREATE TABLE milestone (
    district      TEXT NOT NULL REFERENCES district (district),
    id            TEXT NOT NULL,
    uid           TEXT NOT NULL,
    -- `projects/…` or `tasks/…`: charts are ordered by it.
    owner          TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    project       TEXT,
    task          TEXT,
    unit          TEXT,
    start_date    TEXT NOT NULL,
    plan_date     TEXT NOT NULL,
    forecast_date TEXT,
    actual_date   TEXT,
    note          TEXT NOT NULL,
    create_time   INTEGER NOT NULL,
    update_time   INTEGER NOT NULL,
    revision      INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, project) REFERENCES project (district, id),
    FOREIGN KEY (district, task) REFERENCES task (district, id),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX milestone_owner ON milestone (district, owner, plan_date, id);
CREATE INDEX milestone_project ON milestone (district, project, id);
CREATE INDEX milestone_task ON milestone (district, task, id);
CREATE INDEX milestone_unit ON milestone (district, unit, id);

-- An order: by whom to whom, the deadline and the target effect.
CREATE TABLE issued_order (
    district      TEXT NOT NULL REFERENCES district (district),
    id            TEXT NOT NULL,
    uid           TEXT NOT NULL,
    kind          INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 2),
    issuer_post   TEXT NOT NULL,
    lead_unit     TEXT NOT NULL,
    head_posts    TEXT NOT NULL,
    task          TEXT,
    project       TEXT,
    issue_date    TEXT NOT NULL,
    deadline      TEXT NOT NULL,
    target_effect TEXT NOT NULL,
    state         INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
    acceptance    TEXT NOT NULL,
    accept_time   INTEGER,
    conclusion    TEXT NOT NULL,
    close_time    INTEGER,
    create_time   INTEGER NOT NULL,
    update_time   INTEGER NOT NULL,
    revision      INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, issuer_post) REFERENCES post (district, id),
    FOREIGN KEY (district, lead_unit) REFERENCES unit (district, id),
    FOREIGN KEY (district, task) REFERENCES task (district, id),
    FOREIGN KEY (district, project) REFERENCES project (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX issued_order_lead_unit ON issued_order (district, lead_unit, id);
CREATE INDEX issued_order_task ON issued_order (district, task, id);
CREATE INDEX issued_order_project ON issued_order (district, project, id);
CREATE INDEX issued_order_state ON issued_order (district, state, id);

-- A need that a community raised (X13).
CREATE TABLE whistle (
    district    TEXT NOT NULL REFERENCES district (district),
    id          TEXT NOT NULL,
    uid         TEXT NOT NULL,
    community   TEXT NOT NULL,
    topic       TEXT NOT NULL,
    units       TEXT NOT NULL,
    raise_date  TEXT NOT NULL,
    due_date    TEXT NOT NULL,
    state       INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
    answers     TEXT NOT NULL,
    close_date  TEXT,
    create_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, community) REFERENCES community (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX whistle_community ON whistle (district, community, id);
CREATE INDEX whistle_state ON whistle (district, state, id);
CREATE INDEX whistle_raise_date ON whistle (district, raise_date);

-- A lesson (Q10).
CREATE TABLE lesson (
    district    TEXT NOT NULL REFERENCES district (district),
    id          TEXT NOT NULL,
    uid         TEXT NOT NULL,
    task        TEXT,
    project     TEXT,
    text        TEXT NOT NULL,
    scheme      TEXT,
    track_id    TEXT,
    node_id     TEXT,
    proposal    TEXT NOT NULL,
    state       INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
    adopted_in  TEXT,
    decision    TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, task) REFERENCES task (district, id),
    FOREIGN KEY (district, project) REFERENCES project (district, id),
    FOREIGN KEY (district, scheme) REFERENCES scheme (district, id),
    FOREIGN KEY (district, adopted_in) REFERENCES scheme (district, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX lesson_task ON lesson (district, task, id);
CREATE INDEX lesson_scheme ON lesson (district, scheme, id);
CREATE INDEX lesson_state ON lesson (district, state, id);

-- Ledger: what offices said of a list as it stood at one revision.
CREATE TABLE consent (
    district      TEXT NOT NULL,
    task_list     TEXT NOT NULL,
    number        INTEGER NOT NULL CHECK (number > 0),
    list_revision INTEGER NOT NULL,
    office        TEXT NOT NULL,
    agrees        INTEGER NOT NULL,
    note          TEXT NOT NULL,
    create_time   INTEGER NOT NULL,
    PRIMARY KEY (district, task_list, number),
    FOREIGN KEY (district, task_list) REFERENCES task_list (district, id),
    FOREIGN KEY (district, office) REFERENCES unit (district, id)
) STRICT;

CREATE TRIGGER consent_update BEFORE UPDATE ON consent
BEGIN
    SELECT RAISE(ABORT, 'consent is insert-only');
END;

CREATE TRIGGER consent_delete BEFORE DELETE ON consent
BEGIN
    SELECT RAISE(ABORT, 'consent is insert-only');
END;

CREATE TRIGGER consent_replace BEFORE INSERT ON consent
WHEN EXISTS (
    SELECT 1 FROM consent
    WHERE district = NEW.district AND task_list = NEW.task_list AND number = NEW.number
)
BEGIN
    SELECT RAISE(ABORT, 'consent is insert-only');
END;
