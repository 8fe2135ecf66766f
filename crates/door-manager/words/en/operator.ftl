## Tokens of programs; what the operator's staff looks after

tokens-title = API tokens
tokens-mine = My API tokens
tokens-lead = A program that administers the organisation over the API shows a token. It is shown only when it is made; afterwards it can only be revoked.
tokens-empty = No token
tokens-empty-text = Make one for each program: so you revoke one without stopping the others.
token-make = Make a token
token-name-help = The program that uses it, as you will recognise it in the audit.
token-reads = read
token-reads-help = It sees everything within its reach and changes nothing.
token-writes = read and write
token-writes-help = It can also create, change and delete.
token-reach-organisation = the whole organisation
token-reach-own = The person’s own things
token-reach-gone = a domain that is gone
token-reach-help = Limited to one domain, it sees no other.
token-owner = Whose
token-of-organisation = the organisation’s
token-of-self = mine ({ $login })
token-owner-help = A person’s token never reaches further than the person: blocked or limited to a domain, the token is so too.
token-days-30 = 30 days
token-days-90 = 90 days
token-days-365 = one year
token-days-0 = until it is revoked
token-until-revoked = until it is revoked
token-over = expired
token-whose = Whose tokens
token-whose-all = All tokens
filter-whose = Tokens
whose-mine = Mine
token-once = Copy the token now: it will never be shown again.
token-use = The program sends it with each request, in this field:
token-shown = Begins with
token-created = Made
token-revoke = Revoke the token
token-revoke-effect = Every program that uses it is refused from the next request on. What it did stays. This cannot be undone: a new token will be another one.
token-revoke-used = Last used:
token-revoke-unused = It was never used.
token-revoked = The token “{ $name }” is revoked.
column-token-reach = Reach
column-token-right = Right
column-token-last-used = Last used
column-token-until = Valid
installation-title = Installation
installation-settings = Settings
installation-lead = The names and machines of the installation. From them come its own records, the name servers of every zone and the mail records of every domain.
installation-effect = { $count ->
    [0] No mail domain depends on them yet.
    [one] One mail domain depends on them: its records follow as soon as this is saved.
   *[other] { $count } mail domains depend on them: their records follow as soon as this is saved.
}
installation-names = Names and machines
installation-hostname = Name of the installation
installation-hostname-help = The name by which it greets other servers.
installation-exchangers = Mail exchangers (MX)
installation-exchangers-help = One a line: priority, name, addresses. “10 mail.example.ch 192.0.2.1 2001:db8::1”. Without addresses, they are kept elsewhere.
installation-name-servers = Name servers
installation-name-servers-help = One a line: name, addresses. The first is the primary of every SOA.
installation-web-host = Host of web pages
installation-web-host-help = MTA-STS policies and automatic configuration of the domains.
installation-contact = Contact
installation-contact-help = The address that answers for the installation.
installation-trust = Senders
installation-spf-host = SPF name
installation-spf-host-help = Every domain includes it in its SPF.
installation-spf-sources = SPF sources
installation-spf-sources-help = One mechanism a line: ip4:192.0.2.7. Empty: the addresses of the mail exchangers.
installation-spf-now = Published now:
installation-sts = MTA-STS of the domains
installation-sts-enforce = Letters come with a valid certificate or not at all.
installation-sts-testing = Trouble is reported, and letters come all the same.
installation-block-lists = Lists of sources of spam
installation-block-lists-help = One a line, which the diagnosis asks: ip:bl.example.org or domain:bl.example.org.
installation-access = Mail programs
installation-access-help = What automatic configuration connects them to. Port 0 is not offered.
installation-access-host = Host
installation-port-imaps = IMAP with TLS (993)
installation-port-imap = IMAP with STARTTLS (143)
installation-port-submissions = Submission with TLS (465)
installation-port-submission = Submission with STARTTLS (587)
installation-port-pop3s = POP3 with TLS (995)
installation-port-sieve = ManageSieve (4190)
installation-port-https = HTTPS (443)
installation-wrong-exchanger = “{ $text }”: a priority, a name and addresses are needed.
installation-wrong-port = “{ $text }” is no port: a number from 0 to 65’535.
installation-wrong-list = “{ $text }” is no list: ip:bl.example.org or domain:bl.example.org.
installation-saved = { $zones ->
    [0] It is saved. No zone had to change.
    [one] It is saved. One zone has changed.
   *[other] It is saved. { $zones } zones have changed.
}
installation-saved-conflicts = { $conflicts ->
    [one] It is saved (zones changed: { $zones }). One record that somebody else keeps was left: see the domain’s diagnosis.
   *[other] It is saved (zones changed: { $zones }). { $conflicts } records that somebody else keeps were left: see the domains’ diagnosis.
}
installation-organisations-lead = Every organisation of the installation.
organisation-make = Create an organisation
organisation-make-help = Its name, unique within the installation.
organisation-made = The organisation “{ $name }” is created. Now add its legal owner.
organisation-in-use = In use
organisation-disabled = Disabled
organisation-is-disabled = This organisation is disabled: nothing arrives at its addresses and nobody signs in.
organisation-look-at = Look at this organisation
organisation-nobody = Nobody gets in yet: look at this organisation, then add its legal owner under “Users”.
organisation-log-days = Days of the log that are visible
organisation-log-days-help = From 1 to 366; 20 without a plan. Kept at present: { $kept } days.
organisation-settings-where = The required second factor, the support and the look are set within the organisation itself, under “Organisation”.
organisation-quotas = Granted quotas
organisation-quotas-help = The quota of addresses without one of their own, for each mail service.
organisation-quotas-save = Grant these quotas
organisation-end = End of the organisation
organisation-own = Your own account belongs to this organisation: somebody else of the staff disables or deletes it.
organisation-disable-effect = Disabling puts { $domains ->
    [one] one domain
   *[other] { $domains } domains
}, { $addresses ->
    [one] one address
   *[other] { $addresses } addresses
} and the access of { $users ->
    [one] one user
   *[other] { $users } users
} out of use. Nothing is lost.
organisation-delete = Delete the organisation
organisation-delete-lost = Lost are: { $domains ->
    [one] one domain
   *[other] { $domains } domains
}, { $addresses ->
    [one] one address
   *[other] { $addresses } addresses
} with their letters, and the access of { $users ->
    [one] one user
   *[other] { $users } users
}.
organisation-delete-effect = “{ $name }” is gone at once. This cannot be undone.
organisation-was-disabled = “{ $name }” is disabled.
organisation-was-enabled = “{ $name }” is in use again.
organisation-was-deleted = “{ $name }” is deleted.
column-made-at = Created
staff-title = Staff
staff-lead = Who runs the installation: these people look at every organisation and see these pages.
staff-add = Add to the staff
staff-add-help = The login of a user who exists. From the next request on, he or she sees and changes every organisation; ask for a second factor.
staff-unknown = No user is called “{ $login }”.
staff-added = { $login } belongs to the staff from the next request on.
staff-remove = Remove from the staff
staff-remove-effect = { $login } sees only the own organisations, from the next request on. The account stays.
staff-remove-self = It is you: these pages will not open for you any more.
staff-remove-last = This is the last one of the staff: afterwards only the command “relais staff add” on the machine adds somebody.
staff-removed = { $login } no longer belongs to the staff.
column-staff-since = Since
