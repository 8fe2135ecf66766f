## Tokens of programs; what the operator's staff looks after

tokens-title = Token API
tokens-mine = I miei token API
tokens-lead = Un programma che amministra l’organizzazione con l’API mostra un token. È mostrato solo alla creazione; poi può soltanto essere revocato.
tokens-empty = Nessun token
tokens-empty-text = Ne crei uno per ogni programma: così ne revoca uno senza fermare gli altri.
token-make = Creare un token
token-name-help = Il programma che lo usa, come lo riconoscerà nel registro.
token-reads = leggere
token-reads-help = Vede tutto ciò che è alla sua portata e non cambia nulla.
token-writes = leggere e modificare
token-writes-help = Può anche creare, cambiare ed eliminare.
token-reach-organisation = tutta l’organizzazione
token-reach-own = Cose proprie
token-reach-gone = un dominio che non esiste più
token-reach-help = Limitato a un dominio, non ne vede altri.
token-owner = Di chi è
token-of-organisation = dell’organizzazione
token-of-self = mio ({ $login })
token-owner-help = Il token di una persona non va mai oltre lei: se è bloccata o limitata a un dominio, lo è anche il suo token.
token-days-30 = 30 giorni
token-days-90 = 90 giorni
token-days-365 = un anno
token-days-0 = fino alla revoca
token-until-revoked = fino alla revoca
token-over = scaduto
token-whose = Token di chi
token-whose-all = Tutti i token
filter-whose = Token
whose-mine = I miei
token-once = Copi il token adesso: non sarà mai più mostrato.
token-use = Il programma lo invia con ogni richiesta, in questo campo:
token-shown = Comincia con
token-created = Creato
token-revoke = Revocare il token
token-revoke-effect = Ogni programma che lo usa è rifiutato dalla prossima richiesta. Ciò che ha fatto resta. Non si può annullare: un nuovo token sarà un altro.
token-revoke-used = Ultimo uso:
token-revoke-unused = Non è mai servito.
token-revoked = Il token «{ $name }» è revocato.
column-token-reach = Portata
column-token-right = Diritto
column-token-last-used = Ultimo uso
column-token-until = Valido
installation-title = Installazione
installation-settings = Impostazioni
installation-lead = I nomi e le macchine dell’installazione. Da loro vengono i suoi record, i server dei nomi di ogni zona e i record mail di ogni dominio.
installation-effect = { $count ->
    [0] Nessun dominio mail ne dipende ancora.
    [one] Un dominio mail ne dipende: i suoi record seguono al salvataggio.
   *[other] { $count } domini mail ne dipendono: i loro record seguono al salvataggio.
}
installation-names = Nomi e macchine
installation-hostname = Nome dell’installazione
installation-hostname-help = Il nome con cui si presenta agli altri server.
installation-exchangers = Server di ricezione (MX)
installation-exchangers-help = Uno per riga: priorità, nome, indirizzi. «10 mail.esempio.ch 192.0.2.1 2001:db8::1». Senza indirizzi, sono tenuti altrove.
installation-name-servers = Server dei nomi
installation-name-servers-help = Uno per riga: nome, indirizzi. Il primo è il primario di ogni SOA.
installation-web-host = Host delle pagine web
installation-web-host-help = Politiche MTA-STS e configurazione automatica dei domini.
installation-contact = Contatto
installation-contact-help = L’indirizzo che risponde dell’installazione.
installation-trust = Mittenti
installation-spf-host = Nome SPF
installation-spf-host-help = Ogni dominio lo include nel suo SPF.
installation-spf-sources = Fonti SPF
installation-spf-sources-help = Un meccanismo per riga: ip4:192.0.2.7. Vuoto: gli indirizzi dei server di ricezione.
installation-spf-now = Pubblicato ora:
installation-sts = MTA-STS dei domini
installation-sts-enforce = Le lettere arrivano con un certificato valido o non arrivano.
installation-sts-testing = I problemi sono segnalati e le lettere arrivano lo stesso.
installation-block-lists = Liste di fonti di spam
installation-block-lists-help = Una per riga, che la diagnosi interroga: ip:bl.esempio.org o domain:bl.esempio.org.
installation-access = Programmi di posta
installation-access-help = A che cosa li collega la configurazione automatica. La porta 0 non è offerta.
installation-access-host = Host
installation-port-imaps = IMAP con TLS (993)
installation-port-imap = IMAP con STARTTLS (143)
installation-port-submissions = Invio con TLS (465)
installation-port-submission = Invio con STARTTLS (587)
installation-port-pop3s = POP3 con TLS (995)
installation-port-sieve = ManageSieve (4190)
installation-port-https = HTTPS (443)
installation-wrong-exchanger = «{ $text }»: servono una priorità, un nome e indirizzi.
installation-wrong-port = «{ $text }» non è una porta: un numero da 0 a 65’535.
installation-wrong-list = «{ $text }» non è una lista: ip:bl.esempio.org o domain:bl.esempio.org.
installation-saved = { $zones ->
    [0] Salvato. Nessuna zona ha dovuto cambiare.
    [one] Salvato. Una zona è cambiata.
   *[other] Salvato. { $zones } zone sono cambiate.
}
installation-saved-conflicts = { $conflicts ->
    [one] Salvato (zone cambiate: { $zones }). Un record tenuto da qualcun altro è rimasto: veda la diagnosi del dominio.
   *[other] Salvato (zone cambiate: { $zones }). { $conflicts } record tenuti da qualcun altro sono rimasti: veda la diagnosi dei domini.
}
installation-organisations-lead = Tutte le organizzazioni dell’installazione.
organisation-make = Creare un’organizzazione
organisation-make-help = Il suo nome, unico nell’installazione.
organisation-made = L’organizzazione «{ $name }» è creata. Aggiunga ora il suo responsabile legale.
organisation-in-use = In servizio
organisation-disabled = Disattivata
organisation-is-disabled = Questa organizzazione è disattivata: ai suoi indirizzi non arriva nulla e nessuno vi accede.
organisation-look-at = Guardare questa organizzazione
organisation-nobody = Nessuno vi accede ancora: guardi questa organizzazione e aggiunga sotto «Utenti» il suo responsabile legale.
organisation-log-days = Giorni di log visibili
organisation-log-days-help = Da 1 a 366; 20 senza abbonamento. Conservati ora: { $kept } giorni.
organisation-settings-where = Il secondo fattore richiesto, il supporto e l’aspetto si regolano nell’organizzazione stessa, sotto «Organizzazione».
organisation-quotas = Quote accordate
organisation-quotas-help = La quota degli indirizzi che non ne hanno una propria, per ogni Servizio Mail.
organisation-quotas-save = Accordare queste quote
organisation-end = Fine dell’organizzazione
organisation-own = Il Suo conto appartiene a questa organizzazione: la disattiva o la elimina qualcun altro del personale.
organisation-disable-effect = Disattivare mette fuori servizio { $domains ->
    [one] un dominio
   *[other] { $domains } domini
}, { $addresses ->
    [one] un indirizzo
   *[other] { $addresses } indirizzi
} e l’accesso di { $users ->
    [one] un utente
   *[other] { $users } utenti
}. Nulla va perso.
organisation-delete = Eliminare l’organizzazione
organisation-delete-lost = Vanno persi: { $domains ->
    [one] un dominio
   *[other] { $domains } domini
}, { $addresses ->
    [one] un indirizzo
   *[other] { $addresses } indirizzi
} con le loro lettere, e l’accesso di { $users ->
    [one] un utente
   *[other] { $users } utenti
}.
organisation-delete-effect = «{ $name }» scompare subito. Non si può annullare.
organisation-was-disabled = «{ $name }» è disattivata.
organisation-was-enabled = «{ $name }» è di nuovo in servizio.
organisation-was-deleted = «{ $name }» è eliminata.
column-made-at = Creata
staff-title = Personale
staff-lead = Chi gestisce l’installazione: queste persone guardano ogni organizzazione e vedono queste pagine.
staff-add = Aggiungere al personale
staff-add-help = L’identificativo di un utente che esiste. Dalla prossima richiesta vede e cambia tutte le organizzazioni; gli chieda un secondo fattore.
staff-unknown = Nessun utente si chiama «{ $login }».
staff-added = { $login } fa parte del personale dalla prossima richiesta.
staff-remove = Togliere dal personale
staff-remove-effect = { $login } vede solo le proprie organizzazioni, dalla prossima richiesta. Il conto resta.
staff-remove-self = È Lei: queste pagine non si apriranno più per Lei.
staff-remove-last = È l’ultima persona del personale: poi solo il comando «relais staff add» sulla macchina ne aggiunge una.
staff-removed = { $login } non fa più parte del personale.
column-staff-since = Dal
