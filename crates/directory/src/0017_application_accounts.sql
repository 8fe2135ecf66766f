-- Accounts of business software (payroll and the like): they send in an organisation's name and open no mailbox.
CREATE TABLE application_account (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL REFERENCES organisation (id),
    -- What stands before the @ of its login.
    name TEXT NOT NULL,
    -- Addresses and domains that it may write as the sender, separated by spaces.
    senders TEXT NOT NULL,
    -- Recipients of letters within an hour of the clock.
    hourly_limit BIGINT NOT NULL,
    size_limit_bytes BIGINT NOT NULL,
    -- The public characters of its password.
    selector TEXT NOT NULL,
    argon2 TEXT NOT NULL,
    -- Counts up with each new password, so that nothing remembered of the old one holds.
    version BIGINT NOT NULL,
    disabled BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    last_source TEXT,
    -- How many recipients were counted in which hour since 1970.
    counted_hour BIGINT NOT NULL,
    counted BIGINT NOT NULL
);
CREATE UNIQUE INDEX application_account_by_name ON application_account (organisation, name);
