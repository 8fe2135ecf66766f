# DKIM-Schlüssel, Mail-Domains eines Dienstes, Frage an die Routen, Prüfung des Protokolls.
tab-dkim = DKIM-Schlüssel
dkim-lead = Die Schlüssel, mit denen Ihre Nachrichten signiert werden. Sie erneuern sich alle 180 Tage von selbst, ohne dass es jemand bemerkt.
dkim-no-mail = Diese Domain empfängt hier keine Mail: In ihrem Namen wird nichts signiert.
dkim-empty = Noch kein Schlüssel
dkim-empty-text = Die ersten Schlüssel entstehen wenige Minuten nach der Domain. Laden Sie diese Seite gleich noch einmal.
dkim-unsigned = Kein Schlüssel signiert: Nachrichten gehen ohne DKIM-Signatur hinaus, bis ein Eintrag von unten im DNS gesehen wird.
dkim-elsewhere = Die Zone liegt bei einem anderen Anbieter: Tragen Sie dort die Einträge von unten ein. Wir suchen alle fünf Minuten nach ihnen.
dkim-rotate = Schlüssel erneuern
dkim-rotate-effect = Erneuern macht sofort einen neuen Schlüssel jedes Verfahrens. Er löst ab, sobald sein Eintrag zwei Tage sichtbar ist; bis dahin signiert der alte. Keine Nachricht ist betroffen.
dkim-rotating = { $count ->
        [one] Eine Erneuerung läuft: { $count } Schlüssel wartet darauf abzulösen. Danach ist die nächste möglich.
       *[other] Eine Erneuerung läuft: { $count } Schlüssel warten darauf abzulösen. Danach ist die nächste möglich.
    }
dkim-rotated = { $count ->
        [one] { $count } neuer Schlüssel ist veröffentlicht. Er löst in zwei Tagen ab.
       *[other] { $count } neue Schlüssel sind veröffentlicht. Sie lösen in zwei Tagen ab.
    }
dkim-rotated-elsewhere = { $count ->
        [one] { $count } neuer Schlüssel ist erstellt. Tragen Sie seinen Eintrag beim Anbieter der Zone ein.
       *[other] { $count } neue Schlüssel sind erstellt. Tragen Sie ihre Einträge beim Anbieter der Zone ein.
    }
dkim-state-published = Zu veröffentlichen
dkim-state-active = Signiert
dkim-state-retired = Signiert nicht mehr
dkim-state-revoked = Widerrufen
dkim-next-signs-once-seen = Signiert, sobald sein Eintrag gesehen wird
dkim-next-takes-over = Löst am { $day } ab
dkim-next-takes-over-unseen = Löst zwei Tage nachdem sein Eintrag gesehen wurde ab
dkim-next-is-succeeded = Sein Nachfolger entsteht am { $day }
dkim-next-hands-over = Wird am { $day } abgelöst
dkim-next-hands-over-unseen = Wird abgelöst, wenn der Eintrag des Nachfolgers zwei Tage gesehen wurde
dkim-next-is-removed = Sein Eintrag verschwindet am { $day }, wenn keine Nachricht mehr unterwegs ist
dkim-next-removed-revoked = Sein leerer Eintrag verschwindet am { $day }
dkim-records = Einträge
dkim-records-hosted = Sie werden in Ihrer Zone hier aktuell gehalten: Es gibt nichts zu tun.
dkim-records-elsewhere = Tragen Sie jede Zeile genau so beim Anbieter der Zone ein. Manche fragen Name und Text getrennt: Der Name reicht bis «IN», der Text steht in Anführungszeichen.
dkim-record-published = Zu veröffentlichen: Der Schlüssel signiert nicht, bevor dieser Eintrag gesehen wird.
dkim-record-active = Zu behalten: Er prüft, was jetzt signiert wird.
dkim-record-retired = Noch zu behalten: Nachrichten mit dieser Signatur sind unterwegs. Löschen Sie ihn, wenn der Schlüssel nicht mehr in der Liste steht.
dkim-record-revoked = Anstelle des alten einzutragen: Nichts hinter «p=» sagt, dass der Schlüssel nicht mehr gilt. Löschen Sie ihn, wenn der Schlüssel nicht mehr in der Liste steht.
dkim-kept = Von uns gehalten
dkim-seen = Gesehen seit
dkim-unseen = Noch nicht gesehen
dkim-revoke = Widerrufen
dkim-revoke-title = { $count ->
        [one] { $count } DKIM-Schlüssel widerrufen
       *[other] { $count } DKIM-Schlüssel widerrufen
    }
dkim-all = Sind alle Schlüssel gestohlen?
dkim-all-text = Hatte jemand Zugriff auf die privaten Schlüssel, widerrufen Sie alle, die signieren oder signiert haben. Sonst erneuern Sie sie: Das bricht nichts.
dkim-revoke-lost = Was diese Schlüssel signiert haben, lässt sich ab sofort nicht mehr prüfen, auch Nachrichten, die bei anderen noch unterwegs sind: Sie landen vielleicht im Spam oder werden abgewiesen.
dkim-revoke-letters = { $count ->
        [0] Keine Nachricht dieser Domain wartet in unserer Warteschlange.
        [one] { $count } Nachricht dieser Domain wartet noch in unserer Warteschlange: Sie geht mit einer Signatur hinaus, die nicht mehr gilt.
       *[other] { $count } Nachrichten dieser Domain warten noch in unserer Warteschlange: Sie gehen mit einer Signatur hinaus, die nicht mehr gilt.
    }
dkim-revoke-letters-more = Mindestens { $count } Nachrichten dieser Domain warten noch in unserer Warteschlange: Sie gehen mit einer Signatur hinaus, die nicht mehr gilt.
dkim-revoke-unused = Dieser Schlüssel hat noch nichts signiert: Keine Nachricht ist betroffen.
dkim-revoke-signing = { $count ->
        [0] Danach signiert kein Schlüssel: Nachrichten gehen ohne DKIM-Signatur hinaus, bis der Eintrag eines neuen gesehen wird.
        [one] { $count } Schlüssel signiert weiter.
       *[other] { $count } Schlüssel signieren weiter.
    }
dkim-revoke-successors = { $count ->
        [one] { $count } neuer Schlüssel wird erstellt und signiert, sobald sein Eintrag gesehen wird.
       *[other] { $count } neue Schlüssel werden erstellt und signieren, sobald ihre Einträge gesehen werden.
    }
dkim-revoke-hosted = Ihre Zone sagt es sofort; andere Server erinnern sich an den alten Eintrag höchstens so lange, wie er gilt.
dkim-revoke-elsewhere = { $count ->
        [one] Die Zone liegt bei einem anderen Anbieter: Der Widerruf gilt erst, wenn Sie dort { $count } Eintrag ersetzt haben. Die nächste Seite zeigt, wodurch.
       *[other] Die Zone liegt bei einem anderen Anbieter: Der Widerruf gilt erst, wenn Sie dort { $count } Einträge ersetzt haben. Die nächste Seite zeigt, wodurch.
    }
dkim-revoke-final = Das lässt sich nicht rückgängig machen: Der private Schlüssel wird gelöscht.
dkim-revoked = { $count ->
        [one] { $count } Schlüssel ist widerrufen.
       *[other] { $count } Schlüssel sind widerrufen.
    }
dkim-revoked-elsewhere = { $count ->
        [one] { $count } Schlüssel ist hier widerrufen. Ersetzen Sie nun seinen Eintrag beim Anbieter der Zone.
       *[other] { $count } Schlüssel sind hier widerrufen. Ersetzen Sie nun ihre Einträge beim Anbieter der Zone.
    }
column-dkim-selector = Selektor
column-dkim-algorithm = Verfahren
column-dkim-since = Seit
column-dkim-next = Als Nächstes
mail-domains-title = Mail-Domains
mail-domain-on = In Betrieb
mail-domain-off = Ausser Betrieb
mail-domain-stop = Ausser Betrieb setzen
mail-domain-start = Wieder in Betrieb nehmen
mail-domain-move = Verschieben
mail-domain-stop-title = { $name } ausser Betrieb setzen
mail-domain-stop-button = { $name } ausser Betrieb setzen
mail-domain-stop-addresses = { $addresses ->
        [0] Die Domain hat keine Adresse.
        [one] { $addresses } Adresse empfängt ab sofort nichts mehr.
       *[other] { $addresses } Adressen empfangen ab sofort nichts mehr.
    }
mail-domain-stop-mailboxes = { $mailboxes ->
        [0] Kein Postfach ist betroffen.
        [one] { $mailboxes } Postfach öffnet sich nicht mehr: Niemand meldet sich dort an oder sendet von dort.
       *[other] { $mailboxes } Postfächer öffnen sich nicht mehr: Niemand meldet sich dort an oder sendet von dort.
    }
mail-domain-stop-links = { $linked ->
        [one] { $linked } verbundene Domain hält mit ihr an: Dort antworten dieselben Adressen.
       *[other] { $linked } verbundene Domains halten mit ihr an: Dort antworten dieselben Adressen.
    }
mail-domain-stop-linked = { $addresses ->
        [0] Keine Adresse von { $main } antwortet mehr unter dem Namen { $name }.
        [one] { $addresses } Adresse von { $main } antwortet nicht mehr unter dem Namen { $name }; unter ihrem Hauptnamen bleibt sie.
       *[other] { $addresses } Adressen von { $main } antworten nicht mehr unter dem Namen { $name }; unter ihrem Hauptnamen bleiben sie.
    }
mail-domain-stop-told = Wer dorthin schreibt, erhält die Nachricht sofort zurück, mit dieser Antwort:
mail-domain-stop-kept = Nichts wird gelöscht: Nachrichten, Passwörter und Einstellungen bleiben und kommen mit der Wiederinbetriebnahme zurück.
mail-domain-stopped = { $domain } ist ausser Betrieb.
mail-domain-started = { $domain } ist wieder in Betrieb.
mail-domain-start-title = { $name } wieder in Betrieb nehmen
mail-domain-is-off = { $name } ist ausser Betrieb: Ihre Adressen weisen jede Nachricht ab, und niemand meldet sich an.
mail-domain-move-title = { $name } verschieben
mail-domain-move-lead = Die Domain und alles, was zu ihr gehört, gehen in einen anderen Maildienst Ihrer Organisation. Die Adressen behalten ihren Namen, die Postfächer ihre Nachrichten und Passwörter.
mail-domain-move-goes = { $addresses ->
        [0] Die Domain geht ohne Adressen hinüber.
        [one] { $addresses } Adresse geht hinüber (Postfächer: { $mailboxes }).
       *[other] { $addresses } Adressen gehen hinüber (Postfächer: { $mailboxes }).
    }
mail-domain-move-rules = Ab sofort gelten die Einstellungen des anderen Dienstes: Standardkontingent, blockierte und erlaubte Absender, Wartung.
mail-domain-move-people = Mitarbeitende sehen diese Adressen, wenn ihnen der andere Dienst zugeteilt ist, und nicht mehr, wenn sie nur diesen hatten.
mail-domain-move-where = Neuer Maildienst
mail-domain-move-button = { $addresses ->
        [0] Die Domain verschieben
        [one] Die Domain und { $addresses } Adresse verschieben
       *[other] Die Domain und { $addresses } Adressen verschieben
    }
mail-domain-move-none = Kein anderer Maildienst
mail-domain-move-none-text = Erstellen Sie zuerst den Maildienst, in den die Domain gehen soll.
mail-domain-move-linked = Diese Domain ist mit { $main } verbunden: Sie wird getrennt, bevor sie anderswohin geht.
mail-domain-move-main = { $linked ->
        [one] { $linked } Domain ist mit dieser verbunden: Trennen Sie sie zuerst, oder legen Sie eine andere Hauptdomain fest.
       *[other] { $linked } Domains sind mit dieser verbunden: Trennen Sie sie zuerst, oder legen Sie eine andere Hauptdomain fest.
    }
mail-domain-moved = { $domain } ist jetzt in «{ $service }».
route-check = Wohin geht eine Nachricht für …?
route-check-text = Sagen Sie, an wen sie geht, und wir sagen, auf welcher Route und warum. Gesendet wird nichts.
route-check-recipient = Empfänger
route-check-sender = Absender
route-check-sender-help = Eine Ihrer Adressen. Ohne sie ein Absender von { $organisation }.
route-check-about = Betreff
route-check-button = Weg zeigen
route-check-no-address = Das ist weder eine Adresse noch eine Domain: anna@beispiel.ch.
route-check-not-yours = Diese Domain ist keine Mail-Domain Ihrer Organisation: Ihre Nachrichten gehen nicht von hier aus.
route-check-here = { $domain } wird hier bedient: Die Nachricht bleibt im Haus, keine Route wird angesehen.
route-check-led = Route { $order } gilt: Die Nachricht geht an { $target } (Verschlüsselung: { $tls }).
route-check-usual = Keine Route passt: Die Nachricht nimmt den üblichen Weg, in der Regel zu den Servern, die { $domain } veröffentlicht.
route-check-why = Warum
route-fit-leads = Passt: Empfänger und Absender stimmen überein
route-fit-leads-subject = Passt: Der Empfänger stimmt überein, und der Betreff enthält «{ $subject }»
route-fit-comes-later = Würde passen, doch eine Route weiter oben gilt schon
route-fit-other-time = Gilt zu dieser Zeit nicht
route-fit-other-senders = Gilt für andere Absender
route-fit-other-recipients = Gilt für andere Empfänger
route-fit-other-subject = Der Betreff enthält «{ $subject }» nicht
journal-verify = Prüfen
journal-verify-title = Protokoll prüfen
journal-verify-lead = Der Fingerabdruck jedes Eintrags umfasst den des vorherigen. Die Prüfung berechnet alle neu, vom ersten bis zum letzten, und findet, was im Nachhinein geändert, entfernt oder hinzugefügt wurde.
journal-verify-noted = Früher notiertes Ende
journal-verify-noted-help = Nummer und Fingerabdruck, die diese Seite an einem anderen Tag gezeigt hat. Ist dieser Eintrag nicht mehr derselbe, hat jemand das ganze Protokoll neu geschrieben.
journal-verify-lasts = Hunderttausend Einträge brauchen einige Sekunden.
journal-verify-wrong = Ein notiertes Ende ist eine Nummer, ein Doppelpunkt und 64 hexadezimale Ziffern.
journal-verify-one = Ein notiertes Ende gehört zu einem einzigen Protokoll: Wählen Sie das der Installation, oder löschen Sie es.
journal-verify-which = Welches Protokoll
journal-verify-installation = Das der Installation
journal-verify-installation-help = Was keine Organisation betrifft.
journal-verify-all = Alle
journal-verify-all-help = Das der Installation und das jeder Organisation.
journal-verify-result = Ergebnis
journal-verify-intact = { $count ->
        [one] { $count } Eintrag ist unversehrt.
       *[other] { $count } Einträge sind unversehrt.
    }
journal-verify-chains = { $count ->
        [one] In { $count } Protokoll.
       *[other] In { $count } Protokollen.
    }
journal-verify-noted-found = Das notierte Ende ist darin.
journal-verify-first = Es beginnt mit Eintrag { $number }: Ältere wurden am Ende ihrer Aufbewahrung gelöscht.
journal-verify-head = Notieren Sie dieses Ende anderswo, ausserhalb dieses Systems: Damit beweisen Sie später, dass sich davor nichts geändert hat.
journal-verify-head-installation = Das Ende des Protokolls der Installation. Notieren Sie es anderswo, ausserhalb dieses Systems: Damit beweisen Sie später, dass sich davor nichts geändert hat.
journal-verify-empty = Nichts zu prüfen
journal-verify-empty-text = Dieses Protokoll hat noch keinen Eintrag.
journal-verify-broken = { $count ->
        [one] Ein Protokoll ist nicht so, wie es geschrieben wurde.
       *[other] { $count } Protokolle sind nicht so, wie sie geschrieben wurden.
    }
journal-verify-broken-text = Jemand hat die Datenbank am Programm vorbei geändert. Vergleichen Sie mit einer früheren Sicherung, und melden Sie es dem Betreiber der Installation.
journal-verify-entry = Eintrag { $number }
journal-verify-unplaced = Ein Eintrag ohne Nummer
journal-verify-before = { $count ->
        [0] Kein Eintrag davor ist unversehrt.
        [one] { $count } Eintrag davor ist unversehrt.
       *[other] { $count } Einträge davor sind unversehrt.
    }
journal-fault-changed = er ist nicht so, wie er geschrieben wurde.
journal-fault-missing = er fehlt.
journal-fault-added = er wurde im Nachhinein hinzugefügt.
journal-fault-unknown = er ist nicht der, der notiert wurde.
journal-fault-forgotten = er ist älter als das, was aufbewahrt wird: Notieren Sie ein neueres Ende.
valid-from = Gültig ab { $from }
valid-until = Gültig bis { $until }
valid-between = Gültig von { $from } bis { $until }
