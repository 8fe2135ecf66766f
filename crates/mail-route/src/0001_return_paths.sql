-- Senders whose addresses are too long to be written into a return path of ours.
CREATE TABLE forwarded_sender (
    token TEXT NOT NULL PRIMARY KEY,
    sender TEXT NOT NULL,
    -- The day (since 1970) on which a letter of his was last forwarded.
    last_day BIGINT NOT NULL
);
CREATE INDEX forwarded_sender_by_day ON forwarded_sender (last_day);
