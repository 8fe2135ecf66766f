
## Hosts and mail servers
administration-title = Administration
hosts-title = Hôtes
servers-title = Serveurs de mail
actions = Actions
action-new = Nouveau
action-show = Consulter
action-edit = Modifier
action-delete = Supprimer
action-create = Créer
yes = Oui
no = Non
back = Retour
column-server-host = Hôte
column-server-ip = Adresse IP
column-server-domain = Domaine
column-server-state = État
column-description = Description
column-imap = IMAP
column-smtp-in = SMTP in
column-smtp-out = SMTP out
waits-create = Création en attente
waits-modify = Modification en attente
waits-delete = Suppression en attente
waits-not = Appliqué
waits-notice-create = Cette création n’est pas encore prise en compte : cliquez sur le post-it pour l’appliquer.
waits-notice-modify = Cette modification n’est pas encore prise en compte : cliquez sur le post-it pour l’appliquer.
waits-notice-delete = Cette suppression n’est pas encore prise en compte : cliquez sur le post-it pour l’appliquer.
hosts-lead = Les machines de vos domaines. Un hôte devient un serveur de mail quand il reçoit des fonctions de messagerie.
hosts-empty = Aucun hôte
hosts-empty-text = Créez le premier hôte avec « Nouveau » ; il pourra ensuite devenir un serveur de mail.
host-one = Hôte
host-new = Nouvel hôte
host-edit = Modifier l’hôte { $name }
host-save = Modifier l’hôte
host-delete = Supprimer l’hôte { $name }
host-created = L’hôte { $name } est créé.
host-changed = L’hôte { $name } est modifié.
host-deleted = L’hôte { $name } est supprimé.
host-is-server = Cet hôte est un serveur de mail et ne peut donc pas être supprimé.
host-can-be-deleted = L’hôte peut être supprimé : il n’est pas un serveur de mail.
host-no-domain = Aucun domaine de messagerie
host-no-domain-text = Un hôte appartient à un domaine : ajoutez d’abord un domaine de messagerie.
host-name-help = Lettres, chiffres et tirets ; unique dans son domaine.
host-ip-help = Un hôte a une adresse IPv4 ou une adresse IPv6.
host-fqdn-help = Laissez vide pour le nom de l’hôte dans son domaine.
host-wrong-address = « { $text } » n’est pas une adresse IP.
host-wrong-name = « { $text } » n’est pas un nom complet.
server-one = Serveur de mail
server-new = Nouveau serveur de mail
server-edit = Modifier le serveur de mail { $name }
server-save = Modifier la configuration
server-delete = Supprimer le serveur de mail { $name }
server-name = Nom
server-roles = Fonctionnalités
server-pick = Choisir l’hôte
server-pick-text = Les hôtes de vos domaines ; ceux d’un autre domaine que le vôtre ne sont pas visibles ici.
server-no-hosts = Il n’y a pas encore d’hôte.
server-taken = déjà serveur de mail
server-choose-host = Choisissez l’hôte.
server-created = Le serveur de mail { $name } est créé.
server-changed = La configuration de { $name } est modifiée.
server-deleted = Le serveur de mail { $name } est supprimé.
server-can-be-deleted = LE SERVEUR DE MAIL PEUT ÊTRE SUPPRIMÉ
server-cannot-be-deleted = LE SERVEUR DE MAIL NE PEUT PAS ÊTRE SUPPRIMÉ
server-linked-to-users = Ce serveur domaine est lié à au moins un utilisateur et ne peut donc pas être supprimé
server-linked-to-domains = Ce serveur est lié à au moins un domaine et ne peut donc pas être supprimé
server-used = Utilisé par
server-used-by = Utilisateurs : { $users }, domaines : { $domains }
server-used-user = Utilisateur
server-used-domain = Domaine
server-link-where = Un utilisateur se lie à un serveur sur la page de son adresse, un domaine sur la page de ses serveurs, dans son Service Mail.
server-link-waits = Ce serveur attend encore d’être appliqué.
server-of-mailbox = Serveur IMAP de cet utilisateur
server-of-mailbox-help = Le courrier de l’adresse se lit sur ce serveur : la configuration automatique le nomme. Tant que le lien existe, le serveur ne peut pas être supprimé.
server-of-the-domain = celui de son domaine
server-choose = Choisir ce serveur
server-user-linked = { $address } est liée au serveur.
server-user-unlinked = { $address } n’est plus liée à un serveur à elle.
domain-servers = Serveurs de mail de { $name }
domain-servers-lead = Les serveurs dont le domaine se sert, fonction par fonction. Sans choix, ce sont ceux de l’installation. Les enregistrements DNS suivent tout de suite.
domain-servers-imap = Les utilisateurs du domaine y lisent leur courrier.
domain-servers-smtp-in = Le courrier pour le domaine y arrive : les MX les nomment.
domain-servers-smtp-out = Le courrier du domaine part de là : son SPF les autorise.
domain-servers-none = Aucun de vos serveurs n’a cette fonction.
domain-servers-saved = Les serveurs de { $domain } sont enregistrés.
server-node = Le nœud de cet hôte
server-node-text = Un nœud démarré avec cette configuration n’ouvre que les portes des fonctions appliquées de cet hôte.
role-imap = Un serveur IMAP classique : les utilisateurs y lisent leur courrier.
role-smtp-in = Un serveur SMTP relayant les mails vers l’intérieur du domaine.
role-smtp-out = Un serveur SMTP relayant les mails vers l’extérieur du domaine.
servers-search = Chercher
servers-found = { $count ->
    [0] Aucun serveur de messagerie trouvé.
    [one] { $count } serveur de messagerie trouvé.
   *[other] { $count } serveurs de messagerie trouvés.
}
servers-empty-text = Modifiez la recherche, ou créez un serveur de mail avec « Nouveau ».
servers-export = Exporter
servers-export-all = Tout exporter
servers-entries = Entrées
servers-pages = Pages de résultat :
changes-title = Modifications en attente
changes-lead = Les nœuds n’agissent que d’après ce qui est appliqué. Appliquez ce qui attend, ou annulez-le entrée par entrée.
changes-postit = { $count ->
    [one] { $count } modification attend d’être appliquée
   *[other] { $count } modifications attendent d’être appliquées
}
changes-postit-hint = Cliquez sur le post-it pour que le système en prenne compte.
changes-apply = { $count ->
    [one] Appliquer { $count } modification
   *[other] Appliquer { $count } modifications
}
changes-applying = { $count ->
    [one] { $count } modification est prise en compte.
   *[other] { $count } modifications sont prises en compte.
}
changes-none = Rien n’attend
changes-none-text = Ce que vous changez dans les hôtes et les serveurs de mail apparaît ici jusqu’à son application.
changes-created = Créés
changes-modified = Modifiés
changes-deleted = Supprimés
change-cancel = Annuler pour { $name }
change-cancelled = La modification est annulée.
change-gone = Cette modification n’attendait plus.
change-difference = { $name } :
change-name = Nom
change-fqdn = Nom complet
change-ipv4 = Adresse IPv4
change-ipv6 = Adresse IPv6
change-description = Description
change-host = Hôte
change-imap = IMAP
change-smtp-in = SMTP in
change-smtp-out = SMTP out
entity-host = hôte
entity-mail-server = serveur de mail
run-running = Application en cours
run-count = Modifications appliquées : { $done } sur { $total }.
run-done = Dernière application
run-progress = Progression de l’application
run-failed = L’application s’est arrêtée
rule-a-host-has-an-ipv4-or-an-ipv6-address = Un hôte a une adresse IPv4 ou une adresse IPv6.
rule-a-host-s-name-exists-once-in-its-domain = Le nom d’un hôte existe une seule fois dans son domaine.
rule-a-host-is-one-mail-server-with-any-of-th = Un hôte n’est qu’un seul serveur de mail, avec toutes les fonctions voulues.
rule-a-host-s-name-has-1-to-63-letters-digits = Le nom d’un hôte a 1 à 63 lettres, chiffres et tirets.
rule-it-is-a-name-of-its-own-with-a-dot-rfc-5 = Le nom complet contient un point.
rule-an-address-of-one-machine = Une adresse d’une seule machine.
rule-a-server-on-which-people-read-their-mail = Un serveur sur lequel des utilisateurs lisent leur courrier garde IMAP.
rule-a-server-keeps-the-roles-in-which-a-doma = Un serveur garde les fonctions dont un domaine se sert.
rule-a-host-is-deleted-after-the-mail-server = Un hôte est supprimé après le serveur de mail qu’il porte.
rule-the-deletion-of-its-host-is-cancelled-fi = Annulez d’abord la suppression de son hôte.
rule-changes-are-applied-once-at-a-time-wait = Une application est déjà en cours : attendez qu’elle se termine.
rule-something-must-wait-to-be-applied = Rien n’attend d’être appliqué.
column-change-name = Nom
column-change-what = Modification
column-change-who = Par
column-change-at = Le
host-delete-numbers = { $count ->
    [one] Une adresse IP s’en va avec lui.
   *[other] { $count } adresses IP s’en vont avec lui.
} Rien ne change avant l’application, et jusque-là vous pouvez annuler.
server-delete-numbers = Utilisateurs liés : { $users }, domaines liés : { $domains }. Rien ne change avant l’application, et jusque-là vous pouvez annuler.
