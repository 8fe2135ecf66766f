
## Secured letters as whoever administers sees them
secured-letters = Gesicherte Briefe
secured-lead = Wer wem wann geschrieben hat und wie weit jeder Brief ist. Weder Betreff noch Inhalt stehen hier: Sie gehören Absender und Empfänger.
secured-none = Kein gesicherter Brief in diesem Zeitraum
secured-none-text = Ein Brief geht gesichert ab, sobald sein Betreff mit einer Marke beginnt, zum Beispiel <im><c>.
secured-under-way = Unterwegs
secured-days = Sendungen pro Tag
secured-by-day = { $count ->
    [one] Sendungen pro Tag: eine insgesamt
   *[other] Sendungen pro Tag: { $count } insgesamt
}
secured-by-state = Wie weit sie sind
secured-all = Insgesamt
secured-list = Die Briefe
secured-list-empty = Kein Brief
secured-list-empty-text = Die gesicherten Briefe Ihrer Organisation erscheinen hier.
secured-part = Absender oder Empfänger
secured-modes-all = Alle
secured-states-all = Alle Zustände
secured-from = Vom
secured-to = Bis
secured-everything = Alles zeigen
column-secured-mode = Schutz
column-secured-way = Weg
column-secured-state = Zustand
secured-mode-confidential = Vertraulich
secured-mode-personal = Persönlich
secured-mode-registered = Eingeschrieben
secured-way-sealed = Versiegelter Umschlag
secured-way-mailbox = Postfach der Plattform
secured-way-gateway = Gateway
secured-way-blocked = Im Voraus abgelehnt
secured-state-unsent = Noch nicht gesendet
secured-state-submitted = Aufgegeben
secured-state-rejected = Bei der Aufgabe abgelehnt
secured-state-blocked = Der Empfänger nimmt keine an
secured-state-relayed = Dem Server des Empfängers übergeben
secured-state-offered = Wartet auf Annahme
secured-state-accepted = Angenommen
secured-state-refused = Abgelehnt
secured-state-expired = Ohne Entscheid abgelaufen
secured-state-consigned = Bereit zum Öffnen
secured-state-notified = Dem Empfänger angekündigt
secured-state-handed-over = Geöffnet
secured-state-undeliverable = Nicht zustellbar
secured-state-withdrawn = Zurückgezogen
secured-state-unclaimed = Öffnen nie bestätigt
secured-failed = Nicht angekommen, oder später so gemeldet
secured-letter = Gesicherter Brief: { $mode }
secured-submitted = Aufgegeben
secured-deadline = Anzunehmen bis
secured-accepted = Angenommen
secured-opened = Geöffnet
secured-released = Schlüssel herausgegeben
secured-ended = Beendet
secured-no-subject = Betreff, Inhalt und Quittungen gehören Absender und Empfänger, in ihrem Journal auf dem Portal.
secured-of-application = Eine Software Ihrer Organisation hat ihn versendet; Quittungen und Beweise gehören ihr:
secured-evidence = Beweise herunterladen
secured-receipt-submission = Aufgabequittung (PDF)
secured-receipt-acceptance = Annahmequittung (PDF)
secured-receipt-refusal = Ablehnungsquittung (PDF)
secured-receipt-expiry = Ablaufquittung (PDF)
secured-receipt-handover = Übergabequittung (PDF)
secured-not-logged = Noch nicht im öffentlichen Protokoll.
secured-logged = Im öffentlichen Protokoll unter der Nummer { $index }.
secured-stamped = Mit Zeitstempel.
secured-withdraw = Brief zurückziehen
secured-withdraw-open = { $count ->
    [one] Eine Kopie wird zurückgezogen: Niemand kann sie mehr öffnen.
   *[other] { $count } Kopien werden zurückgezogen: Niemand kann sie mehr öffnen.
}
secured-withdraw-closed = { $count ->
    [one] Eine Kopie bleibt: Sie wurde angenommen oder geöffnet, oder sie ist beendet.
   *[other] { $count } Kopien bleiben: Sie wurden angenommen oder geöffnet, oder sie sind beendet.
}
secured-withdraw-effect = Das kann nicht rückgängig gemacht werden. Der Beweis sagt, wann und warum der Brief zurückgezogen wurde; Ihr Name steht im Änderungsjournal.
secured-withdraw-from = Von wem
secured-withdraw-all = { $count ->
    [one] Von allen, bei denen es geht (ein Empfänger)
   *[other] Von allen, bei denen es geht ({ $count } Empfänger)
}
secured-withdraw-button = Endgültig zurückziehen
secured-withdraw-too-late = Es kann nichts mehr zurückgezogen werden: Was angenommen oder geöffnet wurde, bleibt.
secured-withdraw-underway = Eine davon wird in diesem Augenblick zugestellt. Versuchen Sie es in ein paar Minuten noch einmal, falls sie bis dahin nicht angekommen ist.
secured-withdrawn = { $count ->
    [one] Eine Kopie ist zurückgezogen.
   *[other] { $count } Kopien sind zurückgezogen.
}
secured-erased-at = Gelöscht
secured-erase = Brief löschen
secured-erase-open = { $count ->
    [one] Ein Empfänger verliert den Brief: Was angenommen oder geöffnet wurde, lässt sich nicht mehr öffnen.
   *[other] { $count } Empfänger verlieren den Brief: Was angenommen oder geöffnet wurde, lässt sich nicht mehr öffnen.
}
secured-erase-recallable = { $count ->
    [one] Eine Kopie lässt sich noch zurückziehen: Ziehen Sie sie stattdessen zurück, dann sagt es der Beweis.
   *[other] { $count } Kopien lassen sich noch zurückziehen: Ziehen Sie sie stattdessen zurück, dann sagt es der Beweis.
}
secured-erase-effect = Die Plattform vernichtet ihren Anteil am Schlüssel. Weder mit dem Postfach des Empfängers noch hier öffnet jemand den Brief wieder, und nichts bringt ihn zurück. Was gelesen, gedruckt oder heruntergeladen wurde, bleibt. Quittungen und Beweise bleiben gültig; Ihr Name steht im Änderungsjournal.
secured-erase-for = Für wen
secured-erase-all = { $count ->
    [one] Für alle, die ihn haben (ein Empfänger)
   *[other] Für alle, die ihn haben ({ $count } Empfänger)
}
secured-erase-button = Endgültig löschen
secured-erase-nothing = Es gibt nichts mehr zu löschen: Niemand kann diesen Brief öffnen.
secured-erase-not-yet = Diese Kopie lässt sich noch zurückziehen: Ziehen Sie sie stattdessen zurück.
secured-erase-reason-help = Steht im Änderungsjournal und im Beweis dessen, was nicht geöffnet wurde.
secured-erased = { $count ->
    [one] Der Brief ist für einen Empfänger gelöscht.
   *[other] Der Brief ist für { $count } Empfänger gelöscht.
}
secured-reason = Grund
secured-reason-help = Steht im Beweis; der Empfänger kann ihn lesen.
secured-everybodys = Gesicherte Post aller
secured-everybodys-lead = Wie viel jede Organisation versendet und wie viel wartet oder verloren ging. Keine Adressen, keine Betreffe.
secured-of-nobody = Antworten vom Portal
column-secured-confidential = Vertraulich
column-secured-personal = Persönlich
column-secured-registered = Eingeschrieben
column-secured-waiting = Unterwegs
column-secured-lost = Abgelehnt oder verloren
secured-event-SubmissionAcceptance = Vom Absender aufgegeben
secured-event-SubmissionRejection = Aufgabe abgelehnt
secured-event-RelayAcceptance = Von einer anderen Plattform übernommen
secured-event-RelayRejection = Von einer anderen Plattform abgelehnt
secured-event-RelayFailure = Andere Plattform nicht erreichbar
secured-event-NotificationForAcceptance = Dem Empfänger angeboten
secured-event-NotificationForAcceptanceFailure = Angebot nicht zustellbar
secured-event-ConsignmentAcceptance = Vom Empfänger angenommen
secured-event-ConsignmentRejection = Vom Empfänger abgelehnt
secured-event-AcceptanceRejectionExpiry = Frist ohne Entscheid abgelaufen
secured-event-ContentConsignment = Inhalt bereitgestellt
secured-event-ContentConsignmentFailure = Vom Absender zurückgezogen
secured-event-ConsignmentNotification = Empfänger benachrichtigt
secured-event-ConsignmentNotificationFailure = Anzeige nicht zustellbar
secured-event-ContentHandover = Inhalt dem Empfänger übergeben
secured-event-ContentHandoverFailure = Inhalt nie rechtzeitig verlangt
secured-event-NotificationDelivered = Anzeige vom Server des Empfängers angenommen
secured-event-ContentAccessTracking = Inhalt nochmals angesehen
secured-event-RelayToNonERDS = Über eine geprüfte Verbindung übergeben
secured-event-RelayToNonERDSFailure = Vom Mailserver nicht angenommen
secured-event-ReceivedFromNonERDS = Über eine geprüfte Verbindung erhalten
secured-senders = Wer senden darf
secured-senders-lead = Wer in Ihrer Organisation gesicherte Briefe sendet, und was Sie Ihren Mitarbeitenden zum Verfassen sagen.
secured-who = Senden gesicherte Briefe
secured-who-everybody = Alle
secured-who-everybody-help = Jede Person, die von einer Adresse Ihrer Organisation sendet.
secured-who-listed = Nur diese Adressen und Domains
secured-who-listed-help = Andere erhalten eine klare Ablehnung, und nichts geht ab. Anwendungskonten und Gateways haben ihre eigenen Regeln.
secured-listed = Adressen und Domains
secured-listed-help = Je Zeile eine Angabe. Eine Domain gilt für alle ihre Adressen.
secured-rules = Geht immer gesichert
secured-rules-help = Was Ihre Leute und Ihre Software an diese Adressen oder mit diesen Wörtern im Betreff senden, geht auch ohne Kennzeichen gesichert, an alle Empfänger des Briefs. Eine Domain gilt auch für alles darunter. Ein strengeres Kennzeichen bleibt. Um eine Regel zu löschen, leeren Sie sie.
secured-rule-when = Regel { $number }: worauf sie achtet
secured-rule-about = Regel { $number }: Adresse, Domain oder Wörter
secured-rule-mode = Regel { $number }: Schutz
secured-rule-to = Empfänger
secured-rule-subject = Betreff enthält
secured-rule-subject-example = letzte Mahnung
secured-guidance = Wie sie verfasst und archiviert werden
secured-guidance-help = Ihre Regeln in Ihren Worten: welche Nachrichten, welcher Betreff, welche Form, wo sie archiviert werden. Ihre Mitarbeitenden lesen sie unter «Meine Adressen».
secured-guidance-of = Was Ihre Organisation sagt
secured-how = Einen gesicherten Brief senden
secured-how-text = Das lesen Ihre Mitarbeitenden, gefolgt von Ihren Regeln.
secured-how-limited = Ihre Organisation hat bestimmt, wer gesicherte Briefe sendet. Wird Ihrer abgelehnt, wenden Sie sich an deren Administrator.
secured-how-mode = Schutz
secured-how-subject = Beginn des Betreffs
secured-how-what = Was geschieht
secured-how-confidential = Der Empfänger öffnet ihn mit einem Code an sein Postfach oder erhält ihn über eine geprüfte Verbindung.
secured-how-personal = Die Person öffnet ihn mit ihrem Konto und einem zweiten Faktor.
secured-how-registered = Die Person nimmt ihn an oder lehnt ihn ab; Sie erhalten signierte Quittungen.
secured-how-suffix = Ohne den Betreff zu ändern, vertraulich auch durch die Adresse des Empfängers:
secured-undeliverable = { $count ->
    [one] ein Brief war in den letzten sieben Tagen nicht zustellbar
   *[other] { $count } Briefe waren in den letzten sieben Tagen nicht zustellbar
}
