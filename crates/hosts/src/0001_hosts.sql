-- What administrators see and change: the staged form.
CREATE TABLE host (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    domain BIGINT NOT NULL REFERENCES domain (id) ON DELETE CASCADE,
    -- In lower case.
    name TEXT NOT NULL,
    fqdn TEXT NOT NULL,
    ipv4 TEXT,
    ipv6 TEXT,
    description TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (domain, name)
);
CREATE INDEX host_by_organisation ON host (organisation, id);

CREATE TABLE mail_server (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    host BIGINT NOT NULL UNIQUE REFERENCES host (id) ON DELETE CASCADE,
    imap BIGINT NOT NULL,
    smtp_in BIGINT NOT NULL,
    smtp_out BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX mail_server_by_organisation ON mail_server (organisation, id);

-- What the nodes act on: the applied form. Rows come here only by applying.
CREATE TABLE applied_host (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    domain BIGINT NOT NULL REFERENCES domain (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    fqdn TEXT NOT NULL,
    ipv4 TEXT,
    ipv6 TEXT,
    description TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX applied_host_by_name ON applied_host (domain, name);

CREATE TABLE applied_mail_server (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    host BIGINT NOT NULL REFERENCES applied_host (id) ON DELETE CASCADE,
    imap BIGINT NOT NULL,
    smtp_in BIGINT NOT NULL,
    smtp_out BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX applied_mail_server_by_host ON applied_mail_server (host);

-- How the two forms differ: one row for each thing, whoever changed it how often.
CREATE TABLE pending_change (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    domain BIGINT NOT NULL REFERENCES domain (id) ON DELETE CASCADE,
    entity TEXT NOT NULL,
    thing BIGINT NOT NULL,
    act TEXT NOT NULL,
    -- Created and changed things before deleted ones, servers between their hosts.
    rank BIGINT NOT NULL,
    name TEXT NOT NULL,
    before TEXT,
    after TEXT,
    who TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- The run that is applying it.
    run BIGINT,
    UNIQUE (entity, thing)
);
CREATE INDEX pending_change_by_organisation ON pending_change (organisation, rank, id);

CREATE TABLE apply_run (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    -- NULL: of every domain.
    domain BIGINT,
    who TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    state TEXT NOT NULL,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    failure TEXT,
    -- Whoever holds the token works on it until then; afterwards anybody may take it over.
    lease_token BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);
CREATE INDEX apply_run_by_organisation ON apply_run (organisation, id);
-- The lock: one run at a time in an organisation.
CREATE UNIQUE INDEX apply_run_running ON apply_run (organisation) WHERE state = 'running';

-- Which server a mailbox is read on, where somebody chose one.
CREATE TABLE mailbox_server (
    account BIGINT NOT NULL PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    organisation BIGINT NOT NULL,
    server BIGINT NOT NULL REFERENCES mail_server (id) ON DELETE CASCADE
);
CREATE INDEX mailbox_server_by_server ON mailbox_server (server);

-- Which servers a mail domain uses, in which role.
CREATE TABLE domain_server (
    domain BIGINT NOT NULL REFERENCES domain (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    server BIGINT NOT NULL REFERENCES mail_server (id) ON DELETE CASCADE,
    organisation BIGINT NOT NULL,
    PRIMARY KEY (domain, role, server)
) WITHOUT ROWID;
CREATE INDEX domain_server_by_server ON domain_server (server);
