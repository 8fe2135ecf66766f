-- Whose letters leave from a dedicated address: those of a mail service, those that a mail server carries, or both.
ALTER TABLE ip_address ADD COLUMN service BIGINT REFERENCES service (id) ON DELETE SET NULL;
-- The host's full name; NULL: any.
ALTER TABLE ip_address ADD COLUMN server TEXT;
