## People, roles, second factors

profile-title = Mein Profil
profile-security = Sicherheit des Kontos
profile-security-text = Passwort, zweite Faktoren und Ersatzcodes.
profile-language-none = die des Browsers
profile-phone = Telefon
profile-contacts = Kontaktadressen
profile-contacts-help = Eine Adresse pro Zeile, höchstens fünf. Dort sind Sie erreichbar, wenn Ihre Hauptadresse ausfällt.
people-no-address = «{ $text }» ist keine E-Mail-Adresse: name@domain.
factors-title = Zwei-Faktor-Authentifizierung
factors-text = Nach dem Passwort zeigen Sie etwas Zweites: einen Code Ihres Telefons oder einen Passkey. Wer Ihr Passwort stiehlt, kommt nicht hinein.
factors-empty = Noch kein zweiter Faktor
factors-empty-text = Fügen Sie eine Authentifizierungs-App hinzu: Es dauert eine Minute.
factor-must = «{ $organisation }» verlangt einen zweiten Faktor. Fügen Sie einen hinzu, um fortzufahren.
factor-totp = App
factor-passkey = Passkey
factor-name = Name
factor-added = Der zweite Faktor ist hinzugefügt. Ihre anderen Sitzungen sind beendet.
factor-removed = «{ $name }» ist entfernt.
factor-remove = «{ $name }» entfernen
factor-remove-effect = Er wird bei der Anmeldung nicht mehr angenommen. Ihre anderen Sitzungen enden, und ein Brief bestätigt es Ihnen.
factor-remove-last = Es ist der letzte: Danach genügt das Passwort, und die Ersatzcodes gelten nicht mehr.
since = seit
last-used = zuletzt benutzt
totp-add = Authentifizierungs-App hinzufügen
totp-name = Telefon
totp-over = Zu viele Versuche oder zu lange: Hier ist ein neuer QR-Code.
totp-scan = Scannen Sie diesen Code mit Ihrer App (zum Beispiel Aegis, Google Authenticator, FreeOTP).
totp-picture = QR-Code des Geheimnisses
totp-type = Das Geheimnis von Hand eingeben
totp-confirm = Geben Sie den sechsstelligen Code ein, den die App anzeigt.
totp-code = Sechsstelliger Code
totp-go = Einschalten
passkey-add = Passkey hinzufügen
passkey-text = Ihr Gerät oder Sicherheitsschlüssel erkennt Sie (Finger, Gesicht, PIN) und beweist es hier. Auf dem Gerät gespeichert, ersetzt er bei der Anmeldung auch das Passwort.
passkey-go = Passkey erstellen
passkey-unable = Dieser Browser kennt keine Passkeys, oder sein Skript ist ausgeschaltet. Fügen Sie stattdessen eine Authentifizierungs-App hinzu.
passkey-cancelled = Nichts ist geschehen: Der Browser gab keinen Passkey. Versuchen Sie es noch einmal oder nehmen Sie einen anderen Weg.
passkey-wrong = Dieser Passkey öffnet dieses Konto nicht, oder die Anfrage ist zu alt. Versuchen Sie es noch einmal.
passkey-no-host = Passkeys werden hier nicht angeboten: Sie gehören zu einem Hostnamen, und diese Installation wird über eine IP-Adresse erreicht.
passkey-elsewhere = Passkeys gehören zu { $host }: Öffnen Sie den Manager über https://{ $host }.
recovery-title = Ersatzcodes
recovery-left = { $count ->
    [one] Es ist noch einer übrig.
   *[other] Es sind noch { $count } übrig.
}
recovery-once = Jeder öffnet einmal, falls Sie Ihr Telefon verlieren. Sie werden nur jetzt gezeigt: Kopieren, laden oder drucken Sie sie, und bewahren Sie sie nicht auf diesem Telefon auf.
recovery-renew = Neue Ersatzcodes
recovery-renew-effect = Zehn neue Codes ersetzen die alten, die nicht mehr gelten.
recovery-kept = Ich habe sie aufbewahrt
download = Herunterladen
print = Drucken
present-wrong = Das ist nicht Ihr jetziges Passwort, oder der Passkey ist nicht der richtige.
password-present = Jetziges Passwort
password-new = Neues Passwort
password-repeated = Neues Passwort, noch einmal
password-help = Zehn Zeichen oder mehr; ein Satz eignet sich.
password-change = Passwort ändern
password-changed = Das Passwort ist geändert. Ihre anderen Sitzungen sind beendet.
password-differs = Die beiden Eingaben unterscheiden sich.
prove-passkey = Mit einem Passkey bestätigen
step-title = Zweiter Faktor
step-code = Code Ihrer App
step-recovery = Ersatzcode
step-help = Sechs Ziffern oder einer Ihrer Ersatzcodes.
step-recovery-help = Einer Ihrer zehn Ersatzcodes, falls Ihr Passkey nicht zur Hand ist.
step-go = Weiter
step-back = Von vorn
step-lost = Alles verloren? Ein Administrator Ihrer Organisation kann Ihre zweiten Faktoren entfernen.
step-over = Dieser Schritt ist vorbei: zu viele Versuche oder mehr als fünf Minuten. Geben Sie Ihr Passwort noch einmal ein.
step-wrong = Dieser Code stimmt nicht oder wurde schon benutzt. Warten Sie auf den nächsten und prüfen Sie die Uhr des Telefons.
step-passkey = Weiter mit einem Passkey
sign-in-passkey = Mit einem Passkey anmelden
users-title = Benutzer
users-lead = Die Personen, die die Organisation verwalten oder Zugang haben.
user-add = Benutzer hinzufügen
column-name = Name
column-login = Anmeldename
column-role = Rolle
column-access = Zugang
column-second-factor = 2FA
column-last-access = Letzter Zugang
never = nie
second-factor-none = keiner
second-factor-count = { $count ->
    [one] ein Faktor
   *[other] { $count } Faktoren
}
filter-role = Rolle
filter-role-all = Alle Rollen
role-legal-owner = Rechtlich Verantwortliche
role-administrator = Administrator
role-collaborator = Mitarbeiter
role-external = Externe
role-legal-owner-help = Steht für die Organisation ein und darf alles; nur er ernennt weitere rechtlich Verantwortliche.
role-administrator-help = Verwaltet alles oder nur eine Domain.
role-collaborator-help = Hat Zugang zu den Maildiensten, die ihm gewährt werden.
role-external-help = Kommt von aussen; hat nur Zugang zu dem, wozu er eingeladen wird.
user-blocked = gesperrt
user-active = aktiv
user-from-elsewhere = Konto einer anderen Organisation
user-password-once = Hier ist das Passwort von { $login }. Es wird nur jetzt gezeigt; die Person ändert es danach selbst.
user-joined = { $login } hatte schon ein Konto und gehört nun auch zu dieser Organisation. Ein Brief teilt es mit.
user-self = Sie
user-elsewhere-text = Eine andere Organisation hat dieses Konto erstellt: Name, Passwort und zweite Faktoren werden dort geändert. Hier entscheiden Sie über die Rolle.
user-owner-only = Nur ein rechtlich Verantwortlicher ändert einen rechtlich Verantwortlichen.
user-role-change = Rolle ändern
user-domain = Verwaltete Domain
user-domain-help = Nur für einen Administrator.
domain-all = alle Domains
user-services = Gewährte Maildienste
user-services-help = Nur für einen Mitarbeiter.
user-factor-effect = Die Person braucht ihn bei der Anmeldung nicht mehr und erhält einen Brief. Vergewissern Sie sich, dass sie es ist, die darum bittet.
user-factor-removed = Der zweite Faktor ist entfernt.
user-profile = Profil
user-profile-text = Was die Person in ihrem Profil über sich sagt; Sie können es für sie eintragen.
user-profile-own = Sie ändern es in Ihrem Profil.
user-contacts-help = Eine Adresse pro Zeile, höchstens fünf. Dort ist die Person erreichbar, wenn ihre Hauptadresse ausfällt.
user-passwords = Gerätepasswörter
user-passwords-text = Die Passwörter, die die Person für Postfächer erstellt hat, auf die sie Zugriff hat. Sie öffnen diese Postfächer, bis sie gelöscht oder ausser Betrieb gesetzt werden.
user-sessions = Sitzungen
user-sessions-text = Die Browser, in denen die Person angemeldet ist. Ihre Mailgeräte gehören nicht dazu.
user-sessions-none = Die Person ist nirgends angemeldet.
user-sessions-own = Ihre Sitzungen haben eine eigene Seite; dort beenden Sie sie.
user-sessions-not-ours = Sie sehen und beenden nur Sitzungen von Konten, um die sich allein Ihre Organisation kümmert. Wenn es eilt, sperren Sie der Person den Zugang zu Ihrer Organisation.
user-sessions-end-all = Alle beenden
user-sessions-end = { $count ->
    [one] Die Sitzung beenden
   *[other] { $count } Sitzungen beenden
}
user-sessions-end-effect = { $count ->
    [one] Ein Browser muss
   *[other] { $count } Browser müssen
} sich neu anmelden; was dort eingegeben und noch nicht gespeichert ist, geht verloren. Ein Passwort, das jemand anders kennt, gilt weiter: Vergeben Sie ein neues.
user-end = Zugang
user-password-new = Neues Passwort
user-password-effect = Das alte gilt nicht mehr, und alle Sitzungen der Person enden.
user-block = Benutzer sperren
user-unblock = Entsperren
user-delete = Benutzer löschen
user-block-effect = { $login } kommt nicht mehr hinein, und die Sitzungen enden. Nichts geht verloren: Sie können entsperren.
user-delete-effect = { $login } gehört nicht mehr zur Organisation. Das Konto verschwindet, wenn die Person zu keiner anderen gehört. Die Mail-Adressen bleiben.
user-delete-lost = { $count ->
    [0] Verloren: die Rolle «{ $role }».
    [one] Verloren: die Rolle «{ $role }» und ein zweiter Faktor.
   *[other] Verloren: die Rolle «{ $role }» und { $count } zweite Faktoren.
}
user-blocked-done = Der Benutzer ist gesperrt.
user-unblocked-done = Der Benutzer ist entsperrt.
user-deleted = { $login } gehört nicht mehr zur Organisation.
role-changed = Rolle: { $role }. Ein Brief teilt es der Person mit.
organisation-title = Organisation
organisation-identity = Identität
organisation-legal-name = Rechtlicher Name
organisation-requires = Von allen Benutzern einen zweiten Faktor verlangen
organisation-requires-help = { $count ->
    [0] Alle haben einen.
    [one] Ein Benutzer hat keinen: Er sieht nur noch die Seite, auf der man einen hinzufügt.
   *[other] { $count } Benutzer haben keinen: Sie sehen nur noch die Seite, auf der man einen hinzufügt.
}
organisation-support = Support der ersten Stufe
organisation-support-help = An wen sich Ihre Benutzer zuerst wenden.
organisation-support-email = E-Mail-Adresse
organisation-support-page = Webseite
organisation-support-hours = Zeiten
organisation-support-hours-example = Mo–Fr 8–17 Uhr
organisation-look = Erscheinungsbild
organisation-look-help = Im Kopf des Managers dieser Organisation.
organisation-look-name = Angezeigter Name
organisation-look-colour = Farbe
organisation-look-colour-help = Sechs hexadezimale Ziffern nach #. Darauf steht weisse Schrift: Kontrast mindestens 4,5.
organisation-look-contrast = Kontrast mit weisser Schrift: { $ratio } (mindestens 4,5).
organisation-logo = Logo
organisation-logo-help = PNG mit höchstens 2’000 Pixeln Seitenlänge oder SVG ohne Skript; höchstens 128 KiB.
organisation-logo-remove = Logo entfernen
rule-only-a-legal-owner-makes-changes-blocks = Nur ein rechtlich Verantwortlicher ernennt, ändert, sperrt oder entfernt einen rechtlich Verantwortlichen.
rule-an-organisation-keeps-one-legal-owner-wh = Eine Organisation behält einen rechtlich Verantwortlichen, der sich anmelden kann.
rule-whoever-belongs-to-several-organisations = Wer zu mehreren Organisationen gehört, ändert Passwort und zweite Faktoren selbst.
rule-the-six-digits-that-the-application-show = Dieser Code passt nicht zum Geheimnis: Geben Sie den ein, den die App jetzt anzeigt; die Uhr des Telefons muss stimmen.
rule-the-last-second-factor-stays-where-an-or = Eine Organisation verlangt einen zweiten Faktor: Fügen Sie einen anderen hinzu, bevor Sie den letzten entfernen.
rule-white-letters-stand-on-the-colour-a-cont = Weisse Schrift ist auf dieser Farbe zu schlecht lesbar: Nehmen Sie eine dunklere (Kontrast mindestens 4,5).
user-limit-unknown = Diese Domain oder diesen Dienst gibt es nicht: Nichts wurde geändert.
user-login-help = Eine E-Mail-Adresse. Hat die Person hier schon ein Konto, behält sie es: Sie wird gefragt, ob sie zur Organisation gehören will.
user-asked = { $login } hat schon ein Konto: Ein Brief fragt, ob die Person zur Organisation gehören will. Sie hat sieben Tage Zeit.
offers-title = Unbeantwortete Anfragen
offers-text = Diese Personen haben anderswo ein Konto. Bis sie zusagen, sehen Sie sonst nichts von ihnen.
offer-until = bis
offer-withdraw = Anfrage zurückziehen
offer-withdraw-effect = Die Person kann nicht mehr annehmen. Sie müsste neu gefragt werden.
offer-withdraw-one = Anfrage an { $login } zurückziehen
offer-withdrawn = Die Anfrage ist zurückgezogen.
own-offers-title = Sie sind eingeladen
own-offer-text = { $who } fragt, ob Sie mit der Rolle «{ $role }» zu «{ $organisation }» gehören wollen.
own-offer-effect = Deren Administratoren sehen dann Ihren Namen, wie man Sie erreicht und Ihre zweiten Faktoren. Ihr Passwort ändern sie nie.
offer-accept = Annehmen
offer-accepted = Sie gehören nun zu «{ $organisation }».
offer-declined = Sie haben abgelehnt. Die Organisation weiss nichts weiter von Ihnen.
offer-decline = Ablehnen
rule-a-login-at-a-domain-of-another-organisat = Diese Adresse gehört einer anderen Organisation: Sie legt das Konto an, oder die Person selbst, indem sie eine Einladung annimmt.
rule-whoever-signs-in-with-an-address-of-anot = Diese Person meldet sich mit einer Adresse einer anderen Organisation an: Passwort und zweite Faktoren ändert sie selbst.
rule-an-organisation-asks-at-most-200-people = Zu viele haben noch nicht geantwortet: Eine Organisation fragt höchstens 200 Personen auf einmal an, und eine Person hat höchstens 20 Anfragen.
rule-a-person-is-asked-once-and-has-seven-day = Die Person ist bereits angefragt; sie hat sieben Tage Zeit zu antworten.
user-loses-sessions = { $count ->
    [one] Eine Sitzung endet sofort.
   *[other] { $count } Sitzungen enden sofort.
}
user-loses-mailboxes = { $count ->
    [one] Der Zugang zu einem Postfach geht verloren.
   *[other] Der Zugang zu { $count } Postfächern geht verloren.
}
user-loses-passwords = { $count ->
    [one] Ein Gerätepasswort gilt nicht mehr.
   *[other] { $count } Gerätepasswörter gelten nicht mehr.
}
user-loses-services = { $count ->
    [one] Ein Maildienst ist nicht mehr anvertraut.
   *[other] { $count } Maildienste sind nicht mehr anvertraut.
}
user-pauses-mailboxes = { $count ->
    [one] Ein Postfach bleibt ihr bis zur Freigabe verschlossen.
   *[other] { $count } Postfächer bleiben ihr bis zur Freigabe verschlossen.
}
user-pauses-passwords = { $count ->
    [one] Ein Gerätepasswort gilt bis dahin nicht.
   *[other] { $count } Gerätepasswörter gelten bis dahin nicht.
}
own-tokens-title = Meine Token
own-tokens-text = Mit einem Token greift ein Programm über die API auf Ihre eigenen Sachen zu: Profil, Sitzungen, Adressen. Es öffnet nichts von der Organisation und endet mit Ihrem Passwort.
own-tokens-empty = Kein Token
own-tokens-empty-text = Kein Programm greift auf Ihre Sachen zu.
own-token-add = Token erstellen
own-token-name = Name
own-token-write = Es darf ändern
own-token-write-help = Sonst liest es nur.
own-token-once = Kopieren Sie das Token jetzt: Es wird nur dieses eine Mal gezeigt.
own-token-revoke = «{ $name }» widerrufen
own-token-revoked = Das Token ist widerrufen.
own-token-writes = liest und ändert
own-token-reads = liest
granted-lead = Die Maildienste, die Ihnen gewährt wurden. Sie sehen ihre Adressen und Benutzer; ein Administrator ändert sie.
granted-empty = Ihnen ist kein Maildienst gewährt
granted-empty-text = Eine verantwortliche Person oder ein Administrator gewährt Maildienste auf der Seite Ihres Kontos.
granted-service-lead = Seine Adressen. Eine Adresse mit Postfach öffnet die Liste ihrer Benutzer.
granted-no-addresses = Noch keine Adresse
granted-no-addresses-text = Die Adressen dieses Maildienstes stehen dann hier.
support-title = Brauchen Sie Hilfe?
support-of = Support von { $name }:
