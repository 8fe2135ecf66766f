## People, roles, second factors

profile-title = Il mio profilo
profile-security = Sicurezza dell’account
profile-security-text = Password, secondi fattori e codici di riserva.
profile-language-none = quella del browser
profile-phone = Telefono
profile-contacts = Indirizzi di contatto
profile-contacts-help = Un indirizzo per riga, cinque al massimo. Vi si può raggiungere lì se l’indirizzo principale non funziona più.
people-no-address = «{ $text }» non è un indirizzo e-mail: nome@dominio.
factors-title = Autenticazione a due fattori
factors-text = Dopo la password mostrate una seconda cosa: un codice del telefono o una passkey. Chi ruba la password non entra.
factors-empty = Ancora nessun secondo fattore
factors-empty-text = Aggiungete un’applicazione di autenticazione: ci vuole un minuto.
factor-must = «{ $organisation }» esige un secondo fattore. Aggiungetene uno per continuare.
factor-totp = applicazione
factor-passkey = passkey
factor-name = Nome
factor-added = Il secondo fattore è aggiunto. Le altre sessioni sono terminate.
factor-removed = «{ $name }» è rimosso.
factor-remove = Rimuovere «{ $name }»
factor-remove-effect = Non sarà più accettato all’accesso. Le altre sessioni terminano e una lettera ve lo conferma.
factor-remove-last = È l’ultimo: poi basta la password per entrare, e i codici di riserva non valgono più.
since = dal
last-used = ultimo uso
totp-add = Aggiungere un’applicazione di autenticazione
totp-name = Telefono
totp-over = Troppi tentativi, o troppo tempo: ecco un nuovo codice QR.
totp-scan = Scansionate questo codice con la vostra applicazione (per esempio Aegis, Google Authenticator, FreeOTP).
totp-picture = Codice QR del segreto
totp-type = Inserire il segreto a mano
totp-confirm = Inserite il codice a sei cifre che l’applicazione mostra.
totp-code = Codice a sei cifre
totp-go = Attivare
passkey-add = Aggiungere una passkey
passkey-text = Il vostro dispositivo o la chiave di sicurezza vi riconosce (impronta, volto, PIN) e lo prova qui. Conservata sul dispositivo, sostituisce anche la password all’accesso.
passkey-go = Creare la passkey
passkey-unable = Questo browser non conosce le passkey, o lo script è spento. Aggiungete invece un’applicazione di autenticazione.
passkey-cancelled = Non è stato fatto nulla: il browser non ha dato una passkey. Riprovate, o scegliete un altro modo.
passkey-wrong = Questa passkey non apre questo account, o la richiesta è troppo vecchia. Riprovate.
passkey-no-host = Le passkey non sono offerte qui: appartengono a un nome host, e questa installazione si raggiunge con un indirizzo IP.
passkey-elsewhere = Le passkey appartengono a { $host }: aprite il Manager con https://{ $host }.
recovery-title = Codici di riserva
recovery-left = { $count ->
    [one] Ne resta uno.
   *[other] Ne restano { $count }.
}
recovery-once = Ciascuno apre una volta, se perdete il telefono. Sono mostrati solo ora: copiateli, scaricateli o stampateli, e conservateli altrove che su questo telefono.
recovery-renew = Nuovi codici di riserva
recovery-renew-effect = Dieci nuovi codici sostituiscono i vecchi, che non valgono più.
recovery-kept = Li ho conservati
download = Scaricare
print = Stampare
present-wrong = Non è la vostra password attuale, o la passkey non è quella giusta.
password-present = Password attuale
password-new = Nuova password
password-repeated = Nuova password, ancora una volta
password-help = Dieci caratteri o più; una frase va bene.
password-change = Cambiare la password
password-changed = La password è cambiata. Le altre sessioni sono terminate.
password-differs = I due inserimenti sono diversi.
prove-passkey = Confermare con una passkey
step-title = Secondo fattore
step-code = Codice della vostra applicazione
step-recovery = Codice di riserva
step-help = Sei cifre, o uno dei vostri codici di riserva.
step-recovery-help = Uno dei vostri dieci codici di riserva, se la passkey non è a portata.
step-go = Continuare
step-back = Ricominciare
step-lost = Perso tutto? Un amministratore della vostra organizzazione può rimuovere i secondi fattori.
step-over = Questo passo è finito: troppi tentativi, o più di cinque minuti. Date di nuovo la password.
step-wrong = Questo codice non è giusto, o è già servito. Aspettate il prossimo e verificate l’ora del telefono.
step-passkey = Continuare con una passkey
sign-in-passkey = Accedere con una passkey
users-title = Utenti
users-lead = Le persone che amministrano l’organizzazione o vi hanno accesso.
user-add = Aggiungere un utente
column-name = Nome
column-login = Identificativo
column-role = Ruolo
column-access = Accesso
column-second-factor = 2FA
column-last-access = Ultimo accesso
never = mai
second-factor-none = nessuno
second-factor-count = { $count ->
    [one] un fattore
   *[other] { $count } fattori
}
filter-role = Ruolo
filter-role-all = Tutti i ruoli
role-legal-owner = Responsabile legale
role-administrator = Amministratore
role-collaborator = Collaboratore
role-external = Esterno
role-legal-owner-help = Risponde dell’organizzazione e può tutto; solo lui nomina altri responsabili legali.
role-administrator-help = Amministra tutto, o un solo dominio.
role-collaborator-help = Accede ai servizi mail che gli si concedono.
role-external-help = Viene da fuori; accede solo a ciò a cui è invitato.
user-blocked = bloccato
user-active = attivo
user-from-elsewhere = account di un’altra organizzazione
user-password-once = Ecco la password di { $login }. È mostrata solo ora; la persona la cambia poi da sé.
user-joined = { $login } aveva già un account e appartiene ora anche a questa organizzazione. Una lettera l’informa.
user-self = Lei
user-elsewhere-text = Un’altra organizzazione ha creato questo account: nome, password e secondi fattori si cambiano lì. Qui decidete il ruolo.
user-owner-only = Solo un responsabile legale cambia un responsabile legale.
user-role-change = Modificare il ruolo
user-domain = Dominio amministrato
user-domain-help = Solo per un amministratore.
domain-all = tutti i domini
user-services = Servizi mail concessi
user-services-help = Solo per un collaboratore.
user-factor-effect = La persona non ne ha più bisogno all’accesso e riceve una lettera. Assicuratevi che sia lei a chiederlo.
user-factor-removed = Il secondo fattore è rimosso.
user-profile = Profilo
user-profile-text = Ciò che la persona dice di sé nel suo profilo; potete scriverlo al suo posto.
user-profile-own = Lo cambiate nel vostro profilo.
user-contacts-help = Un indirizzo per riga, al massimo cinque. La persona vi si raggiunge se il suo indirizzo principale non funziona più.
user-passwords = Password dei dispositivi
user-passwords-text = Quelle che la persona ha creato per le caselle a cui ha accesso. Aprono queste caselle finché non vengono eliminate o messe fuori servizio.
user-sessions = Sessioni
user-sessions-text = I browser in cui la persona ha effettuato l’accesso. I suoi dispositivi di posta non ne fanno parte.
user-sessions-none = La persona non ha effettuato l’accesso da nessuna parte.
user-sessions-own = Le vostre sessioni hanno una pagina propria, dove le terminate.
user-sessions-not-ours = Vedete e terminate soltanto le sessioni dei conti che la vostra organizzazione gestisce da sola. Se è urgente, bloccate l’accesso della persona alla vostra organizzazione.
user-sessions-end-all = Terminare tutte
user-sessions-end = { $count ->
    [one] Terminare la sessione
   *[other] Terminare { $count } sessioni
}
user-sessions-end-effect = { $count ->
    [one] Un browser dovrà
   *[other] { $count } browser dovranno
} effettuare di nuovo l’accesso; ciò che vi è scritto e non ancora salvato va perso. Una password nota ad altri vale ancora: datene una nuova.
user-end = Accesso
user-password-new = Nuova password
user-password-effect = La vecchia non vale più e tutte le sessioni della persona terminano.
user-block = Bloccare l’utente
user-unblock = Sbloccare
user-delete = Eliminare l’utente
user-block-effect = { $login } non può più entrare e le sessioni terminano. Nulla è perso: potete sbloccare.
user-delete-effect = { $login } non appartiene più all’organizzazione. L’account scompare se la persona non appartiene a nessun’altra. Gli indirizzi mail restano.
user-delete-lost = { $count ->
    [0] Persi: il ruolo «{ $role }».
    [one] Persi: il ruolo «{ $role }» e un secondo fattore.
   *[other] Persi: il ruolo «{ $role }» e { $count } secondi fattori.
}
user-blocked-done = L’utente è bloccato.
user-unblocked-done = L’utente è sbloccato.
user-deleted = { $login } non appartiene più all’organizzazione.
role-changed = Ruolo: { $role }. Una lettera lo annuncia alla persona.
organisation-title = Organizzazione
organisation-identity = Identità
organisation-legal-name = Ragione sociale
organisation-requires = Esigere un secondo fattore da tutti gli utenti
organisation-requires-help = { $count ->
    [0] Tutti ne hanno uno.
    [one] Un utente non ne ha: vedrà solo la pagina che ne aggiunge uno.
   *[other] { $count } utenti non ne hanno: vedranno solo la pagina che ne aggiunge uno.
}
organisation-support = Supporto di primo livello
organisation-support-help = A chi si rivolgono prima i vostri utenti.
organisation-support-email = Indirizzo e-mail
organisation-support-page = Pagina web
organisation-support-hours = Orari
organisation-support-hours-example = lu–ve 8–17
organisation-look = Aspetto
organisation-look-help = Nell’intestazione del Manager di questa organizzazione.
organisation-look-name = Nome mostrato
organisation-look-colour = Colore
organisation-look-colour-help = Sei cifre esadecimali dopo #. Il testo è bianco: contrasto di almeno 4,5.
organisation-look-contrast = Contrasto con il testo bianco: { $ratio } (almeno 4,5).
organisation-logo = Logo
organisation-logo-help = PNG di 2’000 pixel per lato al massimo, o SVG senza script; 128 KiB al massimo.
organisation-logo-remove = Rimuovere il logo
rule-only-a-legal-owner-makes-changes-blocks = Solo un responsabile legale nomina, cambia, blocca o toglie un responsabile legale.
rule-an-organisation-keeps-one-legal-owner-wh = Un’organizzazione mantiene un responsabile legale che può accedere.
rule-whoever-belongs-to-several-organisations = Chi appartiene a più organizzazioni cambia da sé password e secondi fattori.
rule-the-six-digits-that-the-application-show = Questo codice non va con il segreto: inserite quello che l’applicazione mostra ora; l’ora del telefono deve essere giusta.
rule-the-last-second-factor-stays-where-an-or = Un’organizzazione esige un secondo fattore: aggiungetene un altro prima di rimuovere l’ultimo.
rule-white-letters-stand-on-the-colour-a-cont = Il testo bianco non si legge abbastanza su questo colore: prendetene uno più scuro (contrasto di almeno 4,5).
user-limit-unknown = Questo dominio o servizio non esiste: nulla è stato modificato.
user-login-help = Un indirizzo e-mail. Se la persona ha già un conto qui, lo mantiene: le si chiede se vuole appartenere all’organizzazione.
user-asked = { $login } ha già un conto: una lettera chiede se vuole appartenere all’organizzazione. Ha sette giorni per rispondere.
offers-title = Richieste senza risposta
offers-text = Queste persone hanno un conto altrove. Finché non accettano, non ne vede altro.
offer-until = fino al
offer-withdraw = Ritirare la richiesta
offer-withdraw-effect = La persona non può più accettare. Bisognerà chiederglielo di nuovo.
offer-withdraw-one = Ritirare la richiesta a { $login }
offer-withdrawn = La richiesta è ritirata.
own-offers-title = È invitato
own-offer-text = { $who } Le chiede di appartenere a «{ $organisation }» con il ruolo «{ $role }».
own-offer-effect = I suoi amministratori vedranno allora il Suo nome, i Suoi recapiti e i Suoi secondi fattori. Non cambiano mai la Sua password.
offer-accept = Accettare
offer-accepted = Ora appartiene a «{ $organisation }».
offer-declined = Ha rifiutato. L’organizzazione non sa altro di Lei.
offer-decline = Rifiutare
rule-a-login-at-a-domain-of-another-organisat = Questo indirizzo appartiene a un’altra organizzazione: il conto lo crea lei, o la persona stessa accettando un invito.
rule-whoever-signs-in-with-an-address-of-anot = Questa persona accede con un indirizzo di un’altra organizzazione: cambia da sé password e secondi fattori.
rule-an-organisation-asks-at-most-200-people = Troppe persone non hanno ancora risposto: un’organizzazione ne chiede al massimo 200 alla volta e una persona ha al massimo 20 richieste.
rule-a-person-is-asked-once-and-has-seven-day = La persona ha già ricevuto la richiesta; ha sette giorni per rispondere.
user-loses-sessions = { $count ->
    [one] Una sessione finisce subito.
   *[other] { $count } sessioni finiscono subito.
}
user-loses-mailboxes = { $count ->
    [one] L’accesso a una casella è perso.
   *[other] L’accesso a { $count } caselle è perso.
}
user-loses-passwords = { $count ->
    [one] Una password di dispositivo non vale più.
   *[other] { $count } password di dispositivi non valgono più.
}
user-loses-services = { $count ->
    [one] Un servizio mail non è più affidato.
   *[other] { $count } servizi mail non sono più affidati.
}
user-pauses-mailboxes = { $count ->
    [one] Una casella le resta chiusa fino allo sblocco.
   *[other] { $count } caselle le restano chiuse fino allo sblocco.
}
user-pauses-passwords = { $count ->
    [one] Una password di dispositivo non vale fino ad allora.
   *[other] { $count } password di dispositivi non valgono fino ad allora.
}
own-tokens-title = I miei token
own-tokens-text = Con un token un programma accede tramite l’API a ciò che è suo: profilo, sessioni, indirizzi. Non apre nulla dell’organizzazione e termina con la sua password.
own-tokens-empty = Nessun token
own-tokens-empty-text = Nessun programma accede a ciò che è suo.
own-token-add = Creare un token
own-token-name = Nome
own-token-write = Può modificare
own-token-write-help = Altrimenti legge soltanto.
own-token-once = Copi il token ora: viene mostrato solo questa volta.
own-token-revoke = Revocare «{ $name }»
own-token-revoked = Il token è revocato.
own-token-writes = legge e modifica
own-token-reads = legge
granted-lead = I Servizi Mail che vi sono stati concessi. Vedete i loro indirizzi e utenti; un amministratore li modifica.
granted-empty = Nessun Servizio Mail vi è concesso
granted-empty-text = Un responsabile legale o un amministratore concede i Servizi Mail nella pagina del vostro conto.
granted-service-lead = I suoi indirizzi. Un indirizzo con una casella apre l’elenco dei suoi utenti.
granted-no-addresses = Ancora nessun indirizzo
granted-no-addresses-text = Gli indirizzi di questo Servizio Mail si troveranno qui.
support-title = Serve aiuto?
support-of = Supporto di { $name }:
