-- What changes the domains of a mail service takes several steps; each is one commit, which also counts it.
CREATE TABLE domain_operation (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    service BIGINT NOT NULL,
    -- link, main, unlink, synonym
    kind TEXT NOT NULL,
    domain TEXT NOT NULL,
    -- What was asked for, as JSON.
    options TEXT NOT NULL,
    -- running, done, failed
    state TEXT NOT NULL,
    -- How many steps are done.
    step BIGINT NOT NULL,
    -- The domain that was the main one before.
    former TEXT,
    who TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    failure TEXT,
    rule TEXT
);
-- One at a time for each mail service.
CREATE UNIQUE INDEX domain_operation_running ON domain_operation (service) WHERE state = 'running';
CREATE INDEX domain_operation_by_service ON domain_operation (organisation, service, id);

CREATE TABLE domain_operation_line (
    operation BIGINT NOT NULL,
    number BIGINT NOT NULL,
    organisation BIGINT NOT NULL,
    at BIGINT NOT NULL,
    what TEXT NOT NULL,
    name TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (operation, number)
) WITHOUT ROWID;
