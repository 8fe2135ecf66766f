-- Whether a person's own token was made in a session with a second factor: one that the password alone made stays weak,
-- whatever its person adds afterwards.
ALTER TABLE api_token ADD COLUMN by_second_factor BIGINT NOT NULL DEFAULT 0;
