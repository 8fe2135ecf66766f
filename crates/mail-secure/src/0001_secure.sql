-- The platform's keys for secure letters; private keys are wrapped in the vault, whose key is not in the database.
CREATE TABLE secure_key (
    -- envelope, log, seal, clock
    purpose TEXT NOT NULL,
    -- From 1; the newest whose time has come is in use, all are published.
    generation BIGINT NOT NULL,
    private_key BLOB NOT NULL,
    -- PEM, the key's own first; empty where there is none.
    certificates TEXT NOT NULL,
    -- What others need to check with it, of the log its name; empty where a certificate says it.
    public_key BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    -- From when on it is used: it is published before.
    used_from BIGINT NOT NULL,
    PRIMARY KEY (purpose, generation)
);

CREATE TABLE secure_letter (
    id BIGINT NOT NULL PRIMARY KEY,
    -- The sender's; 0 for somebody without one who answers from the portal.
    organisation BIGINT NOT NULL,
    -- 16 octets in hexadecimal digits: what others call it by.
    public_id TEXT NOT NULL UNIQUE,
    mode TEXT NOT NULL,
    sender TEXT NOT NULL,
    sender_name TEXT NOT NULL,
    -- How the sender was known, in the words of the evidence.
    authentication TEXT NOT NULL,
    message_id TEXT NOT NULL,
    -- Wrapped in the vault.
    subject BLOB NOT NULL,
    -- The digests as evidence says them, as JSON.
    content TEXT NOT NULL,
    -- Their salt, wrapped in the vault.
    salt BLOB NOT NULL,
    size_bytes BIGINT NOT NULL,
    submitted_at BIGINT NOT NULL,
    -- What a program called it, so that it is not sent twice.
    client_reference TEXT,
    -- SHA-256 of the letter and of each part, without salt, for receipts; wrapped in the vault.
    digests BLOB NOT NULL,
    -- The login of the application account that sent it; NULL for a person and for a mail server.
    application TEXT,
    -- The slot of the copy whose recipient answers with it at the portal.
    answers TEXT
);
CREATE INDEX secure_letter_by_organisation ON secure_letter (organisation, submitted_at);
CREATE INDEX secure_letter_by_sender ON secure_letter (sender, submitted_at);
CREATE INDEX secure_letter_by_answer ON secure_letter (answers, submitted_at) WHERE answers IS NOT NULL;
CREATE UNIQUE INDEX secure_letter_by_reference ON secure_letter (organisation, client_reference);
CREATE INDEX secure_letter_by_application ON secure_letter (organisation, application, submitted_at);

CREATE TABLE secure_recipient (
    -- 16 random octets in hexadecimal digits.
    slot TEXT NOT NULL PRIMARY KEY,
    letter BIGINT NOT NULL,
    -- The sender's.
    organisation BIGINT NOT NULL,
    -- As the sender wrote it, without a suffix.
    address TEXT NOT NULL,
    -- In the form of comparisons.
    canonical TEXT NOT NULL,
    -- sealed, mailbox, gateway, blocked
    way TEXT NOT NULL,
    state TEXT NOT NULL,
    -- The store's share of the key, wrapped in the vault; NULL once it is destroyed: nobody opens the letter any more.
    store_share BLOB,
    -- The envelope, where the notice has a link.
    envelope BLOB,
    -- Until when it can be opened.
    not_after BIGINT NOT NULL,
    submitted_at BIGINT NOT NULL,
    -- Of a registered letter: until when it can be accepted or refused.
    deadline BIGINT,
    accepted_at BIGINT,
    opened_at BIGINT,
    -- When the store's share was first given to a browser, and how who asked was known, in the words of the evidence.
    released_at BIGINT,
    released_to TEXT,
    -- When it came to its end without being opened.
    ended_at BIGINT,
    reminders BIGINT NOT NULL,
    -- The last statement about it: its number, and the digest of its sealed form.
    sequence BIGINT NOT NULL,
    last_statement BLOB NOT NULL,
    -- When what it tells of happened: nothing that follows is told of as earlier.
    last_at BIGINT NOT NULL,
    -- Whether the recipient has to know a passphrase of the sender's; it is kept nowhere.
    passphrase BIGINT NOT NULL,
    -- Whether the letter itself names the recipient (To, Cc): only they are written to by whoever answers to all.
    is_named BIGINT NOT NULL,
    -- The last two digits of the telephone to which the codes go, where the sender named one; else they go to the mailbox.
    phone_ending TEXT,
    -- Its number, wrapped in the vault; NULL once the share is destroyed.
    phone BLOB,
    -- When the sender's side had the share destroyed that a recipient could have opened it with.
    erased_at BIGINT
);
CREATE INDEX secure_recipient_by_letter ON secure_recipient (letter);
CREATE INDEX secure_recipient_by_address ON secure_recipient (canonical, submitted_at);
CREATE INDEX secure_recipient_by_deadline ON secure_recipient (state, deadline);
CREATE INDEX secure_recipient_by_end ON secure_recipient (not_after) WHERE store_share IS NOT NULL;

-- One for each delivery that brings a copy, or the link to it: an address may stand for several mailboxes.
CREATE TABLE secure_leg (
    slot TEXT NOT NULL,
    -- From 0; stands in the return path.
    number BIGINT NOT NULL,
    -- The sender's, as of the copy.
    organisation BIGINT NOT NULL,
    delivery BIGINT NOT NULL,
    -- What the next server is told.
    address TEXT NOT NULL,
    arrived_at BIGINT,
    -- Once all are dead, the copy is undeliverable.
    failed_at BIGINT,
    PRIMARY KEY (slot, number)
);

CREATE TABLE secure_statement (
    slot TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    organisation BIGINT NOT NULL,
    letter BIGINT NOT NULL,
    event TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- When it was sealed, by the clock of the node that did.
    sealed_at BIGINT NOT NULL,
    -- JWS compact.
    sealed TEXT NOT NULL,
    -- What hides it in the public log.
    blind BLOB NOT NULL,
    -- Where it stands there; NULL as long as it waits.
    log_index BIGINT,
    PRIMARY KEY (slot, sequence)
);
CREATE INDEX secure_statement_by_letter ON secure_statement (letter, at);
-- Partial, so that SQLite does not take it for whatever names the organisation, and reads all that it has.
CREATE INDEX secure_statement_by_place ON secure_statement (organisation, log_index) WHERE log_index IS NOT NULL;
CREATE INDEX secure_statement_waiting ON secure_statement (log_index, slot, sequence);

-- The public log, one row: whoever appends changes it first, so that there is one after the other, on all nodes.
CREATE TABLE secure_log (
    id BIGINT NOT NULL PRIMARY KEY,
    turn BIGINT NOT NULL,
    -- Leaves.
    size BIGINT NOT NULL,
    -- Leaves before the newest time-stamp.
    stamped BIGINT NOT NULL
);
-- Roots of the authorities whose time-stamps lie here, for as long as somebody may verify one.
CREATE TABLE secure_time_root (
    sha256 BLOB NOT NULL PRIMARY KEY,
    certificate BLOB NOT NULL
);
-- Nodes of its tree: level 0 are the leaves.
CREATE TABLE secure_log_node (
    level BIGINT NOT NULL,
    position BIGINT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, position)
);
CREATE TABLE secure_checkpoint (
    size BIGINT NOT NULL PRIMARY KEY,
    -- Signed note.
    note TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    -- RFC 3161; NULL where no authority has answered before there was a newer one.
    token BLOB
);

-- What is to be told to somebody: written with the state it tells of, sent afterwards.
CREATE TABLE secure_notice (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    letter BIGINT NOT NULL,
    slot TEXT NOT NULL,
    -- code, told-accepted, reminder, …
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    language TEXT NOT NULL,
    -- What the kind needs, as JSON.
    detail TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- The statement whose time-stamp it waits for; NULL where it brings no receipt.
    sequence BIGINT
);
CREATE INDEX secure_notice_due ON secure_notice (due_at);

-- Codes sent to mailboxes and telephones; only the newest of a slot is good.
CREATE TABLE secure_code (
    slot TEXT NOT NULL PRIMARY KEY,
    canonical TEXT NOT NULL,
    -- Wrapped in the vault.
    code BLOB NOT NULL,
    made_at BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    -- Of a code that goes to a telephone: in which language.
    language TEXT,
    -- When its short message is due; NULL once it has gone or was given up, and for a code that goes by mail.
    due_at BIGINT,
    -- Tries of the short message so far.
    attempts BIGINT NOT NULL
);
CREATE INDEX secure_code_due ON secure_code (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE secure_code_asked (
    id BIGINT NOT NULL PRIMARY KEY,
    canonical TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX secure_code_asked_by_address ON secure_code_asked (canonical, at);

-- Who has shown at the portal that a mailbox is theirs, or had the code for one letter from the telephone that its sender
-- named.
CREATE TABLE secure_visit (
    hash BLOB NOT NULL PRIMARY KEY,
    canonical TEXT NOT NULL,
    -- What stands in evidence.
    authentication TEXT NOT NULL,
    until BIGINT NOT NULL,
    -- For which copy alone it counts; NULL where the mailbox was shown.
    slot TEXT
);

-- Envelopes brought to the portal, for two hours.
CREATE TABLE secure_parked (
    id TEXT NOT NULL PRIMARY KEY,
    slot TEXT NOT NULL,
    envelope BLOB NOT NULL,
    until BIGINT NOT NULL
);
CREATE INDEX secure_parked_by_slot ON secure_parked (slot, until);

-- Passphrases said in vain of a copy that the platform was to open.
CREATE TABLE secure_passphrase_try (
    slot TEXT NOT NULL PRIMARY KEY,
    tries BIGINT NOT NULL,
    -- Before that none is compared.
    next_at BIGINT NOT NULL
);
CREATE INDEX secure_passphrase_try_by_time ON secure_passphrase_try (next_at);

-- What a recipient has chosen.
CREATE TABLE secure_person (
    canonical TEXT NOT NULL PRIMARY KEY,
    -- Whose account the address had when the following was said: whoever has it afterwards has said nothing.
    person BIGINT,
    -- When they agreed to receive personal and registered letters, to which text, in which language.
    consented_at BIGINT,
    consent_version BIGINT,
    consent_language TEXT,
    blocks_registered BIGINT NOT NULL,
    accepts_registered BIGINT NOT NULL,
    language TEXT
);

-- Copies that the recipient's programme has processed.
CREATE TABLE secure_acknowledgement (
    slot TEXT NOT NULL PRIMARY KEY,
    -- The sender's, as of the copy.
    organisation BIGINT NOT NULL,
    at BIGINT NOT NULL
);
