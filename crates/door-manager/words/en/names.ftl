# SPF, BIMI, routes.
spf-unknown = The SPF of the domain cannot be read now: its name servers do not answer. Try again later.
spf-voids = Look-ups that find nothing: { $used }/2
says-spf-leads-nowhere = The SPF leads to { $what }, which publishes none: recipients reject it.
says-spf-leads-to-several = The SPF leads to { $what }, which publishes several: recipients reject it.
says-spf-leads-to-all = The SPF leads to { $what }, which lets everybody send.
says-spf-loop = The SPF of { $what } leads back to itself.
says-spf-twice = The same thing twice in the SPF: { $what }
says-spf-behind-all = What stands behind “all” in the SPF is never read: { $what }
says-spf-redirect-unused = The “redirect=” in the SPF of { $what } is never used: there is an “all”.
says-spf-no-end = The SPF of { $what } ends without “all”: it says nothing of other servers.
says-spf-slow = Slow and unreliable, better not in the SPF: { $what }
kind-bimi = BIMI
kind-bimi-short = A picture beside your messages
kind-bimi-text = Where your logo lies: some mail programs show it beside messages that really come from you.
kind-bimi-effect = The picture appears only if DMARC puts forgeries into spam or rejects them; most programs also ask for a mark certificate. Nothing else changes.
field-bimi-selector = Selector
field-bimi-selector-help = “default”, unless you have several logos.
field-location = Address of the logo
field-location-help = An SVG (profile Tiny PS) that everybody can read: https://example.com/logo.svg
field-certificate = Address of the certificate
field-certificate-help = The mark certificate (VMC or CMC) in PEM: https://example.com/logo.pem. Empty if you have none.
rule-a-bimi-record-names-a-picture-and-a-cert = The logo and the certificate lie behind https://.
rule-a-name-has-one-bimi-record-at-most-or-no = A name has only one BIMI record, or none of them counts.
