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
