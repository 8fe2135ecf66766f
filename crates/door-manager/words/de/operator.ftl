## Tokens of programs; what the operator's staff looks after

tokens-title = API-Token
tokens-mine = Meine API-Token
tokens-lead = Ein Programm, das die Organisation über die API verwaltet, weist sich mit einem Token aus. Er wird nur bei der Erstellung gezeigt; danach kann er nur noch widerrufen werden.
tokens-empty = Kein Token
tokens-empty-text = Erstellen Sie für jedes Programm einen: so widerrufen Sie einen, ohne die anderen anzuhalten.
token-make = Token erstellen
token-name-help = Das Programm, das ihn benutzt, so wie Sie es im Protokoll erkennen.
token-reads = lesen
token-reads-help = Er sieht alles in seiner Reichweite und ändert nichts.
token-writes = lesen und ändern
token-writes-help = Er kann auch erstellen, ändern und löschen.
token-reach-organisation = die ganze Organisation
token-reach-own = Eigene Sachen
token-reach-gone = eine Domain, die es nicht mehr gibt
token-reach-help = Auf eine Domain beschränkt, sieht er keine andere.
token-owner = Wem er gehört
token-of-organisation = der Organisation
token-of-self = mir ({ $login })
token-owner-help = Der Token einer Person reicht nie weiter als sie: ist sie gesperrt oder auf eine Domain beschränkt, ist es auch ihr Token.
token-days-30 = 30 Tage
token-days-90 = 90 Tage
token-days-365 = ein Jahr
token-days-0 = bis er widerrufen wird
token-until-revoked = bis er widerrufen wird
token-over = abgelaufen
token-whose = Wessen Token
token-whose-all = Alle Token
filter-whose = Token
whose-mine = Meine
token-once = Kopieren Sie den Token jetzt: er wird nie wieder gezeigt.
token-use = Das Programm sendet ihn mit jeder Anfrage in diesem Feld:
token-shown = Beginnt mit
token-created = Erstellt
token-revoke = Token widerrufen
token-revoke-effect = Jedes Programm, das ihn benutzt, wird ab der nächsten Anfrage abgewiesen. Was es getan hat, bleibt. Das kann nicht rückgängig gemacht werden: ein neuer Token ist ein anderer.
token-revoke-used = Zuletzt benutzt:
token-revoke-unused = Er wurde nie benutzt.
token-revoked = Der Token «{ $name }» ist widerrufen.
column-token-reach = Reichweite
column-token-right = Recht
column-token-last-used = Zuletzt benutzt
column-token-until = Gültig
installation-title = Installation
installation-settings = Einstellungen
installation-lead = Die Namen und Maschinen der Installation. Von ihnen kommen ihre eigenen Einträge, die Nameserver jeder Zone und die Mail-Einträge jeder Domain.
installation-effect = { $count ->
    [0] Noch hängt keine Mail-Domain davon ab.
    [one] Eine Mail-Domain hängt davon ab: ihre Einträge folgen beim Speichern.
   *[other] { $count } Mail-Domains hängen davon ab: ihre Einträge folgen beim Speichern.
}
installation-names = Namen und Maschinen
installation-hostname = Name der Installation
installation-hostname-help = Der Name, mit dem sie sich anderen Servern vorstellt.
installation-exchangers = Empfangende Server (MX)
installation-exchangers-help = Einer pro Zeile: Priorität, Name, Adressen. «10 mail.beispiel.ch 192.0.2.1 2001:db8::1». Ohne Adressen werden sie anderswo geführt.
installation-name-servers = Nameserver
installation-name-servers-help = Einer pro Zeile: Name, Adressen. Der erste ist der primäre jedes SOA.
installation-web-host = Host der Webseiten
installation-web-host-help = MTA-STS-Richtlinien und automatische Konfiguration der Domains.
installation-contact = Kontakt
installation-contact-help = Die Adresse, die für die Installation antwortet.
installation-trust = Absender
installation-spf-host = SPF-Name
installation-spf-host-help = Jede Domain schliesst ihn in ihren SPF ein.
installation-spf-sources = SPF-Quellen
installation-spf-sources-help = Ein Mechanismus pro Zeile: ip4:192.0.2.7. Leer: die Adressen der empfangenden Server.
installation-spf-now = Jetzt veröffentlicht:
installation-sts = MTA-STS der Domains
installation-sts-enforce = Briefe kommen mit gültigem Zertifikat oder gar nicht.
installation-sts-testing = Schwierigkeiten werden gemeldet, und die Briefe kommen trotzdem.
installation-block-lists = Listen von Spam-Quellen
installation-block-lists-help = Eine pro Zeile, welche die Diagnose fragt: ip:bl.beispiel.org oder domain:bl.beispiel.org.
installation-access = Mailprogramme
installation-access-help = Womit die automatische Konfiguration sie verbindet. Port 0 wird nicht angeboten.
installation-access-host = Host
installation-port-imaps = IMAP mit TLS (993)
installation-port-imap = IMAP mit STARTTLS (143)
installation-port-submissions = Versand mit TLS (465)
installation-port-submission = Versand mit STARTTLS (587)
installation-port-pop3s = POP3 mit TLS (995)
installation-port-sieve = ManageSieve (4190)
installation-port-https = HTTPS (443)
installation-wrong-exchanger = «{ $text }»: es braucht eine Priorität, einen Namen und Adressen.
installation-wrong-port = «{ $text }» ist kein Port: eine Zahl von 0 bis 65’535.
installation-wrong-list = «{ $text }» ist keine Liste: ip:bl.beispiel.org oder domain:bl.beispiel.org.
installation-saved = { $zones ->
    [0] Gespeichert. Keine Zone musste sich ändern.
    [one] Gespeichert. Eine Zone hat sich geändert.
   *[other] Gespeichert. { $zones } Zonen haben sich geändert.
}
installation-saved-conflicts = { $conflicts ->
    [one] Gespeichert (geänderte Zonen: { $zones }). Ein Eintrag, den jemand anderes führt, blieb stehen: siehe die Diagnose der Domain.
   *[other] Gespeichert (geänderte Zonen: { $zones }). { $conflicts } Einträge, die jemand anderes führt, blieben stehen: siehe die Diagnose der Domains.
}
installation-organisations-lead = Alle Organisationen der Installation.
organisation-make = Organisation erstellen
organisation-make-help = Ihr Name, einmalig in der Installation.
organisation-made = Die Organisation «{ $name }» ist erstellt. Fügen Sie jetzt ihre rechtlich verantwortliche Person hinzu.
organisation-in-use = In Betrieb
organisation-disabled = Deaktiviert
organisation-is-disabled = Diese Organisation ist deaktiviert: an ihren Adressen kommt nichts an, und niemand meldet sich an.
organisation-look-at = Diese Organisation ansehen
organisation-nobody = Noch hat hier niemand Zugang: sehen Sie diese Organisation an und fügen Sie dann unter «Benutzer» ihre rechtlich verantwortliche Person hinzu.
organisation-log-days = Sichtbare Tage der Logs
organisation-log-days-help = Von 1 bis 366; ohne Abonnement 20. Zurzeit aufbewahrt: { $kept } Tage.
organisation-settings-where = Der verlangte zweite Faktor, der Support und das Aussehen werden in der Organisation selbst eingestellt, unter «Organisation».
organisation-quotas = Gewährte Kontingente
organisation-quotas-help = Das Kontingent der Adressen ohne eigenes, für jeden Maildienst.
organisation-quotas-save = Diese Kontingente gewähren
organisation-end = Ende der Organisation
organisation-own = Ihr eigenes Konto gehört zu dieser Organisation: jemand anderes vom Personal deaktiviert oder löscht sie.
organisation-disable-effect = Deaktivieren nimmt { $domains ->
    [one] eine Domain
   *[other] { $domains } Domains
}, { $addresses ->
    [one] eine Adresse
   *[other] { $addresses } Adressen
} und den Zugang von { $users ->
    [one] einer Person
   *[other] { $users } Personen
} ausser Betrieb. Nichts geht verloren.
organisation-delete = Organisation löschen
organisation-delete-lost = Verloren gehen: { $domains ->
    [one] eine Domain
   *[other] { $domains } Domains
}, { $addresses ->
    [one] eine Adresse
   *[other] { $addresses } Adressen
} mit ihren Briefen, und der Zugang von { $users ->
    [one] einer Person
   *[other] { $users } Personen
}.
organisation-delete-effect = «{ $name }» verschwindet sofort. Das kann nicht rückgängig gemacht werden.
organisation-was-disabled = «{ $name }» ist deaktiviert.
organisation-was-enabled = «{ $name }» ist wieder in Betrieb.
organisation-was-deleted = «{ $name }» ist gelöscht.
column-made-at = Erstellt
staff-title = Personal
staff-lead = Wer die Installation betreibt: diese Personen sehen jede Organisation an und sehen diese Seiten.
staff-add = Zum Personal hinzufügen
staff-add-help = Der Anmeldename einer Person, die es gibt. Ab ihrer nächsten Anfrage sieht und ändert sie alle Organisationen; verlangen Sie von ihr einen zweiten Faktor.
staff-unknown = Niemand heisst «{ $login }».
staff-added = { $login } gehört ab der nächsten Anfrage zum Personal.
staff-remove = Aus dem Personal entfernen
staff-remove-effect = { $login } sieht ab der nächsten Anfrage nur noch die eigenen Organisationen. Das Konto bleibt.
staff-remove-self = Das sind Sie: diese Seiten öffnen sich für Sie nicht mehr.
staff-remove-last = Das ist die letzte Person des Personals: danach fügt nur noch der Befehl «relais staff add» auf der Maschine jemanden hinzu.
staff-removed = { $login } gehört nicht mehr zum Personal.
column-staff-since = Seit
