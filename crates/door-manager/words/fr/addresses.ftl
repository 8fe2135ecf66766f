
## Mail services and addresses
services-title = Services Mail
services-lead = Un service Mail réunit des domaines, leurs adresses et un quota.
services-empty = Aucun service Mail
services-empty-text = Créez-en un, ou ajoutez un domaine : son service naît avec lui.
service-add = Créer un service Mail
service-name-help = Sans effet sur les adresses.
service-created = Le service « { $name } » est créé.
service-quota = Quota par défaut
service-administrator = Administrateur du service
service-administrator-help = L’adresse qui reçoit ce qui est écrit à postmaster et abuse ; sans elle, la plus ancienne.
service-addresses = { $count ->
        [one] { $count } adresse
       *[other] { $count } adresses
    }
service-active = Actif
service-maintenance = Maintenance
maintenance-text = En maintenance, la réception continue ; personne ne consulte ni n’envoie.
maintenance-effect = { $count ->
        [one] { $count } adresse n’est plus consultable
       *[other] { $count } adresses ne sont plus consultables
    } jusqu’à la fin.
maintenance-begin = Mettre en maintenance
maintenance-end = Terminer la maintenance
maintenance-now = Le service est en maintenance : réception seule.
maintenance-begun = La maintenance a commencé.
maintenance-ended = La maintenance est terminée.
addresses-title = Adresses
addresses-empty = Aucune adresse
addresses-empty-text = Créez la première avec « Créer une adresse mail ».
addresses-choose = Choisissez des adresses
addresses-chosen = { $count ->
        [one] { $count } adresse choisie
       *[other] { $count } adresses choisies
    }
addresses-passed-over = { $count ->
        [one] { $count } n’a pas changé.
       *[other] { $count } n’ont pas changé.
    }
addresses-do-disable = Désactiver { $count ->
        [one] { $count } adresse
       *[other] { $count } adresses
    }
addresses-do-enable = Activer { $count ->
        [one] { $count } adresse
       *[other] { $count } adresses
    }
addresses-do-quota = Fixer le quota de { $count ->
        [one] { $count } adresse
       *[other] { $count } adresses
    }
addresses-do-delete = Supprimer { $count ->
        [one] { $count } adresse
       *[other] { $count } adresses
    }
addresses-effect-disable = { $count ->
        [one] { $count } adresse
       *[other] { $count } adresses
    }, dont { $mailboxes ->
        [0] aucune boîte
        [one] une boîte
       *[other] { $mailboxes } boîtes
    } : ce qui y est écrit est refusé, personne ne s’y connecte. Les messages gardés ({ $size }) restent.
addresses-effect-enable = { $count ->
        [one] { $count } adresse
       *[other] { $count } adresses
    }, dont { $mailboxes ->
        [0] aucune boîte
        [one] une boîte
       *[other] { $mailboxes } boîtes
    } : la réception et l’accès reprennent.
addresses-effect-quota = Le quota vaut pour { $mailboxes ->
        [0] aucune boîte
        [one] une boîte
       *[other] { $mailboxes } boîtes
    } ({ $size } de messages) ; les autres adresses choisies n’en ont pas.
addresses-effect-delete = { $count ->
        [one] { $count } adresse
       *[other] { $count } adresses
    }, dont { $mailboxes ->
        [0] aucune boîte
        [one] une boîte
       *[other] { $mailboxes } boîtes
    } ({ $size } de messages) : plus rien n’y arrive. La restauration est possible pendant 30 jours, ensuite tout est perdu.
addresses-done-disable = { $count ->
        [one] { $count } adresse désactivée.
       *[other] { $count } adresses désactivées.
    }
addresses-done-enable = { $count ->
        [one] { $count } adresse activée.
       *[other] { $count } adresses activées.
    }
addresses-done-quota = Quota fixé pour { $count ->
        [one] { $count } adresse.
       *[other] { $count } adresses.
    }
addresses-done-delete = { $count ->
        [one] { $count } adresse supprimée
       *[other] { $count } adresses supprimées
    } ; restauration possible pendant 30 jours.
act-enable = Activer
act-disable = Désactiver
act-delete = Supprimer
act-export = Exporter (CSV)
column-address = Adresse
column-kind = Type
column-size = Taille
column-passwords = Appareils
column-users = Utilisateurs
column-note = Note
column-quota = Quota
filter-what = Type
filter-what-all = Tous les types
filter-service-all = Tous les services
what-mailbox = Adresse mail
what-shared = Adresse partagée
what-catchall = Générique (catchall)
what-alias = Alias
what-redirection = Redirection
state-active = Active
state-disabled = Désactivée
quota-example = 5 Go
quota-none = sans limite
quota-help = Un nombre avec son unité : 5 Go, 1,5 Go, 500 Mo (1 Go = 1000 Mo ; 1 Gio = 1024 Mio). Vide : sans limite.
quota-own-help = Un nombre avec son unité : 5 Go, 1,5 Go, 500 Mo. Vide : celui du service.
quota-used = { $percent } % utilisés
quota-wrong = « { $text } » n’est pas un quota : écrivez un nombre et son unité, par exemple 1,5 Go.
address-create = Créer une adresse mail
address-created-at = Créée le
address-created = { $address } est créée.
address-local = Nom de l’adresse
address-local-help = Ce qui se trouve avant @.
address-name = Nom affiché
address-name-help = Ce que voient les destinataires à côté de l’adresse.
address-shared = Partagée entre plusieurs personnes
address-is-disabled = Cette adresse est désactivée : ce qui lui est écrit est refusé, personne ne s’y connecte.
address-end = Désactiver ou supprimer
address-delete = Supprimer l’adresse
address-delete-effect = { $address } ne reçoit plus rien et ne s’ouvre plus. Elle peut être restaurée pendant 30 jours ; son nom reste réservé.
address-delete-kept = { $count ->
        [0] Ses messages ({ $size }) attendent pendant ce temps, ensuite ils sont perdus.
        [one] Ses messages ({ $size }) et son mot de passe attendent pendant ce temps, ensuite ils sont perdus.
       *[other] Ses messages ({ $size }) et ses { $count } mots de passe attendent pendant ce temps, ensuite ils sont perdus.
    }
address-deleted = { $address } est supprimée ; vous pouvez la restaurer pendant 30 jours.
address-restore = Restaurer
address-restored = { $address } est restaurée, avec tout ce qu’elle avait.
address-erase = Supprimer définitivement
address-erase-one = Supprimer définitivement { $address }
address-erase-effect = Les messages et les mots de passe sont perdus, le nom est libre. Cela ne peut pas être annulé.
address-erased = { $address } est supprimée définitivement.
deleted-title = Adresses supprimées
deleted-lead = Une adresse supprimée peut être restaurée pendant 30 jours avec ses messages, ses mots de passe et ses redirections.
deleted-none = Aucune adresse supprimée
deleted-none-text = Ce que vous supprimez se retrouve ici.
deleted-by = supprimée par { $who }
deleted-until = restaurable jusqu’au
create-mailbox = Adresse mail
create-mailbox-text = Une boîte avec ses messages, pour une personne.
create-shared = Adresse partagée
create-shared-text = Une boîte que plusieurs personnes consultent.
create-alias = Alias
create-alias-text = Un autre nom d’une ou de plusieurs adresses, sans boîte.
create-redirection = Adresse de redirection
create-redirection-text = Sans boîte : les messages sont transmis aux destinations qui l’ont accepté par le lien d’un mail.
create-catchall = Adresse générique (catchall)
create-catchall-text = La boîte « catchall » reçoit ce qui est écrit à des adresses qui n’existent pas. Elle ne peut rien envoyer et ne répond jamais.
create-several = Créer plusieurs adresses
catchall-warning = Déconseillé : une adresse générique attire le spam, et les fautes de frappe ne reviennent plus à leur expéditeur.
alias-targets = Adresses que l’alias représente
alias-targets-help = Une par ligne.
alias-add = Ajouter un alias
alias-others = avec { $count ->
        [one] { $count } autre adresse
       *[other] { $count } autres adresses
    }
aliases-lead = Ce qui est écrit à un alias arrive à { $address }.
aliases-none = Aucun alias
aliases-none-text = Ajoutez un autre nom à cette adresse.
redirection-targets = Destinations
redirection-targets-help = Une par ligne, 10 au plus. Chacune reçoit un mail avec un lien et accepte ou refuse ; celles de l’organisation n’ont pas à confirmer.
forwarding-lead = Les messages de cette adresse sont aussi transmis à ces destinations.
forwarding-none = Aucune redirection
forwarding-none-text = Tout reste dans cette boîte.
keeps-copy = Garder une copie dans la boîte
keeps-copy-help = Sans copie, seules les destinations qui ont accepté reçoivent ; s’il n’y en a aucune, tout reste ici.
target-pending = En attente
target-accepted = Acceptée
target-refused = Refusée
target-again = Renvoyer le mail
target-asked-again = Un nouveau mail part pour { $target }.
target-decided = a répondu
target-letter = { $count ->
        [one] mail envoyé
       *[other] { $count } mails envoyés, le dernier
    }
target-letter-waits = le mail part dans un instant
target-own = de l’organisation : sans confirmation
targets-agreed = destinations acceptées : { $accepted } sur { $targets }
targets-none = Indiquez au moins une adresse.
targets-saved = C’est enregistré. { $count ->
        [0] Aucune destination n’est en attente.
        [one] { $count } destination doit encore accepter.
       *[other] { $count } destinations doivent encore accepter.
    }
tab-general = Général
tab-users = Utilisateurs
tab-devices = Appareils
tab-aliases = Alias
tab-redirections = Redirections
note-help = 80 caractères au plus ; seuls les administrateurs la voient.
devices-lead = Chaque appareil a son propre mot de passe : en révoquer un laisse les autres tranquilles.
devices-none = Aucun mot de passe
devices-none-text = Personne ne peut ouvrir cette adresse. Ajoutez un appareil.
device-add = Ajouter un appareil
device-label = Nom de l’appareil
device-label-help = Par exemple « iPhone d’Anna ».
device-protocols = Usage
device-computer = Ordinateur
device-phone = Téléphone
device-tablet = Tablette
device-other = Autre
device-made = Mot de passe de « { $label } »
device-once = Notez-le maintenant : il n’est montré qu’une fois.
device-login = Identifiant : { $address }
device-noted = C’est noté
protocols-all = lire et envoyer
protocols-read = lire seulement (IMAP)
protocols-send = envoyer seulement (SMTP)
password-of-address = Mot de passe de l’adresse
password-of-address-text = Un mot de passe choisi, différent de celui de votre compte. Un nouveau remplace l’ancien.
password-rule = 10 caractères au moins.
password-set = Fixer le mot de passe
password-chosen = Le mot de passe de l’adresse a changé.
password-revoke = Révoquer
password-revoke-one = Révoquer « { $name } »
password-revoke-effect = L’appareil n’accède plus à cette adresse, tout de suite.
password-in-use = en service
password-out-of-use = hors service
password-begins = Commence par
password-end = Mettre hors service ou révoquer
password-disable = Mettre hors service
password-enable = Remettre en service
password-disable-effect = Hors service, ce mot de passe n’ouvre plus rien, tout de suite ; remis en service, il vaut de nouveau. Révoqué, il est perdu.
password-disabled = « { $name } » est hors service.
password-enabled = « { $name } » est de nouveau en service.
passwords-revoke-all = Révoquer tous les mots de passe
passwords-revoke-all-effect = { $count ->
        [one] { $count } mot de passe ne vaut plus rien
       *[other] { $count } mots de passe ne valent plus rien
    }, tout de suite.
passwords-revoked = { $count ->
        [one] { $count } mot de passe révoqué.
       *[other] { $count } mots de passe révoqués.
    }
passwords-fetched = Les mots de passe ont déjà été remis.
several-lead = Une ligne par adresse : nom de l’adresse, mot de passe, nom affiché, quota, note. Seul le premier est nécessaire. Rien n’est créé avant que vous ayez vu l’aperçu.
several-lines = Adresses
several-lines-help = Séparez par des points-virgules, des virgules ou des tabulations.
several-file = Ou un fichier CSV
several-passwords = Créer un mot de passe où il en manque
several-passwords-help = Vous pourrez les télécharger une seule fois.
several-preview = Voir l’aperçu
list-shown-title = Aperçu : { $count ->
        [one] { $count } ligne
       *[other] { $count } lignes
    }
list-running-title = Les adresses sont en cours de création
list-done-title = Les adresses sont créées
list-failed-title = Rien n’a été créé
list-shown = Lignes bonnes : { $good }. Lignes mauvaises : { $bad }. Rien n’est encore créé.
list-progress = { $ready } sur { $good } préparées
list-progress-text = Vous pouvez quitter cette page : le travail continue, aussi après un redémarrage.
list-done = Adresses créées : { $made }. Lignes laissées de côté : { $bad }.
list-failed = Une ligne n’était plus bonne au moment de créer ; tout ou rien, donc rien.
list-passwords = { $count ->
        [one] { $count } mot de passe a été créé
       *[other] { $count } mots de passe ont été créés
    }. Le fichier ne peut être téléchargé qu’une fois, pendant un jour.
list-passwords-fetch = Télécharger les mots de passe
list-bad = Lignes mauvaises ({ $count })
list-lines = Toutes les lignes
list-confirm = Créer { $count ->
        [one] { $count } adresse
       *[other] { $count } adresses
    }
list-confirm-good = Créer seulement les bonnes ({ $count })
list-discard = Abandonner
list-discarded = La liste est abandonnée, rien n’a été créé.
line-number = Ligne
line-field = Champ
line-value = Valeur
line-line = Ligne
line-local-part = Nom de l’adresse
line-password = Mot de passe
line-name = Nom affiché
line-quota = Quota
line-note = Note
fault-local-part = Ce n’est pas un nom d’adresse de ce domaine.
fault-taken = L’adresse existe déjà.
fault-restorable = Une adresse supprimée porte ce nom et peut être restaurée.
fault-twice = Une autre ligne porte la même adresse.
fault-password = Un mot de passe a 10 caractères au moins, sans caractère de contrôle.
fault-name = Un nom a 200 caractères au plus, sur une ligne.
fault-quota = Un quota est un nombre avec son unité, comme 5 Go.
fault-note = Une note a 80 caractères au plus, sur une ligne.
fault-cells = La ligne a plus de cinq champs.
mail-domain-add = Ajouter le domaine mail
mail-domain-lead = Le premier domaine d’un Service Mail donne leur nom à ses adresses : info@votre-domaine.ch.
mail-domain-name = Domaine
mail-domain-zone = Héberger la zone DNS ici
mail-domain-zone-help = La zone est créée tout de suite et les enregistrements mail y sont tenus à jour. Sinon nous montrons ceux à copier chez votre hébergeur DNS.
mail-domain-first = Donnez à ce Service Mail son domaine : c’est la première chose à faire, les adresses viennent ensuite.
mail-domain-none = « { $text } » n’est pas un domaine : exemple.ch.
mail-domain-created = { $domain } reçoit du courrier : créez maintenant les adresses.
mail-domain-created-elsewhere = { $domain } est créé. Copiez chez votre hébergeur DNS les enregistrements montrés ici.
mail-domain-delete = Supprimer le domaine mail
mail-domain-deleted = { $domain } ne reçoit plus de courrier ici.
mail-domain-lost = { $addresses ->
        [0] Aucune adresse n’est perdue.
        [one] Perdue : { $addresses } adresse.
       *[other] Perdues : { $addresses } adresses.
    }
mail-domain-lost-letters = { $mailboxes ->
        [0] Aucune boîte.
        [one] Perdue avec tous ses messages : { $mailboxes } boîte ({ $held }).
       *[other] Perdues avec tous leurs messages : { $mailboxes } boîtes ({ $held }).
    }
mail-domain-lost-effect = Le courrier à { $name } est refusé dès maintenant. Cela ne peut pas être annulé ; les adresses supprimées auparavant ne peuvent plus être restaurées.
service-end = Fin du service
service-delete = Supprimer le Service Mail
service-deleted = Le Service Mail « { $name } » est supprimé.
service-delete-effect = « { $name } » n’a ni domaine ni adresse : rien d’autre n’est perdu que ses réglages.
service-delete-domains = { $domains ->
        [one] Ce service a encore { $domains } domaine
       *[other] Ce service a encore { $domains } domaines
    } avec { $addresses ->
        [one] { $addresses } adresse.
       *[other] { $addresses } adresses.
    } Supprimez-les d’abord.
service-is-disabled = Ce Service Mail est désactivé : ses adresses ne reçoivent rien et personne ne s’y connecte.
service-disable-effect = { $count ->
        [0] Désactiver ne touche aucune adresse.
        [one] Désactiver arrête { $count } adresse : elle ne reçoit plus rien et personne ne s’y connecte. Rien n’est perdu.
       *[other] Désactiver arrête { $count } adresses : elles ne reçoivent plus rien et personne ne s’y connecte. Rien n’est perdu.
    }
service-disabled = « { $name } » est désactivé.
service-enabled = « { $name } » est de nouveau en service.
addresses-no-domain = Il faut d’abord un domaine
addresses-no-domain-text = Une adresse porte le nom d’un domaine. Ajoutez-en un, puis créez les adresses.
column-target = Destination
column-target-letters = Mails
column-target-letter-at = Mail envoyé
column-device = Appareil
column-protocols = Protocoles
column-since = Depuis
column-last-used = Dernière utilisation
column-deleted-at = Supprimée le
column-deleted-by = Par
column-restorable = Restaurable jusqu’au
column-line-number = Ligne
column-line-field = Champ
column-line-value = Valeur
column-line-local-part = Nom de l’adresse
column-line-password = Mot de passe
column-line-name = Nom affiché
column-line-quota = Quota
column-line-note = Note
address-erase-numbers = Seront perdus : { $letters ->
    [one] { $letters } message
   *[other] { $letters } messages
} ({ $size }) et { $count ->
    [one] { $count } mot de passe
   *[other] { $count } mots de passe
}.
address-erase-type = Pour confirmer, écrivez { $address }
address-erase-name = Écrivez exactement { $address } : rien ne la ramènera.
