
## Linked domains and the main domain
linking-section = Domain management
linking-title = Domains linked to the service
linking-lead = All addresses of the mail service bear the name of the main domain, and answer under each linked domain too.
linking-add = Add a linked domain
linking-add-lead = What { $main } receives will be received under the name that you link, too.
linking-more = Actions for { $domain }
linking-main = Make it the main domain
linking-unlink = Unlink the domain
linking-synonym = Make it a synonym
linking-existing = Choose an existing domain
linking-existing-text = A domain of your organisation: it is linked, and its DNS zone is brought up to date by itself.
linking-choose = Domains of the organisation
linking-no-candidates = The organisation has no other domain.
linking-elsewhere = Add a domain or sub-domain name
linking-elsewhere-text = Best if the domain is elsewhere. It has to be yours: its zone is delegated here, or a TXT record proves it.
linking-name = Domain name
linking-no-name = This is no domain name.
linking-create-zone = Host its DNS zone here
linking-create-zone-help = If it is not here yet. Name our name servers at your registrar.
linking-update-dns = Update the DNS
linking-update-dns-help = Where the domain allows it, its DNS zone is brought up to date by itself.
linking-replace = Replace existing records
linking-replace-help = Mail records that are in the way are replaced; the others stay. Only where the DNS is updated.
linking-invert = Swap it with the main domain
linking-invert-help = The new name becomes the main domain at once; the former one stays linked.
linking-link = Link this domain
linking-buy = Buy a new domain name
linking-buy-text = Register the name at your registrar with our name servers, then add it here.
linking-empty = No domain yet
linking-empty-text = The first domain of a mail service is its main one.
linking-dns-here = DNS kept up to date in the zone { $zone }
linking-dns-elsewhere = DNS elsewhere: the records have to be copied there.
linking-dns-check = See the records
linking-dns-off = DNS not kept up to date
place-main = Main
place-linked = Linked
place-apart = Apart
place-main-text = { $count ->
    [one] One address bears this name.
   *[other] { $count } addresses bear this name.
}
place-linked-text = Each address of the main domain answers under this name too.
place-apart-text = { $count ->
    [one] One address of its own.
   *[other] { $count } addresses of its own.
}
place-disabled = This domain is out of use.
linking-confirm-main = Make { $domain } the main domain?
linking-confirm-unlink = Unlink { $domain }?
linking-confirm-synonym = Make { $domain } a synonym?
linking-main-effect = { $count ->
    [one] One address at { $main } becomes the same at { $domain }; what it holds does not change.
   *[other] { $count } addresses at { $main } become the same at { $domain }; what they hold does not change.
}
linking-main-kept = Both names go on receiving and opening the mailboxes until { $main } is unlinked. Passwords stay the same.
linking-unlink-effect = { $count ->
    [one] One address stops answering under @{ $domain }:
   *[other] { $count } addresses stop answering under @{ $domain }:
}
linking-unlink-leading = { $count ->
    [one] One address of the organisation leads to one of them, and no longer will.
   *[other] { $count } addresses of the organisation lead to one of them, and no longer will.
}
linking-unlink-records = { $count ->
    [0] No DNS record is removed.
    [one] One DNS record that we keep is removed; yours stay.
   *[other] { $count } DNS records that we keep are removed; yours stay.
}
linking-synonym-effect = { $domain } will say everything that { $main } says, its DNS zone included: its own records go. The addresses go on answering under its name.
linking-do-main = Confirm the swap
linking-do-unlink = Confirm the unlinking
linking-do-synonym = Make it a synonym
operations-title = Operations
operation-link = Link { $domain }
operation-main = { $domain } becomes the main domain
operation-unlink = Unlink { $domain }
operation-synonym = { $domain } becomes a synonym
operation-begun-link = { $domain } is being linked.
operation-begun-main = The swap with { $domain } is under way.
operation-begun-unlink = { $domain } is being unlinked.
operation-begun-synonym = { $domain } is becoming a synonym.
operation-running = under way
operation-done = done
operation-failed = stopped
operation-progress = Progress of the operation
operation-count = { $done } of { $total } { $total ->
    [one] step
   *[other] steps
}
step-zone = Make the DNS zone
step-domain = Link the domain
step-records = Update the DNS
step-addresses = Rename the addresses
step-targets = Follow aliases and redirections
step-both-records = Check the DNS of both names
step-remove-records = Remove the DNS records
step-unlink = Stop answering under the name
step-synonym = Make it a synonym
operation-line-zone-made = The zone { $name } is made.
operation-line-zone-there = The zone { $name } was there already.
operation-line-linked = { $name } is linked.
operation-line-records-changed = { $count ->
    [0] { $name }: DNS up to date already.
    [one] { $name }: one DNS record changed.
   *[other] { $name }: { $count } DNS records changed.
}
operation-line-records-in-the-way = { $count ->
    [one] { $name }: one existing record stayed in place of ours.
   *[other] { $name }: { $count } existing records stayed in place of ours.
}
operation-line-records-elsewhere = { $name }: its DNS is not kept here.
operation-line-addresses-moved = { $count ->
    [0] No address to rename to @{ $name }.
    [one] One address bears the name @{ $name } now.
   *[other] { $count } addresses bear the name @{ $name } now.
}
operation-line-targets-renamed = { $count ->
    [0] No alias or redirection to follow to @{ $name }.
    [one] One alias or redirection leads to @{ $name } now.
   *[other] { $count } aliases or redirections lead to @{ $name } now.
}
operation-line-unlinked = No address answers under @{ $name } any more.
operation-line-synonym-made = { $name } is a synonym.
operation-line-refused = Refused: { $name }
rule-a-linked-domain-has-no-addresses-of-its = A linked domain has no addresses of its own: delete or move them first.
rule-what-is-unlinked-or-becomes-the-main-dom = Only a linked domain can be unlinked or become the main one.
rule-what-is-linked-is-another-domain = This domain is part of the mail service already.
rule-a-domain-is-unlinked-there-before-it-is = First unlink this domain in the other mail service.
rule-the-first-domain-of-a-mail-service-is-it = The first domain of a mail service is its main one: make it first.
rule-a-linked-domain-is-unlinked-after-its-sy = First dissociate its synonyms.
rule-a-domain-is-unlinked-after-its-hosts-are = First delete its hosts and mail servers, and apply that.
rule-a-domain-is-unlinked-before-it-goes-into = First unlink this domain.
rule-the-main-domain-goes-after-those-linked = First unlink the linked domains, or make another one the main domain.
rule-addresses-are-made-at-the-main-domain-an = Make the address at the main domain: it answers under each linked one too.
rule-a-synonym-is-dissociated-from-its-main-d = The synonym has to be dissociated from its main domain first.
rule-records-are-replaced-only-where-they-are = Records are replaced only where the DNS is updated.
rule-a-mail-service-has-one-operation-on-its = An operation on this mail service is under way already: wait until it has ended.
rule-a-synonym-and-its-main-domain-are-zones = The DNS zones of the synonym and of the main domain have to be hosted here.
rule-a-mail-domain-is-its-organisation-s-its = Nothing proves yet that this domain is yours: delegate its zone to our name servers, or publish the TXT record that is named.
