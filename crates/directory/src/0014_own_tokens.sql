-- A token that a person made for the own things. It holds while the person has the password with which it was made, as
-- sessions do; it opens nothing of the organisation.
ALTER TABLE api_token ADD COLUMN person_version BIGINT;
