
## Hosts and mail servers
administration-title = Administration
hosts-title = Hosts
servers-title = Mail servers
actions = Actions
action-new = New
action-show = View
action-edit = Edit
action-delete = Delete
action-create = Create
yes = Yes
no = No
back = Back
column-server-host = Host
column-server-ip = IP address
column-server-domain = Domain
column-server-state = State
column-description = Description
column-imap = IMAP
column-smtp-in = SMTP in
column-smtp-out = SMTP out
waits-create = Creation waits
waits-modify = Change waits
waits-delete = Deletion waits
waits-not = Applied
waits-notice-create = This creation has no effect yet: click the sticky note to apply it.
waits-notice-modify = This change has no effect yet: click the sticky note to apply it.
waits-notice-delete = This deletion has no effect yet: click the sticky note to apply it.
hosts-lead = The machines of your domains. A host becomes a mail server when it gets roles in the mail.
hosts-empty = No host
hosts-empty-text = Create the first host with “New”; it can then become a mail server.
host-one = Host
host-new = New host
host-edit = Edit host { $name }
host-save = Change the host
host-delete = Delete host { $name }
host-created = Host { $name } is created.
host-changed = Host { $name } is changed.
host-deleted = Host { $name } is deleted.
host-is-server = This host is a mail server and can therefore not be deleted.
host-can-be-deleted = The host can be deleted: it is no mail server.
host-no-domain = No mail domain
host-no-domain-text = A host belongs to a domain: add a mail domain first.
host-name-help = Letters, digits and hyphens; unique in its domain.
host-ip-help = A host has an IPv4 or an IPv6 address.
host-fqdn-help = Leave empty for the host’s name below its domain.
host-wrong-address = “{ $text }” is no IP address.
host-wrong-name = “{ $text }” is no full name.
server-one = Mail server
server-new = New mail server
server-edit = Edit mail server { $name }
server-save = Change the configuration
server-delete = Delete mail server { $name }
server-name = Name
server-roles = Roles
server-pick = Choose the host
server-pick-text = The hosts of your domains; those of other domains are not visible here.
server-no-hosts = There is no host yet.
server-taken = already a mail server
server-choose-host = Choose the host.
server-created = Mail server { $name } is created.
server-changed = The configuration of { $name } is changed.
server-deleted = Mail server { $name } is deleted.
server-can-be-deleted = THE MAIL SERVER CAN BE DELETED
server-cannot-be-deleted = THE MAIL SERVER CANNOT BE DELETED
server-linked-to-users = This server is linked to at least one user and can therefore not be deleted
server-linked-to-domains = This server is linked to at least one domain and can therefore not be deleted
server-used = Used by
server-used-by = Users: { $users }, domains: { $domains }
server-used-user = User
server-used-domain = Domain
server-link-where = A user is linked to a server on the page of the address, a domain on the page of its servers, in its mail service.
server-link-waits = This server still waits to be applied.
server-of-mailbox = This user’s IMAP server
server-of-mailbox-help = The mail of the address is read on this server: automatic configuration names it. While the link stands, the server cannot be deleted.
server-of-the-domain = its domain’s
server-choose = Choose this server
server-user-linked = { $address } is linked to the server.
server-user-unlinked = { $address } is no longer linked to a server of its own.
domain-servers = Mail servers of { $name }
domain-servers-lead = The servers that the domain uses, role by role. Without a choice they are the installation’s. The DNS records follow at once.
domain-servers-imap = The domain’s users read their mail there.
domain-servers-smtp-in = Mail for the domain arrives there: the MX records name them.
domain-servers-smtp-out = Mail of the domain leaves from there: its SPF allows them.
domain-servers-none = None of your servers has this role.
domain-servers-saved = The servers of { $domain } are saved.
server-node = The node of this host
server-node-text = A node that is started with this configuration opens only the doors of this host’s applied roles.
role-imap = A usual IMAP server: users read their mail there.
role-smtp-in = An SMTP server that relays mail into the domain.
role-smtp-out = An SMTP server that relays mail out of the domain.
servers-search = Search
servers-found = { $count ->
    [0] No mail server found.
    [one] { $count } mail server found.
   *[other] { $count } mail servers found.
}
servers-empty-text = Change the search, or create a mail server with “New”.
servers-export = Export
servers-export-all = Export all
servers-entries = Entries
servers-pages = Result pages:
changes-title = Waiting changes
changes-lead = The nodes act only on what is applied. Apply what waits, or cancel it one by one.
changes-postit = { $count ->
    [one] { $count } change waits to be applied
   *[other] { $count } changes wait to be applied
}
changes-postit-hint = Click the sticky note for the system to take it into account.
changes-apply = { $count ->
    [one] Apply { $count } change
   *[other] Apply { $count } changes
}
changes-applying = { $count ->
    [one] { $count } change is being applied.
   *[other] { $count } changes are being applied.
}
changes-none = Nothing waits
changes-none-text = What you change in hosts and mail servers stands here until it is applied.
changes-created = Created
changes-modified = Changed
changes-deleted = Deleted
change-cancel = Cancel for { $name }
change-cancelled = The change is cancelled.
change-gone = This change waited no more.
change-difference = { $name }:
change-name = Name
change-fqdn = Full name
change-ipv4 = IPv4 address
change-ipv6 = IPv6 address
change-description = Description
change-host = Host
change-imap = IMAP
change-smtp-in = SMTP in
change-smtp-out = SMTP out
entity-host = host
entity-mail-server = mail server
run-running = Applying
run-count = { $done } of { $total } applied.
run-done = Last application
run-progress = Progress of applying
run-failed = Applying has stopped
rule-a-host-has-an-ipv4-or-an-ipv6-address = A host has an IPv4 or an IPv6 address.
rule-a-host-s-name-exists-once-in-its-domain = A host’s name exists once in its domain.
rule-a-host-is-one-mail-server-with-any-of-th = A host is one mail server, with any of the roles.
rule-a-host-s-name-has-1-to-63-letters-digits = A host’s name has 1 to 63 letters, digits and hyphens.
rule-it-is-a-name-of-its-own-with-a-dot-rfc-5 = The full name has a dot.
rule-an-address-of-one-machine = An address of one machine.
rule-a-server-on-which-people-read-their-mail = A server on which people read their mail keeps IMAP.
rule-a-server-keeps-the-roles-in-which-a-doma = A server keeps the roles in which a domain uses it.
rule-a-host-is-deleted-after-the-mail-server = A host is deleted after the mail server on it.
rule-the-deletion-of-its-host-is-cancelled-fi = Cancel the deletion of its host first.
rule-changes-are-applied-once-at-a-time-wait = Changes are being applied already: wait until that has ended.
rule-something-must-wait-to-be-applied = Nothing waits to be applied.
column-change-name = Name
column-change-what = Change
column-change-who = By
column-change-at = On
host-delete-numbers = { $count ->
    [one] One IP address goes with it.
   *[other] { $count } IP addresses go with it.
} Nothing changes before it is applied, and until then you can undo it.
server-delete-numbers = Linked users: { $users }, linked domains: { $domains }. Nothing changes before it is applied, and until then you can undo it.
