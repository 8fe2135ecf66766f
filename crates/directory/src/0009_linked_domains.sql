-- The domain whose name the addresses of a mail service bear. Domains that are linked to it hold none: each address
-- answers under their names too. A domain that is neither stands apart, with addresses of its own.
ALTER TABLE service ADD COLUMN main_domain BIGINT;
UPDATE service SET main_domain = (SELECT min(d.id) FROM domain d WHERE d.service = service.id);
ALTER TABLE domain ADD COLUMN linked BIGINT NOT NULL DEFAULT 0;
-- Whether its mail records are kept right in a hosted zone.
ALTER TABLE domain ADD COLUMN keeps_records BIGINT NOT NULL DEFAULT 1;
