## People, roles, second factors

profile-title = My profile
profile-security = Account security
profile-security-text = Password, second factors and recovery codes.
profile-language-none = the browser’s
profile-phone = Telephone
profile-contacts = Contact addresses
profile-contacts-help = One address a line, five at most. You are reached there if your main address fails.
people-no-address = “{ $text }” is no e-mail address: name@domain.
factors-title = Two-factor authentication
factors-text = After the password you show a second thing: a code from your telephone or a passkey. Whoever steals your password does not get in.
factors-empty = No second factor yet
factors-empty-text = Add an authenticator application: it takes a minute.
factor-must = “{ $organisation }” requires a second factor. Add one to go on.
factor-totp = application
factor-passkey = passkey
factor-name = Name
factor-added = The second factor is added. Your other sessions have ended.
factor-removed = “{ $name }” is removed.
factor-remove = Remove “{ $name }”
factor-remove-effect = It is no longer accepted when you sign in. Your other sessions end, and a letter confirms it.
factor-remove-last = It is the last one: afterwards the password is enough, and the recovery codes are void.
since = since
last-used = last used
totp-add = Add an authenticator application
totp-name = Telephone
totp-over = Too many tries, or too long: here is a new QR code.
totp-scan = Scan this code with your application (for instance Aegis, Google Authenticator, FreeOTP).
totp-picture = QR code of the secret
totp-type = Type the secret by hand
totp-confirm = Type the six digits that the application shows.
totp-code = Six-digit code
totp-go = Turn on
passkey-add = Add a passkey
passkey-text = Your device or security key recognises you (finger, face, PIN) and proves it here. Kept on the device, it also replaces the password when you sign in.
passkey-go = Create the passkey
passkey-unable = This browser knows no passkeys, or its script is off. Add an authenticator application instead.
passkey-cancelled = Nothing was done: the browser gave no passkey. Try again, or take another way.
passkey-wrong = This passkey does not open this account, or the request is too old. Try again.
passkey-no-host = Passkeys are not offered here: they belong to a host name, and this installation is reached by an IP address.
passkey-elsewhere = Passkeys belong to { $host }: open the Manager by https://{ $host }.
recovery-title = Recovery codes
recovery-left = { $count ->
    [one] One is left.
   *[other] { $count } are left.
}
recovery-once = Each opens once, if you lose your telephone. They are shown only now: copy, download or print them, and keep them elsewhere than on that telephone.
recovery-renew = New recovery codes
recovery-renew-effect = Ten new codes replace the old ones, which are void.
recovery-kept = I have kept them
download = Download
print = Print
present-wrong = This is not your present password, or the passkey is not the right one.
password-present = Present password
password-new = New password
password-repeated = New password, once more
password-help = Ten characters or more; a sentence does well.
password-change = Change the password
password-changed = The password is changed. Your other sessions have ended.
password-differs = The two entries differ.
prove-passkey = Confirm with a passkey
step-title = Second factor
step-code = Code of your application
step-recovery = Recovery code
step-help = Six digits, or one of your recovery codes.
step-recovery-help = One of your ten recovery codes, if your passkey is not at hand.
step-go = Continue
step-back = Start again
step-lost = Lost everything? An administrator of your organisation can remove your second factors.
step-over = This step is over: too many tries, or more than five minutes. Give your password again.
step-wrong = This code is wrong, or was used already. Wait for the next one, and check the telephone’s clock.
step-passkey = Continue with a passkey
sign-in-passkey = Sign in with a passkey
users-title = Users
users-lead = The people who administer the organisation or have access to it.
user-add = Add a user
column-name = Name
column-login = Login
column-role = Role
column-access = Access
column-second-factor = 2FA
column-last-access = Last access
never = never
second-factor-none = none
second-factor-count = { $count ->
    [one] one factor
   *[other] { $count } factors
}
filter-role = Role
filter-role-all = All roles
role-legal-owner = Legal owner
role-administrator = Administrator
role-collaborator = Collaborator
role-external = External
role-legal-owner-help = Answers for the organisation and may do everything; only a legal owner appoints others.
role-administrator-help = Administers everything, or one domain only.
role-collaborator-help = Has access to the mail services that are granted.
role-external-help = Comes from outside; has access only to what he is invited to.
user-blocked = blocked
user-active = active
user-from-elsewhere = another organisation’s account
user-password-once = Here is the password of { $login }. It is shown only now; the person changes it afterwards.
user-joined = { $login } had an account already and now belongs to this organisation too. A letter says so.
user-self = you
user-elsewhere-text = Another organisation made this account: name, password and second factors are changed there. Here you decide the role.
user-owner-only = Only a legal owner changes a legal owner.
user-role-change = Change the role
user-domain = Domain administered
user-domain-help = For an administrator only.
domain-all = all domains
user-services = Mail services granted
user-services-help = For a collaborator only.
user-factor-effect = The person no longer needs it to sign in, and gets a letter. Make sure that it is that person who asks.
user-factor-removed = The second factor is removed.
user-profile = Profile
user-profile-text = What the person says in the own profile; you can write it for them.
user-profile-own = You change it in your profile.
user-contacts-help = One address per line, at most five. The person is reached there if the main address fails.
user-passwords = Device passwords
user-passwords-text = Those that the person made, on the mailboxes that the person uses. They open these mailboxes until they are deleted or put out of use.
user-sessions = Sessions
user-sessions-text = The browsers in which the person is signed in. Mail devices are not among them.
user-sessions-none = The person is signed in nowhere.
user-sessions-own = Your sessions have a page of their own, where you end them.
user-sessions-not-ours = You see and end only the sessions of accounts that your organisation alone looks after. If it is urgent, block the person’s access to your organisation.
user-sessions-end-all = End all
user-sessions-end = { $count ->
    [one] End the session
   *[other] End { $count } sessions
}
user-sessions-end-effect = { $count ->
    [one] One browser has
   *[other] { $count } browsers have
} to sign in again; what is typed there and not saved yet is lost. A password that somebody else knows still counts: give a new one.
user-end = Access
user-password-new = New password
user-password-effect = The old one is void, and all sessions of the person end.
user-block = Block the user
user-unblock = Unblock
user-delete = Delete the user
user-block-effect = { $login } cannot get in any more, and the sessions end. Nothing is lost: you can unblock.
user-delete-effect = { $login } no longer belongs to the organisation. The account goes if the person belongs to no other. The mail addresses stay.
user-delete-lost = { $count ->
    [0] Lost: the role “{ $role }”.
    [one] Lost: the role “{ $role }” and one second factor.
   *[other] Lost: the role “{ $role }” and { $count } second factors.
}
user-blocked-done = The user is blocked.
user-unblocked-done = The user is unblocked.
user-deleted = { $login } no longer belongs to the organisation.
role-changed = Role: { $role }. A letter tells the person.
organisation-title = Organisation
organisation-identity = Identity
organisation-legal-name = Legal name
organisation-requires = Require a second factor of all users
organisation-requires-help = { $count ->
    [0] Everybody has one.
    [one] One user has none and will see only the page that adds one.
   *[other] { $count } users have none and will see only the page that adds one.
}
organisation-support = First-level support
organisation-support-help = Whom your users ask first.
organisation-support-email = E-mail address
organisation-support-page = Web page
organisation-support-hours = Hours
organisation-support-hours-example = Mon–Fri 8–17
organisation-look = Look
organisation-look-help = In the header of this organisation’s Manager.
organisation-look-name = Name shown
organisation-look-colour = Colour
organisation-look-colour-help = Six hexadecimal digits after #. The text on it is white: a contrast of at least 4.5.
organisation-look-contrast = Contrast with white text: { $ratio } (at least 4.5).
organisation-logo = Logo
organisation-logo-help = PNG of at most 2’000 pixels a side, or SVG without script; at most 128 KiB.
organisation-logo-remove = Remove the logo
rule-only-a-legal-owner-makes-changes-blocks = Only a legal owner appoints, changes, blocks or removes a legal owner.
rule-an-organisation-keeps-one-legal-owner-wh = An organisation keeps a legal owner who can sign in.
rule-whoever-belongs-to-several-organisations = Whoever belongs to several organisations changes password and second factors himself.
rule-the-six-digits-that-the-application-show = This code does not belong to the secret: type the one that the application shows now; the telephone’s clock must be right.
rule-the-last-second-factor-stays-where-an-or = An organisation asks for a second factor: add another before you remove the last one.
rule-white-letters-stand-on-the-colour-a-cont = White text cannot be read well enough on this colour: take a darker one (a contrast of at least 4.5).
user-limit-unknown = There is no such domain or service: nothing was changed.
user-login-help = An e-mail address. Whoever has an account here already keeps it, and is asked to belong to the organisation.
user-asked = { $login } has an account already: a letter asks whether to belong to the organisation. There are seven days to answer.
offers-title = Offers without an answer
offers-text = These people have an account elsewhere. Until they accept, you see nothing else of them.
offer-until = until
offer-withdraw = Withdraw the offer
offer-withdraw-effect = The person can no longer accept and would have to be asked again.
offer-withdraw-one = Withdraw the offer to { $login }
offer-withdrawn = The offer is withdrawn.
own-offers-title = You are invited
own-offer-text = { $who } asks you to belong to “{ $organisation }” with the role “{ $role }”.
own-offer-effect = Its administrators will then see your name, how to reach you and your second factors. They never change your password.
offer-accept = Accept
offer-accepted = You belong to “{ $organisation }” now.
offer-declined = You declined. The organisation knows nothing more of you.
offer-decline = Decline
rule-a-login-at-a-domain-of-another-organisat = This address belongs to another organisation: the account is made there, or by the person who accepts an invitation.
rule-whoever-signs-in-with-an-address-of-anot = This person signs in with an address of another organisation and changes password and second factors personally.
rule-an-organisation-asks-at-most-200-people = Too many have not answered yet: an organisation asks at most 200 people at once, and a person is asked by at most 20.
rule-a-person-is-asked-once-and-has-seven-day = The person was asked already and has seven days to answer.
user-loses-sessions = { $count ->
    [one] One session ends at once.
   *[other] { $count } sessions end at once.
}
user-loses-mailboxes = { $count ->
    [one] Access to one mailbox is lost.
   *[other] Access to { $count } mailboxes is lost.
}
user-loses-passwords = { $count ->
    [one] One device password no longer works.
   *[other] { $count } device passwords no longer work.
}
user-loses-services = { $count ->
    [one] One mail service is no longer entrusted.
   *[other] { $count } mail services are no longer entrusted.
}
user-pauses-mailboxes = { $count ->
    [one] One mailbox is closed until unblocking.
   *[other] { $count } mailboxes are closed until unblocking.
}
user-pauses-passwords = { $count ->
    [one] One device password does not work until then.
   *[other] { $count } device passwords do not work until then.
}
own-tokens-title = My tokens
own-tokens-text = With a token a program reaches what is yours over the API: profile, sessions, addresses. It opens nothing of the organisation and ends with your password.
own-tokens-empty = No token
own-tokens-empty-text = No program reaches what is yours.
own-token-add = Make a token
own-token-name = Name
own-token-write = It may change things
own-token-write-help = Otherwise it only reads.
own-token-once = Copy the token now: it is shown this once.
own-token-revoke = Revoke «{ $name }»
own-token-revoked = The token is revoked.
own-token-writes = reads and changes
own-token-reads = reads
granted-lead = The mail services that were granted to you. You see their addresses and users; an administrator changes them.
granted-empty = No mail service is granted to you
granted-empty-text = A legal owner or an administrator grants mail services on the page of your account.
granted-service-lead = Its addresses. An address with a mailbox opens the list of its users.
granted-no-addresses = No address yet
granted-no-addresses-text = The addresses of this mail service will be here.
support-title = Need help?
support-of = Support of { $name }:
