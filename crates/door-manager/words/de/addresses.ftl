
## Mail services and addresses
services-title = Maildienste
services-lead = Ein Maildienst umfasst Domains, ihre Adressen und ein Kontingent.
services-empty = Kein Maildienst
services-empty-text = Erstellen Sie einen, oder fügen Sie eine Domain hinzu: ihr Dienst entsteht mit ihr.
service-add = Maildienst erstellen
service-name-help = Ohne Wirkung auf die Adressen.
service-created = Der Dienst «{ $name }» ist erstellt.
service-quota = Standardkontingent
service-administrator = Administrator des Dienstes
service-administrator-help = Die Adresse, die Nachrichten an postmaster und abuse erhält; ohne sie die älteste.
service-addresses = { $count ->
        [one] { $count } Adresse
       *[other] { $count } Adressen
    }
service-active = Aktiv
service-maintenance = Wartung
maintenance-text = In der Wartung geht der Empfang weiter; niemand liest oder sendet.
maintenance-effect = { $count ->
        [one] { $count } Adresse ist
       *[other] { $count } Adressen sind
    } bis zum Ende nicht lesbar.
maintenance-begin = Wartung beginnen
maintenance-end = Wartung beenden
maintenance-now = Der Dienst ist in Wartung: nur Empfang.
maintenance-begun = Die Wartung hat begonnen.
maintenance-ended = Die Wartung ist beendet.
addresses-title = Adressen
addresses-empty = Keine Adresse
addresses-empty-text = Erstellen Sie die erste mit «Mail-Adresse erstellen».
addresses-choose = Wählen Sie Adressen
addresses-chosen = { $count ->
        [one] { $count } gewählte Adresse
       *[other] { $count } gewählte Adressen
    }
addresses-passed-over = { $count } blieben, wie sie waren.
addresses-do-disable = { $count ->
        [one] { $count } Adresse
       *[other] { $count } Adressen
    } deaktivieren
addresses-do-enable = { $count ->
        [one] { $count } Adresse
       *[other] { $count } Adressen
    } aktivieren
addresses-do-quota = Kontingent von { $count ->
        [one] { $count } Adresse
       *[other] { $count } Adressen
    } setzen
addresses-do-delete = { $count ->
        [one] { $count } Adresse
       *[other] { $count } Adressen
    } löschen
addresses-effect-disable = { $count ->
        [one] { $count } Adresse
       *[other] { $count } Adressen
    }, davon { $mailboxes ->
        [0] kein Postfach
        [one] ein Postfach
       *[other] { $mailboxes } Postfächer
    }: Nachrichten werden abgelehnt, niemand meldet sich an. Die Nachrichten darin ({ $size }) bleiben.
addresses-effect-enable = { $count ->
        [one] { $count } Adresse
       *[other] { $count } Adressen
    }, davon { $mailboxes ->
        [0] kein Postfach
        [one] ein Postfach
       *[other] { $mailboxes } Postfächer
    }: Empfang und Zugang gehen wieder.
addresses-effect-quota = Das Kontingent gilt für { $mailboxes ->
        [0] kein Postfach
        [one] ein Postfach
       *[other] { $mailboxes } Postfächer
    } ({ $size } Nachrichten); die übrigen gewählten Adressen haben keines.
addresses-effect-delete = { $count ->
        [one] { $count } Adresse
       *[other] { $count } Adressen
    }, davon { $mailboxes ->
        [0] kein Postfach
        [one] ein Postfach
       *[other] { $mailboxes } Postfächer
    } ({ $size } Nachrichten): Nichts kommt mehr an. Wiederherstellen geht 30 Tage lang, danach ist alles verloren.
addresses-done-disable = { $count ->
        [one] { $count } Adresse deaktiviert.
       *[other] { $count } Adressen deaktiviert.
    }
addresses-done-enable = { $count ->
        [one] { $count } Adresse aktiviert.
       *[other] { $count } Adressen aktiviert.
    }
addresses-done-quota = Kontingent für { $count ->
        [one] { $count } Adresse gesetzt.
       *[other] { $count } Adressen gesetzt.
    }
addresses-done-delete = { $count ->
        [one] { $count } Adresse gelöscht
       *[other] { $count } Adressen gelöscht
    }; 30 Tage lang wiederherstellbar.
act-enable = Aktivieren
act-disable = Deaktivieren
act-delete = Löschen
act-export = Exportieren (CSV)
column-address = Adresse
column-kind = Typ
column-size = Grösse
column-passwords = Geräte
column-users = Benutzer
column-note = Notiz
column-quota = Kontingent
filter-what = Typ
filter-what-all = Alle Typen
filter-service-all = Alle Dienste
what-mailbox = Mail-Adresse
what-shared = Gemeinsame Adresse
what-catchall = Sammeladresse (catchall)
what-alias = Alias
what-redirection = Weiterleitung
state-active = Aktiv
state-disabled = Deaktiviert
quota-example = 5 GB
quota-none = unbegrenzt
quota-help = Eine Zahl mit Einheit: 5 GB, 1.5 GB, 500 MB (1 GB = 1000 MB; 1 GiB = 1024 MiB). Leer: unbegrenzt.
quota-own-help = Eine Zahl mit Einheit: 5 GB, 500 MB. Leer: das des Dienstes.
quota-used = { $percent } % belegt
quota-wrong = «{ $text }» ist kein Kontingent: Schreiben Sie eine Zahl und ihre Einheit, zum Beispiel 1.5 GB.
address-create = Mail-Adresse erstellen
address-created-at = Erstellt am
address-created = { $address } ist erstellt.
address-local = Name der Adresse
address-local-help = Was vor dem @ steht.
address-name = Anzeigename
address-name-help = Was Empfänger neben der Adresse sehen.
address-shared = Von mehreren Personen genutzt
address-is-disabled = Diese Adresse ist deaktiviert: Nachrichten an sie werden abgelehnt, niemand meldet sich an.
address-end = Deaktivieren oder löschen
address-delete = Adresse löschen
address-delete-effect = { $address } empfängt nichts mehr und öffnet sich nicht mehr. Sie lässt sich 30 Tage lang wiederherstellen; ihr Name bleibt reserviert.
address-delete-kept = Ihre Nachrichten ({ $size }) und { $count ->
        [one] ihr Passwort warten
       *[other] ihre { $count } Passwörter warten
    } so lange, danach sind sie verloren.
address-deleted = { $address } ist gelöscht; Sie können sie 30 Tage lang wiederherstellen.
address-restore = Wiederherstellen
address-restored = { $address } ist wiederhergestellt, mit allem, was sie hatte.
address-erase = Endgültig löschen
address-erase-one = { $address } endgültig löschen
address-erase-effect = Nachrichten und Passwörter sind verloren, der Name ist frei. Das lässt sich nicht rückgängig machen.
address-erased = { $address } ist endgültig gelöscht.
deleted-title = Gelöschte Adressen
deleted-lead = Eine gelöschte Adresse lässt sich 30 Tage lang mit Nachrichten, Passwörtern und Weiterleitungen wiederherstellen.
deleted-none = Keine gelöschte Adresse
deleted-none-text = Was Sie löschen, finden Sie hier wieder.
deleted-by = gelöscht von { $who }
deleted-until = wiederherstellbar bis
create-mailbox = Mail-Adresse
create-mailbox-text = Ein Postfach mit Nachrichten, für eine Person.
create-shared = Gemeinsame Adresse
create-shared-text = Ein Postfach, das mehrere Personen lesen.
create-alias = Alias
create-alias-text = Ein weiterer Name für eine oder mehrere Adressen, ohne Postfach.
create-redirection = Weiterleitungsadresse
create-redirection-text = Ohne Postfach: Nachrichten gehen an die Ziele, die über den Link einer Mail zugestimmt haben.
create-catchall = Sammeladresse (catchall)
create-catchall-text = Das Postfach «catchall» erhält, was an nicht bestehende Adressen geschrieben wird. Es kann nichts senden und antwortet nie.
create-several = Mehrere Adressen erstellen
catchall-warning = Nicht empfohlen: Eine Sammeladresse zieht Spam an, und Tippfehler kommen nicht mehr zum Absender zurück.
alias-targets = Adressen, für die der Alias steht
alias-targets-help = Eine pro Zeile.
alias-add = Alias hinzufügen
alias-others = mit { $count ->
        [one] { $count } weiteren Adresse
       *[other] { $count } weiteren Adressen
    }
aliases-lead = Was an einen Alias geschrieben wird, kommt zu { $address }.
aliases-none = Kein Alias
aliases-none-text = Geben Sie dieser Adresse einen weiteren Namen.
redirection-targets = Ziele
redirection-targets-help = Eines pro Zeile, höchstens 10. Jedes erhält eine Mail mit einem Link und nimmt an oder lehnt ab; eigene Adressen der Organisation müssen nicht bestätigen.
forwarding-lead = Nachrichten an diese Adresse gehen auch an diese Ziele.
forwarding-none = Keine Weiterleitung
forwarding-none-text = Alles bleibt in diesem Postfach.
keeps-copy = Kopie im Postfach behalten
keeps-copy-help = Ohne Kopie erhalten es nur die Ziele, die angenommen haben; gibt es keines, bleibt alles hier.
target-pending = Ausstehend
target-accepted = Angenommen
target-refused = Abgelehnt
target-again = Mail erneut senden
target-asked-again = Eine neue Mail geht an { $target }.
target-decided = hat geantwortet
target-letter = { $count ->
        [one] Mail gesendet
       *[other] { $count } Mails gesendet, die letzte
    }
target-letter-waits = die Mail geht gleich hinaus
target-own = von der Organisation: ohne Bestätigung
targets-agreed = { $accepted } von { $targets } angenommen
targets-none = Geben Sie mindestens eine Adresse an.
targets-saved = Gespeichert. { $count ->
        [0] Kein Ziel steht aus.
        [one] { $count } Ziel muss noch zustimmen.
       *[other] { $count } Ziele müssen noch zustimmen.
    }
tab-general = Allgemein
tab-users = Benutzer
tab-devices = Geräte
tab-aliases = Alias
tab-redirections = Weiterleitungen
note-help = Höchstens 80 Zeichen; nur Administratoren sehen sie.
devices-lead = Jedes Gerät hat ein eigenes Passwort: Eines zu widerrufen lässt die anderen in Ruhe.
devices-none = Kein Passwort
devices-none-text = Niemand kann diese Adresse öffnen. Fügen Sie ein Gerät hinzu.
device-add = Gerät hinzufügen
device-label = Name des Geräts
device-label-help = Zum Beispiel «Annas iPhone».
device-protocols = Verwendung
device-computer = Computer
device-phone = Telefon
device-tablet = Tablet
device-other = Anderes
device-made = Passwort von «{ $label }»
device-once = Notieren Sie es jetzt: Es wird nur einmal gezeigt.
device-login = Benutzername: { $address }
device-noted = Notiert
protocols-all = lesen und senden
protocols-read = nur lesen (IMAP)
protocols-send = nur senden (SMTP)
password-of-address = Passwort der Adresse
password-of-address-text = Ein gewähltes Passwort, ein anderes als das Ihres Kontos. Ein neues ersetzt das alte.
password-rule = Mindestens 10 Zeichen.
password-set = Passwort setzen
password-chosen = Das Passwort der Adresse ist geändert.
password-revoke = Widerrufen
password-revoke-one = «{ $name }» widerrufen
password-revoke-effect = Das Gerät hat sofort keinen Zugang mehr zu dieser Adresse.
password-in-use = in Betrieb
password-out-of-use = ausser Betrieb
password-begins = Beginnt mit
password-end = Ausser Betrieb setzen oder widerrufen
password-disable = Ausser Betrieb setzen
password-enable = Wieder in Betrieb setzen
password-disable-effect = Ausser Betrieb öffnet dieses Passwort sofort nichts mehr; wieder in Betrieb gilt es wie zuvor. Widerrufen ist es verloren.
password-disabled = «{ $name }» ist ausser Betrieb.
password-enabled = «{ $name }» ist wieder in Betrieb.
passwords-revoke-all = Alle Passwörter widerrufen
passwords-revoke-all-effect = { $count ->
        [one] { $count } Passwort gilt
       *[other] { $count } Passwörter gelten
    } sofort nicht mehr.
passwords-revoked = { $count ->
        [one] { $count } Passwort widerrufen.
       *[other] { $count } Passwörter widerrufen.
    }
passwords-fetched = Die Passwörter wurden schon abgeholt.
several-lead = Eine Zeile pro Adresse: Name der Adresse, Passwort, Anzeigename, Kontingent, Notiz. Nur der erste ist nötig. Nichts wird erstellt, bevor Sie die Vorschau gesehen haben.
several-lines = Adressen
several-lines-help = Trennen Sie mit Strichpunkten, Kommas oder Tabulatoren.
several-file = Oder eine CSV-Datei
several-passwords = Passwort erstellen, wo eines fehlt
several-passwords-help = Sie können sie ein einziges Mal herunterladen.
several-preview = Vorschau zeigen
list-shown-title = Vorschau: { $count ->
        [one] { $count } Zeile
       *[other] { $count } Zeilen
    }
list-running-title = Die Adressen werden erstellt
list-done-title = Die Adressen sind erstellt
list-failed-title = Nichts wurde erstellt
list-shown = Gute Zeilen: { $good }. Schlechte Zeilen: { $bad }. Noch ist nichts erstellt.
list-progress = { $ready } von { $good } vorbereitet
list-progress-text = Sie können diese Seite verlassen: Die Arbeit geht weiter, auch nach einem Neustart.
list-done = Erstellte Adressen: { $made }. Ausgelassene Zeilen: { $bad }.
list-failed = Eine Zeile war beim Erstellen nicht mehr gut; alles oder nichts, also nichts.
list-passwords = { $count ->
        [one] { $count } Passwort wurde erstellt
       *[other] { $count } Passwörter wurden erstellt
    }. Die Datei lässt sich nur einmal herunterladen, einen Tag lang.
list-passwords-fetch = Passwörter herunterladen
list-bad = Schlechte Zeilen ({ $count })
list-lines = Alle Zeilen
list-confirm = { $count ->
        [one] { $count } Adresse
       *[other] { $count } Adressen
    } erstellen
list-confirm-good = Nur die guten erstellen ({ $count })
list-discard = Verwerfen
list-discarded = Die Liste ist verworfen, nichts wurde erstellt.
line-number = Zeile
line-field = Feld
line-value = Wert
line-line = Zeile
line-local-part = Name der Adresse
line-password = Passwort
line-name = Anzeigename
line-quota = Kontingent
line-note = Notiz
fault-local-part = Das ist kein Adressname dieser Domain.
fault-taken = Die Adresse besteht schon.
fault-restorable = Eine gelöschte Adresse hat diesen Namen und lässt sich wiederherstellen.
fault-twice = Eine andere Zeile hat dieselbe Adresse.
fault-password = Ein Passwort hat mindestens 10 Zeichen, ohne Steuerzeichen.
fault-name = Ein Name hat höchstens 200 Zeichen, auf einer Zeile.
fault-quota = Ein Kontingent ist eine Zahl mit ihrer Einheit, wie 5 GB.
fault-note = Eine Notiz hat höchstens 80 Zeichen, auf einer Zeile.
fault-cells = Die Zeile hat mehr als fünf Felder.
mail-domain-add = Mail-Domain hinzufügen
mail-domain-lead = Die erste Domain eines Maildienstes gibt seinen Adressen den Namen: info@ihre-domain.ch.
mail-domain-name = Domain
mail-domain-zone = DNS-Zone hier führen
mail-domain-zone-help = Die Zone wird sofort erstellt, und die Mail-Einträge bleiben darin aktuell. Sonst zeigen wir, welche Sie bei Ihrem DNS-Anbieter eintragen.
mail-domain-first = Geben Sie diesem Maildienst seine Domain: Das ist das Erste, danach kommen die Adressen.
mail-domain-none = «{ $text }» ist keine Domain: beispiel.ch.
mail-domain-created = { $domain } empfängt Mail: Erstellen Sie nun die Adressen.
mail-domain-created-elsewhere = { $domain } ist erstellt. Tragen Sie bei Ihrem DNS-Anbieter die Einträge ein, die hier stehen.
mail-domain-delete = Mail-Domain löschen
mail-domain-deleted = { $domain } empfängt hier keine Mail mehr.
mail-domain-lost = { $addresses ->
        [0] Keine Adresse geht verloren.
        [one] Verloren: { $addresses } Adresse.
       *[other] Verloren: { $addresses } Adressen.
    }
mail-domain-lost-letters = { $mailboxes ->
        [0] Kein Postfach.
        [one] Verloren mit allen Nachrichten: { $mailboxes } Postfach ({ $held }).
       *[other] Verloren mit allen Nachrichten: { $mailboxes } Postfächer ({ $held }).
    }
mail-domain-lost-effect = Mail an { $name } wird ab sofort abgewiesen. Das lässt sich nicht rückgängig machen; früher gelöschte Adressen lassen sich nicht mehr wiederherstellen.
service-end = Ende des Dienstes
service-delete = Maildienst löschen
service-deleted = Der Maildienst «{ $name }» ist gelöscht.
service-delete-effect = «{ $name }» hat weder Domain noch Adresse: Ausser seinen Einstellungen geht nichts verloren.
service-delete-domains = { $domains ->
        [one] Dieser Dienst hat noch { $domains } Domain
       *[other] Dieser Dienst hat noch { $domains } Domains
    } mit { $addresses ->
        [one] { $addresses } Adresse.
       *[other] { $addresses } Adressen.
    } Löschen Sie zuerst diese.
service-is-disabled = Dieser Maildienst ist ausser Betrieb: Seine Adressen empfangen nichts, und niemand meldet sich an.
service-disable-effect = { $count ->
        [0] Deaktivieren betrifft keine Adresse.
        [one] Deaktivieren hält { $count } Adresse an: Sie empfängt nichts, und niemand meldet sich an. Nichts geht verloren.
       *[other] Deaktivieren hält { $count } Adressen an: Sie empfangen nichts, und niemand meldet sich an. Nichts geht verloren.
    }
service-disabled = «{ $name }» ist ausser Betrieb.
service-enabled = «{ $name }» ist wieder in Betrieb.
addresses-no-domain = Zuerst braucht es eine Domain
addresses-no-domain-text = Eine Adresse trägt den Namen einer Domain. Fügen Sie eine hinzu und erstellen Sie dann die Adressen.
column-target = Ziel
column-target-letters = Mails
column-target-letter-at = Mail gesandt
column-device = Gerät
column-protocols = Protokolle
column-since = Seit
column-last-used = Zuletzt benutzt
column-deleted-at = Gelöscht am
column-deleted-by = Von
column-restorable = Wiederherstellbar bis
column-line-number = Zeile
column-line-field = Feld
column-line-value = Wert
column-line-local-part = Name der Adresse
column-line-password = Passwort
column-line-name = Anzeigename
column-line-quota = Kontingent
column-line-note = Notiz
address-erase-numbers = Verloren gehen: { $letters ->
    [one] { $letters } Nachricht
   *[other] { $letters } Nachrichten
} ({ $size }) und { $count ->
    [one] { $count } Passwort
   *[other] { $count } Passwörter
}.
address-erase-type = Zur Bestätigung { $address } eingeben
address-erase-name = Geben Sie genau { $address } ein: Nichts bringt sie zurück.
