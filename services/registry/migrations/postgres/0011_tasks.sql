-- Seats of one role in a body, with their limits.
CREATE TABLE seat (
    district      TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id            TEXT COLLATE "C" NOT NULL,
    uid           TEXT NOT NULL,
    unit          TEXT COLLATE "C" NOT NULL,
    role          BIGINT NOT NULL CHECK (role BETWEEN 1 AND 8),
    least         BIGINT NOT NULL,
    most          BIGINT NOT NULL,
    partner_units TEXT NOT NULL,
    post          TEXT COLLATE "C",
    duties        TEXT NOT NULL,
    create_time   BIGINT NOT NULL,
    update_time   BIGINT NOT NULL,
    revision      BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id),
    FOREIGN KEY (district, post) REFERENCES post (district, id)
);

CREATE INDEX seat_unit ON seat (district, unit, id);

-- A community with the number of its grids (X1).
CREATE TABLE community (
    district     TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id           TEXT COLLATE "C" NOT NULL,
    uid          TEXT NOT NULL,
    display_name TEXT NOT NULL,
    unit         TEXT COLLATE "C" NOT NULL,
    grid_count   BIGINT NOT NULL,
    create_time  BIGINT NOT NULL,
    update_time  BIGINT NOT NULL,
    revision     BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id)
);

CREATE INDEX community_unit ON community (district, unit, id);

-- An organisation paired with a community.
CREATE TABLE pairing (
    district     TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id           TEXT COLLATE "C" NOT NULL,
    uid          TEXT NOT NULL,
    community    TEXT COLLATE "C" NOT NULL,
    organisation TEXT NOT NULL,
    unit         TEXT COLLATE "C",
    member_count BIGINT NOT NULL,
    create_time  BIGINT NOT NULL,
    update_time  BIGINT NOT NULL,
    revision     BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, community) REFERENCES community (district, id),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id)
);

CREATE INDEX pairing_community ON pairing (district, community, id);
CREATE INDEX pairing_unit ON pairing (district, unit, id);

-- A list of tasks for a period, with the offices that must agree on it (B5). The tasks themselves name the list.
CREATE TABLE task_list (
    district     TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id           TEXT COLLATE "C" NOT NULL,
    uid          TEXT NOT NULL,
    display_name TEXT NOT NULL,
    period       TEXT COLLATE "C" NOT NULL,
    offices      TEXT NOT NULL,
    state        BIGINT NOT NULL CHECK (state BETWEEN 1 AND 2),
    create_time  BIGINT NOT NULL,
    update_time  BIGINT NOT NULL,
    revision     BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, period) REFERENCES period (district, id)
);

CREATE INDEX task_list_period ON task_list (district, period, id);
CREATE INDEX task_list_state ON task_list (district, state, id);

-- A task.
CREATE TABLE task (
    district      TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id            TEXT COLLATE "C" NOT NULL,
    uid           TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    class         BIGINT NOT NULL CHECK (class BETWEEN 1 AND 4),
    task_list     TEXT COLLATE "C",
    lead_unit     TEXT COLLATE "C" NOT NULL,
    member_units  TEXT NOT NULL,
    leader_posts  TEXT NOT NULL,
    project       TEXT COLLATE "C",
    indicators    TEXT NOT NULL,
    target_effect TEXT NOT NULL,
    deadline      TEXT COLLATE "C",
    goals         TEXT NOT NULL,
    state         BIGINT NOT NULL CHECK (state BETWEEN 1 AND 3),
    close_time    BIGINT,
    conclusion    TEXT NOT NULL,
    create_time   BIGINT NOT NULL,
    update_time   BIGINT NOT NULL,
    revision      BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, task_list) REFERENCES task_list (district, id),
    FOREIGN KEY (district, lead_unit) REFERENCES unit (district, id),
    FOREIGN KEY (district, project) REFERENCES project (district, id)
);

CREATE INDEX task_class ON task (district, class, id);
CREATE INDEX task_task_list ON task (district, task_list, id);
CREATE INDEX task_lead_unit ON task (district, lead_unit, id);
CREATE INDEX task_project ON task (district, project, id);
CREATE INDEX task_state ON task (district, state, id);

-- A highlight plate (Q2), awarded to a lead unit.
CREATE TABLE plate (
    district     TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id           TEXT COLLATE "C" NOT NULL,
    uid          TEXT NOT NULL,
    display_name TEXT NOT NULL,
    unit         TEXT COLLATE "C" NOT NULL,
    task         TEXT COLLATE "C",
    project      TEXT COLLATE "C",
    period       TEXT COLLATE "C",
    description  TEXT NOT NULL,
    create_time  BIGINT NOT NULL,
    update_time  BIGINT NOT NULL,
    revision     BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id),
    FOREIGN KEY (district, task) REFERENCES task (district, id),
    FOREIGN KEY (district, project) REFERENCES project (district, id),
    FOREIGN KEY (district, period) REFERENCES period (district, id)
);

CREATE INDEX plate_unit ON plate (district, unit, id);
CREATE INDEX plate_period ON plate (district, period, id);

-- A phase of a campaign (Q4).
CREATE TABLE phase (
    district     TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id           TEXT COLLATE "C" NOT NULL,
    uid          TEXT NOT NULL,
    display_name TEXT NOT NULL,
    campaign     TEXT COLLATE "C" NOT NULL,
    start_date   TEXT COLLATE "C" NOT NULL,
    end_date     TEXT COLLATE "C" NOT NULL,
    duties       TEXT NOT NULL,
    create_time  BIGINT NOT NULL,
    update_time  BIGINT NOT NULL,
    revision     BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id)
);

CREATE INDEX phase_campaign ON phase (district, campaign, id);

-- A milestone with its plan and what is known of it since.
CREATE TABLE milestone (
    district      TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id            TEXT COLLATE "C" NOT NULL,
    uid           TEXT NOT NULL,
    -- `projects/…` or `tasks/…`: charts are ordered by it.
    owner          TEXT COLLATE "C" NOT NULL,
    display_name  TEXT NOT NULL,
    project       TEXT COLLATE "C",
    task          TEXT COLLATE "C",
    unit          TEXT COLLATE "C",
    start_date    TEXT COLLATE "C" NOT NULL,
    plan_date     TEXT COLLATE "C" NOT NULL,
    forecast_date TEXT COLLATE "C",
    actual_date   TEXT COLLATE "C",
    note          TEXT NOT NULL,
    create_time   BIGINT NOT NULL,
    update_time   BIGINT NOT NULL,
    revision      BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, project) REFERENCES project (district, id),
    FOREIGN KEY (district, task) REFERENCES task (district, id),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id)
);

CREATE INDEX milestone_owner ON milestone (district, owner, plan_date, id);
CREATE INDEX milestone_project ON milestone (district, project, id);
CREATE INDEX milestone_task ON milestone (district, task, id);
CREATE INDEX milestone_unit ON milestone (district, unit, id);

-- An order: by whom to whom, the deadline and the target effect.
CREATE TABLE issued_order (
    district      TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id            TEXT COLLATE "C" NOT NULL,
    uid           TEXT NOT NULL,
    kind          BIGINT NOT NULL CHECK (kind BETWEEN 1 AND 2),
    issuer_post   TEXT COLLATE "C" NOT NULL,
    lead_unit     TEXT COLLATE "C" NOT NULL,
    head_posts    TEXT NOT NULL,
    task          TEXT COLLATE "C",
    project       TEXT COLLATE "C",
    issue_date    TEXT COLLATE "C" NOT NULL,
    deadline      TEXT COLLATE "C" NOT NULL,
    target_effect TEXT NOT NULL,
    state         BIGINT NOT NULL CHECK (state BETWEEN 1 AND 5),
    acceptance    TEXT NOT NULL,
    accept_time   BIGINT,
    conclusion    TEXT NOT NULL,
    close_time    BIGINT,
    create_time   BIGINT NOT NULL,
    update_time   BIGINT NOT NULL,
    revision      BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, issuer_post) REFERENCES post (district, id),
    FOREIGN KEY (district, lead_unit) REFERENCES unit (district, id),
    FOREIGN KEY (district, task) REFERENCES task (district, id),
    FOREIGN KEY (district, project) REFERENCES project (district, id)
);

CREATE INDEX issued_order_lead_unit ON issued_order (district, lead_unit, id);
CREATE INDEX issued_order_task ON issued_order (district, task, id);
CREATE INDEX issued_order_project ON issued_order (district, project, id);
CREATE INDEX issued_order_state ON issued_order (district, state, id);

-- A need that a community raised (X13).
CREATE TABLE whistle (
    district    TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id          TEXT COLLATE "C" NOT NULL,
    uid         TEXT NOT NULL,
    community   TEXT COLLATE "C" NOT NULL,
    topic       TEXT NOT NULL,
    units       TEXT NOT NULL,
    raise_date  TEXT COLLATE "C" NOT NULL,
    due_date    TEXT COLLATE "C" NOT NULL,
    state       BIGINT NOT NULL CHECK (state BETWEEN 1 AND 3),
    answers     TEXT NOT NULL,
    close_date  TEXT COLLATE "C",
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    revision    BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, community) REFERENCES community (district, id)
);

CREATE INDEX whistle_community ON whistle (district, community, id);
CREATE INDEX whistle_state ON whistle (district, state, id);
CREATE INDEX whistle_raise_date ON whistle (district, raise_date);

-- A lesson (Q10).
CREATE TABLE lesson (
    district    TEXT COLLATE "C" NOT NULL REFERENCES district (district),
    id          TEXT COLLATE "C" NOT NULL,
    uid         TEXT NOT NULL,
    task        TEXT COLLATE "C",
    project     TEXT COLLATE "C",
    text        TEXT NOT NULL,
    scheme      TEXT COLLATE "C",
    track_id    TEXT COLLATE "C",
    node_id     TEXT COLLATE "C",
    proposal    TEXT NOT NULL,
    state       BIGINT NOT NULL CHECK (state BETWEEN 1 AND 3),
    adopted_in  TEXT COLLATE "C",
    decision    TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    revision    BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (district, id),
    FOREIGN KEY (district, task) REFERENCES task (district, id),
    FOREIGN KEY (district, project) REFERENCES project (district, id),
    FOREIGN KEY (district, scheme) REFERENCES scheme (district, id),
    FOREIGN KEY (district, adopted_in) REFERENCES scheme (district, id)
);

CREATE INDEX lesson_task ON lesson (district, task, id);
CREATE INDEX lesson_scheme ON lesson (district, scheme, id);
CREATE INDEX lesson_state ON lesson (district, state, id);

-- Ledger: what offices said of a list as it stood at one revision.
CREATE TABLE consent (
    district      TEXT COLLATE "C" NOT NULL,
    task_list     TEXT COLLATE "C" NOT NULL,
    number        BIGINT NOT NULL CHECK (number > 0),
    list_revision BIGINT NOT NULL,
    office        TEXT COLLATE "C" NOT NULL,
    agrees        BOOLEAN NOT NULL,
    note          TEXT NOT NULL,
    create_time   BIGINT NOT NULL,
    PRIMARY KEY (district, task_list, number),
    FOREIGN KEY (district, task_list) REFERENCES task_list (district, id),
    FOREIGN KEY (district, office) REFERENCES unit (district, id)
);

CREATE TRIGGER consent_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent
    FOR EACH STATEMENT EXECUTE FUNCTION insert_only();
