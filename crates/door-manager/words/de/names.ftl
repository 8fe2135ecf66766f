# SPF, BIMI, routes.
spf-unknown = Das SPF der Domain lässt sich zurzeit nicht lesen: Ihre Nameserver antworten nicht. Versuchen Sie es später.
spf-voids = Abfragen ohne Ergebnis: { $used }/2
says-spf-leads-nowhere = Das SPF verweist auf { $what }, das keines veröffentlicht: Empfänger verwerfen es.
says-spf-leads-to-several = Das SPF verweist auf { $what }, das mehrere veröffentlicht: Empfänger verwerfen es.
says-spf-leads-to-all = Das SPF verweist auf { $what }, das jeden senden lässt.
says-spf-loop = Das SPF von { $what } verweist auf sich selbst.
says-spf-twice = Zweimal dasselbe im SPF: { $what }
says-spf-behind-all = Was im SPF hinter «all» steht, liest niemand: { $what }
says-spf-redirect-unused = Das «redirect=» im SPF von { $what } nützt nichts: Es gibt schon ein «all».
says-spf-no-end = Das SPF von { $what } endet ohne «all»: Über andere Server sagt es nichts.
says-spf-slow = Langsam und unzuverlässig, gehört nicht in das SPF: { $what }
