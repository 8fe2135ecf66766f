CREATE TABLE queue_message (
    id BIGINT PRIMARY KEY,
    organisation BIGINT NOT NULL,
    sender TEXT NOT NULL,
    blob BLOB NOT NULL,
    prefix BLOB NOT NULL,
    received_at BIGINT NOT NULL,
    return_content BIGINT NOT NULL,
    envelope_id TEXT,
    body BIGINT NOT NULL,
    needs_smtputf8 BIGINT NOT NULL,
    is_doubtful BIGINT NOT NULL,
    pending BIGINT NOT NULL
);
CREATE TABLE queue_delivery (
    id BIGINT PRIMARY KEY,
    message BIGINT NOT NULL,
    organisation BIGINT NOT NULL,
    recipient TEXT NOT NULL,
    original TEXT,
    notify BIGINT,
    route BIGINT NOT NULL,
    account BIGINT,
    destination TEXT,
    address TEXT,
    next_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    lease_node TEXT,
    lease_token BIGINT NOT NULL,
    is_held BIGINT NOT NULL,
    is_delay_reported BIGINT NOT NULL,
    last_reply TEXT
);
CREATE INDEX queue_delivery_next ON queue_delivery (is_held, next_at);
CREATE INDEX queue_delivery_message ON queue_delivery (message);
