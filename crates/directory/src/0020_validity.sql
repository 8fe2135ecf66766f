-- From when until when a source is allowed; NULL: no bound.
ALTER TABLE allowed_source ADD COLUMN valid_from BIGINT;
ALTER TABLE allowed_source ADD COLUMN valid_until BIGINT;
-- When business software last signed in by SMTP, and by SOAP, to the hour: how the organisation is connected.
ALTER TABLE application_account ADD COLUMN smtp_used_at BIGINT;
ALTER TABLE application_account ADD COLUMN soap_used_at BIGINT;
