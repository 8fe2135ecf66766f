
## Hosts and mail servers
administration-title = Administration
hosts-title = Hosts
servers-title = Mailserver
actions = Aktionen
action-new = Neu
action-show = Ansehen
action-edit = Ändern
action-delete = Löschen
action-create = Erstellen
yes = Ja
no = Nein
back = Zurück
column-server-host = Host
column-server-ip = IP-Adresse
column-server-domain = Domain
column-server-state = Stand
column-description = Beschreibung
column-imap = IMAP
column-smtp-in = SMTP in
column-smtp-out = SMTP out
waits-create = Erstellung wartet
waits-modify = Änderung wartet
waits-delete = Löschung wartet
waits-not = Angewendet
waits-notice-create = Diese Erstellung wirkt noch nicht: Klicken Sie auf den Notizzettel, um sie anzuwenden.
waits-notice-modify = Diese Änderung wirkt noch nicht: Klicken Sie auf den Notizzettel, um sie anzuwenden.
waits-notice-delete = Diese Löschung wirkt noch nicht: Klicken Sie auf den Notizzettel, um sie anzuwenden.
hosts-lead = Die Maschinen Ihrer Domains. Ein Host wird zum Mailserver, wenn er Funktionen der Mail bekommt.
hosts-empty = Kein Host
hosts-empty-text = Erstellen Sie den ersten Host mit «Neu»; danach kann er ein Mailserver werden.
host-one = Host
host-new = Neuer Host
host-edit = Host { $name } ändern
host-save = Host ändern
host-delete = Host { $name } löschen
host-created = Der Host { $name } ist erstellt.
host-changed = Der Host { $name } ist geändert.
host-deleted = Der Host { $name } ist gelöscht.
host-is-server = Dieser Host ist ein Mailserver und kann deshalb nicht gelöscht werden.
host-can-be-deleted = Der Host kann gelöscht werden: Er ist kein Mailserver.
host-no-domain = Keine Maildomain
host-no-domain-text = Ein Host gehört zu einer Domain: Fügen Sie zuerst eine Maildomain hinzu.
host-name-help = Buchstaben, Ziffern und Bindestriche; einmalig in seiner Domain.
host-ip-help = Ein Host hat eine IPv4- oder eine IPv6-Adresse.
host-fqdn-help = Leer lassen für den Namen des Hosts in seiner Domain.
host-wrong-address = «{ $text }» ist keine IP-Adresse.
host-wrong-name = «{ $text }» ist kein voller Name.
server-one = Mailserver
server-new = Neuer Mailserver
server-edit = Mailserver { $name } ändern
server-save = Konfiguration ändern
server-delete = Mailserver { $name } löschen
server-name = Name
server-roles = Funktionen
server-pick = Host wählen
server-pick-text = Die Hosts Ihrer Domains; jene anderer Domains sind hier nicht sichtbar.
server-no-hosts = Es gibt noch keinen Host.
server-taken = ist schon Mailserver
server-choose-host = Wählen Sie den Host.
server-created = Der Mailserver { $name } ist erstellt.
server-changed = Die Konfiguration von { $name } ist geändert.
server-deleted = Der Mailserver { $name } ist gelöscht.
server-can-be-deleted = DER MAILSERVER KANN GELÖSCHT WERDEN
server-cannot-be-deleted = DER MAILSERVER KANN NICHT GELÖSCHT WERDEN
server-linked-to-users = Dieser Server ist mit mindestens einer Person verbunden und kann deshalb nicht gelöscht werden
server-linked-to-domains = Dieser Server ist mit mindestens einer Domain verbunden und kann deshalb nicht gelöscht werden
server-used = Benutzt von
server-used-by = Personen: { $users }, Domains: { $domains }
server-used-user = Person
server-used-domain = Domain
server-link-where = Eine Person wird auf der Seite ihrer Adresse mit einem Server verbunden, eine Domain auf der Seite ihrer Server, in ihrem Maildienst.
server-link-waits = Dieser Server wartet noch darauf, angewendet zu werden.
server-of-mailbox = IMAP-Server dieser Person
server-of-mailbox-help = Die Post der Adresse wird auf diesem Server gelesen: die automatische Konfiguration nennt ihn. Solange die Verbindung besteht, kann der Server nicht gelöscht werden.
server-of-the-domain = der ihrer Domain
server-choose = Diesen Server wählen
server-user-linked = { $address } ist mit dem Server verbunden.
server-user-unlinked = { $address } ist mit keinem eigenen Server mehr verbunden.
domain-servers = Mailserver von { $name }
domain-servers-lead = Die Server, welche die Domain benutzt, nach Funktion. Ohne Auswahl sind es die der Installation. Die DNS-Einträge folgen sofort.
domain-servers-imap = Die Personen der Domain lesen hier ihre Post.
domain-servers-smtp-in = Hier kommt die Post für die Domain an: die MX nennen sie.
domain-servers-smtp-out = Von hier geht die Post der Domain weg: ihr SPF erlaubt sie.
domain-servers-none = Keiner Ihrer Server hat diese Funktion.
domain-servers-saved = Die Server von { $domain } sind gespeichert.
server-node = Der Knoten dieses Hosts
server-node-text = Ein Knoten, der mit dieser Konfiguration gestartet wird, öffnet nur die Türen der angewendeten Funktionen dieses Hosts.
role-imap = Ein gewöhnlicher IMAP-Server: Hier lesen die Personen ihre Mail.
role-smtp-in = Ein SMTP-Server, der Mail in die Domain hinein weitergibt.
role-smtp-out = Ein SMTP-Server, der Mail aus der Domain hinaus weitergibt.
servers-search = Suchen
servers-found = { $count ->
    [0] Kein Mailserver gefunden.
    [one] { $count } Mailserver gefunden.
   *[other] { $count } Mailserver gefunden.
}
servers-empty-text = Ändern Sie die Suche, oder erstellen Sie einen Mailserver mit «Neu».
servers-export = Exportieren
servers-export-all = Alles exportieren
servers-entries = Einträge
servers-pages = Ergebnisseiten:
changes-title = Wartende Änderungen
changes-lead = Die Knoten handeln nur nach dem, was angewendet ist. Wenden Sie an, was wartet, oder brechen Sie es einzeln ab.
changes-postit = { $count ->
    [one] { $count } Änderung wartet auf ihre Anwendung
   *[other] { $count } Änderungen warten auf ihre Anwendung
}
changes-postit-hint = Klicken Sie auf den Notizzettel, damit das System es berücksichtigt.
changes-apply = { $count ->
    [one] { $count } Änderung anwenden
   *[other] { $count } Änderungen anwenden
}
changes-applying = { $count ->
    [one] { $count } Änderung wird angewendet.
   *[other] { $count } Änderungen werden angewendet.
}
changes-none = Nichts wartet
changes-none-text = Was Sie an Hosts und Mailservern ändern, steht hier, bis es angewendet ist.
changes-created = Erstellt
changes-modified = Geändert
changes-deleted = Gelöscht
change-cancel = Für { $name } abbrechen
change-cancelled = Die Änderung ist abgebrochen.
change-gone = Diese Änderung wartete nicht mehr.
change-difference = { $name }:
change-name = Name
change-fqdn = Voller Name
change-ipv4 = IPv4-Adresse
change-ipv6 = IPv6-Adresse
change-description = Beschreibung
change-host = Host
change-imap = IMAP
change-smtp-in = SMTP in
change-smtp-out = SMTP out
entity-host = Host
entity-mail-server = Mailserver
run-running = Anwendung läuft
run-count = { $done } von { $total } angewendet.
run-done = Letzte Anwendung
run-progress = Fortschritt der Anwendung
run-failed = Die Anwendung hat angehalten
rule-a-host-has-an-ipv4-or-an-ipv6-address = Ein Host hat eine IPv4- oder eine IPv6-Adresse.
rule-a-host-s-name-exists-once-in-its-domain = Der Name eines Hosts besteht nur einmal in seiner Domain.
rule-a-host-is-one-mail-server-with-any-of-th = Ein Host ist nur ein Mailserver, mit allen gewünschten Funktionen.
rule-a-host-s-name-has-1-to-63-letters-digits = Der Name eines Hosts hat 1 bis 63 Buchstaben, Ziffern und Bindestriche.
rule-it-is-a-name-of-its-own-with-a-dot-rfc-5 = Der volle Name enthält einen Punkt.
rule-an-address-of-one-machine = Eine Adresse einer einzigen Maschine.
rule-a-server-on-which-people-read-their-mail = Ein Server, auf dem Personen ihre Mail lesen, behält IMAP.
rule-a-server-keeps-the-roles-in-which-a-doma = Ein Server behält die Funktionen, die eine Domain benutzt.
rule-a-host-is-deleted-after-the-mail-server = Ein Host wird nach seinem Mailserver gelöscht.
rule-the-deletion-of-its-host-is-cancelled-fi = Brechen Sie zuerst die Löschung seines Hosts ab.
rule-changes-are-applied-once-at-a-time-wait = Es wird bereits angewendet: warten Sie, bis das beendet ist.
rule-something-must-wait-to-be-applied = Es wartet nichts.
column-change-name = Name
column-change-what = Änderung
column-change-who = Von
column-change-at = Am
host-delete-numbers = { $count ->
    [one] Eine IP-Adresse geht mit ihm.
   *[other] { $count } IP-Adressen gehen mit ihm.
} Vor dem Anwenden ändert sich nichts, und bis dahin können Sie es rückgängig machen.
server-delete-numbers = Verbundene Benutzer: { $users }, verbundene Domains: { $domains }. Vor dem Anwenden ändert sich nichts, und bis dahin können Sie es rückgängig machen.
