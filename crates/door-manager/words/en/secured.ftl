
## Secured letters as whoever administers sees them
secured-letters = Secured letters
secured-lead = Who wrote to whom, when, and how far each letter is. Neither subject nor content stands here: they are the sender’s and the recipient’s.
secured-none = No secured letter in this period
secured-none-text = A letter leaves secured as soon as its subject begins with a mark, for example <im><c>.
secured-under-way = Under way
secured-days = Sent each day
secured-by-day = { $count ->
    [one] Sent each day: one in all
   *[other] Sent each day: { $count } in all
}
secured-by-state = How far they are
secured-all = In all
secured-list = The letters
secured-list-empty = No letter
secured-list-empty-text = Your organisation’s secured letters appear here.
secured-part = Sender or recipient
secured-modes-all = All
secured-states-all = All states
secured-from = From
secured-to = To
secured-everything = Show everything
column-secured-mode = Protection
column-secured-way = Way
column-secured-state = State
secured-mode-confidential = Confidential
secured-mode-personal = Personal
secured-mode-registered = Registered
secured-way-sealed = Sealed envelope
secured-way-mailbox = Mailbox of the platform
secured-way-gateway = Gateway
secured-way-blocked = Refused beforehand
secured-state-unsent = Not sent yet
secured-state-submitted = Submitted
secured-state-rejected = Rejected at submission
secured-state-blocked = The recipient takes none
secured-state-relayed = With the recipient’s server
secured-state-offered = Waits to be accepted
secured-state-accepted = Accepted
secured-state-refused = Refused
secured-state-expired = Expired undecided
secured-state-consigned = Ready to be opened
secured-state-notified = Recipient told
secured-state-handed-over = Opened
secured-state-undeliverable = Undeliverable
secured-state-withdrawn = Withdrawn
secured-state-unclaimed = Opening never confirmed
secured-failed = Not arrived, or reported as such later
secured-letter = Secured letter: { $mode }
secured-submitted = Submitted
secured-deadline = To be accepted until
secured-accepted = Accepted
secured-opened = Opened
secured-released = Key given out
secured-ended = Ended
secured-no-subject = Subject, content and receipts are the sender’s and the recipient’s, in their journal on the portal.
secured-of-application = A program of your organisation sent it; receipts and evidence are the organisation’s:
secured-evidence = Download the evidence
secured-receipt-submission = Receipt of submission (PDF)
secured-receipt-acceptance = Receipt of acceptance (PDF)
secured-receipt-refusal = Receipt of refusal (PDF)
secured-receipt-expiry = Receipt of expiry (PDF)
secured-receipt-handover = Receipt of handover (PDF)
secured-not-logged = Not in the public log yet.
secured-logged = In the public log under number { $index }.
secured-stamped = Time-stamped.
secured-withdraw = Withdraw the letter
secured-withdraw-open = { $count ->
    [one] One copy is withdrawn: nobody can open it any more.
   *[other] { $count } copies are withdrawn: nobody can open them any more.
}
secured-withdraw-closed = { $count ->
    [one] One copy stays: it was accepted or opened, or it has ended.
   *[other] { $count } copies stay: they were accepted or opened, or they have ended.
}
secured-withdraw-effect = This cannot be undone. The evidence says when and why the letter was withdrawn; your name stands in the log of changes.
secured-withdraw-from = From whom
secured-withdraw-all = { $count ->
    [one] From all where it is possible (one recipient)
   *[other] From all where it is possible ({ $count } recipients)
}
secured-withdraw-button = Withdraw for good
secured-withdraw-too-late = Nothing can be withdrawn any more: what was accepted or opened stays.
secured-withdraw-underway = One of them is being delivered at this moment. Try again in a few minutes, if it has not arrived by then.
secured-withdrawn = { $count ->
    [one] One copy is withdrawn.
   *[other] { $count } copies are withdrawn.
}
secured-erased-at = Erased
secured-erase = Erase the letter
secured-erase-open = { $count ->
    [one] One recipient loses the letter: whoever has accepted or opened it cannot open it any more.
   *[other] { $count } recipients lose the letter: whoever has accepted or opened it cannot open it any more.
}
secured-erase-recallable = { $count ->
    [one] One copy can still be taken back: withdraw it instead, then the evidence says so.
   *[other] { $count } copies can still be taken back: withdraw them instead, then the evidence says so.
}
secured-erase-effect = The platform destroys its share of the key. Neither the recipient’s mailbox nor anybody here opens the letter again, and nothing brings it back. What somebody has read, printed or downloaded stays with them. Receipts and evidence stay valid; your name stands in the log of changes.
secured-erase-for = For whom
secured-erase-all = { $count ->
    [one] For all who have it (one recipient)
   *[other] For all who have it ({ $count } recipients)
}
secured-erase-button = Erase for good
secured-erase-nothing = There is nothing left to erase: nobody can open this letter.
secured-erase-not-yet = This copy can still be taken back: withdraw it instead.
secured-erase-reason-help = Stands in the log of changes, and in the evidence of what was not opened.
secured-erased = { $count ->
    [one] The letter is erased for one recipient.
   *[other] The letter is erased for { $count } recipients.
}
secured-reason = Reason
secured-reason-help = Stands in the evidence; the recipient can read it.
secured-everybodys = Everybody’s secure mail
secured-everybodys-lead = How much each organisation sends, and how much waits or is lost. No addresses, no subjects.
secured-of-nobody = Answers from the portal
column-secured-confidential = Confidential
column-secured-personal = Personal
column-secured-registered = Registered
column-secured-waiting = Under way
column-secured-lost = Refused or lost
secured-event-SubmissionAcceptance = Taken from the sender
secured-event-SubmissionRejection = Submission refused
secured-event-RelayAcceptance = Taken by another platform
secured-event-RelayRejection = Refused by another platform
secured-event-RelayFailure = Another platform could not be reached
secured-event-NotificationForAcceptance = Offered to the recipient
secured-event-NotificationForAcceptanceFailure = The offer could not be delivered
secured-event-ConsignmentAcceptance = Accepted by the recipient
secured-event-ConsignmentRejection = Refused by the recipient
secured-event-AcceptanceRejectionExpiry = Time ended without a decision
secured-event-ContentConsignment = Content ready for the recipient
secured-event-ContentConsignmentFailure = Withdrawn by the sender
secured-event-ConsignmentNotification = Recipient told
secured-event-ConsignmentNotificationFailure = The notice could not be delivered
secured-event-ContentHandover = Content given to the recipient
secured-event-ContentHandoverFailure = Content never asked for in time
secured-event-NotificationDelivered = Notice taken by the recipient’s server
secured-event-ContentAccessTracking = Content looked at again
secured-event-RelayToNonERDS = Delivered over a verified connection
secured-event-RelayToNonERDSFailure = The mail server did not take it
secured-event-ReceivedFromNonERDS = Received over a verified connection
secured-senders = Who may send
secured-senders-lead = Who of your organisation sends secured letters, and what you tell your people about writing them.
secured-who = Send secured letters
secured-who-everybody = Everybody
secured-who-everybody-help = Every person who sends from an address of your organisation.
secured-who-listed = Only these addresses and domains
secured-who-listed-help = Others get a clear refusal and nothing leaves. Application accounts and gateways have rules of their own.
secured-listed = Addresses and domains
secured-listed-help = One a line. A domain stands for all its addresses.
secured-rules = Always goes secured
secured-rules-help = What your people and your software send to these addresses, or with these words in the subject, goes secured even without a mark, to all recipients of the letter. A domain counts for everything below it. A stronger mark stays. To remove a rule, empty it.
secured-rule-when = Rule { $number }: what it looks at
secured-rule-about = Rule { $number }: address, domain or words
secured-rule-mode = Rule { $number }: protection
secured-rule-to = Recipient
secured-rule-subject = Subject contains
secured-rule-subject-example = final reminder
secured-guidance = How to write and archive them
secured-guidance-help = Your rules in your words: which messages, which subject, which form, where to archive them. Your people read them under “My addresses”.
secured-guidance-of = What your organisation says
secured-how = Sending a secured letter
secured-how-text = This is what your people read, followed by your rules.
secured-how-limited = Your organisation has named who sends secured letters. If yours is refused, ask its administrator.
secured-how-mode = Protection
secured-how-subject = Beginning of the subject
secured-how-what = What happens
secured-how-confidential = The recipient opens it with a code sent to the mailbox, or gets it over a verified connection.
secured-how-personal = The person opens it with an account and a second factor.
secured-how-registered = The person accepts or refuses it; you get signed receipts.
secured-how-suffix = Without touching the subject, confidential also by the recipient’s address:
secured-undeliverable = { $count ->
    [one] one letter could not be delivered these seven days
   *[other] { $count } letters could not be delivered these seven days
}
