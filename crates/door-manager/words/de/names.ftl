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
kind-bimi = BIMI
kind-bimi-short = Ein Bild neben Ihren Nachrichten
kind-bimi-text = Die Adresse Ihres Logos: Manche Mailprogramme zeigen es neben Nachrichten, die wirklich von Ihnen kommen.
kind-bimi-effect = Das Bild erscheint nur, wenn DMARC Fälschungen in den Spam legt oder abweist; die meisten Programme verlangen zudem ein Markenzertifikat. Sonst ändert sich nichts.
field-bimi-selector = Selektor
field-bimi-selector-help = «default», ausser Sie haben mehrere Logos.
field-location = Adresse des Logos
field-location-help = Ein SVG (Profil Tiny PS), das alle lesen können: https://beispiel.ch/logo.svg
field-certificate = Adresse des Zertifikats
field-certificate-help = Das Markenzertifikat (VMC oder CMC) als PEM: https://beispiel.ch/logo.pem. Leer, wenn Sie keines haben.
rule-a-bimi-record-names-a-picture-and-a-cert = Logo und Zertifikat liegen hinter https://.
rule-a-name-has-one-bimi-record-at-most-or-no = Ein Name hat nur ein BIMI, sonst zählt keines.
