## The letter that tells recipients what to expect: its form, who got it, what it says
informing-title = Lettera ai destinatari
informing-lead = Ogni destinatario che indica riceve una sola lettera, che dice ciò che dice la pagina qui sopra e dove si trova.
informing-posted = { $count ->
    [one] { $count } destinatario informato
   *[other] { $count } destinatari informati
}
informing-waiting = { $count ->
    [one] { $count } in attesa
   *[other] { $count } in attesa
}
informing-refused = { $count ->
    [one] { $count } rifiutato
   *[other] { $count } rifiutati
}
informing-list = Vedere l’elenco
informing-addresses = Indirizzi dei destinatari
informing-addresses-help = Uno per riga, oppure separati da virgole o punti e virgola; un nome può precedere. 500 alla volta, 1000 al giorno. Chi ha già ricevuto la lettera non la riceve di nuovo.
informing-language = Lingua della lettera
informing-language-help = Il testo è quello della pagina in questa lingua: il Suo o il testo standard.
informing-send = Scrivere a questi destinatari
informing-unpublished = Pubblichi prima la pagina qui sopra: la lettera vi rimanda.
informed-asked = { $asked ->
    [one] La lettera parte per { $asked } destinatario.
   *[other] La lettera parte per { $asked } destinatari.
}
informed-known = { $known ->
    [one] { $known } l’aveva già.
   *[other] { $known } l’avevano già.
}
informed-nobody = { $known ->
    [one] Questo destinatario aveva già la lettera: non parte nulla.
   *[other] Questi { $known } destinatari avevano già la lettera: non parte nulla.
}
informed-title = Destinatari informati
informed-lead = A chi si scrive la lettera, i più recenti per primi. Inviata significa consegnata alla spedizione.
informed-more = Informare altri destinatari
informed-cut = Sono mostrati solo i { $count } più recenti; il file CSV li ha tutti.
informed-none = Nessuno è informato
informed-none-text = Pubblichi la pagina d’informazione, poi indichi i destinatari sotto «Contatti».
informed-waiting = in attesa
informed-posted = inviata
informed-refused = rifiutata
column-informed-language = Lingua
letter-informing-subject = { $organisation }: le Sue e-mail confidenziali arriveranno protette
letter-informing-greeting = Buongiorno,
letter-informing-opening = «{ $organisation }» ci ha incaricati di informarLa: d’ora in poi le sue e-mail confidenziali Le giungeranno come lettere protette della piattaforma { $portal }.
letter-informing-own = Ciò che «{ $organisation }» Le dice al riguardo:
letter-informing-page = La stessa informazione si trova su questa pagina:
letter-informing-ask = Domande? Si rivolga a «{ $organisation }»:
letter-informing-ask-plain = Domande? Si rivolga a «{ $organisation }».
letter-informing-once = Riceve questa lettera una sola volta, perché «{ $organisation }» ci ha indicato il Suo indirizzo. Per ora non c’è nulla da fare, e nessuno legge le risposte a questa lettera.
