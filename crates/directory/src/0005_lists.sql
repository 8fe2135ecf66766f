-- An organisation's part of a long list, in the list's order.
CREATE INDEX domain_in_order ON domain (organisation, id);
CREATE INDEX address_in_order ON address (organisation, id);
CREATE INDEX address_of_domain_in_order ON address (domain, id);
CREATE INDEX person_in_order ON person (organisation, id);
