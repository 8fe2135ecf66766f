# Italiano, come si scrive in Svizzera.
skip = Vai al contenuto
crumbs = Percorso
navigation = Navigazione principale
menu = Menu
more = Altro
language = Lingua
account = Il mio conto
search-domains = Cercare un dominio
close = Chiudere
cancel = Annullare
undo = Annullare
undone = Annullato: la zona è di nuovo come prima.
undo-too-late = È seguita un’altra modifica. Scelga nella cronologia la versione da ripristinare.
confirm = Confermare
next = Avanti
save = Salvare
saved = Salvato.
edit = Modificare
remove = Togliere
copy = Copiare
copied = Copiato.
export = Esportare la zona
act = Azione
as-table = Le stesse cifre in tabella
unsaved = Alcune modifiche non sono salvate. Lasciare comunque la pagina?
underway = { $done } di { $total }
to-dashboard = Vai alla panoramica
guest-here = Sta guardando l’organizzazione «{ $organisation }» come gestore. Tutto ciò che fa è annotato nel suo registro.
line = riga { $line }
month-1 = gennaio
month-2 = febbraio
month-3 = marzo
month-4 = aprile
month-5 = maggio
month-6 = giugno
month-7 = luglio
month-8 = agosto
month-9 = settembre
month-10 = ottobre
month-11 = novembre
month-12 = dicembre

keys-title = Tasti
keys-move = riga seguente, precedente
keys-open = aprire la riga
keys-select = scegliere la riga
keys-search = cercare
keys-new = azione principale
keys-help = questo elenco

sign-in-title = Accesso
sign-in = Accedere
sign-in-login = Nome utente (indirizzo e-mail)
sign-in-password = Password
sign-in-help = La password del Suo conto, non quella di un indirizzo di posta.
sign-in-empty = Inserisca nome utente e password.
sign-in-wrong = Nome utente e password non corrispondono. Controlli le maiuscole, o chieda una nuova password al Suo amministratore.
sign-in-disabled = Questo conto è bloccato. Si rivolga all’amministratore della Sua organizzazione.
sign-in-banned = Troppi tentativi falliti. Riprovi fra { $minutes ->
    [one] un minuto
   *[other] { $minutes } minuti
}.
sign-out = Uscire

sessions-title = Le mie sessioni
sessions-lead = I browser nei quali ha eseguito l’accesso. Termini quelli che non riconosce, poi cambi la password.
sessions-this = questa
sessions-since = dal
sessions-seen = vista
sessions-end = Terminare
sessions-end-others = { $count ->
    [one] Terminare l’altra sessione
   *[other] Terminare le altre { $count } sessioni
}
sessions-ended = { $count ->
    [one] Una sessione è terminata.
   *[other] { $count } sessioni sono terminate.
}
organisations-title = Organizzazioni
organisations-lead = Scelga l’organizzazione da guardare. Il suo registro annota ogni visita.
organisations-choose = Guardare
organisations-current = mostrata

trouble-not-found = Questa pagina non esiste
trouble-not-found-text = Non esiste, o non appartiene alla Sua organizzazione. Controlli l’indirizzo, o parta dalla panoramica.
trouble-not-allowed = Il Suo ruolo non lo permette
trouble-not-allowed-text = Possono farlo solo un amministratore o un responsabile legale. Chieda a loro.
trouble-later = Un momento
trouble-later-text = Il servizio è occupato o non raggiunge i suoi dati. Nulla è perso: riprovi fra un minuto.
trouble-ours = Un errore nostro
trouble-ours-text = È annotato nel nostro registro. Nulla è stato cambiato.

form-wrong = { $count ->
    [one] Un campo è da correggere
   *[other] { $count } campi sono da correggere
}
form-error = Errore:
form-optional = (facoltativo)
field-empty = Questo campo è vuoto.
field-not-a-number = Non è un numero.

table-search = Cercare
table-apply = Filtrare
table-count = { $found ->
    [one] un risultato
   *[other] { $found } risultati
} su { $total }
logs-sorted-cut = Quest’ordine vale solo per le { $count } righe più recenti: precisate la ricerca o le sue date per vedere le altre.
queue-sorted-cut = Quest’ordine vale solo per le { $count } consegne che attendono da più tempo: cercate per vedere le altre.
table-csv = Esportare in CSV
filter-remove = togliere il filtro
chip = { $name }: { $value }
select = Scegliere
select-all = Scegliere tutto
selected-count = { $count } scelti
bulk-hint = Con le righe scelte:
pages = Pagine
page-previous = Precedente
page-next = Seguente
page-of = Pagina { $page } di { $pages }
nothing-found = Nulla corrisponde
nothing-found-text = Tolga un filtro o cerchi un’altra parola.

dashboard-title = Panoramica
figure-domains = { $count ->
    [one] dominio
   *[other] domini
}
figure-zones = { $count ->
    [one] zona DNS ospitata
   *[other] zone DNS ospitate
}
figure-services = { $count ->
    [one] servizio di posta
   *[other] servizi di posta
}
figure-addresses = { $count ->
    [one] indirizzo di posta
   *[other] indirizzi di posta
}
figure-queue = messaggi in coda
alerts-title = Da guardare
alerts-none = Nulla richiede la Sua attenzione.

domains-title = Domini
domains-empty = Ancora nessun dominio
domains-empty-text = Aggiunga un dominio: la sua zona DNS è servita dal primo minuto.
column-domain = Dominio
column-state = Stato
column-dns = Zona DNS
column-addresses = Indirizzi
column-records = Record
column-organisation = Organizzazione
column-domains = Domini
lamp-ok = In ordine
lamp-waiting = Da migliorare
lamp-lost = Da correggere
lamp-unknown = Non ancora verificato
lamp-no-mail = Senza posta
dns-hosted = ospitata qui
dns-hosted-signed = ospitata qui, firmata
dns-elsewhere = presso un altro fornitore
filter-kind = Zona DNS
filter-kind-all = Tutte le zone
kind-hosted = ospitate qui
kind-elsewhere = altrove
kind-synonym = sinonimi
synonym-of = Sinonimo di { $domain }

tab-zone = Zona DNS
tab-spf = SPF
tab-security = Sicurezza globale
tab-dmarc = Rapporti DMARC
tab-tls = Rapporti TLS
tab-reputation = Reputazione
tab-synonyms = Domini sinonimi

zone-add = Aggiungere un dominio
zone-add-lead = La sua zona DNS sarà servita da questa installazione. Indichi poi i nostri server dei nomi presso il Suo registrar.
zone-create = Aggiungere il dominio
zone-created = La zona di { $domain } è servita.
zone-settings = Impostazioni della zona
zone-serial = Serie
zone-changed = modificata
zone-records-of = Record della zona { $domain }
zone-empty = La zona non ha ancora record
zone-empty-text = Aggiunga un record, o importi il file di zona del fornitore precedente.
zone-elsewhere = La zona è presso un altro fornitore
zone-elsewhere-text = Non si può modificare qui. «Sicurezza globale» mostra i record esatti da copiare e verifica che ci siano.
zone-stale = La zona è cambiata nel frattempo. La rilegga e ricominci.
zone-end = Fine della zona
zone-end-text = La zona non è più servita. Gli indirizzi di posta del dominio restano.
zone-delete = Eliminare la zona { $domain }
zone-delete-lost = { $count ->
    [one] Un record e tutta la cronologia vanno persi.
   *[other] { $count } record e tutta la cronologia vanno persi.
}
zone-delete-effect = Chi interroga i nostri server non trova più il sito e la posta di questo dominio. Non si può annullare.
zone-deleted = La zona di { $domain } è eliminata.
confirm-name = Inserisca { $name } per confermare
confirm-name-wrong = Il nome non corrisponde: inserisca { $name }.
notice-48 = Ogni modifica del DNS può richiedere fino a 48 ore prima che tutti la vedano.

column-type = Tipo
column-value = Valore
column-ttl = TTL
column-managed = Gestito da
managed-user = Lei
managed-mail-service = servizio di posta
managed-installation = installazione
filter-type = Tipo
filter-type-all = Tutti i tipi
filter-managed = Gestito da
filter-managed-all = Gestiti da tutti

record-add = Aggiungere un record
record-kind-lead = Scelga che cosa deve dire il record. Ogni tipo è spiegato al passo seguente.
record-new = Nuovo record { $kind }
record-edit = Modificare il record { $kind }
record-save = Salvare
record-delete = Eliminare questo record
record-added = Il record { $kind } è aggiunto.
record-changed = Il record { $kind } è modificato.
records-delete = Eliminare
records-deleted = { $count ->
    [one] Un record è eliminato.
   *[other] { $count } record sono eliminati.
}
record-managed-mail-service = Questo record è tenuto aggiornato dal servizio di posta. Se lo modifica diventa Suo e non è più aggiornato.
record-managed-installation = Questo record è tenuto dall’installazione e non si può modificare.
kinds-mail = Posta
kinds-hosts = Siti e server
kinds-more = Altri
presets = Modelli
explained = Spiegazioni
explained-what = Che cos’è
explained-effect = Che cosa cambia
explained-raw = Vista grezza
edit-raw = Modificare la vista grezza
preset-imaps = IMAP (993)
preset-submissions = Invio TLS (465)
preset-submission = Invio (587)
preset-xmpp-client = Client XMPP
preset-xmpp-server = Server XMPP
preset-ldap = LDAP
preset-office-sip = Office 365 SIP
preset-office-federation = Office 365 federazione
preset-caldavs = CalDAV

kind-mx = MX
kind-mx-short = Dove arriva la posta del dominio
kind-mx-text = Il server che riceve la posta. Se sono più d’uno, si prova prima quello con la priorità più piccola.
kind-mx-effect = Appena la modifica è nota, la posta va a questo server. Se non conosce i Suoi indirizzi, la rifiuta.
kind-spf = SPF
kind-spf-short = Chi può inviare a nome del dominio
kind-spf-text = L’elenco dei server che possono inviare posta a nome del Suo dominio. Un dominio ne ha uno solo.
kind-spf-effect = Un server che manca dall’elenco è rifiutato, segnalato o accettato secondo il modo scelto. Dimenticare un servizio significa perdere la sua posta.
kind-dkim = DKIM
kind-dkim-short = La chiave pubblica che verifica le Sue firme
kind-dkim-text = La chiave pubblica con cui i destinatari verificano che i Suoi messaggi non sono stati cambiati. Il servizio di posta pubblica da sé le proprie.
kind-dkim-effect = Eliminare una chiave ancora in uso rende nulle le sue firme.
kind-dmarc = DMARC
kind-dmarc-short = Che fare dei messaggi falsificati
kind-dmarc-text = Dice ai destinatari che fare di un messaggio che pretende di venire da Lei senza che SPF o DKIM lo provi, e dove inviare i rapporti.
kind-dmarc-effect = Con «rifiutare» un falso non arriva; nemmeno un Suo messaggio configurato male. Guardi prima i rapporti.
kind-a = A
kind-a-short = Un nome verso un indirizzo IPv4
kind-a-text = L’indirizzo IPv4 di un nome, per esempio quello del Suo sito.
kind-a-effect = Chi visita il nome arriva a questo indirizzo.
kind-aaaa = AAAA
kind-aaaa-short = Un nome verso un indirizzo IPv6
kind-aaaa-text = L’indirizzo IPv6 di un nome.
kind-aaaa-effect = Chi ha IPv6 arriva a questo indirizzo, prima che all’indirizzo IPv4.
kind-cname = CNAME
kind-cname-short = Un nome che sta per un altro
kind-cname-text = Dice che questo nome è un alias: ciò che gli si chiede è cercato sotto la destinazione.
kind-cname-effect = Nessun altro record può stare sotto questo nome, e mai alla radice del dominio.
kind-txt = TXT
kind-txt-short = Un testo libero, per esempio una prova di possesso
kind-txt-text = Un testo che altri servizi leggono, spesso per verificare che il dominio è Suo.
kind-txt-effect = Nulla cambia per la posta né per il sito.
kind-srv = SRV
kind-srv-short = Dove si trova un servizio: XMPP, LDAP, IMAP
kind-srv-text = Indica quali servizi ha un dominio, su quale server e a quale porta.
kind-srv-effect = I programmi che cercano il servizio si collegano a questo server. Se porta o destinazione sono sbagliate non trovano nulla.
kind-caa = CAA
kind-caa-short = Chi può emettere certificati
kind-caa-text = Le autorità che possono emettere certificati per il dominio.
kind-caa-effect = Ogni altra autorità rifiuta. Non dimentichi quella del Suo fornitore web.
kind-ns = NS
kind-ns-short = Delegare un sottodominio
kind-ns-text = I server dei nomi di un sottodominio gestito da altri.
kind-ns-effect = I record di questo sottodominio che stanno qui non si vedono più.
kind-ptr = PTR
kind-ptr-short = Il nome di un indirizzo
kind-ptr-text = In una zona inversa, il nome che appartiene a un indirizzo IP.
kind-ptr-effect = I server di posta confrontano questo nome con quello che il Suo server annuncia.
kind-tlsa = TLSA
kind-tlsa-short = L’impronta di un certificato (DANE)
kind-tlsa-text = L’impronta del certificato che un server deve mostrare. Vale solo in una zona firmata.
kind-tlsa-effect = Se l’impronta non corrisponde più, i server che verificano DANE non inviano più nulla.
kind-sshfp = SSHFP
kind-sshfp-short = L’impronta di una chiave SSH
kind-sshfp-text = L’impronta della chiave di un server SSH.
kind-sshfp-effect = I client SSH che la verificano non devono più chiedere se la chiave è giusta.
kind-svcb = SVCB
kind-svcb-short = Come raggiungere un servizio
kind-svcb-text = I parametri di connessione di un servizio: protocollo, porta, indirizzi.
kind-svcb-effect = I client che li leggono si collegano più in fretta.
kind-https = HTTPS
kind-https-short = Come raggiungere un sito
kind-https-text = I parametri di connessione di un sito: HTTP/2, HTTP/3, altro nome.
kind-https-effect = I browser che li leggono si collegano subito con HTTPS.
kind-ds = DS
kind-ds-short = La chiave di un sottodominio firmato
kind-ds-text = L’impronta della chiave DNSSEC di un sottodominio delegato.
kind-ds-effect = Se è sbagliata, chi verifica non raggiunge più il sottodominio.
kind-raw = Vista grezza
kind-raw-short = Scrivere il record così com’è
kind-raw-text = Il record come sta in un file di zona.
kind-raw-effect = Valgono le stesse regole dell’inserimento guidato.

field-owner = Nome
field-owner-help = Vuoto per il dominio stesso; * per tutti i nomi senza record.
field-priority = Priorità
field-priority-help = Il numero più piccolo è provato per primo.
field-target = Destinazione
field-target-help = Un nome di server, con un punto finale se è completo.
field-mx-target = Server
field-mx-target-help = Un nome, mai un indirizzo IP: mx.esempio.ch.
field-address = Indirizzo IP
field-text = Testo
field-ttl = TTL
field-ttl-help = Per quanti secondi si tiene la risposta, da 60 a 86’400. Vuoto: come la zona.
field-default-ttl = TTL predefinito
field-note = Nota
field-note-help = Per Lei e i Suoi colleghi; non è pubblicata.
field-selector = Selettore
field-selector-help = Per esempio 20261121; lo indica il Suo servizio d’invio.
field-algorithm = Algoritmo
field-key = Chiave pubblica
field-key-help = Il valore p=, o il record intero.
field-testing = Modo di prova
field-testing-help = Chiede ai destinatari di non badare agli errori.
field-ours = I nostri server
field-ours-help = L’include di questa installazione: serve per inviare da qui.
field-mx = I server MX del dominio
field-mx-help = Chi riceve può anche inviare. Costa una ricerca.
field-a = Il server del sito
field-a-help = Gli indirizzi A e AAAA del dominio. Costa una ricerca.
field-includes = Altri servizi
field-includes-help = Uno per riga: spf.esempio.com. Ognuno costa almeno una ricerca su dieci.
field-networks = Indirizzi IP
field-networks-help = Uno per riga, con o senza prefisso: 192.0.2.0/24. Non costa ricerche.
field-all = Tutti gli altri server
option-all-fail = Severo: rifiutare (-all, raccomandato)
option-all-fail-help = Il server ricevente rifiuta il messaggio se il mittente non è nell’SPF.
option-all-softfail = Segnalare (~all)
option-all-softfail-help = Il server ricevente di solito accetta il messaggio ma lo segnala come sospetto.
option-all-neutral = Tollerante: accettare (?all)
option-all-neutral-help = Il server ricevente accetta il messaggio anche se il mittente non è nell’SPF.
field-policy = Messaggi falsificati
option-policy-none = Osservare (none)
option-policy-none-help = Nulla cambia; riceve i rapporti. Per cominciare.
option-policy-quarantine = Nello spam (quarantine)
option-policy-quarantine-help = Il messaggio arriva nella cartella Spam.
option-policy-reject = Rifiutare (reject)
option-policy-reject-help = Il messaggio non arriva. Quando i rapporti sono puliti.
field-subdomains = Sottodomini
option-subdomains-same = come il dominio
option-subdomains-none = osservare
option-subdomains-quarantine = nello spam
option-subdomains-reject = rifiutare
field-percent = Percentuale
field-percent-help = A quale parte dei messaggi falsificati si applica.
field-reports = Indirizzo dei rapporti
field-reports-help = Dove i destinatari inviano i rapporti quotidiani. Vuoto: da nessuna parte.
field-dkim_alignment = Dominio della firma DKIM
option-dkim_alignment-r = il dominio o un sottodominio
option-dkim_alignment-s = esattamente il dominio
field-spf_alignment = Dominio del mittente SPF
option-spf_alignment-r = il dominio o un sottodominio
option-spf_alignment-s = esattamente il dominio
field-service = Servizio
field-service-help = Per esempio imaps o xmpp-client, senza trattino basso.
field-protocol = Protocollo
option-protocol-tcp = TCP
option-protocol-udp = UDP
option-protocol-tls = TLS
field-weight = Peso
field-weight-help = La parte di ogni server della stessa priorità.
field-port = Porta
field-srv-target = Server
field-srv-target-help = Un nome; un punto solo dice che il servizio non c’è.
field-tag = Che cosa è permesso
option-tag-issue = Emettere certificati
option-tag-issuewild = Emettere certificati con *
option-tag-iodef = Indirizzo per segnalare i rifiuti
field-authority = Autorità
field-authority-help = Per esempio letsencrypt.org. Vuoto: nessuna.
field-critical = Vincolante
field-critical-help = Un’autorità che non capisce il record deve rifiutare.
field-usage = Uso
option-usage-3 = 3: questo certificato
option-usage-2 = 2: questa autorità
option-usage-1 = 1: questo certificato, riconosciuto
option-usage-0 = 0: questa autorità, riconosciuta
field-part = Che cosa si confronta
option-part-1 = 1: la chiave pubblica
option-part-0 = 0: il certificato intero
field-matching = Impronta
option-matching-1 = 1: SHA-256
option-matching-2 = 2: SHA-512
option-matching-0 = 0: nessuna
option-sshfp-matching-1 = 1: SHA-1
option-sshfp-matching-2 = 2: SHA-256
field-digest = Valore esadecimale
option-algorithm-rsa = RSA
option-algorithm-ed25519 = Ed25519
option-algorithm-1 = 1: RSA
option-algorithm-2 = 2: DSA
option-algorithm-3 = 3: ECDSA
option-algorithm-4 = 4: Ed25519
option-algorithm-6 = 6: Ed448
field-parameters = Parametri
field-parameters-help = Per esempio alpn=h2,h3
field-key_tag = Numero della chiave
field-algorithm_number = Numero dell’algoritmo
field-digest_kind = Tipo d’impronta
field-kind = Tipo
field-data = Valore
field-data-help = Come in un file di zona: 10 mx.esempio.ch.
field-domain = Nome di dominio
field-domain-help = Senza www: esempio.ch
field-name = Nome

import-title = Importare un file di zona
import-lead = Nulla cambia prima che Lei abbia visto l’anteprima.
import-file = File
import-text = O ne incolli il contenuto
import-text-help = Il formato usuale dei file di zona (RFC 1035), come lo esportano gli altri fornitori.
import-mode = Ciò che è già nella zona
import-add = Tenere e completare
import-add-help = Ciò che il file non nomina resta.
import-replace = Sostituire
import-replace-help = I Suoi record che il file non nomina sono eliminati. Quelli del servizio di posta restano.
import-look = Vedere l’anteprima
import-preview = Anteprima
import-count = { $added } da aggiungere, { $removed } da togliere, { $unchanged } già presenti.
import-refused = { $count ->
    [one] Una riga non è accettata. La corregga nel testo.
   *[other] { $count } righe non sono accettate. Le corregga nel testo.
}
import-skipped = { $count ->
    [one] Una riga è tralasciata
   *[other] { $count } righe sono tralasciate
}
import-nothing = Nulla da cambiare: tutto è già nella zona.
import-apply = Applicare { $count ->
    [one] la modifica
   *[other] le { $count } modifiche
}
imported = { $count ->
    [one] Una modifica è importata.
   *[other] { $count } modifiche sono importate.
}

history-title = Cronologia
history-lead = Ogni modifica, chi l’ha fatta, e il ritorno a qualsiasi versione.
history-empty = Ancora nessuna modifica
history-empty-text = La prima modifica della zona apparirà qui.
change-unnamed = Modifica
change-count = { $added } in più, { $removed } in meno
version-current = attuale
version-compare = Confrontare e ripristinare
version-title = Versione { $serial }
version-lead = Questa versione aveva { $count } record. Ripristinarla ne aggiunge { $added } e ne toglie { $removed }.
version-restore = Ripristinare questa versione
version-restored = La versione { $serial } è ripristinata.
version-same = È come oggi
version-same-text = Non c’è nulla da ripristinare.

dnssec-title = DNSSEC
dnssec-text = Firma le risposte della zona, perché nessuno le falsifichi per strada.
dnssec-is-on = Firmata (DNSSEC)
dnssec-is-off = Non firmata
dnssec-on = Attivare DNSSEC
dnssec-off = Disattivare DNSSEC
dnssec-on-done = La zona è firmata. Copi il record DS presso il Suo registrar.
dnssec-off-done = La zona non è più firmata.
dnssec-ds = Record DS per il Suo registrar:
dnssec-ds-synonyms = Record DS dei sinonimi, ognuno presso il proprio registrar:
dnssec-rollover = Sostituire la chiave
dnssec-rollover-text = Una nuova chiave firma accanto alla vecchia, che termina quando il registrar mostra il nuovo DS e la nuova chiave sta lì da un giorno.
dnssec-rollover-done = La nuova chiave firma. Dia anche il suo DS al Suo registrar.
dnssec-order = Prima di disattivare, tolga il DS presso il registrar e aspetti un giorno. Altrimenti il dominio non è più raggiungibile.
secondaries-title = Server secondari
secondaries-text = Altri server dei nomi che tengono una copia. Sono avvisati di ogni modifica e provano con una chiave TSIG di poter copiare.
secondary-add = Aggiungere il server secondario
secondary-remove = Togliere
secondary-address-wrong = Non è un indirizzo IP, con o senza porta.
secondary-key-wrong = Non è un nome.
secondary-secret-wrong = Non è base64.
secret-show = Mostrare il segreto
field-secondary = Indirizzo
field-secondary-help = 192.0.2.53 o [2001:db8::53]:53
field-key_name = Nome della chiave TSIG
field-key_name-help = Lo stesso da entrambe le parti (hmac-sha256).
field-secret = Segreto (base64)
field-secret-help = Per esempio da «openssl rand -base64 32».

spf-used = Ricerche usate: { $used }/10
spf-used-help = I destinatari si fermano dopo dieci ricerche e trattano allora l’SPF come errato. Ogni include ne costa almeno una.
spf-tree = Albero delle inclusioni
spf-lookups = { $count ->
    [one] 1 ricerca
   *[other] { $count } ricerche
}
spf-no-record = nessun SPF trovato
spf-none = Il dominio non pubblica un SPF: chiunque può inviare a suo nome.
spf-several = Ci sono { $count } SPF. I destinatari li rifiutano tutti: li unisca qui sotto.
spf-expected = Il record che ci vorrebbe:
spf-mode = Severo o tollerante
spf-mode-question = Che fare dei server che mancano dall’elenco?
spf-elsewhere = Modifichi l’SPF presso il fornitore della zona.
spf-written = L’SPF è salvato.
spf-merge = Unire SPF
spf-merge-text = Un dominio ha un solo SPF. Incolli quelli che chiedono gli altri servizi: diventano uno solo, il nostro per primo, senza doppioni.
spf-merge-field = SPF degli altri servizi
spf-merge-help = Uno per riga, o come copiati.
spf-merge-look = Unire
spf-merge-empty = In questo testo non c’è un SPF: comincia con v=spf1.
spf-merge-result = Risultato
spf-merge-removes = { $count ->
    [0] Sarà aggiunto alla zona.
    [one] Sostituisce l’SPF che è nella zona.
   *[other] Sostituisce i { $count } SPF che sono nella zona.
}
spf-merge-apply = Salvare questo SPF
spf-merged = Ora c’è un solo SPF.
copy-elsewhere = Lo copi presso il fornitore della zona e vi elimini ogni altro SPF.

synonyms-lead = Un dominio sinonimo è un secondo nome: eredita tutta la zona di questo dominio, e la sua posta arriva qui.
synonyms-elsewhere = Un dominio la cui zona è altrove non può avere sinonimi.
synonyms-empty = Nessun dominio sinonimo
synonyms-empty-text = Scelga qui sotto un dominio di questa organizzazione.
synonym-add = Aggiungere un sinonimo
synonym-choose = Dominio di questa organizzazione
synonym-rules = Un dominio gestito qui solo come nome diventa il secondo nome di questo.
synonym-confirm = Fare di { $domain } un sinonimo
synonym-effect = { $domain } dirà tutto ciò che dice { $main }. La posta per un indirizzo @{ $domain } arriva allo stesso indirizzo @{ $main }.
synonym-lost = { $count ->
    [0] Non ha record da perdere.
    [one] Il suo record è tolto; la cronologia lo tiene.
   *[other] I suoi { $count } record sono tolti; la cronologia li tiene.
}
synonym-added = { $domain } è un sinonimo.
synonym-dissociate = Dissociare { $domain }
synonym-ds = Da pubblicare nella zona superiore:
synonym-dissociated = { $domain } ha di nuovo una zona propria.
synonym-inherits = Questa zona è un sinonimo: mostra i record di { $domain } e si modifica là.
synonym-no-candidates = Nessun altro dominio dell’organizzazione può diventare un sinonimo.

security-look = Verificare ora
security-fix = Correggere
security-fix-all = { $count ->
    [one] Correggere questo punto
   *[other] Correggere i { $count } punti
}
security-fixed = { $count ->
    [one] Un record è corretto.
   *[other] { $count } record sono corretti.
}
security-nothing-to-fix = Non c’è nulla da correggere.
security-checked = Verificato
security-empty = Questo dominio non riceve posta
security-empty-text = Lo colleghi a un servizio di posta, perché i suoi record siano verificati.
security-elsewhere = La zona è presso un altro fornitore: vi copi le righe proposte, poi verifichi di nuovo.
security-details = Trovato e atteso
security-found = Trovato
security-expected = Atteso
security-nothing = Nulla.
certificate-found = { $names }; fino al { $day }
security-no-record = Nessun record preciso.
security-copy = Da copiare nella zona
light-good = In ordine
light-warning = Da migliorare
light-unknown = Sconosciuto
light-bad = Da correggere
light-off = Non pertinente
check-mx = MX
check-mx-text = Dove arriva la posta del dominio.
check-spf = SPF
check-spf-text = Chi può inviare a nome del dominio.
check-dkim = DKIM
check-dkim-text = Le chiavi che verificano le Sue firme.
check-dmarc = DMARC
check-dmarc-text = Che cosa fanno i destinatari di un falso.
check-mta-sts = MTA-STS
check-mta-sts-text = Gli altri server Le scrivono solo su una connessione cifrata e verificata.
check-dane = TLSA / DANE
check-dane-text = L’impronta del certificato dei nostri server, protetta da DNSSEC.
check-dnssec = DNSSEC
check-dnssec-text = Le risposte della zona sono firmate.
check-autoconfig = Configurazione automatica
check-autoconfig-text = I programmi di posta trovano da soli le impostazioni.
check-reverse = Nome inverso (PTR)
check-reverse-text = L’indirizzo del server d’invio ha un nome che riporta a esso.
check-helo = Nome annunciato (HELO)
check-helo-text = Il nome con cui il nostro server si presenta.
check-block-lists = Liste di blocco
check-block-lists-text = Né il dominio né i nostri indirizzi sono segnalati come fonte di spam.
check-certificate = Certificato
check-certificate-text = Il certificato dei nostri server è valido e riconosciuto.

dmarc-lead = Che cosa hanno visto gli altri fornitori: chi invia a nome del Suo dominio, e se SPF e DKIM lo provano.
dmarc-empty = Nessun rapporto in questo periodo
dmarc-empty-text = I fornitori inviano un rapporto al giorno, appena un record DMARC li chiede.
dmarc-letters = { $count ->
    [one] messaggio
   *[other] messaggi
}
dmarc-passed = provati
dmarc-percent = { $percent } %
dmarc-reporters = { $count ->
    [one] fornitore
   *[other] fornitori
}
dmarc-by-day = Messaggi al giorno
dmarc-chart = Messaggi al giorno degli ultimi { $days } giorni: provati, non provati, nello spam, rifiutati
dmarc-pass = provati
dmarc-failed = non provati, consegnati
dmarc-quarantined = messi nello spam
dmarc-rejected = rifiutati
dmarc-sources = Chi invia a Suo nome
dmarc-sources-text = Una fonte sconosciuta e non provata è un servizio che manca nel Suo SPF, o un falsario.
dmarc-left-out = { $count ->
    [one] Un messaggio dei rapporti manca qui: la riga del rapporto è illeggibile, o la sua fonte è tra le più piccole di oltre 1’000.
   *[other] { $count } messaggi dei rapporti mancano qui: le righe sono illeggibili, o le fonti sono le più piccole di oltre 1’000.
}
dmarc-by-reporter = Chi riferisce
owner-ours = i nostri server
owner-unknown = sconosciuta
column-source = Fonte
column-owner = Di chi
column-letters = Messaggi
column-passed = Provati
column-not-passed = Non provati
column-reporter = Fornitore
column-day = Giorno
period = Periodo
period-days = { $count } giorni
tls-lead = Che cosa hanno visto gli altri server scrivendoLe su una connessione cifrata.
tls-empty = Nessun rapporto in questo periodo
tls-empty-text = I rapporti arrivano appena il record _smtp._tls li chiede.
tls-sessions = { $count ->
    [one] connessione
   *[other] connessioni
}
tls-failed = { $count ->
    [one] fallimento
   *[other] fallimenti
}
tls-by-day = Connessioni al giorno
tls-chart = Connessioni al giorno degli ultimi { $days } giorni: riuscite, fallite
tls-pass = riuscite
tls-rejected = fallite
tls-failures = Motivi dei fallimenti
tls-by-reporter = Chi riferisce
tls-failure-starttls-not-supported = STARTTLS non era offerto
tls-failure-certificate-host-mismatch = Il certificato non vale per questo nome
tls-failure-certificate-expired = Il certificato è scaduto
tls-failure-certificate-not-trusted = Il certificato non è riconosciuto
tls-failure-validation-failure = La verifica è fallita
tls-failure-sts-policy-fetch-error = La politica MTA-STS non si è potuta leggere
tls-failure-sts-policy-invalid = La politica MTA-STS è errata
tls-failure-sts-webpki-invalid = Il certificato della politica MTA-STS non è valido
tls-failure-tlsa-invalid = Il record TLSA è errato
tls-failure-dnssec-invalid = La firma DNSSEC è errata
tls-failure-dane-required = DANE era richiesto e mancava
column-reason = Motivo
column-host = Server
column-sessions = Connessioni

reputation-lead = La reputazione è, in breve, un punteggio da 0 a 100, calcolato da ciò che vediamo noi stessi.
reputation-empty = Ancora nessun punteggio
reputation-empty-text = Appare dopo i primi invii del dominio.
reputation-ok = Buona
reputation-waiting = Da osservare
reputation-lost = Cattiva
reputation-good = Le e-mail di questo dominio raggiungono i destinatari.
reputation-fair = Alcune e-mail di questo dominio possono essere contrassegnate come spam.
reputation-poor = Le Sue e-mail possono essere contrassegnate come spam e non raggiungere il loro pubblico.
reputation-bad = Le e-mail di questo dominio saranno probabilmente rifiutate o contrassegnate come spam.
reputation-consequence = La conseguenza
reputation-consequence-text = Più il punteggio scende, più le Sue e-mail rischiano di essere contrassegnate come spam e di non raggiungere il loro pubblico. Altri fornitori calcolano da sé: questo punteggio mostra ciò che vediamo prima di loro.
reputation-policy-bounces = Alcuni server hanno rifiutato e-mail come spam
reputation-unknown-recipients = E-mail inviate a indirizzi inesistenti
reputation-complaints = Alcuni destinatari hanno segnalato e-mail come spam
reputation-authentication-failures = SPF e DKIM sono falliti presso altri fornitori
reputation-trap-hits = E-mail arrivate a indirizzi trappola
reputation-burst = Molte più e-mail del solito in un’ora
reputation-advice-abuse = Cerchi nei registri chi invia, revochi le password degli indirizzi violati e controlli i moduli del sito.
reputation-advice-lists = Tolga dalle liste gli indirizzi che non esistono più e scriva solo a chi è iscritto.
reputation-advice-complaints = Scriva solo a chi è iscritto e permetta di cancellarsi con un clic.
reputation-advice-authentication = Configuri e verifichi SPF, DKIM e DMARC.
measures-domain = il dominio
measures-address = l’indirizzo IP
measures-domain-and-address = dominio e indirizzo IP
reputation-history = Andamento
reputation-chart = Punteggio degli ultimi 90 giorni
reputation-factors = Che cosa toglie punti
reputation-no-factors = Nulla toglie punti.
column-factor = Fattore
column-advice = Che cosa aiuta
column-count = Numero
column-points = Punti
reputation-advice = Migliorare la reputazione
advice-authentication = Configuri e verifichi SPF, DKIM e DMARC: «Sicurezza globale» li mostra e li corregge
advice-spf = Tenga l’SPF rigoroso (-all): i falsi sono allora rifiutati
advice-reports = Guardi nei rapporti DMARC chi invia a Suo nome
advice-opt-in = Scriva solo a chi ha scelto di iscriversi!
advice-site = Controlli i moduli del sito: un sito violato invia a Suo nome.
advice-passwords = Revochi le password degli indirizzi violati.
advice-lists = Tolga dalle liste gli indirizzi che non esistono più.
reputation-tools = Misure di altri servizi
reputation-tools-text = Ogni fornitore conta a modo suo. Questi collegamenti lasciano il Manager.

says-right = In ordine.
says-switched-off = Questa verifica è disattivata.
says-cannot-look-up = Ora non si può verificare: { $what }
says-not-delegated = La zona è qui, ma il mondo interroga { $what }.
says-missing = Manca { $what }.
says-would-help = Manca { $what }; la posta passa lo stesso, meno protetta.
says-null-mx = Il dominio dice di non ricevere posta (MX nullo).
says-mx-elsewhere = La posta va a { $what } e non qui.
says-mx-also-elsewhere = Una parte della posta va a { $what } e non qui.
says-spf-several = { $what ->
    [one] C’è un SPF di troppo.
   *[other] Ci sono { $what } SPF; i destinatari li rifiutano tutti.
}
says-spf-wrong = L’SPF è errato: { $what }
says-spf-too-many-lookups = L’SPF chiede { $what } ricerche; i destinatari si fermano dopo 10.
says-spf-too-many-voids = L’SPF cerca { $what } nomi inesistenti; i destinatari si fermano dopo 2.
says-spf-void = Un termine dell’SPF non trova nulla: { $what }
says-spf-without-us = L’SPF non permette i nostri server: manca { $what }.
says-spf-allows-all = L’SPF finisce con +all: chiunque può inviare con questo nome.
says-spf-soft = L’SPF finisce con { $what }: i falsi sono al più segnalati, non rifiutati.
says-spf-used = { $what ->
    [0] Nessuna ricerca su 10 è usata.
    [one] Una ricerca su 10 è usata.
   *[other] { $what } ricerche su 10 sono usate.
}
says-dkim-missing = La chiave { $what } non è pubblicata.
says-dkim-differs = Presso { $what } c’è una chiave diversa dalla nostra.
says-dkim-not-seen-yet = La chiave successiva { $what } non si vede ancora ovunque; fino ad allora firma la precedente.
says-dkim-no-key = Non c’è ancora una chiave.
says-dmarc-wrong = Il DMARC è errato: { $what }
says-dmarc-several = Ci sono { $what } DMARC; i destinatari li ignorano tutti.
says-dmarc-none = p=none chiede solo rapporti: i falsi sono consegnati.
says-dmarc-part = La politica vale solo per il { $what } % dei messaggi.
says-dmarc-reports-elsewhere = I rapporti non arrivano qui: manca { $what }.
says-dmarc-reports-refused = I rapporti su un sinonimo non vengono inviati: manca { $what }.
says-policy-unreachable = La politica MTA-STS non si può leggere: { $what }
says-policy-without-mx = La politica MTA-STS non permette { $what }: gli altri non consegneranno.
says-policy-testing = La politica MTA-STS è in modo { $what }: non protegge ancora.
says-policy-record-wrong = Il record MTA-STS è errato: { $what }
says-dane-not-signed = La zona di { $what } non è firmata: DANE non è possibile.
says-dane-differs = I TLSA di { $what } non vanno con il certificato: gli altri non consegneranno.
says-not-signed = La zona non è firmata.
says-ds-missing = La zona è firmata, ma la zona superiore non lo dice: vi manca { $what }.
says-ds-differs = Il DS della zona superiore non va con nessuna chiave: { $what }
says-ds-without-key = La zona superiore dice che la zona è firmata, e non lo è: { $what }
says-pointer-missing = { $what } non ha un nome (PTR).
says-pointer-not-confirmed = { $what } non riporta all’indirizzo.
says-pointer-differs = Il nome dell’indirizzo è { $what }, non quello che il server annuncia.
says-no-public-address = Il server non ha un indirizzo pubblico: { $what }
says-helo-without-address = { $what } non ha un indirizzo.
says-helo-elsewhere = { $what } porta ad altri indirizzi che quelli del server.
says-listed = Segnalato: { $what }
says-list-silent = La lista non risponde: { $what }
says-own-authority = Il certificato viene dall’autorità di questa installazione: gli altri non la conoscono.
says-certificate-without = Il certificato non vale per { $what }.
says-certificate-ends-soon = Il certificato finisce il { $what }.
says-certificate-ended = Il certificato è finito il { $what }.

rule-it-is-the-name-of-a-host-never-an-addres = La destinazione è un nome di server, mai un indirizzo IP.
rule-an-a-record-holds-192-0-2-1-rfc-1035-3-4 = Un indirizzo IPv4 si scrive come 192.0.2.1.
rule-an-aaaa-record-holds-2001-db8-1-rfc-3596 = Un indirizzo IPv6 si scrive come 2001:db8::1.
rule-an-ipv4-address-stands-in-an-a-record-rf = Un indirizzo IPv4 sta in un record A.
rule-an-ipv6-address-stands-in-an-aaaa-record = Un indirizzo IPv6 sta in un record AAAA.
rule-a-label-has-1-to-63-octets-rfc-1035-2-3 = Ogni parte di un nome ha da 1 a 63 caratteri.
rule-a-label-has-letters-digits-hyphens-under = Un nome ha solo lettere, cifre, trattini e trattini bassi.
rule-a-name-has-at-most-253-octets-rfc-1035-2 = Un nome ha al massimo 253 caratteri.
rule-a-cname-stands-alone-at-its-name-rfc-103 = Un CNAME sta da solo sotto il suo nome.
rule-a-cname-stands-alone-and-the-zone-s-own = La radice del dominio non può essere un CNAME.
rule-a-name-has-one-spf-record-at-most-or-non = Un nome ha un solo SPF, altrimenti nessuno conta. Li unisca.
rule-a-name-has-one-dmarc-record-at-most-or-n = Un nome ha un solo DMARC, altrimenti nessuno conta.
rule-a-null-mx-stands-alone-rfc-7505-3 = Un MX nullo sta da solo: dice che il dominio non riceve posta.
rule-a-record-stands-once-rfc-2181-5 = Questo record esiste già.
rule-a-time-to-live-is-60-to-86400-seconds-so = Il TTL va da 60 a 86’400 secondi.
rule-the-target-of-mx-ns-and-srv-has-addresse = La destinazione di MX, NS e SRV non è un alias (CNAME).
rule-a-zone-s-name-exists-once-and-names-abov = Questo nome di dominio è già gestito qui, o dipende da un dominio di un’altra organizzazione.
rule-an-organisation-hosts-names-of-its-own-b = Indichi un dominio Suo, come esempio.ch.
rule-a-synonym-is-bound-to-no-product-of-its = Un sinonimo non deve appartenere a nessun prodotto, come un servizio di posta o altri sinonimi.
rule-a-synonym-uses-the-name-servers-of-this = Un sinonimo usa i nostri server dei nomi.
rule-a-domain-that-the-newsletter-is-bound-to = Il dominio principale non deve appartenere alla newsletter.
list-cut = Sono mostrate solo le prime { $count }: precisate la ricerca per vedere le altre.
column-browser = Browser
column-session-since = Dal
column-session-seen = Vista
sessions-end-effect = Questo browser dovrà collegarsi di nuovo; ciò che vi è scritto e non ancora salvato è perso.
sessions-end-one = Porre fine: { $browser }
alert-late = { $count ->
    [one] { $count } messaggio attende da più di un’ora
   *[other] { $count } messaggi attendono da più di un’ora
}
alert-held = { $count ->
    [one] { $count } messaggio trattenuto
   *[other] { $count } messaggi trattenuti
}
alert-unban = { $count ->
    [one] { $count } richiesta di sblocco attende
   *[other] { $count } richieste di sblocco attendono
}
alert-full = piena al { $percent } %
alert-full-more = { $count ->
    [one] e { $count } altra casella quasi piena
   *[other] e altre { $count } caselle quasi piene
}
alert-disk = Il disco è pieno al { $percent } %.
alert-certificate = Il certificato scade il { $day }.
