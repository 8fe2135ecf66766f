
## Linked domains and the main domain
linking-section = Domainverwaltung
linking-title = Mit dem Dienst verbundene Domains
linking-lead = Alle Adressen des Maildienstes tragen den Namen der Hauptdomain und antworten auch unter jeder verbundenen Domain.
linking-add = Verbundene Domain hinzufügen
linking-add-lead = Was { $main } empfängt, wird auch unter dem Namen empfangen, den Sie verbinden.
linking-more = Aktionen für { $domain }
linking-main = Als Hauptdomain festlegen
linking-unlink = Domain trennen
linking-synonym = Als Synonym zuordnen
linking-existing = Bestehende Domain wählen
linking-existing-text = Eine Domain Ihrer Organisation: Sie wird verbunden, und ihre DNS-Zone wird automatisch nachgeführt.
linking-choose = Domains der Organisation
linking-no-candidates = Die Organisation hat keine weitere Domain.
linking-elsewhere = Domain- oder Subdomainnamen hinzufügen
linking-elsewhere-text = Gut, wenn die Domain anderswo verwaltet wird. Sie muss Ihnen gehören: Die Zone ist hierher delegiert, oder ein TXT-Eintrag beweist es.
linking-name = Domainname
linking-no-name = Das ist kein Domainname.
linking-create-zone = Seine DNS-Zone hier anlegen
linking-create-zone-help = Falls sie noch nicht hier ist. Geben Sie bei Ihrer Registrierungsstelle unsere Nameserver an.
linking-update-dns = DNS nachführen
linking-update-dns-help = Wo es die Domain zulässt, wird ihre DNS-Zone automatisch nachgeführt.
linking-replace = Bestehende Einträge ersetzen
linking-replace-help = Mail-Einträge, die im Weg stehen, werden ersetzt; die übrigen bleiben. Nur mit der Nachführung der DNS.
linking-invert = Mit der Hauptdomain vertauschen
linking-invert-help = Der neue Name wird sogleich Hauptdomain; der bisherige bleibt verbunden.
linking-link = Diese Domain verbinden
linking-buy = Neuen Domainnamen kaufen
linking-buy-text = Registrieren Sie den Namen bei Ihrer Registrierungsstelle mit unseren Nameservern, und fügen Sie ihn dann hier hinzu.
linking-empty = Noch keine Domain
linking-empty-text = Die erste Domain eines Maildienstes ist seine Hauptdomain.
linking-dns-here = DNS nachgeführt in der Zone { $zone }
linking-dns-elsewhere = DNS anderswo: Die Einträge sind dort zu übernehmen.
linking-dns-check = Einträge ansehen
linking-dns-off = DNS nicht nachgeführt
place-main = Hauptdomain
place-linked = Verbunden
place-apart = Eigenständig
place-main-text = { $count ->
    [one] Eine Adresse trägt diesen Namen.
   *[other] { $count } Adressen tragen diesen Namen.
}
place-linked-text = Jede Adresse der Hauptdomain antwortet auch unter diesem Namen.
place-apart-text = { $count ->
    [one] Eine eigene Adresse.
   *[other] { $count } eigene Adressen.
}
place-disabled = Diese Domain ist ausser Betrieb.
linking-confirm-main = { $domain } als Hauptdomain festlegen?
linking-confirm-unlink = { $domain } trennen?
linking-confirm-synonym = { $domain } als Synonym zuordnen?
linking-main-effect = { $count ->
    [one] Eine Adresse mit @{ $main } wird dieselbe mit @{ $domain }, ihr Inhalt bleibt unverändert.
   *[other] { $count } Adressen mit @{ $main } werden dieselben mit @{ $domain }, ihr Inhalt bleibt unverändert.
}
linking-main-kept = Beide Namen empfangen weiter und öffnen die Postfächer, bis { $main } getrennt wird. Die Passwörter bleiben dieselben.
linking-unlink-effect = { $count ->
    [one] Eine Adresse antwortet nicht mehr unter @{ $domain }:
   *[other] { $count } Adressen antworten nicht mehr unter @{ $domain }:
}
linking-unlink-leading = { $count ->
    [one] Eine Adresse der Organisation führt zu einer davon: Sie führt dann ins Leere.
   *[other] { $count } Adressen der Organisation führen zu einer davon: Sie führen dann ins Leere.
}
linking-unlink-records = { $count ->
    [0] Es wird kein DNS-Eintrag gelöscht.
    [one] Ein DNS-Eintrag, den wir nachführen, wird gelöscht; Ihre eigenen bleiben.
   *[other] { $count } DNS-Einträge, die wir nachführen, werden gelöscht; Ihre eigenen bleiben.
}
linking-synonym-effect = { $domain } sagt dann alles, was { $main } sagt, samt DNS-Zone: Die eigenen Einträge verschwinden. Die Adressen antworten weiter unter seinem Namen.
linking-do-main = Vertauschung bestätigen
linking-do-unlink = Trennung bestätigen
linking-do-synonym = Als Synonym zuordnen
operations-title = Vorgänge
operation-link = { $domain } verbinden
operation-main = { $domain } wird Hauptdomain
operation-unlink = { $domain } trennen
operation-synonym = { $domain } wird ein Synonym
operation-begun-link = { $domain } wird verbunden.
operation-begun-main = Die Vertauschung mit { $domain } läuft.
operation-begun-unlink = { $domain } wird getrennt.
operation-begun-synonym = { $domain } wird ein Synonym.
operation-running = läuft
operation-done = abgeschlossen
operation-failed = abgebrochen
operation-progress = Fortschritt des Vorgangs
operation-count = { $done } von { $total } { $total ->
    [one] Schritt
   *[other] Schritten
}
step-zone = DNS-Zone anlegen
step-domain = Domain verbinden
step-records = DNS nachführen
step-addresses = Adressen umbenennen
step-targets = Aliasse und Weiterleitungen nachführen
step-both-records = DNS beider Namen prüfen
step-remove-records = DNS-Einträge löschen
step-unlink = Nicht mehr unter diesem Namen antworten
step-synonym = Als Synonym zuordnen
operation-line-zone-made = Die Zone { $name } ist angelegt.
operation-line-zone-there = Die Zone { $name } war schon da.
operation-line-linked = { $name } ist verbunden.
operation-line-records-changed = { $count ->
    [0] { $name }: DNS schon nachgeführt.
    [one] { $name }: ein DNS-Eintrag geändert.
   *[other] { $name }: { $count } DNS-Einträge geändert.
}
operation-line-records-in-the-way = { $count ->
    [one] { $name }: Ein bestehender Eintrag blieb anstelle des unseren.
   *[other] { $name }: { $count } bestehende Einträge blieben anstelle der unseren.
}
operation-line-records-elsewhere = { $name }: DNS nicht hier geführt.
operation-line-addresses-moved = { $count ->
    [0] Keine Adresse in @{ $name } umzubenennen.
    [one] Eine Adresse trägt nun den Namen @{ $name }.
   *[other] { $count } Adressen tragen nun den Namen @{ $name }.
}
operation-line-targets-renamed = { $count ->
    [0] Kein Alias und keine Weiterleitung nach @{ $name } nachzuführen.
    [one] Ein Alias oder eine Weiterleitung führt nun zu @{ $name }.
   *[other] { $count } Aliasse oder Weiterleitungen führen nun zu @{ $name }.
}
operation-line-unlinked = Unter @{ $name } antwortet keine Adresse mehr.
operation-line-synonym-made = { $name } ist ein Synonym.
operation-line-refused = Abgelehnt: { $name }
rule-a-linked-domain-has-no-addresses-of-its = Eine verbundene Domain hat keine eigenen Adressen: Löschen oder verschieben Sie sie zuerst.
rule-what-is-unlinked-or-becomes-the-main-dom = Nur eine verbundene Domain kann getrennt oder zur Hauptdomain werden.
rule-what-is-linked-is-another-domain = Diese Domain gehört schon zum Maildienst.
rule-a-domain-is-unlinked-there-before-it-is = Trennen Sie diese Domain zuerst im anderen Maildienst.
rule-the-first-domain-of-a-mail-service-is-it = Die erste Domain eines Maildienstes ist seine Hauptdomain: Legen Sie sie zuerst an.
rule-a-linked-domain-is-unlinked-after-its-sy = Lösen Sie zuerst seine synonymen Domains.
rule-a-domain-is-unlinked-after-its-hosts-are = Löschen Sie zuerst seine Hosts und Mailserver, und wenden Sie das an.
rule-a-domain-is-unlinked-before-it-goes-into = Trennen Sie diese Domain zuerst.
rule-the-main-domain-goes-after-those-linked = Trennen Sie zuerst die verbundenen Domains, oder legen Sie eine andere Hauptdomain fest.
rule-addresses-are-made-at-the-main-domain-an = Legen Sie die Adresse in der Hauptdomain an: Sie antwortet auch unter jeder verbundenen Domain.
rule-a-synonym-is-dissociated-from-its-main-d = Der synonyme Domainname muss zuerst vom Hauptnamen gelöst werden.
rule-records-are-replaced-only-where-they-are = Ersetzt wird nur, wo die DNS nachgeführt werden.
rule-a-mail-service-has-one-operation-on-its = An diesem Maildienst läuft schon ein Vorgang: Warten Sie, bis er beendet ist.
rule-a-synonym-and-its-main-domain-are-zones = Die DNS-Zonen des Synonyms und der Hauptdomain müssen hier verwaltet werden.
rule-a-mail-domain-is-its-organisation-s-its = Noch beweist nichts, dass diese Domain Ihnen gehört: Delegieren Sie ihre Zone an unsere Nameserver, oder veröffentlichen Sie den angegebenen TXT-Eintrag.
