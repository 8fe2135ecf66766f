
## Hosts and mail servers
administration-title = Amministrazione
hosts-title = Host
servers-title = Server di posta
actions = Azioni
action-new = Nuovo
action-show = Consulta
action-edit = Modifica
action-delete = Elimina
action-create = Crea
yes = Sì
no = No
back = Indietro
column-server-host = Host
column-server-ip = Indirizzo IP
column-server-domain = Dominio
column-server-state = Stato
column-description = Descrizione
column-imap = IMAP
column-smtp-in = SMTP in
column-smtp-out = SMTP out
waits-create = Creazione in attesa
waits-modify = Modifica in attesa
waits-delete = Eliminazione in attesa
waits-not = Applicato
waits-notice-create = Questa creazione non ha ancora effetto: faccia clic sul post-it per applicarla.
waits-notice-modify = Questa modifica non ha ancora effetto: faccia clic sul post-it per applicarla.
waits-notice-delete = Questa eliminazione non ha ancora effetto: faccia clic sul post-it per applicarla.
hosts-lead = Le macchine dei Suoi domini. Un host diventa un server di posta quando riceve funzioni di posta.
hosts-empty = Nessun host
hosts-empty-text = Crei il primo host con «Nuovo»; potrà poi diventare un server di posta.
host-one = Host
host-new = Nuovo host
host-edit = Modificare l’host { $name }
host-save = Modifica l’host
host-delete = Eliminare l’host { $name }
host-created = L’host { $name } è creato.
host-changed = L’host { $name } è modificato.
host-deleted = L’host { $name } è eliminato.
host-is-server = Questo host è un server di posta e quindi non può essere eliminato.
host-can-be-deleted = L’host può essere eliminato: non è un server di posta.
host-no-domain = Nessun dominio di posta
host-no-domain-text = Un host appartiene a un dominio: aggiunga prima un dominio di posta.
host-name-help = Lettere, cifre e trattini; unico nel suo dominio.
host-ip-help = Un host ha un indirizzo IPv4 o un indirizzo IPv6.
host-fqdn-help = Lasci vuoto per il nome dell’host nel suo dominio.
host-wrong-address = «{ $text }» non è un indirizzo IP.
host-wrong-name = «{ $text }» non è un nome completo.
server-one = Server di posta
server-new = Nuovo server di posta
server-edit = Modificare il server di posta { $name }
server-save = Modifica la configurazione
server-delete = Eliminare il server di posta { $name }
server-name = Nome
server-roles = Funzioni
server-pick = Scegli l’host
server-pick-text = Gli host dei Suoi domini; quelli di altri domini non sono visibili qui.
server-no-hosts = Non c’è ancora nessun host.
server-taken = già server di posta
server-choose-host = Scelga l’host.
server-created = Il server di posta { $name } è creato.
server-changed = La configurazione di { $name } è modificata.
server-deleted = Il server di posta { $name } è eliminato.
server-can-be-deleted = IL SERVER DI POSTA PUÒ ESSERE ELIMINATO
server-cannot-be-deleted = IL SERVER DI POSTA NON PUÒ ESSERE ELIMINATO
server-linked-to-users = Questo server è legato ad almeno un utente e quindi non può essere eliminato
server-linked-to-domains = Questo server è legato ad almeno un dominio e quindi non può essere eliminato
server-used = Usato da
server-used-by = Utenti: { $users }, domini: { $domains }
server-used-user = Utente
server-used-domain = Dominio
server-link-where = Un utente si lega a un server nella pagina del suo indirizzo, un dominio nella pagina dei suoi server, nel suo Servizio Mail.
server-link-waits = Questo server attende ancora di essere applicato.
server-of-mailbox = Server IMAP di questo utente
server-of-mailbox-help = La posta dell’indirizzo si legge su questo server: la configurazione automatica lo nomina. Finché il legame esiste, il server non può essere eliminato.
server-of-the-domain = quello del suo dominio
server-choose = Scegli questo server
server-user-linked = { $address } è legato al server.
server-user-unlinked = { $address } non è più legato a un server proprio.
domain-servers = Server di posta di { $name }
domain-servers-lead = I server che il dominio usa, funzione per funzione. Senza scelta sono quelli dell’installazione. I record DNS seguono subito.
domain-servers-imap = Gli utenti del dominio vi leggono la loro posta.
domain-servers-smtp-in = La posta per il dominio arriva qui: gli MX li nominano.
domain-servers-smtp-out = La posta del dominio parte da qui: il suo SPF li autorizza.
domain-servers-none = Nessuno dei Suoi server ha questa funzione.
domain-servers-saved = I server di { $domain } sono salvati.
server-node = Il nodo di questo host
server-node-text = Un nodo avviato con questa configurazione apre solo le porte delle funzioni applicate di questo host.
role-imap = Un server IMAP classico: gli utenti vi leggono la posta.
role-smtp-in = Un server SMTP che inoltra la posta verso l’interno del dominio.
role-smtp-out = Un server SMTP che inoltra la posta verso l’esterno del dominio.
servers-search = Cerca
servers-found = { $count ->
    [0] Nessun server di posta trovato.
    [one] { $count } server di posta trovato.
   *[other] { $count } server di posta trovati.
}
servers-empty-text = Cambi la ricerca, o crei un server di posta con «Nuovo».
servers-export = Esporta
servers-export-all = Esporta tutto
servers-entries = Voci
servers-pages = Pagine dei risultati:
changes-title = Modifiche in attesa
changes-lead = I nodi agiscono solo secondo ciò che è applicato. Applichi ciò che attende, o lo annulli voce per voce.
changes-postit = { $count ->
    [one] { $count } modifica attende di essere applicata
   *[other] { $count } modifiche attendono di essere applicate
}
changes-postit-hint = Faccia clic sul post-it perché il sistema ne tenga conto.
changes-apply = { $count ->
    [one] Applica { $count } modifica
   *[other] Applica { $count } modifiche
}
changes-applying = { $count ->
    [one] { $count } modifica viene applicata.
   *[other] { $count } modifiche vengono applicate.
}
changes-none = Nulla è in attesa
changes-none-text = Ciò che cambia negli host e nei server di posta appare qui fino all’applicazione.
changes-created = Creati
changes-modified = Modificati
changes-deleted = Eliminati
change-cancel = Annulla per { $name }
change-cancelled = La modifica è annullata.
change-gone = Questa modifica non era più in attesa.
change-difference = { $name }:
change-name = Nome
change-fqdn = Nome completo
change-ipv4 = Indirizzo IPv4
change-ipv6 = Indirizzo IPv6
change-description = Descrizione
change-host = Host
change-imap = IMAP
change-smtp-in = SMTP in
change-smtp-out = SMTP out
entity-host = host
entity-mail-server = server di posta
run-running = Applicazione in corso
run-count = { $done } di { $total } applicate.
run-done = Ultima applicazione
run-progress = Avanzamento dell’applicazione
run-failed = L’applicazione si è fermata
rule-a-host-has-an-ipv4-or-an-ipv6-address = Un host ha un indirizzo IPv4 o un indirizzo IPv6.
rule-a-host-s-name-exists-once-in-its-domain = Il nome di un host esiste una sola volta nel suo dominio.
rule-a-host-is-one-mail-server-with-any-of-th = Un host è un solo server di posta, con tutte le funzioni volute.
rule-a-host-s-name-has-1-to-63-letters-digits = Il nome di un host ha da 1 a 63 lettere, cifre e trattini.
rule-it-is-a-name-of-its-own-with-a-dot-rfc-5 = Il nome completo contiene un punto.
rule-an-address-of-one-machine = Un indirizzo di una sola macchina.
rule-a-server-on-which-people-read-their-mail = Un server su cui gli utenti leggono la posta mantiene IMAP.
rule-a-server-keeps-the-roles-in-which-a-doma = Un server mantiene le funzioni usate da un dominio.
rule-a-host-is-deleted-after-the-mail-server = Un host si elimina dopo il suo server di posta.
rule-the-deletion-of-its-host-is-cancelled-fi = Annulli prima l’eliminazione del suo host.
rule-changes-are-applied-once-at-a-time-wait = Un’applicazione è già in corso: attenda che finisca.
rule-something-must-wait-to-be-applied = Nulla è in attesa.
column-change-name = Nome
column-change-what = Modifica
column-change-who = Da
column-change-at = Il
host-delete-numbers = { $count ->
    [one] Un indirizzo IP se ne va con lui.
   *[other] { $count } indirizzi IP se ne vanno con lui.
} Nulla cambia prima dell’applicazione, e fino ad allora potete annullare.
server-delete-numbers = Utenti collegati: { $users }, domini collegati: { $domains }. Nulla cambia prima dell’applicazione, e fino ad allora potete annullare.
