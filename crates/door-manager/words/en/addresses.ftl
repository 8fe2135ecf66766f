
## Mail services and addresses
services-title = Mail services
services-lead = A mail service joins domains, their addresses and a quota.
services-empty = No mail service
services-empty-text = Create one, or add a domain: its service comes with it.
service-add = Create a mail service
service-name-help = It has no effect on addresses.
service-created = The service “{ $name }” is created.
service-quota = Default quota
service-administrator = Administrator of the service
service-administrator-help = The address that gets what is written to postmaster and abuse; without it the oldest.
service-addresses = { $count ->
        [one] { $count } address
       *[other] { $count } addresses
    }
service-active = Active
service-maintenance = Maintenance
maintenance-text = In maintenance letters are received; nobody reads or sends.
maintenance-effect = { $count ->
        [one] { $count } address cannot
       *[other] { $count } addresses cannot
    } be read until it ends.
maintenance-begin = Begin maintenance
maintenance-end = End maintenance
maintenance-now = The service is in maintenance: it only receives.
maintenance-begun = Maintenance has begun.
maintenance-ended = Maintenance has ended.
addresses-title = Addresses
addresses-empty = No address
addresses-empty-text = Create the first with “Create a mail address”.
addresses-choose = Choose addresses
addresses-chosen = { $count ->
        [one] { $count } chosen address
       *[other] { $count } chosen addresses
    }
addresses-passed-over = { $count } stayed as they were.
addresses-do-disable = Disable { $count ->
        [one] { $count } address
       *[other] { $count } addresses
    }
addresses-do-enable = Enable { $count ->
        [one] { $count } address
       *[other] { $count } addresses
    }
addresses-do-quota = Set the quota of { $count ->
        [one] { $count } address
       *[other] { $count } addresses
    }
addresses-do-delete = Delete { $count ->
        [one] { $count } address
       *[other] { $count } addresses
    }
addresses-effect-disable = { $count ->
        [one] { $count } address
       *[other] { $count } addresses
    }, { $mailboxes ->
        [0] no mailbox
        [one] one mailbox
       *[other] { $mailboxes } mailboxes
    } among them: letters are refused, nobody signs in. The letters kept ({ $size }) stay.
addresses-effect-enable = { $count ->
        [one] { $count } address
       *[other] { $count } addresses
    }, { $mailboxes ->
        [0] no mailbox
        [one] one mailbox
       *[other] { $mailboxes } mailboxes
    } among them: receiving and access go on.
addresses-effect-quota = The quota holds for { $mailboxes ->
        [0] no mailbox
        [one] one mailbox
       *[other] { $mailboxes } mailboxes
    } ({ $size } of letters); the other chosen addresses have none.
addresses-effect-delete = { $count ->
        [one] { $count } address
       *[other] { $count } addresses
    }, { $mailboxes ->
        [0] no mailbox
        [one] one mailbox
       *[other] { $mailboxes } mailboxes
    } among them ({ $size } of letters): nothing arrives any more. They can be restored for 30 days, then everything is lost.
addresses-done-disable = { $count ->
        [one] { $count } address disabled.
       *[other] { $count } addresses disabled.
    }
addresses-done-enable = { $count ->
        [one] { $count } address enabled.
       *[other] { $count } addresses enabled.
    }
addresses-done-quota = Quota set for { $count ->
        [one] { $count } address.
       *[other] { $count } addresses.
    }
addresses-done-delete = { $count ->
        [one] { $count } address deleted
       *[other] { $count } addresses deleted
    }; they can be restored for 30 days.
act-enable = Enable
act-disable = Disable
act-delete = Delete
act-export = Export (CSV)
column-address = Address
column-kind = Type
column-size = Size
column-passwords = Devices
column-users = Users
column-note = Note
column-quota = Quota
filter-what = Type
filter-what-all = All types
filter-service-all = All services
what-mailbox = Mailbox
what-shared = Shared mailbox
what-catchall = Catch-all
what-alias = Alias
what-redirection = Redirection
state-active = Active
state-disabled = Disabled
quota-example = 5 GB
quota-none = no limit
quota-help = A number with its unit: 5 GB, 1.5 GB, 500 MB (1 GB = 1000 MB; 1 GiB = 1024 MiB). Empty: no limit.
quota-own-help = A number with its unit: 5 GB, 500 MB. Empty: the service’s.
quota-used = { $percent } % used
quota-wrong = “{ $text }” is no quota: write a number and its unit, such as 1.5 GB.
address-create = Create a mail address
address-created-at = Created
address-created = { $address } is created.
address-local = Name of the address
address-local-help = What stands before the @.
address-name = Display name
address-name-help = What recipients see beside the address.
address-shared = Shared by several people
address-is-disabled = This address is disabled: letters to it are refused, nobody signs in.
address-end = Disable or delete
address-delete = Delete the address
address-delete-effect = { $address } receives nothing more and opens no more. It can be restored for 30 days; its name stays reserved.
address-delete-kept = Its letters ({ $size }) and { $count ->
        [one] its password
       *[other] its { $count } passwords
    } wait meanwhile, then they are lost.
address-deleted = { $address } is deleted; you can restore it for 30 days.
address-restore = Restore
address-restored = { $address } is restored, with everything it had.
address-erase = Delete for good
address-erase-one = Delete { $address } for good
address-erase-effect = Letters and passwords are lost, the name is free. This cannot be undone.
address-erased = { $address } is deleted for good.
deleted-title = Deleted addresses
deleted-lead = A deleted address can be restored for 30 days with its letters, passwords and redirections.
deleted-none = No deleted address
deleted-none-text = What you delete is found here.
deleted-by = deleted by { $who }
deleted-until = can be restored until
create-mailbox = Mailbox
create-mailbox-text = A mailbox with its letters, for one person.
create-shared = Shared mailbox
create-shared-text = A mailbox that several people read.
create-alias = Alias
create-alias-text = Another name of one or several addresses, without a mailbox.
create-redirection = Redirection address
create-redirection-text = Without a mailbox: letters are passed on to the targets that agreed by the link of a letter.
create-catchall = Catch-all
create-catchall-text = The mailbox “catchall” gets what is written to addresses that do not exist. It cannot send and never answers.
create-several = Create several addresses
catchall-warning = Not recommended: a catch-all draws spam, and senders no longer hear of their typing errors.
alias-targets = Addresses that the alias stands for
alias-targets-help = One a line.
alias-add = Add an alias
alias-others = with { $count ->
        [one] { $count } other address
       *[other] { $count } other addresses
    }
aliases-lead = What is written to an alias comes to { $address }.
aliases-none = No alias
aliases-none-text = Give this address another name.
redirection-targets = Targets
redirection-targets-help = One a line, 10 at most. Each gets a letter with a link and accepts or refuses; those of the organisation need not confirm.
forwarding-lead = Letters to this address are also passed on to these targets.
forwarding-none = No redirection
forwarding-none-text = Everything stays in this mailbox.
keeps-copy = Keep a copy in the mailbox
keeps-copy-help = Without a copy only targets that accepted receive; if there is none, everything stays here.
target-pending = Pending
target-accepted = Accepted
target-refused = Refused
target-again = Send the letter again
target-asked-again = Another letter goes to { $target }.
target-decided = answered
target-letter = { $count ->
        [one] letter sent
       *[other] { $count } letters sent, the last
    }
target-letter-waits = the letter goes in a moment
target-own = of the organisation: needs no confirmation
targets-agreed = { $accepted } of { $targets } accepted
targets-none = Give one address at least.
targets-saved = Saved. { $count ->
        [0] No target is pending.
        [one] { $count } target has yet to accept.
       *[other] { $count } targets have yet to accept.
    }
tab-general = General
tab-users = Users
tab-devices = Devices
tab-aliases = Aliases
tab-redirections = Redirections
note-help = At most 80 characters; only administrators see it.
devices-lead = Each device has a password of its own: to revoke one leaves the others alone.
devices-none = No password
devices-none-text = Nobody can open this address. Add a device.
device-add = Add a device
device-label = Name of the device
device-label-help = For example “Anna’s iPhone”.
device-protocols = Use
device-computer = Computer
device-phone = Phone
device-tablet = Tablet
device-other = Other
device-made = Password of “{ $label }”
device-once = Note it now: it is shown only once.
device-login = User name: { $address }
device-noted = I have noted it
protocols-all = read and send
protocols-read = read only (IMAP)
protocols-send = send only (SMTP)
password-of-address = Password of the address
password-of-address-text = A chosen password, another than that of your account. A new one replaces the old.
password-rule = At least 10 characters.
password-set = Set the password
password-chosen = The password of the address has changed.
password-revoke = Revoke
password-revoke-one = Revoke “{ $name }”
password-revoke-effect = The device loses access to this address at once.
password-in-use = in use
password-out-of-use = out of use
password-begins = Begins with
password-end = Put out of use or revoke
password-disable = Put out of use
password-enable = Put to use again
password-disable-effect = Out of use, this password opens nothing any more, at once; put to use again, it counts as before. Revoked, it is lost.
password-disabled = “{ $name }” is out of use.
password-enabled = “{ $name }” is in use again.
passwords-revoke-all = Revoke all passwords
passwords-revoke-all-effect = { $count ->
        [one] { $count } password is
       *[other] { $count } passwords are
    } void at once.
passwords-revoked = { $count ->
        [one] { $count } password revoked.
       *[other] { $count } passwords revoked.
    }
passwords-fetched = The passwords have been fetched already.
several-lead = A line for each address: name of the address, password, display name, quota, note. Only the first is needed. Nothing is made before you have seen the preview.
several-lines = Addresses
several-lines-help = Separate with semicolons, commas or tabs.
several-file = Or a CSV file
several-passwords = Make a password where one is missing
several-passwords-help = You can download them once.
several-preview = Show the preview
list-shown-title = Preview: { $count ->
        [one] { $count } line
       *[other] { $count } lines
    }
list-running-title = The addresses are being made
list-done-title = The addresses are made
list-failed-title = Nothing was made
list-shown = Good lines: { $good }. Bad lines: { $bad }. Nothing is made yet.
list-progress = { $ready } of { $good } prepared
list-progress-text = You may leave this page: the work goes on, also after a restart.
list-done = Addresses made: { $made }. Lines left out: { $bad }.
list-failed = A line was no longer good when it came to it; all or nothing, so nothing.
list-passwords = { $count ->
        [one] { $count } password was
       *[other] { $count } passwords were
    } made. The file can be downloaded once, within a day.
list-passwords-fetch = Download the passwords
list-bad = Bad lines ({ $count })
list-lines = All lines
list-confirm = Create { $count ->
        [one] { $count } address
       *[other] { $count } addresses
    }
list-confirm-good = Create only the good ones ({ $count })
list-discard = Discard
list-discarded = The list is discarded, nothing was made.
line-number = Line
line-field = Field
line-value = Value
line-line = Line
line-local-part = Name of the address
line-password = Password
line-name = Display name
line-quota = Quota
line-note = Note
fault-local-part = It is no name of an address of this domain.
fault-taken = The address exists.
fault-restorable = A deleted address has this name, and can be restored.
fault-twice = Another line has the same address.
fault-password = A password has 10 characters at least, and no control character.
fault-name = A name has at most 200 characters, on one line.
fault-quota = A quota is a number with its unit, such as 5 GB.
fault-note = A note has at most 80 characters, on one line.
fault-cells = The line has more than five fields.
mail-domain-add = Add the mail domain
mail-domain-lead = The first domain of a mail service gives its addresses their name: info@your-domain.ch.
mail-domain-name = Domain
mail-domain-zone = Host the DNS zone here
mail-domain-zone-help = The zone is made at once and the mail records in it are kept right. Otherwise we show which ones to copy to your DNS host.
mail-domain-first = Give this mail service its domain: that comes first, the addresses come after it.
mail-domain-none = “{ $text }” is no domain: example.ch.
mail-domain-created = { $domain } receives mail: create the addresses now.
mail-domain-created-elsewhere = { $domain } is created. Copy the records shown here to your DNS host.
mail-domain-delete = Delete the mail domain
mail-domain-deleted = { $domain } receives no mail here any more.
mail-domain-lost = { $addresses ->
        [0] No address is lost.
        [one] Lost: { $addresses } address.
       *[other] Lost: { $addresses } addresses.
    }
mail-domain-lost-letters = { $mailboxes ->
        [0] No mailbox.
        [one] Lost with all its messages: { $mailboxes } mailbox ({ $held }).
       *[other] Lost with all their messages: { $mailboxes } mailboxes ({ $held }).
    }
mail-domain-lost-effect = Mail to { $name } is refused from now on. This cannot be undone; addresses that were deleted before can no longer be restored.
service-end = End of the service
service-delete = Delete the mail service
service-deleted = The mail service “{ $name }” is deleted.
service-delete-effect = “{ $name }” has neither domain nor address: nothing but its settings is lost.
service-delete-domains = { $domains ->
        [one] This service still has { $domains } domain
       *[other] This service still has { $domains } domains
    } with { $addresses ->
        [one] { $addresses } address.
       *[other] { $addresses } addresses.
    } Delete them first.
service-is-disabled = This mail service is disabled: its addresses receive nothing and nobody signs in to them.
service-disable-effect = { $count ->
        [0] Disabling touches no address.
        [one] Disabling stops { $count } address: it receives nothing and nobody signs in to it. Nothing is lost.
       *[other] Disabling stops { $count } addresses: they receive nothing and nobody signs in to them. Nothing is lost.
    }
service-disabled = “{ $name }” is disabled.
service-enabled = “{ $name }” is in service again.
addresses-no-domain = A domain comes first
addresses-no-domain-text = An address bears the name of a domain. Add one, then create the addresses.
column-target = Target
column-target-letters = Letters
column-target-letter-at = Letter sent
column-device = Device
column-protocols = Protocols
column-since = Since
column-last-used = Last used
column-deleted-at = Deleted
column-deleted-by = By
column-restorable = Can be restored until
column-line-number = Line
column-line-field = Field
column-line-value = Value
column-line-local-part = Name of the address
column-line-password = Password
column-line-name = Display name
column-line-quota = Quota
column-line-note = Note
address-erase-numbers = Lost will be: { $letters ->
    [one] { $letters } message
   *[other] { $letters } messages
} ({ $size }) and { $count ->
    [one] { $count } password
   *[other] { $count } passwords
}.
address-erase-type = To confirm, type { $address }
address-erase-name = Type exactly { $address }: nothing will bring it back.
