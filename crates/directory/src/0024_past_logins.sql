-- Until when somebody had an address as their login who has it no more: whoever has it afterwards sees nothing of the time
-- before.
CREATE TABLE past_login (
    login TEXT PRIMARY KEY,
    ended_at BIGINT NOT NULL
);
