-- Whether somebody logged in to a mailbox with a password that is gone by now.
ALTER TABLE account ADD COLUMN was_used BIGINT NOT NULL DEFAULT 0;
-- Whether a letter went into the mailbox, too.
ALTER TABLE mailbox_notice ADD COLUMN is_lettered BIGINT NOT NULL DEFAULT 0;
