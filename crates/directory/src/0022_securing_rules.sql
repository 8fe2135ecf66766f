-- What of an organisation has to go secured though its sender did not say so: a rule on each line, «confidential to
-- *@clinic.example» or «personal subject Diagnosis».
ALTER TABLE organisation_settings ADD COLUMN secured_rules TEXT NOT NULL DEFAULT '';
