-- REQUIRETLS and TLS-Required: No (RFC 8689): 0 neither, 1 the first, 2 the second.
ALTER TABLE queue_message ADD COLUMN tls_wish BIGINT NOT NULL DEFAULT 0;
