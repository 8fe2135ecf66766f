-- Somebody who has an account is asked to belong to an organisation; the person accepts or declines.
CREATE TABLE membership_offer (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    person BIGINT NOT NULL,
    role TEXT NOT NULL,
    offered_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (organisation, person)
);
CREATE INDEX membership_offer_by_person ON membership_offer (person, id);

-- The network from which a request to be let in came, /24 or /48: none fills the list of the others.
ALTER TABLE unban_request ADD COLUMN network TEXT NOT NULL DEFAULT '';
CREATE INDEX unban_request_by_network ON unban_request (network, state);
