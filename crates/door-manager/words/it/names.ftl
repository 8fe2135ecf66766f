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
