-- Who uses which mailbox: people, besides the passwords of devices.
CREATE TABLE mailbox_access (
    account BIGINT NOT NULL,
    person BIGINT NOT NULL,
    organisation BIGINT NOT NULL,
    -- One bit for each permission.
    permissions BIGINT NOT NULL,
    is_primary BIGINT NOT NULL,
    granted_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account, person)
) WITHOUT ROWID;
CREATE INDEX mailbox_access_by_person ON mailbox_access (person, account);

-- Passwords for devices that somebody made by such a permission: they go with it.
CREATE TABLE access_credential (
    account BIGINT NOT NULL,
    person BIGINT NOT NULL,
    credential BIGINT NOT NULL,
    organisation BIGINT NOT NULL,
    PRIMARY KEY (account, person, credential)
) WITHOUT ROWID;

-- What a mail service gives with an access.
CREATE TABLE access_default (
    service BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    permissions BIGINT NOT NULL
);

-- Invitations that nobody has accepted.
CREATE TABLE invitation (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    account BIGINT NOT NULL,
    permissions BIGINT NOT NULL,
    language TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    invited_by TEXT NOT NULL,
    inviter TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    letter_sent_at BIGINT,
    sms_sent_at BIGINT,
    sms_trouble TEXT NOT NULL
);
CREATE INDEX invitation_by_account ON invitation (account, id);

-- The links to it: the one that was shown, the one in the letter, the one in the SMS.
CREATE TABLE invitation_link (
    invitation BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    PRIMARY KEY (invitation, purpose)
) WITHOUT ROWID;

-- What administrators opened of a mailbox.
CREATE TABLE mailbox_notice (
    account BIGINT NOT NULL,
    id BIGINT NOT NULL,
    organisation BIGINT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    who TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account, id)
) WITHOUT ROWID;

-- Senders whom a mail service blocks or approves.
CREATE TABLE sender_entry (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    service BIGINT NOT NULL,
    -- blocked, approved
    kind TEXT NOT NULL,
    pattern TEXT NOT NULL,
    -- applied, adding, removing
    state TEXT NOT NULL,
    who TEXT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (service, pattern, kind)
);
CREATE INDEX sender_entry_by_service ON sender_entry (service, id);

-- Counts up when what waits is applied.
CREATE TABLE sender_list (
    service BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    version BIGINT NOT NULL
);
