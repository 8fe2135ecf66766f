
## Linked domains and the main domain
linking-section = Gestione dei domini
linking-title = Domini collegati al servizio
linking-lead = Tutti gli indirizzi del servizio mail portano il nome del dominio principale e rispondono anche sotto ogni dominio collegato.
linking-add = Aggiungere un dominio collegato
linking-add-lead = Ciò che riceve { $main } sarà ricevuto anche sotto il nome che Lei collega.
linking-more = Azioni per { $domain }
linking-main = Definire come dominio principale
linking-unlink = Scollegare il dominio
linking-synonym = Associare come sinonimo
linking-existing = Cercare un dominio esistente
linking-existing-text = Un dominio della Sua organizzazione: viene collegato e la sua zona DNS viene aggiornata automaticamente.
linking-choose = Domini dell’organizzazione
linking-no-candidates = L’organizzazione non ha altri domini.
linking-elsewhere = Aggiungere un nome di dominio o sottodominio
linking-elsewhere-text = Ideale se il nome di dominio si trova altrove. Deve appartenerLe: la zona è delegata qui, o un record TXT lo dimostra.
linking-name = Nome di dominio
linking-no-name = Non è un nome di dominio.
linking-create-zone = Creare qui la sua zona DNS
linking-create-zone-help = Se non c’è ancora. Indichi i nostri server dei nomi presso il Suo registrar.
linking-update-dns = Aggiornare i DNS
linking-update-dns-help = Se la situazione del nome di dominio lo permette, la sua zona DNS viene aggiornata automaticamente.
linking-replace = Sostituire i record esistenti
linking-replace-help = Le voci di posta che ostacolano vengono sostituite; le altre restano. Solo con l’aggiornamento dei DNS.
linking-invert = Invertire con il dominio principale
linking-invert-help = Il nuovo nome diventa subito il dominio principale; il precedente resta collegato.
linking-link = Collegare questo dominio
linking-buy = Acquistare un nuovo nome di dominio
linking-buy-text = Riservi il nome presso il Suo registrar con i nostri server dei nomi, poi lo aggiunga qui.
linking-empty = Ancora nessun dominio
linking-empty-text = Il primo dominio di un servizio mail è il suo dominio principale.
linking-dns-here = DNS aggiornati nella zona { $zone }
linking-dns-elsewhere = DNS altrove: i record vanno riportati lì.
linking-dns-check = Vedere i record
linking-dns-off = DNS non aggiornati
place-main = Principale
place-linked = Collegato
place-apart = Indipendente
place-main-text = { $count ->
    [one] Un indirizzo porta questo nome.
   *[other] { $count } indirizzi portano questo nome.
}
place-linked-text = Ogni indirizzo del dominio principale risponde anche sotto questo nome.
place-apart-text = { $count ->
    [one] Un indirizzo proprio.
   *[other] { $count } indirizzi propri.
}
place-disabled = Questo dominio è disattivato.
linking-confirm-main = Definire { $domain } come dominio principale?
linking-confirm-unlink = Scollegare { $domain }?
linking-confirm-synonym = Associare { $domain } come sinonimo?
linking-main-effect = { $count ->
    [one] Un indirizzo @{ $main } diventerà lo stesso @{ $domain }, senza modifica del suo contenuto.
   *[other] { $count } indirizzi @{ $main } diventeranno gli stessi @{ $domain }, senza modifica del loro contenuto.
}
linking-main-kept = Entrambi i nomi continuano a ricevere e ad aprire le caselle finché { $main } non viene scollegato. Le password restano le stesse.
linking-unlink-effect = { $count ->
    [one] Un indirizzo smetterà di rispondere sotto @{ $domain }:
   *[other] { $count } indirizzi smetteranno di rispondere sotto @{ $domain }:
}
linking-unlink-leading = { $count ->
    [one] Un indirizzo dell’organizzazione porta a uno di essi: non vi porterà più.
   *[other] { $count } indirizzi dell’organizzazione portano a uno di essi: non vi porteranno più.
}
linking-unlink-records = { $count ->
    [0] Nessun record DNS viene eliminato.
    [one] Un record DNS che teniamo aggiornato viene eliminato; i Suoi restano.
   *[other] { $count } record DNS che teniamo aggiornati vengono eliminati; i Suoi restano.
}
linking-synonym-effect = { $domain } dirà tutto ciò che dice { $main }, zona DNS compresa: i suoi record scompaiono. Gli indirizzi continuano a rispondere sotto il suo nome.
linking-do-main = Confermare l’inversione
linking-do-unlink = Confermare lo scollegamento
linking-do-synonym = Associare come sinonimo
operations-title = Operazioni
operation-link = Collegare { $domain }
operation-main = { $domain } diventa il dominio principale
operation-unlink = Scollegare { $domain }
operation-synonym = { $domain } diventa un sinonimo
operation-begun-link = { $domain } viene collegato.
operation-begun-main = L’inversione con { $domain } è in corso.
operation-begun-unlink = { $domain } viene scollegato.
operation-begun-synonym = { $domain } diventa un sinonimo.
operation-running = in corso
operation-done = terminata
operation-failed = interrotta
operation-progress = Avanzamento dell’operazione
operation-count = { $done ->
    [one] { $done } passo
   *[other] { $done } passi
} su { $total }
step-zone = Creare la zona DNS
step-domain = Collegare il dominio
step-records = Aggiornare i DNS
step-addresses = Rinominare gli indirizzi
step-targets = Seguire alias e reindirizzamenti
step-both-records = Verificare i DNS dei due nomi
step-remove-records = Eliminare i record DNS
step-unlink = Non rispondere più sotto questo nome
step-synonym = Associare come sinonimo
operation-line-zone-made = La zona { $name } è creata.
operation-line-zone-there = La zona { $name } esisteva già.
operation-line-linked = { $name } è collegato.
operation-line-records-changed = { $count ->
    [0] { $name }: DNS già aggiornati.
    [one] { $name }: un record DNS modificato.
   *[other] { $name }: { $count } record DNS modificati.
}
operation-line-records-in-the-way = { $count ->
    [one] { $name }: un record esistente è rimasto al posto del nostro.
   *[other] { $name }: { $count } record esistenti sono rimasti al posto dei nostri.
}
operation-line-records-elsewhere = { $name }: i DNS non sono gestiti qui.
operation-line-addresses-moved = { $count ->
    [0] Nessun indirizzo da rinominare in @{ $name }.
    [one] Un indirizzo porta ora il nome @{ $name }.
   *[other] { $count } indirizzi portano ora il nome @{ $name }.
}
operation-line-targets-renamed = { $count ->
    [0] Nessun alias né reindirizzamento da seguire verso @{ $name }.
    [one] Un alias o un reindirizzamento porta ora a @{ $name }.
   *[other] { $count } alias o reindirizzamenti portano ora a @{ $name }.
}
operation-line-unlinked = Nessun indirizzo risponde più sotto @{ $name }.
operation-line-synonym-made = { $name } è un sinonimo.
operation-line-refused = Rifiutato: { $name }
rule-a-linked-domain-has-no-addresses-of-its = Un dominio collegato non ha indirizzi propri: prima li elimini o li sposti.
rule-what-is-unlinked-or-becomes-the-main-dom = Solo un dominio collegato può essere scollegato o diventare il dominio principale.
rule-what-is-linked-is-another-domain = Questo dominio fa già parte del servizio mail.
rule-a-domain-is-unlinked-there-before-it-is = Prima scolleghi questo dominio nell’altro servizio mail.
rule-the-first-domain-of-a-mail-service-is-it = Il primo dominio di un servizio mail è il suo dominio principale: lo crei prima.
rule-a-linked-domain-is-unlinked-after-its-sy = Prima dissoci i suoi domini sinonimi.
rule-a-domain-is-unlinked-after-its-hosts-are = Prima elimini i suoi host e server di posta, poi applichi.
rule-a-domain-is-unlinked-before-it-goes-into = Prima scolleghi questo dominio.
rule-the-main-domain-goes-after-those-linked = Prima scolleghi i domini collegati, o definisca un altro dominio principale.
rule-addresses-are-made-at-the-main-domain-an = Crei l’indirizzo nel dominio principale: risponde anche sotto ogni dominio collegato.
rule-a-synonym-is-dissociated-from-its-main-d = Occorre prima dissociare il nome di dominio sinonimo dal nome di dominio principale.
rule-records-are-replaced-only-where-they-are = La sostituzione presuppone l’aggiornamento dei DNS.
rule-a-mail-service-has-one-operation-on-its = Su questo servizio mail è già in corso un’operazione: attenda la sua fine.
rule-a-synonym-and-its-main-domain-are-zones = Le zone DNS del sinonimo e del dominio principale devono essere gestite qui.
rule-a-mail-domain-is-its-organisation-s-its = Nulla prova ancora che questo dominio sia Suo: deleghi la zona ai nostri server dei nomi, o pubblichi il record TXT indicato.
