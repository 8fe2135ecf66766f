## The letter that tells recipients what to expect: its form, who got it, what it says
informing-title = Letter to recipients
informing-lead = Each recipient whom you name gets one letter, once. It says what the page above says, and where that page is.
informing-posted = { $count ->
    [one] { $count } recipient informed
   *[other] { $count } recipients informed
}
informing-waiting = { $count ->
    [one] { $count } waiting
   *[other] { $count } waiting
}
informing-refused = { $count ->
    [one] { $count } refused
   *[other] { $count } refused
}
informing-list = See the list
informing-addresses = Addresses of the recipients
informing-addresses-help = One on each line, or several with commas or semicolons between them; a name may stand before. 500 at once, 1000 a day. Whoever has had the letter does not get it again.
informing-language = Language of the letter
informing-language-help = The text is that of the page in this language: your own, or the standard text.
informing-send = Write to these recipients
informing-unpublished = Publish the page above first: the letter leads there.
informed-asked = { $asked ->
    [one] The letter goes to { $asked } recipient.
   *[other] The letter goes to { $asked } recipients.
}
informed-known = { $known ->
    [one] { $known } has had it already.
   *[other] { $known } have had it already.
}
informed-nobody = { $known ->
    [one] This recipient has had the letter already: nothing is sent.
   *[other] These { $known } recipients have had the letter already: nothing is sent.
}
informed-title = Informed recipients
informed-lead = Whom the letter is written to, the newest first. Sent means that it was given to the queue.
informed-more = Inform more recipients
informed-cut = Only the newest { $count } are shown; the CSV file has all of them.
informed-none = Nobody is informed
informed-none-text = Publish the page of information, then name your recipients under «Contacts».
informed-waiting = waiting
informed-posted = sent
informed-refused = refused
column-informed-language = Language
letter-informing-subject = { $organisation }: your confidential e-mails will come secured
letter-informing-greeting = Good day
letter-informing-opening = «{ $organisation }» has asked us to tell you: from now on its confidential e-mails reach you as secured letters from the platform { $portal }.
letter-informing-own = What «{ $organisation }» tells you about it:
letter-informing-page = The same information is on this page:
letter-informing-ask = Any questions? Ask «{ $organisation }»:
letter-informing-ask-plain = Any questions? Ask «{ $organisation }».
letter-informing-once = You get this letter once only, because «{ $organisation }» has given us your address. There is nothing to do now, and nobody reads answers to this letter.
