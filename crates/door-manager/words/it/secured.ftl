
## Secured letters as whoever administers sees them
secured-letters = Lettere protette
secured-lead = Chi ha scritto a chi, quando, e a che punto è ogni lettera. Né l’oggetto né il contenuto figurano qui: sono del mittente e del destinatario.
secured-none = Nessuna lettera protetta in questo periodo
secured-none-text = Una lettera parte protetta appena il suo oggetto comincia con un contrassegno, per esempio <im><c>.
secured-under-way = In corso
secured-days = Invii al giorno
secured-by-day = { $count ->
    [one] Invii al giorno: uno in tutto
   *[other] Invii al giorno: { $count } in tutto
}
secured-by-state = A che punto sono
secured-all = In tutto
secured-list = Le lettere
secured-list-empty = Nessuna lettera
secured-list-empty-text = Le lettere protette della vostra organizzazione appaiono qui.
secured-part = Mittente o destinatario
secured-modes-all = Tutte
secured-states-all = Tutti gli stati
secured-from = Dal
secured-to = Al
secured-everything = Mostrare tutto
column-secured-mode = Protezione
column-secured-way = Via
column-secured-state = Stato
secured-mode-confidential = Confidenziale
secured-mode-personal = Personale
secured-mode-registered = Raccomandato
secured-way-sealed = Busta sigillata
secured-way-mailbox = Casella della piattaforma
secured-way-gateway = Gateway
secured-way-blocked = Rifiutato in anticipo
secured-state-unsent = Non ancora inviata
secured-state-submitted = Depositata
secured-state-rejected = Non accettata al deposito
secured-state-blocked = Il destinatario non ne riceve
secured-state-relayed = Consegnata al server del destinatario
secured-state-offered = Attende l’accettazione
secured-state-accepted = Accettata
secured-state-refused = Rifiutata
secured-state-expired = Scaduta senza decisione
secured-state-consigned = Pronta da aprire
secured-state-notified = Annunciata al destinatario
secured-state-handed-over = Aperta
secured-state-undeliverable = Impossibile da consegnare
secured-state-withdrawn = Ritirata
secured-state-unclaimed = Apertura mai confermata
secured-failed = Non arrivata, o segnalata come tale in seguito
secured-letter = Lettera protetta: { $mode }
secured-submitted = Depositata
secured-deadline = Da accettare entro
secured-accepted = Accettata
secured-opened = Aperta
secured-released = Chiave consegnata
secured-ended = Terminata
secured-no-subject = L’oggetto, il contenuto e le quietanze sono del mittente e del destinatario, nel loro giornale sul portale.
secured-of-application = Un software della vostra organizzazione l’ha inviata; quietanze e prove sono sue:
secured-evidence = Scaricare le prove
secured-receipt-submission = Quietanza di deposito (PDF)
secured-receipt-acceptance = Quietanza di accettazione (PDF)
secured-receipt-refusal = Quietanza di rifiuto (PDF)
secured-receipt-expiry = Quietanza di scadenza (PDF)
secured-receipt-handover = Quietanza di consegna (PDF)
secured-not-logged = Non ancora iscritto nel registro pubblico.
secured-logged = Iscritto nel registro pubblico con il numero { $index }.
secured-stamped = Con marca temporale.
secured-withdraw = Ritirare la lettera
secured-withdraw-open = { $count ->
    [one] Una copia è ritirata: nessuno potrà più aprirla.
   *[other] { $count } copie sono ritirate: nessuno potrà più aprirle.
}
secured-withdraw-closed = { $count ->
    [one] Una copia resta: è stata accettata o aperta, o è terminata.
   *[other] { $count } copie restano: sono state accettate o aperte, o sono terminate.
}
secured-withdraw-effect = Non può essere annullato. La prova dice quando e perché la lettera è stata ritirata; il vostro nome figura nel giornale delle modifiche.
secured-withdraw-from = Da chi
secured-withdraw-all = { $count ->
    [one] Da tutti quelli da cui è possibile (un destinatario)
   *[other] Da tutti quelli da cui è possibile ({ $count } destinatari)
}
secured-withdraw-button = Ritirare definitivamente
secured-withdraw-too-late = Nulla può più essere ritirato: ciò che è stato accettato o aperto resta.
secured-withdraw-underway = Uno di essi viene consegnato in questo momento. Riprovi tra qualche minuto, se nel frattempo non è arrivato.
secured-withdrawn = { $count ->
    [one] Una copia è ritirata.
   *[other] { $count } copie sono ritirate.
}
secured-erased-at = Cancellata
secured-erase = Cancellare la lettera
secured-erase-open = { $count ->
    [one] Un destinatario perde la lettera: accettata o aperta, non potrà più essere aperta.
   *[other] { $count } destinatari perdono la lettera: accettata o aperta, non potrà più essere aperta.
}
secured-erase-recallable = { $count ->
    [one] Una copia può ancora essere ritirata: la ritiri invece, la prova lo dirà.
   *[other] { $count } copie possono ancora essere ritirate: le ritiri invece, la prova lo dirà.
}
secured-erase-effect = La piattaforma distrugge la sua parte della chiave. Né con la casella del destinatario né qui qualcuno aprirà più la lettera, e nulla la riporta. Ciò che è stato letto, stampato o scaricato resta. Ricevute e prove restano valide; il suo nome figura nel giornale delle modifiche.
secured-erase-for = Per chi
secured-erase-all = { $count ->
    [one] Per tutti quelli che l’hanno (un destinatario)
   *[other] Per tutti quelli che l’hanno ({ $count } destinatari)
}
secured-erase-button = Cancellare definitivamente
secured-erase-nothing = Non c’è più nulla da cancellare: nessuno può aprire questa lettera.
secured-erase-not-yet = Questa copia può ancora essere ritirata: la ritiri invece.
secured-erase-reason-help = Figura nel giornale delle modifiche e nella prova di ciò che non è stato aperto.
secured-erased = { $count ->
    [one] La lettera è cancellata per un destinatario.
   *[other] La lettera è cancellata per { $count } destinatari.
}
secured-reason = Motivo
secured-reason-help = Figura nella prova; il destinatario può leggerla.
secured-everybodys = Posta protetta di tutti
secured-everybodys-lead = Quanto invia ogni organizzazione e quanto attende o è andato perso. Nessun indirizzo, nessun oggetto.
secured-of-nobody = Risposte dal portale
column-secured-confidential = Confidenziale
column-secured-personal = Personale
column-secured-registered = Raccomandato
column-secured-waiting = In corso
column-secured-lost = Rifiutato o perso
secured-event-SubmissionAcceptance = Depositata dal mittente
secured-event-SubmissionRejection = Deposito rifiutato
secured-event-RelayAcceptance = Presa in carico da un’altra piattaforma
secured-event-RelayRejection = Rifiutata da un’altra piattaforma
secured-event-RelayFailure = Altra piattaforma irraggiungibile
secured-event-NotificationForAcceptance = Proposta al destinatario
secured-event-NotificationForAcceptanceFailure = Proposta impossibile da consegnare
secured-event-ConsignmentAcceptance = Accettata dal destinatario
secured-event-ConsignmentRejection = Rifiutata dal destinatario
secured-event-AcceptanceRejectionExpiry = Termine scaduto senza decisione
secured-event-ContentConsignment = Contenuto messo a disposizione
secured-event-ContentConsignmentFailure = Ritirata dal mittente
secured-event-ConsignmentNotification = Destinatario avvisato
secured-event-ConsignmentNotificationFailure = Avviso impossibile da consegnare
secured-event-ContentHandover = Contenuto consegnato al destinatario
secured-event-ContentHandoverFailure = Contenuto mai richiesto in tempo
secured-event-NotificationDelivered = Avviso preso dal server del destinatario
secured-event-ContentAccessTracking = Contenuto consultato di nuovo
secured-event-RelayToNonERDS = Consegnata su un collegamento verificato
secured-event-RelayToNonERDSFailure = Non accettata dal server di posta
secured-event-ReceivedFromNonERDS = Ricevuta su un collegamento verificato
secured-senders = Chi può inviare
secured-senders-lead = Chi della vostra organizzazione invia lettere protette, e ciò che dite ai collaboratori su come redigerle.
secured-who = Inviano lettere protette
secured-who-everybody = Tutti
secured-who-everybody-help = Chiunque invii da un indirizzo della vostra organizzazione.
secured-who-listed = Solo questi indirizzi e domini
secured-who-listed-help = Gli altri ricevono un rifiuto chiaro e nulla parte. I conti applicativi e i gateway hanno regole proprie.
secured-listed = Indirizzi e domini
secured-listed-help = Uno per riga. Un dominio vale per tutti i suoi indirizzi.
secured-rules = Parte sempre protetto
secured-rules-help = Ciò che le vostre persone e i vostri programmi inviano a questi indirizzi, o con queste parole nell’oggetto, parte protetto anche senza contrassegno, a tutti i destinatari della lettera. Un dominio vale anche per i sottodomini. Un contrassegno più forte resta. Per togliere una regola, svuotatela.
secured-rule-when = Regola { $number }: che cosa guarda
secured-rule-about = Regola { $number }: indirizzo, dominio o parole
secured-rule-mode = Regola { $number }: protezione
secured-rule-to = Destinatario
secured-rule-subject = Oggetto che contiene
secured-rule-subject-example = ultimo sollecito
secured-guidance = Come redigerle e archiviarle
secured-guidance-help = Le vostre regole, con parole vostre: quali messaggi, quale oggetto, quale forma, dove archiviarli. I collaboratori le leggono sotto «I miei indirizzi».
secured-guidance-of = Ciò che dice la vostra organizzazione
secured-how = Inviare una lettera protetta
secured-how-text = È ciò che leggono i collaboratori, seguito dalle vostre regole.
secured-how-limited = La vostra organizzazione ha indicato chi invia lettere protette. Se la vostra è rifiutata, rivolgetevi al suo amministratore.
secured-how-mode = Protezione
secured-how-subject = Inizio dell’oggetto
secured-how-what = Che cosa succede
secured-how-confidential = Il destinatario la apre con un codice inviato alla sua casella, o la riceve su un collegamento verificato.
secured-how-personal = La persona la apre con il suo conto e un secondo fattore.
secured-how-registered = La persona la accetta o la rifiuta; ricevete quietanze firmate.
secured-how-suffix = Senza toccare l’oggetto, confidenziale anche con l’indirizzo del destinatario:
secured-undeliverable = { $count ->
    [one] una lettera non ha potuto essere consegnata negli ultimi sette giorni
   *[other] { $count } lettere non hanno potuto essere consegnate negli ultimi sette giorni
}
