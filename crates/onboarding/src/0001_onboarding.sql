-- How far a phase of an integration has come.
CREATE TABLE onboarding_phase (
    organisation BIGINT NOT NULL,
    integration BIGINT NOT NULL REFERENCES gateway_integration (id) ON DELETE CASCADE,
    phase TEXT NOT NULL,
    state TEXT NOT NULL,
    -- The day until which it is to be done.
    due_on TEXT,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (integration, phase)
);

-- What was answered to a question of the checklists, or said of a deliverable.
CREATE TABLE onboarding_answer (
    organisation BIGINT NOT NULL,
    integration BIGINT NOT NULL REFERENCES gateway_integration (id) ON DELETE CASCADE,
    item TEXT NOT NULL,
    state TEXT NOT NULL,
    remarks TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (integration, item)
);

-- The documentation of the set-up: what the customer fills in and submits.
CREATE TABLE onboarding_set_up (
    integration BIGINT NOT NULL PRIMARY KEY REFERENCES gateway_integration (id) ON DELETE CASCADE,
    organisation BIGINT NOT NULL,
    -- JSON.
    form TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    saved_by TEXT NOT NULL,
    submitted_at BIGINT,
    submitted_by TEXT,
    -- The day of going live: open, wished, confirmed or offered.
    go_live TEXT NOT NULL,
    go_live_on TEXT,
    go_live_note TEXT NOT NULL
);

-- Whom people ask.
CREATE TABLE onboarding_contact (
    organisation BIGINT NOT NULL,
    integration BIGINT NOT NULL REFERENCES gateway_integration (id) ON DELETE CASCADE,
    level TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    hours TEXT NOT NULL,
    except_holidays BIGINT NOT NULL,
    PRIMARY KEY (integration, level)
);

-- What an organisation tells the recipients of its letters, publicly.
CREATE TABLE onboarding_page (
    integration BIGINT NOT NULL PRIMARY KEY REFERENCES gateway_integration (id) ON DELETE CASCADE,
    organisation BIGINT NOT NULL,
    public_name TEXT NOT NULL UNIQUE,
    is_published BIGINT NOT NULL,
    -- The organisation's own notice; empty: the standard text of the language.
    notice_fr TEXT NOT NULL,
    notice_de TEXT NOT NULL,
    notice_it TEXT NOT NULL,
    notice_en TEXT NOT NULL
);

-- Tests of connections.
CREATE TABLE onboarding_test (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    integration BIGINT NOT NULL REFERENCES gateway_integration (id) ON DELETE CASCADE,
    started_at BIGINT NOT NULL,
    started_by TEXT NOT NULL,
    letter_to TEXT,
    ended_at BIGINT,
    -- JSON.
    lines TEXT NOT NULL
);
CREATE INDEX onboarding_test_by_integration ON onboarding_test (integration, id);

-- Recipients whom an organisation has told by a letter what its secured letters are. A row stays when its integration goes:
-- nobody gets the letter twice, and what was written within a day counts.
CREATE TABLE onboarding_informed (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    integration BIGINT REFERENCES gateway_integration (id) ON DELETE SET NULL,
    -- As it was written: whose capitals count is for its own server to say (RFC 5321 §2.4).
    address TEXT NOT NULL,
    -- By which it is compared.
    canonical TEXT NOT NULL,
    language TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    asked_by TEXT NOT NULL,
    -- When the letter is to be posted. Whoever takes it moves this on: nobody else takes it meanwhile. NULL: it has ended.
    due_at BIGINT,
    posted_at BIGINT,
    -- Why it was refused for good.
    refusal TEXT,
    UNIQUE (organisation, canonical)
);
CREATE INDEX onboarding_informed_by_integration ON onboarding_informed (integration, id);
CREATE INDEX onboarding_informed_lately ON onboarding_informed (organisation, asked_at);
CREATE INDEX onboarding_informed_due ON onboarding_informed (due_at, id) WHERE due_at IS NOT NULL;
