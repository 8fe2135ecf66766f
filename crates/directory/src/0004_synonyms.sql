-- Second names of mail domains: whatever is written to one of them is written to the main domain.
CREATE TABLE domain_synonym (
    name TEXT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    -- A domain of the same organisation, whether it has mail yet or not.
    main TEXT NOT NULL
);
CREATE INDEX domain_synonym_by_main ON domain_synonym (organisation, main);
