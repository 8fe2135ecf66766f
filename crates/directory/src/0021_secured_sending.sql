-- Who of an organisation sends secured letters: NULL is everybody, else addresses and domains, separated by spaces.
ALTER TABLE organisation_settings ADD COLUMN secured_senders TEXT;
-- When and how its people write them, in the organisation's own words.
ALTER TABLE organisation_settings ADD COLUMN secured_guidance TEXT NOT NULL DEFAULT '';
