# SPF, BIMI, routes.
spf-unknown = Al momento l’SPF del dominio non si può leggere: i suoi server dei nomi non rispondono. Riprovi più tardi.
spf-voids = Ricerche senza risultato: { $used }/2
says-spf-leads-nowhere = L’SPF rimanda a { $what }, che non ne pubblica: i destinatari lo rifiutano.
says-spf-leads-to-several = L’SPF rimanda a { $what }, che ne pubblica più di uno: i destinatari lo rifiutano.
says-spf-leads-to-all = L’SPF rimanda a { $what }, che lascia inviare chiunque.
says-spf-loop = L’SPF di { $what } rimanda a sé stesso.
says-spf-twice = Due volte la stessa cosa nell’SPF: { $what }
says-spf-behind-all = Ciò che segue «all» nell’SPF non viene mai letto: { $what }
says-spf-redirect-unused = Il «redirect=» nell’SPF di { $what } non serve: c’è già un «all».
says-spf-no-end = L’SPF di { $what } finisce senza «all»: degli altri server non dice nulla.
says-spf-slow = Lento e poco affidabile, da togliere dall’SPF: { $what }
kind-bimi = BIMI
kind-bimi-short = Un’immagine accanto ai suoi messaggi
kind-bimi-text = L’indirizzo del suo logo: alcuni programmi di posta lo mostrano accanto ai messaggi che vengono davvero da lei.
kind-bimi-effect = L’immagine appare solo se DMARC mette i falsi nello spam o li rifiuta; la maggior parte dei programmi chiede anche un certificato del marchio. Altro non cambia.
field-bimi-selector = Selettore
field-bimi-selector-help = «default», a meno che non abbia più loghi.
field-location = Indirizzo del logo
field-location-help = Un SVG (profilo Tiny PS) che tutti possono leggere: https://esempio.ch/logo.svg
field-certificate = Indirizzo del certificato
field-certificate-help = Il certificato del marchio (VMC o CMC) in PEM: https://esempio.ch/logo.pem. Vuoto se non ne ha.
rule-a-bimi-record-names-a-picture-and-a-cert = Il logo e il certificato si trovano dietro https://.
rule-a-name-has-one-bimi-record-at-most-or-no = Un nome ha un solo BIMI, altrimenti nessuno conta.
