# English.
skip = Skip to content
crumbs = Breadcrumbs
navigation = Main navigation
menu = Menu
more = More
language = Language
account = My account
search-domains = Search for a domain
close = Close
cancel = Cancel
undo = Undo
undone = Undone: the zone is as it was before.
undo-too-late = Another change has followed. Choose the version to restore in the history.
confirm = Confirm
next = Next
save = Save
saved = Saved.
edit = Change
remove = Remove
copy = Copy
copied = Copied.
export = Export the zone
act = Action
as-table = The same numbers as a table
unsaved = Some changes are not saved. Leave the page all the same?
underway = { $done } of { $total }
to-dashboard = Go to the dashboard
guest-here = You are looking at the organisation “{ $organisation }” as its operator. Everything you do is noted in its log.
line = line { $line }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

keys-title = Keys
keys-move = next line, previous line
keys-open = open the line
keys-select = select the line
keys-search = search
keys-new = main action
keys-help = this list

sign-in-title = Sign in
sign-in = Sign in
sign-in-login = User name (e-mail address)
sign-in-password = Password
sign-in-help = The password of your account, not that of a mail address.
sign-in-empty = Enter your user name and your password.
sign-in-wrong = This user name and this password do not belong together. Check capital letters, or ask your administrator for a new password.
sign-in-disabled = This account is blocked. Ask the administrator of your organisation.
sign-in-banned = Too many attempts failed. Try again in { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}.
sign-out = Sign out

sessions-title = My sessions
sessions-lead = The browsers in which you are signed in. End those that you do not know, then change your password.
sessions-this = this one
sessions-since = since
sessions-seen = last seen
sessions-end = End
sessions-end-others = End { $count ->
    [one] the other session
   *[other] the { $count } other sessions
}
sessions-ended = { $count ->
    [one] One session has ended.
   *[other] { $count } sessions have ended.
}
organisations-title = Organisations
organisations-lead = Choose the organisation to look at. Its log notes every visit.
organisations-choose = Look at it
organisations-current = shown

trouble-not-found = There is no such page
trouble-not-found-text = It does not exist, or is not your organisation’s. Check the address, or start from the dashboard.
trouble-not-allowed = Your role does not allow this
trouble-not-allowed-text = Only administrators and legal owners may do it. Ask one of them.
trouble-later = One moment
trouble-later-text = The service is busy or cannot reach its data. Nothing is lost: try again in a minute.
trouble-ours = An error of ours
trouble-ours-text = It is noted in our log. Nothing was changed.

form-wrong = { $count ->
    [one] One field needs correcting
   *[other] { $count } fields need correcting
}
form-error = Error:
form-optional = (optional)
field-empty = This field is empty.
field-not-a-number = This is no number.

table-search = Search
table-apply = Filter
table-count = { $found ->
    [one] one result
   *[other] { $found } results
} of { $total }
logs-sorted-cut = Only the { $count } newest lines are in this order: narrow the search or its times to see the others.
queue-sorted-cut = Only the { $count } deliveries that wait longest are in this order: search to see the others.
table-csv = Export as CSV
filter-remove = remove the filter
chip = { $name }: { $value }
select = Select
select-all = Select all
selected-count = { $count } selected
bulk-hint = With the selected lines:
pages = Pages
page-previous = Previous
page-next = Next
page-of = Page { $page } of { $pages }
nothing-found = Nothing matches
nothing-found-text = Remove a filter, or search for another word.

dashboard-title = Dashboard
figure-domains = { $count ->
    [one] domain
   *[other] domains
}
figure-zones = { $count ->
    [one] hosted DNS zone
   *[other] hosted DNS zones
}
figure-services = { $count ->
    [one] mail service
   *[other] mail services
}
figure-addresses = { $count ->
    [one] mail address
   *[other] mail addresses
}
figure-queue = letters in the queue
alerts-title = To look at
alerts-none = Nothing asks for your attention.

domains-title = Domains
domains-empty = No domain yet
domains-empty-text = Add a domain: its DNS zone is served from the first minute.
column-domain = Domain
column-state = State
column-dns = DNS zone
column-addresses = Addresses
column-records = Records
column-organisation = Organisation
column-domains = Domains
lamp-ok = In order
lamp-waiting = Could be better
lamp-lost = To mend
lamp-unknown = Not checked yet
lamp-no-mail = Without mail
dns-hosted = hosted here
dns-hosted-signed = hosted here, signed
dns-elsewhere = elsewhere
filter-kind = DNS zone
filter-kind-all = All zones
kind-hosted = hosted here
kind-elsewhere = elsewhere
kind-synonym = synonyms
synonym-of = Synonym of { $domain }

tab-zone = DNS zone
tab-spf = SPF
tab-security = Security
tab-dmarc = DMARC reports
tab-tls = TLS reports
tab-reputation = Reputation
tab-synonyms = Synonym domains

zone-add = Add a domain
zone-add-lead = This installation will serve its DNS zone. Then name our name servers at your registrar.
zone-create = Add the domain
zone-created = The zone of { $domain } is served.
zone-settings = Settings of the zone
zone-serial = Serial
zone-changed = changed
zone-records-of = Records of the zone { $domain }
zone-empty = The zone has no record yet
zone-empty-text = Add a record, or import the zone file of your former host.
zone-elsewhere = The zone is hosted elsewhere
zone-elsewhere-text = It cannot be changed here. “Security” shows the exact records to copy and checks that they are there.
zone-stale = The zone has changed meanwhile. Read it again and start over.
zone-end = End of the zone
zone-end-text = The zone is no longer served. The domain’s mail addresses stay.
zone-delete = Delete the zone { $domain }
zone-delete-lost = { $count ->
    [one] One record and the whole history are lost.
   *[other] { $count } records and the whole history are lost.
}
zone-delete-effect = Whoever asks our servers no longer finds this domain’s site and mail. This cannot be undone.
zone-deleted = The zone of { $domain } is deleted.
confirm-name = Enter { $name } to confirm
confirm-name-wrong = The name does not match: enter { $name }.
notice-48 = Every change in the DNS may take up to 48 hours until everybody sees it.

column-type = Type
column-value = Value
column-ttl = TTL
column-managed = Managed by
managed-user = you
managed-mail-service = mail service
managed-installation = installation
filter-type = Type
filter-type-all = All types
filter-managed = Managed by
filter-managed-all = Managed by anybody

record-add = Add a record
record-kind-lead = Choose what the record is to say. Each type is explained in the next step.
record-new = New { $kind } record
record-edit = Change the { $kind } record
record-save = Save
record-delete = Delete this record
record-added = The { $kind } record is added.
record-changed = The { $kind } record is changed.
records-delete = Delete
records-deleted = { $count ->
    [one] One record is deleted.
   *[other] { $count } records are deleted.
}
record-managed-mail-service = The mail service keeps this record right. If you change it, it becomes yours and is no longer kept.
record-managed-installation = The installation keeps this record; it cannot be changed.
kinds-mail = Mail
kinds-hosts = Sites and servers
kinds-more = Others
presets = Presets
explained = Explanations
explained-what = What it is
explained-effect = What changes
explained-raw = Raw view
edit-raw = Edit the raw view
preset-imaps = IMAP (993)
preset-submissions = Sending, TLS (465)
preset-submission = Sending (587)
preset-xmpp-client = XMPP client
preset-xmpp-server = XMPP server
preset-ldap = LDAP
preset-office-sip = Office 365 SIP
preset-office-federation = Office 365 federation
preset-caldavs = CalDAV

kind-mx = MX
kind-mx-short = Where the domain’s mail arrives
kind-mx-text = The server that receives mail. Of several, the one with the smallest priority is tried first.
kind-mx-effect = As soon as the change is known, mail goes to this server. A server that does not know your addresses refuses it.
kind-spf = SPF
kind-spf-short = Who may send in the domain’s name
kind-spf-text = The list of servers that may send mail in your domain’s name. A domain has only one.
kind-spf-effect = A server that is not on the list is refused, marked or accepted, as the mode says. If you forget a service that sends for you, its mail is lost.
kind-dkim = DKIM
kind-dkim-short = The public key that checks your signatures
kind-dkim-text = The public key by which recipients check that your messages were not changed. The mail service publishes its own.
kind-dkim-effect = If you delete a key that is still in use, its signatures no longer hold.
kind-dmarc = DMARC
kind-dmarc-short = What happens to forgeries
kind-dmarc-text = Tells recipients what to do with a message that claims to come from you without SPF or DKIM proving it, and where to send reports.
kind-dmarc-effect = With “reject”, a forgery does not arrive; nor does a message of yours that is set up wrongly. Look at the reports first.
kind-a = A
kind-a-short = A name to an IPv4 address
kind-a-text = The IPv4 address of a name, such as that of your site.
kind-a-effect = Visitors of the name come to this address.
kind-aaaa = AAAA
kind-aaaa-short = A name to an IPv6 address
kind-aaaa-text = The IPv6 address of a name.
kind-aaaa-effect = Visitors with IPv6 come to this address, before the IPv4 address.
kind-cname = CNAME
kind-cname-short = A name that stands for another
kind-cname-text = Says that this name is an alias: whatever it is asked is looked up under the target.
kind-cname-effect = No other record may stand under this name, and it never stands at the top of the domain.
kind-txt = TXT
kind-txt-short = Any text, such as a proof of ownership
kind-txt-text = A text that other services read, often to check that the domain is yours.
kind-txt-effect = Nothing changes for mail or for the site.
kind-srv = SRV
kind-srv-short = Where a service is: XMPP, LDAP, IMAP
kind-srv-text = Says which services a domain has, on which server and at which port.
kind-srv-effect = Programs that look for the service connect to this server. With a wrong port or target they find nothing.
kind-caa = CAA
kind-caa-short = Who may issue certificates
kind-caa-text = The authorities that may issue certificates for the domain.
kind-caa-effect = Every other authority refuses. Do not forget the one of your web host.
kind-ns = NS
kind-ns-short = Delegate a subdomain
kind-ns-text = The name servers of a subdomain that somebody else keeps.
kind-ns-effect = Records of this subdomain that stand here are no longer seen.
kind-ptr = PTR
kind-ptr-short = The name of an address
kind-ptr-text = In a reverse zone, the name that belongs to an IP address.
kind-ptr-effect = Mail servers compare this name with the one your server gives.
kind-tlsa = TLSA
kind-tlsa-short = The fingerprint of a certificate (DANE)
kind-tlsa-text = The fingerprint of the certificate that a server must show. It counts in a signed zone only.
kind-tlsa-effect = If the fingerprint no longer fits, servers that check DANE send nothing any more.
kind-sshfp = SSHFP
kind-sshfp-short = The fingerprint of an SSH key
kind-sshfp-text = The fingerprint of an SSH server’s key.
kind-sshfp-effect = SSH clients that check it need not ask whether the key is right.
kind-svcb = SVCB
kind-svcb-short = How to reach a service
kind-svcb-text = How to connect to a service: protocol, port, addresses.
kind-svcb-effect = Clients that read it connect faster.
kind-https = HTTPS
kind-https-short = How to reach a site
kind-https-text = How to connect to a site: HTTP/2, HTTP/3, another name.
kind-https-effect = Browsers that read it connect by HTTPS at once.
kind-ds = DS
kind-ds-short = The key of a signed subdomain
kind-ds-text = The fingerprint of the DNSSEC key of a delegated subdomain.
kind-ds-effect = If it is wrong, whoever checks can no longer reach the subdomain.
kind-raw = Raw view
kind-raw-short = Write the record as it is
kind-raw-text = The record as it stands in a zone file.
kind-raw-effect = The same rules hold as for guided entry.

field-owner = Name
field-owner-help = Empty for the domain itself; * for all names without a record.
field-priority = Priority
field-priority-help = The smallest number is tried first.
field-target = Target
field-target-help = A server’s name, with a final dot if it is complete.
field-mx-target = Server
field-mx-target-help = A name, never an IP address: mx.example.ch.
field-address = IP address
field-text = Text
field-ttl = TTL
field-ttl-help = For how many seconds the answer is kept, 60 to 86’400. Empty: as the zone.
field-default-ttl = Default TTL
field-note = Note
field-note-help = For you and your colleagues; it is not published.
field-selector = Selector
field-selector-help = Such as 20261121; your sending service tells you.
field-algorithm = Algorithm
field-key = Public key
field-key-help = The value p=, or the whole record.
field-testing = Test mode
field-testing-help = Asks recipients to ignore failures.
field-ours = Our servers
field-ours-help = The include of this installation: needed to send from here.
field-mx = The domain’s MX servers
field-mx-help = Those who receive may send too. Costs one look-up.
field-a = The site’s server
field-a-help = The A and AAAA addresses of the domain. Costs one look-up.
field-includes = Other services
field-includes-help = One on each line: spf.example.com. Each costs at least one of ten look-ups.
field-networks = IP addresses
field-networks-help = One on each line, with or without a prefix: 192.0.2.0/24. Costs no look-up.
field-all = All other servers
option-all-fail = Strict: refuse (-all, recommended)
option-all-fail-help = The receiving server refuses the message if the sender is not listed in the SPF.
option-all-softfail = Mark (~all)
option-all-softfail-help = The receiving server usually accepts the message but marks it as suspicious.
option-all-neutral = Soft: accept (?all)
option-all-neutral-help = The receiving server accepts the message even if the sender is not listed in the SPF.
field-policy = Forged messages
option-policy-none = Watch (none)
option-policy-none-help = Nothing changes; you get reports. To begin with.
option-policy-quarantine = To spam (quarantine)
option-policy-quarantine-help = The message goes to the spam folder.
option-policy-reject = Refuse (reject)
option-policy-reject-help = The message does not arrive. Once the reports are clean.
field-subdomains = Subdomains
option-subdomains-same = as the domain
option-subdomains-none = watch
option-subdomains-quarantine = to spam
option-subdomains-reject = refuse
field-percent = Percent
field-percent-help = To which part of forged messages this applies.
field-reports = Address for reports
field-reports-help = Where recipients report daily. Empty: nowhere.
field-dkim_alignment = Domain of the DKIM signature
option-dkim_alignment-r = the domain or a subdomain
option-dkim_alignment-s = exactly the domain
field-spf_alignment = Domain of the SPF sender
option-spf_alignment-r = the domain or a subdomain
option-spf_alignment-s = exactly the domain
field-service = Service
field-service-help = Such as imaps or xmpp-client, without the underscore.
field-protocol = Protocol
option-protocol-tcp = TCP
option-protocol-udp = UDP
option-protocol-tls = TLS
field-weight = Weight
field-weight-help = The share of each server of the same priority.
field-port = Port
field-srv-target = Server
field-srv-target-help = A name; a dot alone says that the service is not offered.
field-tag = What is allowed
option-tag-issue = Issue certificates
option-tag-issuewild = Issue certificates with *
option-tag-iodef = Address to report refusals to
field-authority = Authority
field-authority-help = Such as letsencrypt.org. Empty: none.
field-critical = Critical
field-critical-help = An authority that does not understand the record must refuse.
field-usage = Usage
option-usage-3 = 3: this certificate
option-usage-2 = 2: this authority
option-usage-1 = 1: this certificate, publicly trusted
option-usage-0 = 0: this authority, publicly trusted
field-part = What is compared
option-part-1 = 1: the public key
option-part-0 = 0: the whole certificate
field-matching = Fingerprint
option-matching-1 = 1: SHA-256
option-matching-2 = 2: SHA-512
option-matching-0 = 0: none
option-sshfp-matching-1 = 1: SHA-1
option-sshfp-matching-2 = 2: SHA-256
field-digest = Hexadecimal value
option-algorithm-rsa = RSA
option-algorithm-ed25519 = Ed25519
option-algorithm-1 = 1: RSA
option-algorithm-2 = 2: DSA
option-algorithm-3 = 3: ECDSA
option-algorithm-4 = 4: Ed25519
option-algorithm-6 = 6: Ed448
field-parameters = Parameters
field-parameters-help = Such as alpn=h2,h3
field-key_tag = Key tag
field-algorithm_number = Algorithm number
field-digest_kind = Digest type
field-kind = Type
field-data = Value
field-data-help = As in a zone file: 10 mx.example.ch.
field-domain = Domain name
field-domain-help = Without www: example.ch
field-name = Name

import-title = Import a zone file
import-lead = Nothing is changed before you have seen the preview.
import-file = File
import-text = Or paste its content
import-text-help = The standard form of zone files (RFC 1035), as other hosts export it.
import-mode = What stands in the zone already
import-add = Keep and complete
import-add-help = What the file does not name stays.
import-replace = Replace
import-replace-help = Your records that the file does not name are deleted. Those of the mail service stay.
import-look = See the preview
import-preview = Preview
import-count = { $added } to add, { $removed } to remove, { $unchanged } there already.
import-refused = { $count ->
    [one] One line is not accepted. Correct it in the text.
   *[other] { $count } lines are not accepted. Correct them in the text.
}
import-skipped = { $count ->
    [one] One line is passed over
   *[other] { $count } lines are passed over
}
import-nothing = Nothing to change: everything stands in the zone already.
import-apply = Apply { $count ->
    [one] the change
   *[other] the { $count } changes
}
imported = { $count ->
    [one] One change is imported.
   *[other] { $count } changes are imported.
}

history-title = History
history-lead = Every change, who made it, and the way back to any version.
history-empty = No change yet
history-empty-text = The zone’s first change will appear here.
change-unnamed = Change
change-count = { $added } more, { $removed } less
version-current = current
version-compare = Compare and restore
version-title = Version { $serial }
version-lead = This version had { $count } records. Restoring it adds { $added } and takes away { $removed }.
version-restore = Restore this version
version-restored = Version { $serial } is restored.
version-same = It is as today
version-same-text = There is nothing to restore.

dnssec-title = DNSSEC
dnssec-text = Signs the zone’s answers, so that nobody can forge them on the way.
dnssec-is-on = Signed (DNSSEC)
dnssec-is-off = Not signed
dnssec-on = Switch DNSSEC on
dnssec-off = Switch DNSSEC off
dnssec-on-done = The zone is signed. Copy the DS record to your registrar.
dnssec-off-done = The zone is no longer signed.
dnssec-ds = DS record for your registrar:
dnssec-ds-synonyms = DS records of the synonyms, each for its own registrar:
dnssec-rollover = Replace the key
dnssec-rollover-text = A new key signs beside the former one, which ends once the registrar shows the new DS and the new key has stood for a day.
dnssec-rollover-done = The new key signs. Give its DS to your registrar too.
dnssec-order = Before switching off, remove the DS at the registrar and wait a day. Otherwise the domain can no longer be reached.
secondaries-title = Secondary servers
secondaries-text = Other name servers that keep a copy. They are told of every change and prove by a TSIG key that they may copy.
secondary-add = Add the secondary server
secondary-remove = Remove
secondary-address-wrong = This is no IP address, with or without a port.
secondary-key-wrong = This is no name.
secondary-secret-wrong = This is no base64.
secret-show = Show the secret
field-secondary = Address
field-secondary-help = 192.0.2.53 or [2001:db8::53]:53
field-key_name = Name of the TSIG key
field-key_name-help = The same on both sides (hmac-sha256).
field-secret = Secret (base64)
field-secret-help = Such as from “openssl rand -base64 32”.

spf-used = Look-ups used: { $used }/10
spf-used-help = Recipients stop after ten look-ups and then take the SPF for wrong. Each include costs at least one.
spf-tree = Tree of includes
spf-lookups = { $count ->
    [one] 1 look-up
   *[other] { $count } look-ups
}
spf-no-record = no SPF found
spf-none = The domain publishes no SPF: anybody can send in its name.
spf-several = There are { $count } SPF records. Recipients reject all of them: merge them below.
spf-expected = The record that should stand there:
spf-mode = Strict or soft
spf-mode-question = What about servers that are not on the list?
spf-elsewhere = Change the SPF where the zone is hosted.
spf-written = The SPF is saved.
spf-merge = Merge SPF records
spf-merge-text = A domain has only one SPF. Paste those that your other services ask for: they become one, ours first, nothing twice.
spf-merge-field = SPF of the other services
spf-merge-help = One on each line, or as copied.
spf-merge-look = Merge
spf-merge-empty = There is no SPF in this text: it begins with v=spf1.
spf-merge-result = Result
spf-merge-removes = { $count ->
    [0] It will be added to the zone.
    [one] It replaces the SPF that is in the zone.
   *[other] It replaces the { $count } SPF that are in the zone.
}
spf-merge-apply = Save this SPF
spf-merged = There is only one SPF now.
copy-elsewhere = Copy it to where the zone is hosted, and delete every other SPF there.

synonyms-lead = A synonym domain is a second name: it inherits the whole zone of this domain, and its mail arrives here.
synonyms-elsewhere = A domain whose zone is elsewhere cannot have synonyms.
synonyms-empty = No synonym domain
synonyms-empty-text = Choose a domain of this organisation below.
synonym-add = Add a synonym
synonym-choose = Domain of this organisation
synonym-rules = A domain that is managed here as a name only becomes a second name of this one.
synonym-confirm = Make { $domain } a synonym
synonym-effect = { $domain } will say everything that { $main } says. Mail for an address @{ $domain } arrives at the same address @{ $main }.
synonym-lost = { $count ->
    [0] It has no record to lose.
    [one] Its record is removed; the history keeps it.
   *[other] Its { $count } records are removed; the history keeps them.
}
synonym-added = { $domain } is a synonym.
synonym-dissociate = Dissociate { $domain }
synonym-ds = For the parent zone:
synonym-dissociated = { $domain } has a zone of its own again.
synonym-inherits = This zone is a synonym: it shows the records of { $domain } and is changed there.
synonym-no-candidates = No other domain of the organisation can become a synonym.

security-look = Check now
security-fix = Fix
security-fix-all = { $count ->
    [one] Fix this point
   *[other] Fix all { $count } points
}
security-fixed = { $count ->
    [one] One record is fixed.
   *[other] { $count } records are fixed.
}
security-nothing-to-fix = There is nothing to fix.
security-checked = Checked
security-empty = This domain takes no mail
security-empty-text = Link it to a mail service, so that its records are checked.
security-elsewhere = The zone is hosted elsewhere: copy the proposed lines there, then check again.
security-details = Found and expected
security-found = Found
security-expected = Expected
security-nothing = Nothing.
certificate-found = { $names }; until { $day }
security-no-record = No particular record.
security-copy = To copy into the zone
light-good = In order
light-warning = Could be better
light-unknown = Unknown
light-bad = To mend
light-off = Does not apply
check-mx = MX
check-mx-text = Where the domain’s mail arrives.
check-spf = SPF
check-spf-text = Who may send in the domain’s name.
check-dkim = DKIM
check-dkim-text = The keys that check your signatures.
check-dmarc = DMARC
check-dmarc-text = What recipients do with a forgery.
check-mta-sts = MTA-STS
check-mta-sts-text = Other servers write to you only over an encrypted and checked connection.
check-dane = TLSA / DANE
check-dane-text = The fingerprint of our servers’ certificate, protected by DNSSEC.
check-dnssec = DNSSEC
check-dnssec-text = The zone’s answers are signed.
check-autoconfig = Automatic setup
check-autoconfig-text = Mail programs find their settings by themselves.
check-reverse = Reverse name (PTR)
check-reverse-text = The address of the sending server has a name that leads back to it.
check-helo = Name given (HELO)
check-helo-text = The name with which our server greets.
check-block-lists = Block lists
check-block-lists-text = Neither the domain nor our addresses are listed as a source of spam.
check-certificate = Certificate
check-certificate-text = The certificate of our servers is valid and trusted.

dmarc-lead = What other providers have seen: who sends in your domain’s name, and whether SPF and DKIM proved it.
dmarc-empty = No report in this period
dmarc-empty-text = Providers report once a day, as soon as a DMARC record asks for it.
dmarc-letters = { $count ->
    [one] message
   *[other] messages
}
dmarc-passed = proved
dmarc-percent = { $percent } %
dmarc-reporters = { $count ->
    [one] provider
   *[other] providers
}
dmarc-by-day = Messages by day
dmarc-chart = Messages by day of the last { $days } days: proved, not proved, to spam, refused
dmarc-pass = proved
dmarc-failed = not proved, delivered
dmarc-quarantined = put to spam
dmarc-rejected = refused
dmarc-sources = Who sends in your name
dmarc-sources-text = An unknown source that is not proved is either a service that your SPF forgets, or a forger.
dmarc-left-out = { $count ->
    [one] One message of the reports is missing here: its line cannot be read, or its source is among the smallest of more than 1’000.
   *[other] { $count } messages of the reports are missing here: their lines cannot be read, or their sources are the smallest of more than 1’000.
}
dmarc-by-reporter = Who reports
owner-ours = our servers
owner-unknown = unknown
column-source = Source
column-owner = Whose
column-letters = Messages
column-passed = Proved
column-not-passed = Not proved
column-reporter = Provider
column-day = Day
period = Period
period-days = { $count } days
tls-lead = What other servers saw when they wrote to you over an encrypted connection.
tls-empty = No report in this period
tls-empty-text = Reports arrive as soon as the record _smtp._tls asks for them.
tls-sessions = { $count ->
    [one] connection
   *[other] connections
}
tls-failed = { $count ->
    [one] failure
   *[other] failures
}
tls-by-day = Connections by day
tls-chart = Connections by day of the last { $days } days: succeeded, failed
tls-pass = succeeded
tls-rejected = failed
tls-failures = Reasons of the failures
tls-by-reporter = Who reports
tls-failure-starttls-not-supported = STARTTLS was not offered
tls-failure-certificate-host-mismatch = The certificate does not hold for this name
tls-failure-certificate-expired = The certificate has ended
tls-failure-certificate-not-trusted = The certificate is not trusted
tls-failure-validation-failure = The check failed
tls-failure-sts-policy-fetch-error = The MTA-STS policy could not be read
tls-failure-sts-policy-invalid = The MTA-STS policy is wrong
tls-failure-sts-webpki-invalid = The certificate of the MTA-STS policy is not valid
tls-failure-tlsa-invalid = The TLSA record is wrong
tls-failure-dnssec-invalid = The DNSSEC signature is wrong
tls-failure-dane-required = DANE was required and absent
column-reason = Reason
column-host = Server
column-sessions = Connections

reputation-lead = Reputation is, put simply, a score from 0 to 100, computed from what we see ourselves.
reputation-empty = No score yet
reputation-empty-text = It appears once the domain has sent mail.
reputation-ok = Good
reputation-waiting = To watch
reputation-lost = Bad
reputation-good = E-mails of this domain reach their recipients.
reputation-fair = Some e-mails of this domain may be marked as spam.
reputation-poor = Your e-mails may be marked as spam and miss those they are meant for.
reputation-bad = E-mails of this domain are likely to be refused or marked as spam.
reputation-consequence = What follows
reputation-consequence-text = The lower the score, the more likely your e-mails are marked as spam and miss those they are meant for. Other providers compute their own: this one shows what we see before they do.
reputation-policy-bounces = Servers refused e-mails as spam
reputation-unknown-recipients = E-mails went to addresses that do not exist
reputation-complaints = Recipients marked e-mails as spam
reputation-authentication-failures = SPF and DKIM failed at other providers
reputation-trap-hits = E-mails went to trap addresses
reputation-burst = Far more e-mails than usual within an hour
reputation-advice-abuse = See in the log who sends, revoke the passwords of abused addresses and check the site’s forms.
reputation-advice-lists = Remove addresses that no longer exist from your lists, and write only to subscribers.
reputation-advice-complaints = Write only to subscribers, and let them leave with one click.
reputation-advice-authentication = Set up and check the SPF, DKIM and DMARC records.
measures-domain = the domain
measures-address = the IP address
measures-domain-and-address = domain and IP address
reputation-history = History
reputation-chart = Score of the last 90 days
reputation-factors = What takes points away
reputation-no-factors = Nothing takes points away.
column-factor = Factor
column-advice = What helps
column-count = Count
column-points = Points
reputation-advice = Improve the reputation
advice-authentication = Set up and check SPF, DKIM and DMARC: “Security” shows and fixes them
advice-spf = Keep SPF strict (-all): forgeries are then refused
advice-reports = See in the DMARC reports who sends in your name
advice-opt-in = Send e-mails only to people who chose to subscribe!
advice-site = Check the site’s forms: a hacked site sends in your name.
advice-passwords = Revoke the passwords of abused addresses.
advice-lists = Remove addresses that no longer exist from your lists.
reputation-tools = Measured elsewhere
reputation-tools-text = Each provider counts in its own way. These links leave the Manager.

says-right = As it should be.
says-switched-off = This check is switched off.
says-cannot-look-up = Cannot be checked now: { $what }
says-not-delegated = The zone stands here, but the world asks { $what }.
says-missing = { $what } is missing.
says-would-help = { $what } is missing; mail goes without it, less well protected.
says-null-mx = The domain says that it takes no mail (null MX).
says-mx-elsewhere = Mail goes to { $what } and not here.
says-mx-also-elsewhere = Some mail goes to { $what } and not here.
says-spf-several = { $what ->
    [one] There is one SPF record too many.
   *[other] There are { $what } SPF records; receivers reject all of them.
}
says-spf-wrong = The SPF does not hold: { $what }
says-spf-too-many-lookups = SPF needs { $what } look-ups; receivers stop after 10.
says-spf-too-many-voids = SPF asks for { $what } names that do not exist; receivers stop after 2.
says-spf-void = A term of the SPF finds nothing: { $what }
says-spf-without-us = The SPF does not allow our servers: { $what } is missing.
says-spf-allows-all = The SPF ends in +all: everybody may send in this name.
says-spf-soft = The SPF ends in { $what }: forgeries are marked at most, not refused.
says-spf-used = { $what ->
    [0] None of 10 look-ups is used.
    [one] 1 of 10 look-ups is used.
   *[other] { $what } of 10 look-ups are used.
}
says-dkim-missing = The key { $what } is not published.
says-dkim-differs = At { $what } stands another key than ours.
says-dkim-not-seen-yet = The next key { $what } is not seen everywhere yet; the former one signs until it is.
says-dkim-no-key = There is no key yet.
says-dmarc-wrong = The DMARC record does not hold: { $what }
says-dmarc-several = There are { $what } DMARC records; receivers ignore all of them.
says-dmarc-none = p=none asks for reports only: forgeries are delivered.
says-dmarc-part = The policy applies to { $what } % of the messages only.
says-dmarc-reports-elsewhere = Reports do not come here: { $what } is missing.
says-dmarc-reports-refused = Reports about a synonym are not sent: { $what } is missing.
says-policy-unreachable = The MTA-STS policy cannot be fetched: { $what }
says-policy-without-mx = The MTA-STS policy does not allow { $what }: others will not deliver.
says-policy-testing = The MTA-STS policy is in mode { $what }: it protects nothing yet.
says-policy-record-wrong = The MTA-STS record does not hold: { $what }
says-dane-not-signed = The zone of { $what } is not signed: DANE is not possible.
says-dane-differs = The TLSA records of { $what } do not fit the certificate: others will not deliver.
says-not-signed = The zone is not signed.
says-ds-missing = The zone is signed, and the parent zone does not say so: { $what } is missing there.
says-ds-differs = The DS of the parent zone fits none of the zone’s keys: { $what }
says-ds-without-key = The parent zone says that the zone is signed, and it is not: { $what }
says-pointer-missing = { $what } has no name (PTR).
says-pointer-not-confirmed = { $what } does not lead back to the address.
says-pointer-differs = The name of the address is { $what }, not the one the server gives.
says-no-public-address = The server has no public address: { $what }
says-helo-without-address = { $what } has no address.
says-helo-elsewhere = { $what } leads to other addresses than the server’s.
says-listed = Listed: { $what }
says-list-silent = The list gives no answer: { $what }
says-own-authority = The certificate comes from this installation’s own authority: strangers do not know it.
says-certificate-without = The certificate does not hold for { $what }.
says-certificate-ends-soon = The certificate ends { $what }.
says-certificate-ended = The certificate has ended { $what }.

rule-it-is-the-name-of-a-host-never-an-addres = The target is a host’s name, never an IP address.
rule-an-a-record-holds-192-0-2-1-rfc-1035-3-4 = An IPv4 address looks like 192.0.2.1.
rule-an-aaaa-record-holds-2001-db8-1-rfc-3596 = An IPv6 address looks like 2001:db8::1.
rule-an-ipv4-address-stands-in-an-a-record-rf = An IPv4 address stands in an A record.
rule-an-ipv6-address-stands-in-an-aaaa-record = An IPv6 address stands in an AAAA record.
rule-a-label-has-1-to-63-octets-rfc-1035-2-3 = Each part of a name has 1 to 63 characters.
rule-a-label-has-letters-digits-hyphens-under = A name has letters, digits, hyphens and underscores only.
rule-a-name-has-at-most-253-octets-rfc-1035-2 = A name has at most 253 characters.
rule-a-cname-stands-alone-at-its-name-rfc-103 = A CNAME stands alone at its name.
rule-a-cname-stands-alone-and-the-zone-s-own = The top of the domain cannot be a CNAME.
rule-a-name-has-one-spf-record-at-most-or-non = A name has one SPF only, or none counts. Merge them.
rule-a-name-has-one-dmarc-record-at-most-or-n = A name has one DMARC only, or none counts.
rule-a-null-mx-stands-alone-rfc-7505-3 = A null MX stands alone: it says that the domain takes no mail.
rule-a-record-stands-once-rfc-2181-5 = This record exists already.
rule-a-time-to-live-is-60-to-86400-seconds-so = The TTL is 60 to 86’400 seconds.
rule-the-target-of-mx-ns-and-srv-has-addresse = The target of MX, NS and SRV is no alias (CNAME).
rule-a-zone-s-name-exists-once-and-names-abov = This domain name is managed here already, or stands under another organisation’s domain.
rule-an-organisation-hosts-names-of-its-own-b = Name a domain of your own, such as example.ch.
rule-a-synonym-is-bound-to-no-product-of-its = A synonym belongs to no product, such as a mail service or other synonyms.
rule-a-synonym-uses-the-name-servers-of-this = A synonym uses our name servers.
rule-a-domain-that-the-newsletter-is-bound-to = The main domain must not be bound to the newsletter.
list-cut = Only the first { $count } are shown: search more precisely to see the others.
column-browser = Browser
column-session-since = Since
column-session-seen = Last seen
sessions-end-effect = That browser has to sign in again; what is typed there and not saved yet is lost.
sessions-end-one = End: { $browser }
alert-late = { $count ->
    [one] { $count } message has been waiting for more than an hour
   *[other] { $count } messages have been waiting for more than an hour
}
alert-held = { $count ->
    [one] { $count } held message
   *[other] { $count } held messages
}
alert-unban = { $count ->
    [one] { $count } unblock request waits
   *[other] { $count } unblock requests wait
}
alert-full = { $percent } % full
alert-full-more = { $count ->
    [one] and { $count } more mailbox nearly full
   *[other] and { $count } more mailboxes nearly full
}
alert-disk = The disk is { $percent } % full.
alert-certificate = The certificate ends on { $day }.
