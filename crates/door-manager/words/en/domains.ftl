# DKIM keys, mail domains of a service, a question to the routes, checking the log of changes.
tab-dkim = DKIM keys
dkim-lead = The keys with which your messages are signed. They renew themselves every 180 days without anybody noticing.
dkim-no-mail = This domain receives no mail here: nothing is signed in its name.
dkim-empty = No key yet
dkim-empty-text = The first keys are made within minutes of the domain. Reload this page in a moment.
dkim-unsigned = No key signs: messages leave without a DKIM signature until one of the records below is seen in the DNS.
dkim-elsewhere = The zone is with another provider: copy the records below there. We look for them every five minutes.
dkim-rotate = Renew the keys
dkim-rotate-effect = Renewing makes a new key of each algorithm at once. It takes over once its record has been visible for two days; until then the old one signs. No message is affected.
dkim-rotating = { $count ->
        [one] A renewal is under way: { $count } key waits to take over. The next one is possible afterwards.
       *[other] A renewal is under way: { $count } keys wait to take over. The next one is possible afterwards.
    }
dkim-rotated = { $count ->
        [one] { $count } new key is published. It takes over in two days.
       *[other] { $count } new keys are published. They take over in two days.
    }
dkim-rotated-elsewhere = { $count ->
        [one] { $count } new key is made. Copy its record to the zone’s provider.
       *[other] { $count } new keys are made. Copy their records to the zone’s provider.
    }
dkim-state-published = To be published
dkim-state-active = Signs
dkim-state-retired = Signs no more
dkim-state-revoked = Revoked
dkim-next-signs-once-seen = Signs as soon as its record is seen
dkim-next-takes-over = Takes over on { $day }
dkim-next-takes-over-unseen = Takes over two days after its record is seen
dkim-next-is-succeeded = Its successor is made on { $day }
dkim-next-hands-over = Hands over on { $day }
dkim-next-hands-over-unseen = Hands over once the successor’s record has been seen for two days
dkim-next-is-removed = Its record goes on { $day }, when no message is on its way any more
dkim-next-removed-revoked = Its empty record goes on { $day }
dkim-records = Records
dkim-records-hosted = They are kept right in your zone, which is here: there is nothing to do.
dkim-records-elsewhere = Copy each line as it stands to the zone’s provider. Some ask for name and text apart: the name goes up to “IN”, the text stands in quotes.
dkim-record-published = To be published: the key does not sign before this record is seen.
dkim-record-active = To be kept: it verifies what is signed now.
dkim-record-retired = To be kept for now: messages signed with this key are on their way. Delete it once the key is no longer listed.
dkim-record-revoked = To be put in place of the old one: nothing after “p=” says that the key counts no more. Delete it once the key is no longer listed.
dkim-kept = Kept by us
dkim-seen = Seen since
dkim-unseen = Not seen yet
dkim-revoke = Revoke
dkim-revoke-title = { $count ->
        [one] Revoke { $count } DKIM key
       *[other] Revoke { $count } DKIM keys
    }
dkim-all = Are all keys stolen?
dkim-all-text = If somebody had access to the private keys, revoke all that sign or signed. Otherwise renew them: that breaks nothing.
dkim-revoke-lost = What these keys signed no longer verifies from now on, not even messages still on their way at others: they may end in spam or be refused.
dkim-revoke-letters = { $count ->
        [0] No message of this domain waits in our queue.
        [one] { $count } message of this domain still waits in our queue: it will leave with a signature that counts no more.
       *[other] { $count } messages of this domain still wait in our queue: they will leave with a signature that counts no more.
    }
dkim-revoke-letters-more = At least { $count } messages of this domain still wait in our queue: they will leave with a signature that counts no more.
dkim-revoke-unused = This key has signed nothing yet: no message is affected.
dkim-revoke-signing = { $count ->
        [0] After that no key signs: messages leave without a DKIM signature until the record of a new one is seen.
        [one] { $count } key goes on signing.
       *[other] { $count } keys go on signing.
    }
dkim-revoke-successors = { $count ->
        [one] { $count } new key is made and signs as soon as its record is seen.
       *[other] { $count } new keys are made and sign as soon as their records are seen.
    }
dkim-revoke-hosted = Your zone says so at once; other servers remember the old record for its time to live at most.
dkim-revoke-elsewhere = { $count ->
        [one] The zone is with another provider: the revocation counts only once you have replaced { $count } record there. The next page shows by what.
       *[other] The zone is with another provider: the revocation counts only once you have replaced { $count } records there. The next page shows by what.
    }
dkim-revoke-final = This cannot be undone: the private key is erased.
dkim-revoked = { $count ->
        [one] { $count } key is revoked.
       *[other] { $count } keys are revoked.
    }
dkim-revoked-elsewhere = { $count ->
        [one] { $count } key is revoked here. Now replace its record at the zone’s provider.
       *[other] { $count } keys are revoked here. Now replace their records at the zone’s provider.
    }
column-dkim-selector = Selector
column-dkim-algorithm = Algorithm
column-dkim-since = Since
column-dkim-next = Next
mail-domains-title = Mail domains
mail-domain-on = In use
mail-domain-off = Out of use
mail-domain-stop = Put out of use
mail-domain-start = Put in use again
mail-domain-move = Move
mail-domain-stop-title = Put { $name } out of use
mail-domain-stop-button = Put { $name } out of use
mail-domain-stop-addresses = { $addresses ->
        [0] The domain has no address.
        [one] { $addresses } address receives nothing from now on.
       *[other] { $addresses } addresses receive nothing from now on.
    }
mail-domain-stop-mailboxes = { $mailboxes ->
        [0] No mailbox is affected.
        [one] { $mailboxes } mailbox opens no more: nobody signs in to it or sends from it.
       *[other] { $mailboxes } mailboxes open no more: nobody signs in to them or sends from them.
    }
mail-domain-stop-links = { $linked ->
        [one] { $linked } linked domain stops with it: the same addresses answer there.
       *[other] { $linked } linked domains stop with it: the same addresses answer there.
    }
mail-domain-stop-linked = { $addresses ->
        [0] No address of { $main } answers under the name { $name } any more.
        [one] { $addresses } address of { $main } no longer answers under the name { $name }; under its main name it goes on.
       *[other] { $addresses } addresses of { $main } no longer answer under the name { $name }; under their main name they go on.
    }
mail-domain-stop-told = Whoever writes there gets the message back at once, with this answer:
mail-domain-stop-kept = Nothing is erased: messages, passwords and settings stay, and come back when it is put in use again.
mail-domain-stopped = { $domain } is out of use.
mail-domain-started = { $domain } is in use again.
mail-domain-start-title = Put { $name } in use again
mail-domain-is-off = { $name } is out of use: its addresses refuse every message and nobody signs in to them.
mail-domain-move-title = Move { $name }
mail-domain-move-lead = The domain and all that belongs to it go into another mail service of your organisation. Addresses keep their names, mailboxes their messages and passwords.
mail-domain-move-goes = { $addresses ->
        [0] The domain goes without addresses.
        [one] { $addresses } address goes (mailboxes: { $mailboxes }).
       *[other] { $addresses } addresses go (mailboxes: { $mailboxes }).
    }
mail-domain-move-rules = From now on the settings of the other service count: default quota, blocked and approved senders, maintenance.
mail-domain-move-people = Collaborators see these addresses if the other service was granted to them, and no longer if they had only this one.
mail-domain-move-where = New mail service
mail-domain-move-button = { $addresses ->
        [0] Move the domain
        [one] Move the domain and { $addresses } address
       *[other] Move the domain and { $addresses } addresses
    }
mail-domain-move-none = No other mail service
mail-domain-move-none-text = First create the mail service into which the domain is to go.
mail-domain-move-linked = This domain is linked to { $main }: it is unlinked before it goes elsewhere.
mail-domain-move-main = { $linked ->
        [one] { $linked } domain is linked to this one: unlink it first, or make another one the main domain.
       *[other] { $linked } domains are linked to this one: unlink them first, or make another one the main domain.
    }
mail-domain-moved = { $domain } is now in “{ $service }”.
route-check = Where does a message for … go?
route-check-text = Say to whom it goes, and we say by which route and why. Nothing is sent.
route-check-recipient = Recipient
route-check-sender = Sender
route-check-sender-help = One of your addresses. Without it, a sender of { $organisation }.
route-check-about = Subject
route-check-button = Show the way
route-check-no-address = This is neither an address nor a domain: anna@example.ch.
route-check-not-yours = This domain is no mail domain of your organisation: its messages do not leave from here.
route-check-here = { $domain } is served here: the message does not leave, and no route is looked at.
route-check-led = Route { $order } counts: the message goes to { $target } (encryption: { $tls }).
route-check-usual = No route fits: the message goes the usual way, as a rule to the servers that { $domain } publishes.
route-check-why = Why
route-fit-leads = Fits: recipient and sender match
route-fit-leads-subject = Fits: the recipient matches and the subject contains “{ $subject }”
route-fit-comes-later = Would fit, but a route above counts already
route-fit-other-time = Does not hold at this time
route-fit-other-senders = Is about other senders
route-fit-other-recipients = Is about other recipients
route-fit-other-subject = The subject does not contain “{ $subject }”
journal-verify = Verify
journal-verify-title = Verify the log of changes
journal-verify-lead = The digest of each entry holds that of the entry before it. Verifying computes all of them again, from the first to the last, and finds what was changed, removed or added afterwards.
journal-verify-noted = End noted before
journal-verify-noted-help = The number and digest that this page showed on another day. If that entry is no longer the same, somebody has rewritten the whole log.
journal-verify-lasts = A hundred thousand entries take some seconds.
journal-verify-wrong = A noted end is a number, a colon and 64 hexadecimal digits.
journal-verify-one = A noted end is that of one log: choose the installation’s, or clear it.
journal-verify-which = Which log
journal-verify-installation = The installation’s
journal-verify-installation-help = What concerns no organisation.
journal-verify-all = All
journal-verify-all-help = The installation’s and that of each organisation.
journal-verify-result = Result
journal-verify-intact = { $count ->
        [one] { $count } entry is intact.
       *[other] { $count } entries are intact.
    }
journal-verify-chains = { $count ->
        [one] In { $count } log.
       *[other] In { $count } logs.
    }
journal-verify-noted-found = The noted end is part of it.
journal-verify-first = It begins with entry { $number }: older ones were erased when they had been kept long enough.
journal-verify-head = Note this end elsewhere, outside of this system: with it you can prove later that nothing before it has changed.
journal-verify-head-installation = The end of the installation’s log. Note it elsewhere, outside of this system: with it you can prove later that nothing before it has changed.
journal-verify-empty = Nothing to verify
journal-verify-empty-text = This log has no entry yet.
journal-verify-broken = { $count ->
        [one] A log is not as it was written.
       *[other] { $count } logs are not as they were written.
    }
journal-verify-broken-text = Somebody changed the database behind the program’s back. Compare with an earlier backup, and tell the operator of the installation.
journal-verify-entry = Entry { $number }
journal-verify-unplaced = An entry without a number
journal-verify-before = { $count ->
        [0] No entry before it is intact.
        [one] { $count } entry before it is intact.
       *[other] { $count } entries before it are intact.
    }
journal-fault-changed = it is not as it was written.
journal-fault-missing = it is missing.
journal-fault-added = it was added afterwards.
journal-fault-unknown = it is not the one that was noted.
journal-fault-forgotten = it is older than what is kept: note a newer end.
valid-from = Valid from { $from }
valid-until = Valid until { $until }
valid-between = Valid from { $from } until { $until }
