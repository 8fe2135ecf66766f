-- A token may reach one mail domain only, and may be somebody's: then it reaches no further than that person does at
-- the moment of the request.
ALTER TABLE api_token ADD COLUMN domain BIGINT;
ALTER TABLE api_token ADD COLUMN person BIGINT;
