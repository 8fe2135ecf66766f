## Tokens of programs; what the operator's staff looks after

tokens-title = Jetons d’API
tokens-mine = Mes jetons d’API
tokens-lead = Un programme qui administre l’organisation par l’API présente un jeton, affiché une seule fois, à sa création ; ensuite il ne peut être que révoqué.
tokens-empty = Aucun jeton
tokens-empty-text = Créez-en un pour chaque programme : ainsi vous révoquez l’un sans arrêter les autres.
token-make = Créer un jeton
token-name-help = Le programme qui s’en sert, tel que vous le reconnaîtrez dans le journal.
token-reads = lire
token-reads-help = Il voit tout ce qui est à sa portée et ne change rien.
token-writes = lire et modifier
token-writes-help = Il peut aussi créer, changer et supprimer.
token-reach-organisation = toute l’organisation
token-reach-own = Ses propres choses
token-reach-gone = un domaine qui n’existe plus
token-reach-help = Limité à un domaine, il n’en voit aucun autre.
token-owner = À qui
token-of-organisation = à l’organisation
token-of-self = à moi ({ $login })
token-owner-help = Le jeton d’une personne ne va jamais plus loin qu’elle : bloquée ou limitée à un domaine, son jeton l’est aussi.
token-days-30 = 30 jours
token-days-90 = 90 jours
token-days-365 = un an
token-days-0 = jusqu’à sa révocation
token-until-revoked = jusqu’à sa révocation
token-over = échu
token-whose = Jetons de qui
token-whose-all = Tous les jetons
filter-whose = Jetons
whose-mine = Les miens
token-once = Copiez le jeton maintenant : il ne sera plus jamais montré.
token-use = Le programme l’envoie avec chaque requête, dans ce champ :
token-shown = Commence par
token-created = Créé
token-revoke = Révoquer le jeton
token-revoke-effect = Tout programme qui s’en sert est refusé dès la prochaine requête. Ce qu’il a fait reste. Cela ne peut pas être annulé : un nouveau jeton sera un autre.
token-revoke-used = Dernière utilisation :
token-revoke-unused = Il n’a jamais servi.
token-revoked = Le jeton « { $name } » est révoqué.
column-token-reach = Portée
column-token-right = Droit
column-token-last-used = Dernière utilisation
column-token-until = Valable
installation-title = Installation
installation-settings = Réglages
installation-lead = Les noms et les machines de l’installation. D’eux viennent ses propres enregistrements, les serveurs de noms de chaque zone et les enregistrements mail de chaque domaine.
installation-effect = { $count ->
    [0] Aucun domaine mail n’en dépend encore.
    [one] Un domaine mail en dépend : ses enregistrements suivent dès l’enregistrement.
   *[other] { $count } domaines mail en dépendent : leurs enregistrements suivent dès l’enregistrement.
}
installation-names = Noms et machines
installation-hostname = Nom de l’installation
installation-hostname-help = Le nom par lequel elle se présente aux autres serveurs.
installation-exchangers = Serveurs de réception (MX)
installation-exchangers-help = Un par ligne : priorité, nom, adresses. « 10 mail.exemple.ch 192.0.2.1 2001:db8::1 ». Sans adresses, elles sont tenues ailleurs.
installation-name-servers = Serveurs de noms
installation-name-servers-help = Un par ligne : nom, adresses. Le premier est le primaire de chaque SOA.
installation-web-host = Hôte des pages web
installation-web-host-help = Politiques MTA-STS et configuration automatique des domaines.
installation-contact = Contact
installation-contact-help = L’adresse qui répond de l’installation.
installation-trust = Expéditeurs
installation-spf-host = Nom SPF
installation-spf-host-help = Chaque domaine l’inclut dans son SPF.
installation-spf-sources = Sources SPF
installation-spf-sources-help = Un mécanisme par ligne : ip4:192.0.2.7. Vide : les adresses des serveurs de réception.
installation-spf-now = Publié maintenant :
installation-sts = MTA-STS des domaines
installation-sts-enforce = Les messages arrivent avec un certificat valable ou n’arrivent pas.
installation-sts-testing = Les problèmes sont signalés et les messages arrivent quand même.
installation-block-lists = Listes de sources de spam
installation-block-lists-help = Une par ligne, que le diagnostic interroge : ip:bl.exemple.org ou domain:bl.exemple.org.
installation-access = Programmes de messagerie
installation-access-help = À quoi la configuration automatique les connecte. Le port 0 n’est pas proposé.
installation-access-host = Hôte
installation-port-imaps = IMAP avec TLS (993)
installation-port-imap = IMAP avec STARTTLS (143)
installation-port-submissions = Envoi avec TLS (465)
installation-port-submission = Envoi avec STARTTLS (587)
installation-port-pop3s = POP3 avec TLS (995)
installation-port-sieve = ManageSieve (4190)
installation-port-https = HTTPS (443)
installation-wrong-exchanger = « { $text } » : il faut une priorité, un nom et des adresses.
installation-wrong-port = « { $text } » n’est pas un port : un nombre de 0 à 65’535.
installation-wrong-list = « { $text } » n’est pas une liste : ip:bl.exemple.org ou domain:bl.exemple.org.
installation-saved = { $zones ->
    [0] C’est enregistré. Aucune zone n’a dû changer.
    [one] C’est enregistré. Une zone a changé.
   *[other] C’est enregistré. { $zones } zones ont changé.
}
installation-saved-conflicts = { $conflicts ->
    [one] C’est enregistré (zones changées : { $zones }). Un enregistrement tenu par quelqu’un d’autre est resté : voyez le diagnostic du domaine.
   *[other] C’est enregistré (zones changées : { $zones }). { $conflicts } enregistrements tenus par quelqu’un d’autre sont restés : voyez le diagnostic des domaines.
}
installation-organisations-lead = Toutes les organisations de l’installation.
organisation-make = Créer une organisation
organisation-make-help = Son nom, unique dans l’installation.
organisation-made = L’organisation « { $name } » est créée. Ajoutez maintenant son responsable légal.
organisation-in-use = En service
organisation-disabled = Désactivée
organisation-is-disabled = Cette organisation est désactivée : rien n’arrive à ses adresses et personne ne s’y connecte.
organisation-look-at = Regarder cette organisation
organisation-nobody = Personne n’y entre encore : regardez cette organisation, puis ajoutez son responsable légal sous « Utilisateurs ».
organisation-log-days = Jours de logs visibles
organisation-log-days-help = De 1 à 366 ; 20 sans abonnement. Gardés actuellement : { $kept } jours.
organisation-settings-where = Le second facteur exigé, le support et l’apparence se règlent dans l’organisation elle-même, sous « Organisation ».
organisation-quotas = Quotas accordés
organisation-quotas-help = Le quota des adresses qui n’en ont pas à elles, pour chaque Service Mail.
organisation-quotas-save = Accorder ces quotas
organisation-end = Fin de l’organisation
organisation-own = Votre propre compte appartient à cette organisation : quelqu’un d’autre du personnel la désactive ou la supprime.
organisation-disable-effect = Désactiver met hors service { $domains ->
    [one] { $domains } domaine
   *[other] { $domains } domaines
}, { $addresses ->
    [one] { $addresses } adresse
   *[other] { $addresses } adresses
} et l’accès { $users ->
    [one] de { $users } utilisateur
   *[other] de { $users } utilisateurs
}. Rien n’est perdu.
organisation-delete = Supprimer l’organisation
organisation-delete-lost = Sont perdus : { $domains ->
    [one] { $domains } domaine
   *[other] { $domains } domaines
}, { $addresses ->
    [one] { $addresses } adresse
   *[other] { $addresses } adresses
} avec leurs messages, et l’accès { $users ->
    [one] de { $users } utilisateur
   *[other] de { $users } utilisateurs
}.
organisation-delete-effect = « { $name } » disparaît tout de suite. Cela ne peut pas être annulé.
organisation-was-disabled = « { $name } » est désactivée.
organisation-was-enabled = « { $name } » est de nouveau en service.
organisation-was-deleted = « { $name } » est supprimée.
column-made-at = Créée
staff-title = Personnel de l’exploitant
staff-lead = Qui exploite l’installation : ces personnes regardent chaque organisation et voient ces pages.
staff-add = Ajouter au personnel
staff-add-help = L’identifiant d’un utilisateur qui existe. Dès sa prochaine requête, il voit et change toutes les organisations ; demandez-lui un second facteur.
staff-unknown = Aucun utilisateur ne s’appelle « { $login } ».
staff-added = { $login } fait partie du personnel dès sa prochaine requête.
staff-remove = Retirer du personnel
staff-remove-effect = { $login } ne voit plus que ses propres organisations, dès la prochaine requête. Le compte reste.
staff-remove-self = C’est vous : ces pages ne s’ouvriront plus pour vous.
staff-remove-last = C’est la dernière personne du personnel : ensuite seule la commande « relais staff add » sur la machine en ajoute une.
staff-removed = { $login } ne fait plus partie du personnel.
column-staff-since = Depuis
