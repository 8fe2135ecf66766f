
## Mail services and addresses
services-title = Servizi Mail
services-lead = Un servizio Mail riunisce domini, i loro indirizzi e una quota.
services-empty = Nessun servizio Mail
services-empty-text = Ne crei uno, o aggiunga un dominio: il suo servizio nasce con esso.
service-add = Creare un servizio Mail
service-name-help = Senza effetto sugli indirizzi.
service-created = Il servizio «{ $name }» è creato.
service-quota = Quota predefinita
service-administrator = Amministratore del servizio
service-administrator-help = L’indirizzo che riceve quanto scritto a postmaster e abuse; senza, il più vecchio.
service-addresses = { $count ->
        [one] { $count } indirizzo
       *[other] { $count } indirizzi
    }
service-active = Attivo
service-maintenance = Manutenzione
maintenance-text = In manutenzione la ricezione continua; nessuno consulta né invia.
maintenance-effect = { $count ->
        [one] { $count } indirizzo non è consultabile
       *[other] { $count } indirizzi non sono consultabili
    } fino alla fine.
maintenance-begin = Mettere in manutenzione
maintenance-end = Terminare la manutenzione
maintenance-now = Il servizio è in manutenzione: solo ricezione.
maintenance-begun = La manutenzione è iniziata.
maintenance-ended = La manutenzione è terminata.
addresses-title = Indirizzi
addresses-empty = Nessun indirizzo
addresses-empty-text = Crei il primo con «Creare un indirizzo mail».
addresses-choose = Scelga degli indirizzi
addresses-chosen = { $count ->
        [one] { $count } indirizzo scelto
       *[other] { $count } indirizzi scelti
    }
addresses-passed-over = { $count } non sono cambiati.
addresses-do-disable = Disattivare { $count ->
        [one] { $count } indirizzo
       *[other] { $count } indirizzi
    }
addresses-do-enable = Attivare { $count ->
        [one] { $count } indirizzo
       *[other] { $count } indirizzi
    }
addresses-do-quota = Fissare la quota di { $count ->
        [one] { $count } indirizzo
       *[other] { $count } indirizzi
    }
addresses-do-delete = Eliminare { $count ->
        [one] { $count } indirizzo
       *[other] { $count } indirizzi
    }
addresses-effect-disable = { $count ->
        [one] { $count } indirizzo
       *[other] { $count } indirizzi
    }, di cui { $mailboxes ->
        [0] nessuna casella
        [one] una casella
       *[other] { $mailboxes } caselle
    }: quanto vi è scritto è rifiutato, nessuno si collega. I messaggi ({ $size }) restano.
addresses-effect-enable = { $count ->
        [one] { $count } indirizzo
       *[other] { $count } indirizzi
    }, di cui { $mailboxes ->
        [0] nessuna casella
        [one] una casella
       *[other] { $mailboxes } caselle
    }: ricezione e accesso riprendono.
addresses-effect-quota = La quota vale per { $mailboxes ->
        [0] nessuna casella
        [one] una casella
       *[other] { $mailboxes } caselle
    } ({ $size } di messaggi); gli altri indirizzi scelti non ne hanno.
addresses-effect-delete = { $count ->
        [one] { $count } indirizzo
       *[other] { $count } indirizzi
    }, di cui { $mailboxes ->
        [0] nessuna casella
        [one] una casella
       *[other] { $mailboxes } caselle
    } ({ $size } di messaggi): non arriva più nulla. Il ripristino è possibile per 30 giorni, poi tutto è perso.
addresses-done-disable = { $count ->
        [one] { $count } indirizzo disattivato.
       *[other] { $count } indirizzi disattivati.
    }
addresses-done-enable = { $count ->
        [one] { $count } indirizzo attivato.
       *[other] { $count } indirizzi attivati.
    }
addresses-done-quota = Quota fissata per { $count ->
        [one] { $count } indirizzo.
       *[other] { $count } indirizzi.
    }
addresses-done-delete = { $count ->
        [one] { $count } indirizzo eliminato
       *[other] { $count } indirizzi eliminati
    }; ripristinabili per 30 giorni.
act-enable = Attivare
act-disable = Disattivare
act-delete = Eliminare
act-export = Esportare (CSV)
column-address = Indirizzo
column-kind = Tipo
column-size = Dimensione
column-passwords = Dispositivi
column-users = Utenti
column-note = Nota
column-quota = Quota
filter-what = Tipo
filter-what-all = Tutti i tipi
filter-service-all = Tutti i servizi
what-mailbox = Indirizzo mail
what-shared = Indirizzo condiviso
what-catchall = Generico (catchall)
what-alias = Alias
what-redirection = Inoltro
state-active = Attivo
state-disabled = Disattivato
quota-example = 5 GB
quota-none = senza limite
quota-help = Un numero con l’unità: 5 GB, 1,5 GB, 500 MB (1 GB = 1000 MB; 1 GiB = 1024 MiB). Vuoto: senza limite.
quota-own-help = Un numero con l’unità: 5 GB, 500 MB. Vuoto: quella del servizio.
quota-used = { $percent } % usati
quota-wrong = «{ $text }» non è una quota: scriva un numero e la sua unità, per esempio 1,5 GB.
address-create = Creare un indirizzo mail
address-created-at = Creato il
address-created = { $address } è creato.
address-local = Nome dell’indirizzo
address-local-help = Quello che sta prima di @.
address-name = Nome visualizzato
address-name-help = Quello che i destinatari vedono accanto all’indirizzo.
address-shared = Condiviso tra più persone
address-is-disabled = Questo indirizzo è disattivato: quanto gli è scritto è rifiutato, nessuno si collega.
address-end = Disattivare o eliminare
address-delete = Eliminare l’indirizzo
address-delete-effect = { $address } non riceve più nulla e non si apre più. Può essere ripristinato per 30 giorni; il nome resta riservato.
address-delete-kept = I messaggi ({ $size }) e { $count ->
        [one] la password attendono
       *[other] le { $count } password attendono
    } nel frattempo, poi sono persi.
address-deleted = { $address } è eliminato; può ripristinarlo per 30 giorni.
address-restore = Ripristinare
address-restored = { $address } è ripristinato, con tutto ciò che aveva.
address-erase = Eliminare definitivamente
address-erase-one = Eliminare definitivamente { $address }
address-erase-effect = I messaggi e le password sono persi, il nome è libero. Non si può annullare.
address-erased = { $address } è eliminato definitivamente.
deleted-title = Indirizzi eliminati
deleted-lead = Un indirizzo eliminato può essere ripristinato per 30 giorni con messaggi, password e inoltri.
deleted-none = Nessun indirizzo eliminato
deleted-none-text = Ciò che elimina si ritrova qui.
deleted-by = eliminato da { $who }
deleted-until = ripristinabile fino al
create-mailbox = Indirizzo mail
create-mailbox-text = Una casella con i suoi messaggi, per una persona.
create-shared = Indirizzo condiviso
create-shared-text = Una casella consultata da più persone.
create-alias = Alias
create-alias-text = Un altro nome di uno o più indirizzi, senza casella.
create-redirection = Indirizzo di inoltro
create-redirection-text = Senza casella: i messaggi sono inoltrati alle destinazioni che hanno accettato con il link di una mail.
create-catchall = Indirizzo generico (catchall)
create-catchall-text = La casella «catchall» riceve quanto scritto a indirizzi inesistenti. Non può inviare nulla e non risponde mai.
create-several = Creare più indirizzi
catchall-warning = Sconsigliato: un indirizzo generico attira lo spam, e gli errori di battitura non tornano più al mittente.
alias-targets = Indirizzi che l’alias rappresenta
alias-targets-help = Uno per riga.
alias-add = Aggiungere un alias
alias-others = con { $count ->
        [one] { $count } altro indirizzo
       *[other] { $count } altri indirizzi
    }
aliases-lead = Quanto scritto a un alias arriva a { $address }.
aliases-none = Nessun alias
aliases-none-text = Aggiunga un altro nome a questo indirizzo.
redirection-targets = Destinazioni
redirection-targets-help = Una per riga, 10 al massimo. Ognuna riceve una mail con un link e accetta o rifiuta; quelle dell’organizzazione non devono confermare.
forwarding-lead = I messaggi di questo indirizzo sono anche inoltrati a queste destinazioni.
forwarding-none = Nessun inoltro
forwarding-none-text = Tutto resta in questa casella.
keeps-copy = Conservare una copia nella casella
keeps-copy-help = Senza copia ricevono solo le destinazioni che hanno accettato; se non ce n’è nessuna, tutto resta qui.
target-pending = In attesa
target-accepted = Accettata
target-refused = Rifiutata
target-again = Inviare di nuovo la mail
target-asked-again = Una nuova mail parte per { $target }.
target-decided = ha risposto
target-letter = { $count ->
        [one] mail inviata
       *[other] { $count } mail inviate, l’ultima
    }
target-letter-waits = la mail parte tra un istante
target-own = dell’organizzazione: senza conferma
targets-agreed = { $accepted } su { $targets } accettate
targets-none = Indichi almeno un indirizzo.
targets-saved = Salvato. { $count ->
        [0] Nessuna destinazione in attesa.
        [one] { $count } destinazione deve ancora accettare.
       *[other] { $count } destinazioni devono ancora accettare.
    }
tab-general = Generale
tab-users = Utenti
tab-devices = Dispositivi
tab-aliases = Alias
tab-redirections = Inoltri
note-help = 80 caratteri al massimo; la vedono solo gli amministratori.
devices-lead = Ogni dispositivo ha la propria password: revocarne una lascia in pace le altre.
devices-none = Nessuna password
devices-none-text = Nessuno può aprire questo indirizzo. Aggiunga un dispositivo.
device-add = Aggiungere un dispositivo
device-label = Nome del dispositivo
device-label-help = Per esempio «iPhone di Anna».
device-protocols = Uso
device-computer = Computer
device-phone = Telefono
device-tablet = Tablet
device-other = Altro
device-made = Password di «{ $label }»
device-once = Lo annoti ora: è mostrato una sola volta.
device-login = Identificativo: { $address }
device-noted = Annotato
protocols-all = leggere e inviare
protocols-read = solo leggere (IMAP)
protocols-send = solo inviare (SMTP)
password-of-address = Password dell’indirizzo
password-of-address-text = Una password scelta, diversa da quella del Suo conto. Una nuova sostituisce la vecchia.
password-rule = Almeno 10 caratteri.
password-set = Fissare la password
password-chosen = La password dell’indirizzo è cambiata.
password-revoke = Revocare
password-revoke-one = Revocare «{ $name }»
password-revoke-effect = Il dispositivo non accede più a questo indirizzo, subito.
password-in-use = in uso
password-out-of-use = fuori uso
password-begins = Comincia con
password-end = Mettere fuori uso o revocare
password-disable = Mettere fuori uso
password-enable = Rimettere in uso
password-disable-effect = Fuori uso, questa password non apre più nulla, da subito; rimessa in uso, vale di nuovo. Revocata, è persa.
password-disabled = «{ $name }» è fuori uso.
password-enabled = «{ $name }» è di nuovo in uso.
passwords-revoke-all = Revocare tutte le password
passwords-revoke-all-effect = { $count ->
        [one] { $count } password non vale più
       *[other] { $count } password non valgono più
    }, subito.
passwords-revoked = { $count ->
        [one] { $count } password revocata.
       *[other] { $count } password revocate.
    }
passwords-fetched = Le password sono già state consegnate.
several-lead = Una riga per indirizzo: nome dell’indirizzo, password, nome visualizzato, quota, nota. Solo il primo è necessario. Nulla è creato prima che Lei abbia visto l’anteprima.
several-lines = Indirizzi
several-lines-help = Separi con punti e virgola, virgole o tabulazioni.
several-file = O un file CSV
several-passwords = Creare una password dove manca
several-passwords-help = Potrà scaricarle una sola volta.
several-preview = Vedere l’anteprima
list-shown-title = Anteprima: { $count ->
        [one] { $count } riga
       *[other] { $count } righe
    }
list-running-title = Gli indirizzi sono in creazione
list-done-title = Gli indirizzi sono creati
list-failed-title = Nulla è stato creato
list-shown = Righe buone: { $good }. Righe cattive: { $bad }. Nulla è ancora creato.
list-progress = { $ready } su { $good } preparati
list-progress-text = Può lasciare questa pagina: il lavoro continua, anche dopo un riavvio.
list-done = Indirizzi creati: { $made }. Righe tralasciate: { $bad }.
list-failed = Una riga non era più buona al momento della creazione; tutto o niente, quindi niente.
list-passwords = { $count ->
        [one] { $count } password è stata creata
       *[other] { $count } password sono state create
    }. Il file si può scaricare una sola volta, per un giorno.
list-passwords-fetch = Scaricare le password
list-bad = Righe cattive ({ $count })
list-lines = Tutte le righe
list-confirm = Creare { $count ->
        [one] { $count } indirizzo
       *[other] { $count } indirizzi
    }
list-confirm-good = Creare solo le buone ({ $count })
list-discard = Abbandonare
list-discarded = La lista è abbandonata, nulla è stato creato.
line-number = Riga
line-field = Campo
line-value = Valore
line-line = Riga
line-local-part = Nome dell’indirizzo
line-password = Password
line-name = Nome visualizzato
line-quota = Quota
line-note = Nota
fault-local-part = Non è un nome di indirizzo di questo dominio.
fault-taken = L’indirizzo esiste già.
fault-restorable = Un indirizzo eliminato porta questo nome e può essere ripristinato.
fault-twice = Un’altra riga ha lo stesso indirizzo.
fault-password = Una password ha almeno 10 caratteri, senza caratteri di controllo.
fault-name = Un nome ha 200 caratteri al massimo, su una riga.
fault-quota = Una quota è un numero con la sua unità, come 5 GB.
fault-note = Una nota ha 80 caratteri al massimo, su una riga.
fault-cells = La riga ha più di cinque campi.
mail-domain-add = Aggiungere il dominio mail
mail-domain-lead = Il primo dominio di un servizio mail dà il nome ai suoi indirizzi: info@suo-dominio.ch.
mail-domain-name = Dominio
mail-domain-zone = Ospitare qui la zona DNS
mail-domain-zone-help = La zona è creata subito e le registrazioni mail vi restano aggiornate. Altrimenti mostriamo quelle da copiare presso il Suo fornitore DNS.
mail-domain-first = Dia a questo servizio mail il suo dominio: è la prima cosa da fare, poi vengono gli indirizzi.
mail-domain-none = «{ $text }» non è un dominio: esempio.ch.
mail-domain-created = { $domain } riceve posta: crei ora gli indirizzi.
mail-domain-created-elsewhere = { $domain } è creato. Copi presso il Suo fornitore DNS le registrazioni mostrate qui.
mail-domain-delete = Eliminare il dominio mail
mail-domain-deleted = { $domain } non riceve più posta qui.
mail-domain-lost = { $addresses ->
        [0] Nessun indirizzo va perso.
        [one] Perso: { $addresses } indirizzo.
       *[other] Persi: { $addresses } indirizzi.
    }
mail-domain-lost-letters = { $mailboxes ->
        [0] Nessuna casella.
        [one] Persa con tutti i messaggi: { $mailboxes } casella ({ $held }).
       *[other] Perse con tutti i messaggi: { $mailboxes } caselle ({ $held }).
    }
mail-domain-lost-effect = La posta a { $name } è rifiutata da subito. Non si può annullare; gli indirizzi eliminati prima non si possono più ripristinare.
service-end = Fine del servizio
service-delete = Eliminare il servizio mail
service-deleted = Il servizio mail «{ $name }» è eliminato.
service-delete-effect = «{ $name }» non ha né domini né indirizzi: oltre alle impostazioni non va perso nulla.
service-delete-domains = { $domains ->
        [one] Questo servizio ha ancora { $domains } dominio
       *[other] Questo servizio ha ancora { $domains } domini
    } con { $addresses ->
        [one] { $addresses } indirizzo.
       *[other] { $addresses } indirizzi.
    } Li elimini prima.
service-is-disabled = Questo servizio mail è disattivato: i suoi indirizzi non ricevono nulla e nessuno vi accede.
service-disable-effect = { $count ->
        [0] Disattivare non tocca alcun indirizzo.
        [one] Disattivare ferma { $count } indirizzo: non riceve più nulla e nessuno vi accede. Nulla va perso.
       *[other] Disattivare ferma { $count } indirizzi: non ricevono più nulla e nessuno vi accede. Nulla va perso.
    }
service-disabled = «{ $name }» è disattivato.
service-enabled = «{ $name }» è di nuovo in servizio.
addresses-no-domain = Prima serve un dominio
addresses-no-domain-text = Un indirizzo porta il nome di un dominio. Ne aggiunga uno, poi crei gli indirizzi.
column-target = Destinazione
column-target-letters = Mail
column-target-letter-at = Mail inviata
column-device = Dispositivo
column-protocols = Protocolli
column-since = Dal
column-last-used = Ultimo uso
column-deleted-at = Eliminato il
column-deleted-by = Da
column-restorable = Ripristinabile fino al
column-line-number = Riga
column-line-field = Campo
column-line-value = Valore
column-line-local-part = Nome dell’indirizzo
column-line-password = Password
column-line-name = Nome visualizzato
column-line-quota = Quota
column-line-note = Nota
address-erase-numbers = Saranno persi: { $letters ->
    [one] { $letters } messaggio
   *[other] { $letters } messaggi
} ({ $size }) e { $count ->
    [one] { $count } password
   *[other] { $count } password
}.
address-erase-type = Per confermare, scrivete { $address }
address-erase-name = Scrivete esattamente { $address }: nulla lo riporterà.
