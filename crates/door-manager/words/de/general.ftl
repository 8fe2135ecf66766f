# Deutsch, wie man es in der Schweiz schreibt.
skip = Zum Inhalt
crumbs = Pfad
navigation = Hauptnavigation
menu = Menü
more = Mehr
language = Sprache
account = Mein Konto
search-domains = Domain suchen
close = Schliessen
cancel = Abbrechen
undo = Rückgängig
undone = Rückgängig gemacht: Die Zone ist wieder wie vorher.
undo-too-late = Eine weitere Änderung ist gefolgt. Wählen Sie im Verlauf die Version, die Sie wiederherstellen möchten.
confirm = Bestätigen
next = Weiter
save = Speichern
saved = Gespeichert.
edit = Ändern
remove = Entfernen
copy = Kopieren
copied = Kopiert.
export = Zone exportieren
act = Aktion
as-table = Dieselben Zahlen als Tabelle
unsaved = Änderungen sind nicht gespeichert. Seite trotzdem verlassen?
underway = { $done } von { $total }
to-dashboard = Zur Übersicht
guest-here = Sie sehen die Organisation «{ $organisation }» als Betreiber. Alles, was Sie tun, steht in ihrem Protokoll.
line = Zeile { $line }
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember

keys-title = Tasten
keys-move = nächste, vorige Zeile
keys-open = Zeile öffnen
keys-select = Zeile auswählen
keys-search = suchen
keys-new = wichtigste Aktion
keys-help = diese Liste

sign-in-title = Anmelden
sign-in = Anmelden
sign-in-login = Benutzername (E-Mail-Adresse)
sign-in-password = Passwort
sign-in-help = Das Passwort Ihres Kontos, nicht das einer Mailadresse.
sign-in-empty = Geben Sie Benutzername und Passwort ein.
sign-in-wrong = Benutzername und Passwort passen nicht zusammen. Prüfen Sie die Grossschreibung, oder verlangen Sie bei Ihrem Administrator ein neues Passwort.
sign-in-disabled = Dieses Konto ist gesperrt. Wenden Sie sich an den Administrator Ihrer Organisation.
sign-in-banned = Zu viele Versuche sind fehlgeschlagen. Versuchen Sie es in { $minutes ->
    [one] einer Minute
   *[other] { $minutes } Minuten
} wieder.
sign-out = Abmelden

sessions-title = Meine Sitzungen
sessions-lead = Die Browser, in denen Sie angemeldet sind. Beenden Sie, was Sie nicht kennen, und ändern Sie dann Ihr Passwort.
sessions-this = diese
sessions-since = seit
sessions-seen = zuletzt
sessions-end = Beenden
sessions-end-others = { $count ->
    [one] Die andere Sitzung beenden
   *[other] Die { $count } anderen Sitzungen beenden
}
sessions-ended = { $count ->
    [one] Eine Sitzung ist beendet.
   *[other] { $count } Sitzungen sind beendet.
}
organisations-title = Organisationen
organisations-lead = Wählen Sie die Organisation, die Sie ansehen möchten. Ihr Protokoll vermerkt jeden Besuch.
organisations-choose = Ansehen
organisations-current = angezeigt

trouble-not-found = Diese Seite gibt es nicht
trouble-not-found-text = Es gibt sie nicht, oder sie gehört nicht Ihrer Organisation. Prüfen Sie die Adresse, oder beginnen Sie bei der Übersicht.
trouble-not-allowed = Ihre Rolle erlaubt das nicht
trouble-not-allowed-text = Das können nur Administratoren und rechtlich Verantwortliche. Fragen Sie sie.
trouble-later = Einen Moment
trouble-later-text = Der Dienst ist ausgelastet oder erreicht seine Daten nicht. Nichts ist verloren: Versuchen Sie es in einer Minute wieder.
trouble-ours = Ein Fehler von uns
trouble-ours-text = Er steht in unserem Protokoll. Nichts wurde geändert.

form-wrong = { $count ->
    [one] Ein Feld ist zu berichtigen
   *[other] { $count } Felder sind zu berichtigen
}
form-error = Fehler:
form-optional = (freiwillig)
field-empty = Dieses Feld ist leer.
field-not-a-number = Das ist keine Zahl.

table-search = Suchen
table-apply = Filtern
table-count = { $found ->
    [one] ein Ergebnis
   *[other] { $found } Ergebnisse
} von { $total }
logs-sorted-cut = Diese Ordnung gilt nur für die { $count } neuesten Zeilen: Suchen Sie genauer oder in kürzerer Zeit, um die anderen zu sehen.
queue-sorted-cut = Diese Ordnung gilt nur für die { $count } Zustellungen, die am längsten warten: Suchen Sie, um die anderen zu sehen.
table-csv = Als CSV exportieren
filter-remove = Filter entfernen
chip = { $name }: { $value }
select = Auswählen
select-all = Alle auswählen
selected-count = { $count } ausgewählt
bulk-hint = Mit den ausgewählten Zeilen:
pages = Seiten
page-previous = Vorige
page-next = Nächste
page-of = Seite { $page } von { $pages }
nothing-found = Nichts gefunden
nothing-found-text = Entfernen Sie einen Filter, oder suchen Sie ein anderes Wort.

dashboard-title = Übersicht
figure-domains = { $count ->
    [one] Domain
   *[other] Domains
}
figure-zones = { $count ->
    [one] DNS-Zone bei uns
   *[other] DNS-Zonen bei uns
}
figure-services = { $count ->
    [one] Maildienst
   *[other] Maildienste
}
figure-addresses = { $count ->
    [one] Mailadresse
   *[other] Mailadressen
}
figure-queue = Nachrichten in der Warteschlange
alerts-title = Zu beachten
alerts-none = Nichts verlangt Ihre Aufmerksamkeit.

domains-title = Domains
domains-empty = Noch keine Domain
domains-empty-text = Fügen Sie eine Domain hinzu: Ihre DNS-Zone wird von der ersten Minute an bedient.
column-domain = Domain
column-state = Zustand
column-dns = DNS-Zone
column-addresses = Adressen
column-records = Einträge
column-organisation = Organisation
column-domains = Domains
lamp-ok = In Ordnung
lamp-waiting = Zu verbessern
lamp-lost = Zu beheben
lamp-unknown = Noch nicht geprüft
lamp-no-mail = Ohne Mail
dns-hosted = bei uns
dns-hosted-signed = bei uns, signiert
dns-elsewhere = bei einem anderen Anbieter
filter-kind = DNS-Zone
filter-kind-all = Alle Zonen
kind-hosted = bei uns
kind-elsewhere = anderswo
kind-synonym = Synonyme
synonym-of = Synonym von { $domain }

tab-zone = DNS-Zone
tab-spf = SPF
tab-security = Sicherheit
tab-dmarc = DMARC-Berichte
tab-tls = TLS-Berichte
tab-reputation = Ruf
tab-synonyms = Synonyme Domains

zone-add = Domain hinzufügen
zone-add-lead = Ihre DNS-Zone wird von dieser Installation bedient. Tragen Sie danach bei Ihrem Registrar unsere Nameserver ein.
zone-create = Domain hinzufügen
zone-created = Die Zone von { $domain } wird bedient.
zone-settings = Einstellungen der Zone
zone-serial = Serie
zone-changed = geändert
zone-records-of = Einträge der Zone { $domain }
zone-empty = Die Zone hat noch keinen Eintrag
zone-empty-text = Fügen Sie einen Eintrag hinzu, oder importieren Sie die Zonendatei Ihres früheren Anbieters.
zone-elsewhere = Die Zone liegt bei einem anderen Anbieter
zone-elsewhere-text = Sie lässt sich hier nicht ändern. «Sicherheit» zeigt die genauen Einträge zum Kopieren und prüft, ob sie dort stehen.
zone-stale = Die Zone hat sich inzwischen geändert. Lesen Sie sie neu, und beginnen Sie nochmals.
zone-end = Ende der Zone
zone-end-text = Die Zone wird nicht mehr bedient. Die Mailadressen der Domain bleiben.
zone-delete = Zone { $domain } löschen
zone-delete-lost = { $count ->
    [one] Ein Eintrag und der ganze Verlauf gehen verloren.
   *[other] { $count } Einträge und der ganze Verlauf gehen verloren.
}
zone-delete-effect = Wer unsere Server fragt, findet Website und Mail dieser Domain nicht mehr. Das lässt sich nicht rückgängig machen.
zone-deleted = Die Zone von { $domain } ist gelöscht.
confirm-name = Geben Sie zur Bestätigung { $name } ein
confirm-name-wrong = Der Name stimmt nicht: Geben Sie { $name } ein.
notice-48 = Jede Änderung im DNS kann bis zu 48 Stunden brauchen, bis alle sie sehen.

column-type = Typ
column-value = Wert
column-ttl = TTL
column-managed = Verwaltet von
managed-user = Ihnen
managed-mail-service = Maildienst
managed-installation = Installation
filter-type = Typ
filter-type-all = Alle Typen
filter-managed = Verwaltet von
filter-managed-all = Von allen verwaltet

record-add = Eintrag hinzufügen
record-kind-lead = Wählen Sie, was der Eintrag sagen soll. Jeder Typ wird im nächsten Schritt erklärt.
record-new = Neuer Eintrag { $kind }
record-edit = Eintrag { $kind } ändern
record-save = Speichern
record-delete = Diesen Eintrag löschen
record-added = Der Eintrag { $kind } ist hinzugefügt.
record-changed = Der Eintrag { $kind } ist geändert.
records-delete = Löschen
records-deleted = { $count ->
    [one] Ein Eintrag ist gelöscht.
   *[other] { $count } Einträge sind gelöscht.
}
record-managed-mail-service = Diesen Eintrag hält der Maildienst aktuell. Ändern Sie ihn, so gehört er Ihnen und wird nicht mehr nachgeführt.
record-managed-installation = Diesen Eintrag führt die Installation; er lässt sich nicht ändern.
kinds-mail = Mail
kinds-hosts = Websites und Server
kinds-more = Weitere
presets = Vorlagen
explained = Erklärungen
explained-what = Was es ist
explained-effect = Was sich ändert
explained-raw = Rohansicht
edit-raw = Rohansicht bearbeiten
preset-imaps = IMAP (993)
preset-submissions = Versand TLS (465)
preset-submission = Versand (587)
preset-xmpp-client = XMPP-Client
preset-xmpp-server = XMPP-Server
preset-ldap = LDAP
preset-office-sip = Office 365 SIP
preset-office-federation = Office 365 Verbund
preset-caldavs = CalDAV

kind-mx = MX
kind-mx-short = Wo die Mails der Domain ankommen
kind-mx-text = Der Server, der die Mails empfängt. Bei mehreren wird der mit der kleinsten Priorität zuerst versucht.
kind-mx-effect = Sobald die Änderung bekannt ist, gehen Mails an diesen Server. Kennt er Ihre Adressen nicht, weist er sie ab.
kind-spf = SPF
kind-spf-short = Wer im Namen der Domain senden darf
kind-spf-text = Die Liste der Server, die im Namen Ihrer Domain Mails senden dürfen. Eine Domain hat nur eine.
kind-spf-effect = Ein Server, der nicht auf der Liste steht, wird je nach Modus abgewiesen, markiert oder angenommen. Wer einen Dienst vergisst, verliert dessen Mails.
kind-dkim = DKIM
kind-dkim-short = Der öffentliche Schlüssel zu Ihren Signaturen
kind-dkim-text = Der öffentliche Schlüssel, mit dem Empfänger prüfen, dass Ihre Nachrichten unverändert sind. Der Maildienst veröffentlicht seine selbst.
kind-dkim-effect = Wird ein Schlüssel gelöscht, der noch gebraucht wird, gelten seine Signaturen nicht mehr.
kind-dmarc = DMARC
kind-dmarc-short = Was mit Fälschungen geschieht
kind-dmarc-text = Sagt den Empfängern, was mit einer Nachricht geschieht, die von Ihnen zu kommen vorgibt, ohne dass SPF oder DKIM es beweist, und wohin Berichte gehen.
kind-dmarc-effect = Mit «abweisen» kommt eine Fälschung nicht an; eine falsch eingerichtete eigene Nachricht auch nicht. Sehen Sie zuerst die Berichte an.
kind-a = A
kind-a-short = Ein Name zu einer IPv4-Adresse
kind-a-text = Die IPv4-Adresse eines Namens, zum Beispiel die Ihrer Website.
kind-a-effect = Wer den Namen aufruft, kommt zu dieser Adresse.
kind-aaaa = AAAA
kind-aaaa-short = Ein Name zu einer IPv6-Adresse
kind-aaaa-text = Die IPv6-Adresse eines Namens.
kind-aaaa-effect = Wer IPv6 hat, kommt zu dieser Adresse, noch vor der IPv4-Adresse.
kind-cname = CNAME
kind-cname-short = Ein Name, der für einen anderen steht
kind-cname-text = Sagt, dass dieser Name ein Alias ist: Was man ihn fragt, wird unter dem Ziel gesucht.
kind-cname-effect = Unter diesem Namen darf kein anderer Eintrag stehen, und nie an der Spitze der Domain.
kind-txt = TXT
kind-txt-short = Ein freier Text, zum Beispiel ein Besitznachweis
kind-txt-text = Ein Text, den andere Dienste lesen, oft um zu prüfen, dass die Domain Ihnen gehört.
kind-txt-effect = Für Mail und Website ändert sich nichts.
kind-srv = SRV
kind-srv-short = Wo ein Dienst zu finden ist: XMPP, LDAP, IMAP
kind-srv-text = Sagt, welche Dienste es für eine Domain gibt, auf welchem Server und an welchem Port.
kind-srv-effect = Programme, die den Dienst suchen, verbinden sich mit diesem Server. Sind Port oder Ziel falsch, finden sie nichts.
kind-caa = CAA
kind-caa-short = Wer Zertifikate ausstellen darf
kind-caa-text = Die Stellen, die für die Domain Zertifikate ausstellen dürfen.
kind-caa-effect = Jede andere Stelle weigert sich. Vergessen Sie die Ihres Webhosters nicht.
kind-ns = NS
kind-ns-short = Eine Subdomain abgeben
kind-ns-text = Die Nameserver einer Subdomain, die jemand anders führt.
kind-ns-effect = Einträge dieser Subdomain, die hier stehen, sieht niemand mehr.
kind-ptr = PTR
kind-ptr-short = Der Name einer Adresse
kind-ptr-text = In einer umgekehrten Zone der Name, der zu einer IP-Adresse gehört.
kind-ptr-effect = Mailserver vergleichen diesen Namen mit dem, den Ihr Server nennt.
kind-tlsa = TLSA
kind-tlsa-short = Der Fingerabdruck eines Zertifikats (DANE)
kind-tlsa-text = Der Fingerabdruck des Zertifikats, das ein Server zeigen muss. Gilt nur in einer signierten Zone.
kind-tlsa-effect = Stimmt der Fingerabdruck nicht mehr, senden Server, die DANE prüfen, nichts mehr.
kind-sshfp = SSHFP
kind-sshfp-short = Der Fingerabdruck eines SSH-Schlüssels
kind-sshfp-text = Der Fingerabdruck des Schlüssels eines SSH-Servers.
kind-sshfp-effect = SSH-Programme, die ihn prüfen, müssen nicht mehr fragen, ob der Schlüssel stimmt.
kind-svcb = SVCB
kind-svcb-short = Wie ein Dienst erreicht wird
kind-svcb-text = Die Verbindungsangaben eines Dienstes: Protokoll, Port, Adressen.
kind-svcb-effect = Programme, die sie lesen, verbinden sich schneller.
kind-https = HTTPS
kind-https-short = Wie eine Website erreicht wird
kind-https-text = Die Verbindungsangaben einer Website: HTTP/2, HTTP/3, anderer Name.
kind-https-effect = Browser, die sie lesen, verbinden sich sofort über HTTPS.
kind-ds = DS
kind-ds-short = Der Schlüssel einer signierten Subdomain
kind-ds-text = Der Fingerabdruck des DNSSEC-Schlüssels einer abgegebenen Subdomain.
kind-ds-effect = Ist er falsch, erreichen alle, die prüfen, die Subdomain nicht mehr.
kind-raw = Rohansicht
kind-raw-short = Den Eintrag schreiben, wie er ist
kind-raw-text = Der Eintrag, wie er in einer Zonendatei steht.
kind-raw-effect = Es gelten dieselben Regeln wie bei der geführten Eingabe.

field-owner = Name
field-owner-help = Leer für die Domain selbst; * für alle Namen ohne Eintrag.
field-priority = Priorität
field-priority-help = Die kleinste Zahl wird zuerst versucht.
field-target = Ziel
field-target-help = Ein Servername, mit Punkt am Schluss, wenn er vollständig ist.
field-mx-target = Server
field-mx-target-help = Ein Name, nie eine IP-Adresse: mx.beispiel.ch.
field-address = IP-Adresse
field-text = Text
field-ttl = TTL
field-ttl-help = So viele Sekunden wird die Antwort behalten, 60 bis 86’400. Leer: wie die Zone.
field-default-ttl = Übliche TTL
field-note = Notiz
field-note-help = Für Sie und Ihre Kollegen; sie wird nicht veröffentlicht.
field-selector = Selektor
field-selector-help = Zum Beispiel 20261121; Ihr Versanddienst nennt ihn.
field-algorithm = Verfahren
field-key = Öffentlicher Schlüssel
field-key-help = Der Wert p= oder der ganze Eintrag.
field-testing = Testbetrieb
field-testing-help = Bittet die Empfänger, Fehler nicht zu beachten.
field-ours = Unsere Server
field-ours-help = include dieser Installation: nötig, um von hier zu senden.
field-mx = Die MX-Server der Domain
field-mx-help = Wer empfängt, darf auch senden. Kostet eine Abfrage.
field-a = Der Server der Website
field-a-help = Die A- und AAAA-Adressen der Domain. Kostet eine Abfrage.
field-includes = Andere Dienste
field-includes-help = Einer je Zeile: spf.beispiel.com. Jeder kostet mindestens eine von zehn Abfragen.
field-networks = IP-Adressen
field-networks-help = Eine je Zeile, mit oder ohne Präfix: 192.0.2.0/24. Kostet keine Abfrage.
field-all = Alle anderen Server
option-all-fail = Streng: abweisen (-all, empfohlen)
option-all-fail-help = Der empfangende Server weist die Nachricht ab, wenn der Absender nicht im SPF steht.
option-all-softfail = Markieren (~all)
option-all-softfail-help = Der empfangende Server nimmt die Nachricht meist an, markiert sie aber als verdächtig.
option-all-neutral = Nachsichtig: annehmen (?all)
option-all-neutral-help = Der empfangende Server nimmt die Nachricht an, auch wenn der Absender nicht im SPF steht.
field-policy = Gefälschte Nachrichten
option-policy-none = Beobachten (none)
option-policy-none-help = Nichts ändert sich; Sie erhalten Berichte. Für den Anfang.
option-policy-quarantine = In den Spam (quarantine)
option-policy-quarantine-help = Die Nachricht kommt in den Spam-Ordner.
option-policy-reject = Abweisen (reject)
option-policy-reject-help = Die Nachricht kommt nicht an. Sobald die Berichte sauber sind.
field-subdomains = Subdomains
option-subdomains-same = wie die Domain
option-subdomains-none = beobachten
option-subdomains-quarantine = in den Spam
option-subdomains-reject = abweisen
field-percent = Prozent
field-percent-help = Für welchen Teil der gefälschten Nachrichten das gilt.
field-reports = Adresse für Berichte
field-reports-help = Wohin die Empfänger täglich berichten. Leer: nirgends.
field-dkim_alignment = Domain der DKIM-Signatur
option-dkim_alignment-r = die Domain oder eine Subdomain
option-dkim_alignment-s = genau die Domain
field-spf_alignment = Domain des SPF-Absenders
option-spf_alignment-r = die Domain oder eine Subdomain
option-spf_alignment-s = genau die Domain
field-service = Dienst
field-service-help = Zum Beispiel imaps oder xmpp-client, ohne Unterstrich.
field-protocol = Protokoll
option-protocol-tcp = TCP
option-protocol-udp = UDP
option-protocol-tls = TLS
field-weight = Gewicht
field-weight-help = Anteil jedes Servers gleicher Priorität.
field-port = Port
field-srv-target = Server
field-srv-target-help = Ein Name; ein Punkt allein sagt, dass es den Dienst nicht gibt.
field-tag = Was erlaubt ist
option-tag-issue = Zertifikate ausstellen
option-tag-issuewild = Zertifikate mit * ausstellen
option-tag-iodef = Adresse, um Ablehnungen zu melden
field-authority = Stelle
field-authority-help = Zum Beispiel letsencrypt.org. Leer: keine.
field-critical = Zwingend
field-critical-help = Wer den Eintrag nicht versteht, muss sich weigern.
field-usage = Verwendung
option-usage-3 = 3: dieses Zertifikat
option-usage-2 = 2: diese Stelle
option-usage-1 = 1: dieses Zertifikat, öffentlich anerkannt
option-usage-0 = 0: diese Stelle, öffentlich anerkannt
field-part = Was verglichen wird
option-part-1 = 1: der öffentliche Schlüssel
option-part-0 = 0: das ganze Zertifikat
field-matching = Fingerabdruck
option-matching-1 = 1: SHA-256
option-matching-2 = 2: SHA-512
option-matching-0 = 0: keiner
option-sshfp-matching-1 = 1: SHA-1
option-sshfp-matching-2 = 2: SHA-256
field-digest = Hexadezimaler Wert
option-algorithm-rsa = RSA
option-algorithm-ed25519 = Ed25519
option-algorithm-1 = 1: RSA
option-algorithm-2 = 2: DSA
option-algorithm-3 = 3: ECDSA
option-algorithm-4 = 4: Ed25519
option-algorithm-6 = 6: Ed448
field-parameters = Parameter
field-parameters-help = Zum Beispiel alpn=h2,h3
field-key_tag = Schlüsselnummer
field-algorithm_number = Verfahrensnummer
field-digest_kind = Art des Fingerabdrucks
field-kind = Typ
field-data = Wert
field-data-help = Wie in einer Zonendatei: 10 mx.beispiel.ch.
field-domain = Domainname
field-domain-help = Ohne www: beispiel.ch
field-name = Name

import-title = Zonendatei importieren
import-lead = Nichts wird geändert, bevor Sie die Vorschau gesehen haben.
import-file = Datei
import-text = Oder fügen Sie den Inhalt ein
import-text-help = Das übliche Format der Zonendateien (RFC 1035), wie es andere Anbieter exportieren.
import-mode = Was schon in der Zone steht
import-add = Behalten und ergänzen
import-add-help = Was die Datei nicht nennt, bleibt.
import-replace = Ersetzen
import-replace-help = Ihre Einträge, die die Datei nicht nennt, werden gelöscht. Die des Maildienstes bleiben.
import-look = Vorschau ansehen
import-preview = Vorschau
import-count = { $added } kommen dazu, { $removed } gehen weg, { $unchanged } stehen schon da.
import-refused = { $count ->
    [one] Eine Zeile wird nicht angenommen. Berichtigen Sie sie im Text.
   *[other] { $count } Zeilen werden nicht angenommen. Berichtigen Sie sie im Text.
}
import-skipped = { $count ->
    [one] Eine Zeile wird übergangen
   *[other] { $count } Zeilen werden übergangen
}
import-nothing = Nichts zu ändern: Alles steht schon in der Zone.
import-apply = { $count ->
    [one] Die Änderung
   *[other] Die { $count } Änderungen
} anwenden
imported = { $count ->
    [one] Eine Änderung ist importiert.
   *[other] { $count } Änderungen sind importiert.
}

history-title = Verlauf
history-lead = Jede Änderung, wer sie gemacht hat, und der Weg zurück zu jeder Version.
history-empty = Noch keine Änderung
history-empty-text = Die erste Änderung der Zone erscheint hier.
change-unnamed = Änderung
change-count = { $added } dazu, { $removed } weg
version-current = aktuell
version-compare = Vergleichen und wiederherstellen
version-title = Version { $serial }
version-lead = Diese Version hatte { $count } Einträge. Sie wiederherzustellen fügt { $added } hinzu und nimmt { $removed } weg.
version-restore = Diese Version wiederherstellen
version-restored = Die Version { $serial } ist wiederhergestellt.
version-same = Sie ist wie heute
version-same-text = Es gibt nichts wiederherzustellen.

dnssec-title = DNSSEC
dnssec-text = Signiert die Antworten der Zone, damit niemand sie unterwegs fälschen kann.
dnssec-is-on = Signiert (DNSSEC)
dnssec-is-off = Nicht signiert
dnssec-on = DNSSEC einschalten
dnssec-off = DNSSEC ausschalten
dnssec-on-done = Die Zone ist signiert. Kopieren Sie den DS-Eintrag zu Ihrem Registrar.
dnssec-off-done = Die Zone ist nicht mehr signiert.
dnssec-ds = DS-Eintrag für Ihren Registrar:
dnssec-ds-synonyms = DS-Einträge der Synonyme, jeder bei seinem Registrar:
dnssec-rollover = Schlüssel ersetzen
dnssec-rollover-text = Ein neuer Schlüssel unterschreibt neben dem alten. Dieser endet, sobald der Registrar das neue DS zeigt und der neue Schlüssel einen Tag steht.
dnssec-rollover-done = Der neue Schlüssel unterschreibt. Geben Sie auch sein DS Ihrem Registrar.
dnssec-order = Entfernen Sie vor dem Ausschalten den DS-Eintrag beim Registrar, und warten Sie einen Tag. Sonst ist die Domain nicht mehr erreichbar.
secondaries-title = Sekundäre Server
secondaries-text = Andere Nameserver, die eine Kopie halten. Sie erfahren von jeder Änderung und weisen sich mit einem TSIG-Schlüssel aus.
secondary-add = Sekundären Server hinzufügen
secondary-remove = Entfernen
secondary-address-wrong = Das ist keine IP-Adresse, mit oder ohne Port.
secondary-key-wrong = Das ist kein Name.
secondary-secret-wrong = Das ist kein Base64.
secret-show = Geheimnis anzeigen
field-secondary = Adresse
field-secondary-help = 192.0.2.53 oder [2001:db8::53]:53
field-key_name = Name des TSIG-Schlüssels
field-key_name-help = Auf beiden Seiten derselbe (hmac-sha256).
field-secret = Geheimnis (Base64)
field-secret-help = Zum Beispiel von «openssl rand -base64 32».

spf-used = Verbrauchte Abfragen: { $used }/10
spf-used-help = Empfänger hören nach zehn Abfragen auf und behandeln das SPF dann als falsch. Jedes include kostet mindestens eine.
spf-tree = Baum der Einbindungen
spf-lookups = { $count ->
    [one] 1 Abfrage
   *[other] { $count } Abfragen
}
spf-no-record = kein SPF gefunden
spf-none = Die Domain veröffentlicht kein SPF: Jeder kann in ihrem Namen senden.
spf-several = Es gibt { $count } SPF-Einträge. Empfänger verwerfen alle: Führen Sie sie unten zusammen.
spf-expected = So sollte der Eintrag lauten:
spf-mode = Streng oder nachsichtig
spf-mode-question = Was geschieht mit Servern, die nicht auf der Liste stehen?
spf-elsewhere = Ändern Sie das SPF beim Anbieter der Zone.
spf-written = Das SPF ist gespeichert.
spf-merge = SPF zusammenführen
spf-merge-text = Eine Domain hat nur ein SPF. Fügen Sie ein, was andere Dienste verlangen: Es wird eines daraus, unseres zuerst, nichts doppelt.
spf-merge-field = SPF der anderen Dienste
spf-merge-help = Eines je Zeile, oder wie kopiert.
spf-merge-look = Zusammenführen
spf-merge-empty = In diesem Text steht kein SPF: Es beginnt mit v=spf1.
spf-merge-result = Ergebnis
spf-merge-removes = { $count ->
    [0] Es kommt in die Zone.
    [one] Es ersetzt das SPF, das in der Zone steht.
   *[other] Es ersetzt die { $count } SPF, die in der Zone stehen.
}
spf-merge-apply = Dieses SPF speichern
spf-merged = Es gibt nur noch ein SPF.
copy-elsewhere = Kopieren Sie es zum Anbieter der Zone, und löschen Sie dort jedes andere SPF.

synonyms-lead = Eine synonyme Domain ist ein zweiter Name: Sie übernimmt die ganze Zone dieser Domain, und ihre Mails kommen hier an.
synonyms-elsewhere = Eine Domain, deren Zone anderswo liegt, kann keine Synonyme haben.
synonyms-empty = Keine synonyme Domain
synonyms-empty-text = Wählen Sie unten eine Domain dieser Organisation.
synonym-add = Synonym hinzufügen
synonym-choose = Domain dieser Organisation
synonym-rules = Eine Domain, die hier nur als Name verwaltet wird, wird zum zweiten Namen dieser Domain.
synonym-confirm = { $domain } zum Synonym machen
synonym-effect = { $domain } sagt dann alles, was { $main } sagt. Mails an eine Adresse @{ $domain } kommen bei derselben Adresse @{ $main } an.
synonym-lost = { $count ->
    [0] Sie hat keinen Eintrag zu verlieren.
    [one] Ihr Eintrag wird entfernt; der Verlauf behält ihn.
   *[other] Ihre { $count } Einträge werden entfernt; der Verlauf behält sie.
}
synonym-added = { $domain } ist ein Synonym.
synonym-dissociate = { $domain } lösen
synonym-ds = In der übergeordneten Zone zu veröffentlichen:
synonym-dissociated = { $domain } hat wieder eine eigene Zone.
synonym-inherits = Diese Zone ist ein Synonym: Sie zeigt die Einträge von { $domain } und wird dort geändert.
synonym-no-candidates = Keine andere Domain der Organisation kann Synonym werden.

security-look = Jetzt prüfen
security-fix = Beheben
security-fix-all = { $count ->
    [one] Diesen Punkt beheben
   *[other] Alle { $count } Punkte beheben
}
security-fixed = { $count ->
    [one] Ein Eintrag ist berichtigt.
   *[other] { $count } Einträge sind berichtigt.
}
security-nothing-to-fix = Es gibt nichts zu beheben.
security-checked = Geprüft
security-empty = Diese Domain empfängt keine Mails
security-empty-text = Verbinden Sie sie mit einem Maildienst, damit ihre Einträge geprüft werden.
security-elsewhere = Die Zone liegt bei einem anderen Anbieter: Kopieren Sie die vorgeschlagenen Zeilen dorthin, und prüfen Sie dann nochmals.
security-details = Gefunden und erwartet
security-found = Gefunden
security-expected = Erwartet
security-nothing = Nichts.
certificate-found = { $names }; bis { $day }
security-no-record = Kein bestimmter Eintrag.
security-copy = In die Zone zu kopieren
light-good = In Ordnung
light-warning = Zu verbessern
light-unknown = Unbekannt
light-bad = Zu beheben
light-off = Ohne Belang
check-mx = MX
check-mx-text = Wo die Mails der Domain ankommen.
check-spf = SPF
check-spf-text = Wer im Namen der Domain senden darf.
check-dkim = DKIM
check-dkim-text = Die Schlüssel, die Ihre Signaturen prüfen.
check-dmarc = DMARC
check-dmarc-text = Was Empfänger mit einer Fälschung tun.
check-mta-sts = MTA-STS
check-mta-sts-text = Andere Server schreiben Ihnen nur über eine verschlüsselte und geprüfte Verbindung.
check-dane = TLSA / DANE
check-dane-text = Der Fingerabdruck des Zertifikats unserer Server, durch DNSSEC geschützt.
check-dnssec = DNSSEC
check-dnssec-text = Die Antworten der Zone sind signiert.
check-autoconfig = Automatische Einrichtung
check-autoconfig-text = Mailprogramme finden ihre Einstellungen selbst.
check-reverse = Umgekehrter Name (PTR)
check-reverse-text = Die Adresse des sendenden Servers hat einen Namen, der zu ihr zurückführt.
check-helo = Genannter Name (HELO)
check-helo-text = Der Name, mit dem unser Server sich meldet.
check-block-lists = Sperrlisten
check-block-lists-text = Weder die Domain noch unsere Adressen gelten als Quelle von Spam.
check-certificate = Zertifikat
check-certificate-text = Das Zertifikat unserer Server ist gültig und anerkannt.

dmarc-lead = Was andere Anbieter gesehen haben: wer im Namen Ihrer Domain sendet, und ob SPF und DKIM es beweisen.
dmarc-empty = Kein Bericht in dieser Zeit
dmarc-empty-text = Anbieter berichten einmal am Tag, sobald ein DMARC-Eintrag darum bittet.
dmarc-letters = { $count ->
    [one] Nachricht
   *[other] Nachrichten
}
dmarc-passed = bewiesen
dmarc-percent = { $percent } %
dmarc-reporters = { $count ->
    [one] Anbieter
   *[other] Anbieter
}
dmarc-by-day = Nachrichten je Tag
dmarc-chart = Nachrichten je Tag der letzten { $days } Tage: bewiesen, nicht bewiesen, im Spam, abgewiesen
dmarc-pass = bewiesen
dmarc-failed = nicht bewiesen, zugestellt
dmarc-quarantined = in den Spam gelegt
dmarc-rejected = abgewiesen
dmarc-sources = Wer in Ihrem Namen sendet
dmarc-sources-text = Eine unbekannte Quelle ohne Beweis ist entweder ein Dienst, der in Ihrem SPF fehlt, oder ein Fälscher.
dmarc-left-out = { $count ->
    [one] Eine Nachricht der Berichte fehlt hier: Die Zeile des Berichts ist unlesbar, oder ihre Quelle ist eine der kleinsten von mehr als 1’000.
   *[other] { $count } Nachrichten der Berichte fehlen hier: Ihre Zeilen sind unlesbar, oder ihre Quellen sind die kleinsten von mehr als 1’000.
}
dmarc-by-reporter = Wer berichtet
owner-ours = unsere Server
owner-unknown = unbekannt
column-source = Quelle
column-owner = Wem sie gehört
column-letters = Nachrichten
column-passed = Bewiesen
column-not-passed = Nicht bewiesen
column-reporter = Anbieter
column-day = Tag
period = Zeitraum
period-days = { $count } Tage
tls-lead = Was andere Server gesehen haben, als sie Ihnen verschlüsselt schrieben.
tls-empty = Kein Bericht in dieser Zeit
tls-empty-text = Berichte kommen, sobald der Eintrag _smtp._tls darum bittet.
tls-sessions = { $count ->
    [one] Verbindung
   *[other] Verbindungen
}
tls-failed = { $count ->
    [one] Fehlschlag
   *[other] Fehlschläge
}
tls-by-day = Verbindungen je Tag
tls-chart = Verbindungen je Tag der letzten { $days } Tage: gelungen, fehlgeschlagen
tls-pass = gelungen
tls-rejected = fehlgeschlagen
tls-failures = Gründe der Fehlschläge
tls-by-reporter = Wer berichtet
tls-failure-starttls-not-supported = STARTTLS wurde nicht angeboten
tls-failure-certificate-host-mismatch = Das Zertifikat gilt nicht für diesen Namen
tls-failure-certificate-expired = Das Zertifikat ist abgelaufen
tls-failure-certificate-not-trusted = Das Zertifikat ist nicht anerkannt
tls-failure-validation-failure = Die Prüfung ist fehlgeschlagen
tls-failure-sts-policy-fetch-error = Die MTA-STS-Richtlinie liess sich nicht lesen
tls-failure-sts-policy-invalid = Die MTA-STS-Richtlinie ist falsch
tls-failure-sts-webpki-invalid = Das Zertifikat der MTA-STS-Richtlinie ist ungültig
tls-failure-tlsa-invalid = Der TLSA-Eintrag ist falsch
tls-failure-dnssec-invalid = Die DNSSEC-Signatur ist falsch
tls-failure-dane-required = DANE war verlangt und fehlte
column-reason = Grund
column-host = Server
column-sessions = Verbindungen

reputation-lead = Der Ruf ist vereinfacht eine Zahl von 0 bis 100, berechnet aus dem, was wir selbst sehen.
reputation-empty = Noch keine Zahl
reputation-empty-text = Sie erscheint, sobald die Domain Mails gesendet hat.
reputation-ok = Gut
reputation-waiting = Zu beobachten
reputation-lost = Schlecht
reputation-good = Die E-Mails dieser Domain erreichen ihre Empfänger.
reputation-fair = Manche E-Mails dieser Domain gelten vielleicht als Spam.
reputation-poor = Ihre E-Mails gelten vielleicht als Spam und verfehlen ihr Publikum.
reputation-bad = E-Mails dieser Domain werden wohl abgewiesen oder als Spam markiert.
reputation-consequence = Was daraus folgt
reputation-consequence-text = Je tiefer die Zahl, desto eher gelten Ihre E-Mails als Spam und verfehlen ihr Publikum. Andere Anbieter rechnen selbst: Diese Zahl zeigt, was wir vor ihnen sehen.
reputation-policy-bounces = Server haben E-Mails als Spam abgewiesen
reputation-unknown-recipients = E-Mails gingen an Adressen, die es nicht gibt
reputation-complaints = Empfänger haben E-Mails als Spam gemeldet
reputation-authentication-failures = SPF und DKIM sind bei anderen Anbietern fehlgeschlagen
reputation-trap-hits = E-Mails gingen an Fallen
reputation-burst = Weit mehr E-Mails als üblich in einer Stunde
reputation-advice-abuse = Sehen Sie in den Protokollen nach, wer sendet, widerrufen Sie Passwörter missbrauchter Adressen, und prüfen Sie die Formulare der Website.
reputation-advice-lists = Nehmen Sie Adressen, die es nicht mehr gibt, aus den Listen, und schreiben Sie nur Eingetragenen.
reputation-advice-complaints = Schreiben Sie nur Eingetragenen, und lassen Sie sie sich mit einem Klick austragen.
reputation-advice-authentication = Richten Sie SPF, DKIM und DMARC ein, und prüfen Sie sie.
measures-domain = die Domain
measures-address = die IP-Adresse
measures-domain-and-address = Domain und IP-Adresse
reputation-history = Entwicklung
reputation-chart = Zahl der letzten 90 Tage
reputation-factors = Was Punkte kostet
reputation-no-factors = Nichts kostet Punkte.
column-factor = Umstand
column-advice = Was hilft
column-count = Anzahl
column-points = Punkte
reputation-advice = Den Ruf verbessern
advice-authentication = Richten Sie SPF, DKIM und DMARC ein, und prüfen Sie sie: «Sicherheit» zeigt und behebt sie
advice-spf = Halten Sie das SPF streng (-all): Fälschungen werden dann abgewiesen
advice-reports = Sehen Sie in den DMARC-Berichten, wer in Ihrem Namen sendet
advice-opt-in = Schreiben Sie nur Personen, die sich selbst eingetragen haben!
advice-site = Prüfen Sie die Formulare der Website: Eine gehackte Website sendet in Ihrem Namen.
advice-passwords = Widerrufen Sie die Passwörter missbrauchter Adressen.
advice-lists = Nehmen Sie Adressen, die es nicht mehr gibt, aus den Listen.
reputation-tools = Messungen anderer Dienste
reputation-tools-text = Jeder Anbieter zählt auf seine Art. Diese Links verlassen den Manager.

says-right = In Ordnung.
says-switched-off = Diese Prüfung ist ausgeschaltet.
says-cannot-look-up = Lässt sich jetzt nicht prüfen: { $what }
says-not-delegated = Die Zone steht hier, aber die Welt fragt { $what }.
says-missing = { $what } fehlt.
says-would-help = { $what } fehlt; Mails gehen auch so, weniger gut geschützt.
says-null-mx = Die Domain sagt, dass sie keine Mails empfängt (Null-MX).
says-mx-elsewhere = Mails gehen an { $what } und nicht hierher.
says-mx-also-elsewhere = Ein Teil der Mails geht an { $what } und nicht hierher.
says-spf-several = { $what ->
    [one] Es gibt einen SPF-Eintrag zu viel.
   *[other] Es gibt { $what } SPF-Einträge; Empfänger verwerfen alle.
}
says-spf-wrong = Das SPF ist falsch: { $what }
says-spf-too-many-lookups = Das SPF braucht { $what } Abfragen; Empfänger hören nach 10 auf.
says-spf-too-many-voids = Das SPF sucht { $what } Namen, die es nicht gibt; Empfänger hören nach 2 auf.
says-spf-void = Das SPF sucht einen Namen, den es nicht gibt: { $what }
says-spf-without-us = Das SPF erlaubt unsere Server nicht: { $what } fehlt.
says-spf-allows-all = Das SPF endet mit +all: Jeder kann in diesem Namen senden.
says-spf-soft = Das SPF endet mit { $what }: Fälschungen werden höchstens markiert, nicht abgewiesen.
says-spf-used = { $what ->
    [0] Keine von 10 Abfragen ist verbraucht.
    [one] 1 von 10 Abfragen ist verbraucht.
   *[other] { $what } von 10 Abfragen sind verbraucht.
}
says-dkim-missing = Der Schlüssel { $what } ist nicht veröffentlicht.
says-dkim-differs = Bei { $what } steht ein anderer Schlüssel als unserer.
says-dkim-not-seen-yet = Der nächste Schlüssel { $what } ist noch nicht überall zu sehen; bis dahin unterschreibt der bisherige.
says-dkim-no-key = Es gibt noch keinen Schlüssel.
says-dmarc-wrong = Der DMARC-Eintrag ist falsch: { $what }
says-dmarc-several = Es gibt { $what } DMARC-Einträge; Empfänger beachten keinen.
says-dmarc-none = p=none bittet nur um Berichte: Fälschungen werden zugestellt.
says-dmarc-part = Die Richtlinie gilt nur für { $what } % der Nachrichten.
says-dmarc-reports-elsewhere = Berichte kommen nicht hierher: { $what } fehlt.
says-dmarc-reports-refused = Berichte über ein Synonym werden nicht gesendet: { $what } fehlt.
says-policy-unreachable = Die MTA-STS-Richtlinie lässt sich nicht lesen: { $what }
says-policy-without-mx = Die MTA-STS-Richtlinie erlaubt { $what } nicht: Andere stellen nicht zu.
says-policy-testing = Die MTA-STS-Richtlinie ist im Modus { $what }: Sie schützt noch nicht.
says-policy-record-wrong = Der MTA-STS-Eintrag ist falsch: { $what }
says-dane-not-signed = Die Zone von { $what } ist nicht signiert: DANE ist nicht möglich.
says-dane-differs = Die TLSA-Einträge von { $what } passen nicht zum Zertifikat: Andere stellen nicht zu.
says-not-signed = Die Zone ist nicht signiert.
says-ds-missing = Die Zone ist signiert, aber die übergeordnete Zone sagt es nicht: Dort fehlt { $what }.
says-ds-differs = Der DS-Eintrag der übergeordneten Zone passt zu keinem Schlüssel: { $what }
says-ds-without-key = Die übergeordnete Zone sagt, die Zone sei signiert, und sie ist es nicht: { $what }
says-pointer-missing = { $what } hat keinen Namen (PTR).
says-pointer-not-confirmed = { $what } führt nicht zur Adresse zurück.
says-pointer-differs = Der Name der Adresse ist { $what }, nicht der, den der Server nennt.
says-no-public-address = Der Server hat keine öffentliche Adresse: { $what }
says-helo-without-address = { $what } hat keine Adresse.
says-helo-elsewhere = { $what } führt zu anderen Adressen als denen des Servers.
says-listed = Gemeldet: { $what }
says-list-silent = Die Liste antwortet nicht: { $what }
says-own-authority = Das Zertifikat stammt von der eigenen Stelle dieser Installation: Andere kennen sie nicht.
says-certificate-without = Das Zertifikat gilt nicht für { $what }.
says-certificate-ends-soon = Das Zertifikat endet am { $what }.
says-certificate-ended = Das Zertifikat endete am { $what }.

rule-it-is-the-name-of-a-host-never-an-addres = Das Ziel ist ein Servername, nie eine IP-Adresse.
rule-an-a-record-holds-192-0-2-1-rfc-1035-3-4 = Eine IPv4-Adresse sieht aus wie 192.0.2.1.
rule-an-aaaa-record-holds-2001-db8-1-rfc-3596 = Eine IPv6-Adresse sieht aus wie 2001:db8::1.
rule-an-ipv4-address-stands-in-an-a-record-rf = Eine IPv4-Adresse gehört in einen A-Eintrag.
rule-an-ipv6-address-stands-in-an-aaaa-record = Eine IPv6-Adresse gehört in einen AAAA-Eintrag.
rule-a-label-has-1-to-63-octets-rfc-1035-2-3 = Jeder Teil eines Namens hat 1 bis 63 Zeichen.
rule-a-label-has-letters-digits-hyphens-under = Ein Name hat nur Buchstaben, Ziffern, Bindestriche und Unterstriche.
rule-a-name-has-at-most-253-octets-rfc-1035-2 = Ein Name hat höchstens 253 Zeichen.
rule-a-cname-stands-alone-at-its-name-rfc-103 = Ein CNAME steht allein unter seinem Namen.
rule-a-cname-stands-alone-and-the-zone-s-own = Die Spitze der Domain kann kein CNAME sein.
rule-a-name-has-one-spf-record-at-most-or-non = Ein Name hat nur ein SPF, sonst gilt keines. Führen Sie sie zusammen.
rule-a-name-has-one-dmarc-record-at-most-or-n = Ein Name hat nur ein DMARC, sonst gilt keines.
rule-a-null-mx-stands-alone-rfc-7505-3 = Ein Null-MX steht allein: Er sagt, dass die Domain keine Mails empfängt.
rule-a-record-stands-once-rfc-2181-5 = Diesen Eintrag gibt es schon.
rule-a-time-to-live-is-60-to-86400-seconds-so = Die TTL liegt zwischen 60 und 86’400 Sekunden.
rule-the-target-of-mx-ns-and-srv-has-addresse = Das Ziel von MX, NS und SRV ist kein Alias (CNAME).
rule-a-zone-s-name-exists-once-and-names-abov = Dieser Domainname wird hier schon geführt oder gehört unter eine Domain einer anderen Organisation.
rule-an-organisation-hosts-names-of-its-own-b = Nennen Sie eine eigene Domain wie beispiel.ch.
rule-a-synonym-is-bound-to-no-product-of-its = Ein Synonym darf zu keinem Produkt gehören, etwa einem Maildienst oder anderen Synonymen.
rule-a-synonym-uses-the-name-servers-of-this = Ein Synonym braucht unsere Nameserver.
rule-a-domain-that-the-newsletter-is-bound-to = Die Hauptdomain darf nicht zum Newsletter gehören.
list-cut = Nur die ersten { $count } werden gezeigt: Suchen Sie genauer, um die anderen zu sehen.
column-browser = Browser
column-session-since = Seit
column-session-seen = Zuletzt
sessions-end-effect = Dieser Browser muss sich neu anmelden; was dort eingegeben und noch nicht gespeichert ist, geht verloren.
sessions-end-one = Beenden: { $browser }
alert-late = { $count ->
    [one] { $count } Nachricht wartet seit mehr als einer Stunde
   *[other] { $count } Nachrichten warten seit mehr als einer Stunde
}
alert-held = { $count ->
    [one] { $count } angehaltene Nachricht
   *[other] { $count } angehaltene Nachrichten
}
alert-unban = { $count ->
    [one] { $count } Antrag auf Entsperrung wartet
   *[other] { $count } Anträge auf Entsperrung warten
}
alert-full = zu { $percent } % voll
alert-full-more = { $count ->
    [one] und { $count } weiteres fast volles Postfach
   *[other] und { $count } weitere fast volle Postfächer
}
alert-disk = Der Datenträger ist zu { $percent } % voll.
alert-certificate = Das Zertifikat läuft am { $day } ab.
