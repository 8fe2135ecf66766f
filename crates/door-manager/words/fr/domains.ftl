# Clés DKIM, domaines mail d’un service, question aux routes, vérification du journal.
tab-dkim = Clés DKIM
dkim-lead = Les clés avec lesquelles vos messages sont signés. Elles se renouvellent d’elles-mêmes tous les 180 jours, sans que personne le remarque.
dkim-no-mail = Ce domaine ne reçoit pas de courrier ici : rien n’est signé en son nom.
dkim-empty = Pas encore de clé
dkim-empty-text = Les premières clés sont faites dans les minutes qui suivent la création du domaine. Rechargez cette page dans un moment.
dkim-unsigned = Aucune clé ne signe : les messages partent sans signature DKIM jusqu’à ce qu’un enregistrement ci-dessous soit vu dans le DNS.
dkim-elsewhere = La zone est chez un autre hébergeur : copiez-y les enregistrements ci-dessous. Nous les cherchons toutes les cinq minutes.
dkim-rotate = Renouveler les clés
dkim-rotate-effect = Renouveler fait tout de suite une nouvelle clé de chaque algorithme. Elle prend la relève une fois son enregistrement visible depuis deux jours ; l’ancienne signe jusque-là. Aucun message n’est touché.
dkim-rotating = { $count ->
        [one] Un renouvellement est en cours : { $count } clé attend de prendre la relève. Le suivant sera possible ensuite.
       *[other] Un renouvellement est en cours : { $count } clés attendent de prendre la relève. Le suivant sera possible ensuite.
    }
dkim-rotated = { $count ->
        [one] { $count } nouvelle clé est publiée. Elle prend la relève dans deux jours.
       *[other] { $count } nouvelles clés sont publiées. Elles prennent la relève dans deux jours.
    }
dkim-rotated-elsewhere = { $count ->
        [one] { $count } nouvelle clé est faite. Copiez son enregistrement chez l’hébergeur de la zone.
       *[other] { $count } nouvelles clés sont faites. Copiez leurs enregistrements chez l’hébergeur de la zone.
    }
dkim-state-published = À publier
dkim-state-active = Signe
dkim-state-retired = Ne signe plus
dkim-state-revoked = Révoquée
dkim-next-signs-once-seen = Signe dès que son enregistrement est vu
dkim-next-takes-over = Prend la relève le { $day }
dkim-next-takes-over-unseen = Prend la relève deux jours après que son enregistrement est vu
dkim-next-is-succeeded = Sa suivante est faite le { $day }
dkim-next-hands-over = Passe la main le { $day }
dkim-next-hands-over-unseen = Passe la main quand l’enregistrement de la suivante est vu depuis deux jours
dkim-next-is-removed = Son enregistrement disparaît le { $day }, quand plus aucun message n’est en route
dkim-next-removed-revoked = Son enregistrement vide disparaît le { $day }
dkim-records = Enregistrements
dkim-records-hosted = Ils sont tenus à jour dans votre zone, qui est ici : il n’y a rien à faire.
dkim-records-elsewhere = Copiez chaque ligne telle quelle chez l’hébergeur de la zone. Certains demandent le nom et le texte séparément : le nom va jusqu’à « IN », le texte est entre guillemets.
dkim-record-published = À publier : la clé ne signe pas avant que cet enregistrement soit vu.
dkim-record-active = À garder : il vérifie ce qui est signé maintenant.
dkim-record-retired = À garder encore : des messages signés avec cette clé sont en route. Supprimez-le quand la clé n’est plus dans la liste.
dkim-record-revoked = À mettre à la place de l’ancien : un texte vide après « p= » dit que la clé ne vaut plus. Supprimez-le quand la clé n’est plus dans la liste.
dkim-kept = Tenu par nous
dkim-seen = Vu depuis
dkim-unseen = Pas encore vu
dkim-revoke = Révoquer
dkim-revoke-title = { $count ->
        [one] Révoquer { $count } clé DKIM
       *[other] Révoquer { $count } clés DKIM
    }
dkim-all = Toutes les clés sont volées ?
dkim-all-text = Si quelqu’un a eu accès aux clés privées, révoquez toutes celles qui signent ou ont signé. Sinon, renouvelez-les : cela ne casse rien.
dkim-revoke-lost = Ce que ces clés ont signé ne se vérifie plus dès maintenant, même les messages encore en route chez d’autres : ils peuvent arriver au spam ou être refusés.
dkim-revoke-letters = { $count ->
        [0] Aucun message de ce domaine n’attend dans notre file.
        [one] { $count } message de ce domaine attend encore dans notre file : il partira avec une signature qui ne vaut plus.
       *[other] { $count } messages de ce domaine attendent encore dans notre file : ils partiront avec une signature qui ne vaut plus.
    }
dkim-revoke-letters-more = Au moins { $count } messages de ce domaine attendent encore dans notre file : ils partiront avec une signature qui ne vaut plus.
dkim-revoke-unused = Cette clé n’a encore rien signé : aucun message n’est touché.
dkim-revoke-signing = { $count ->
        [0] Après cela aucune clé ne signe : les messages partent sans signature DKIM jusqu’à ce que l’enregistrement d’une nouvelle clé soit vu.
        [one] { $count } clé continue de signer.
       *[other] { $count } clés continuent de signer.
    }
dkim-revoke-successors = { $count ->
        [one] { $count } nouvelle clé est faite et signe dès que son enregistrement est vu.
       *[other] { $count } nouvelles clés sont faites et signent dès que leurs enregistrements sont vus.
    }
dkim-revoke-hosted = Votre zone le dit tout de suite ; d’autres serveurs se souviennent de l’ancien enregistrement au plus le temps de sa durée de vie.
dkim-revoke-elsewhere = { $count ->
        [one] La zone est chez un autre hébergeur : la révocation ne vaut que lorsque vous y aurez remplacé { $count } enregistrement. La page suivante montre par quoi.
       *[other] La zone est chez un autre hébergeur : la révocation ne vaut que lorsque vous y aurez remplacé { $count } enregistrements. La page suivante montre par quoi.
    }
dkim-revoke-final = Cela ne peut pas être annulé : la clé privée est effacée.
dkim-revoked = { $count ->
        [one] { $count } clé est révoquée.
       *[other] { $count } clés sont révoquées.
    }
dkim-revoked-elsewhere = { $count ->
        [one] { $count } clé est révoquée ici. Remplacez maintenant son enregistrement chez l’hébergeur de la zone.
       *[other] { $count } clés sont révoquées ici. Remplacez maintenant leurs enregistrements chez l’hébergeur de la zone.
    }
column-dkim-selector = Sélecteur
column-dkim-algorithm = Algorithme
column-dkim-since = Depuis
column-dkim-next = Ensuite
mail-domains-title = Domaines mail
mail-domain-on = En service
mail-domain-off = Hors service
mail-domain-stop = Mettre hors service
mail-domain-start = Remettre en service
mail-domain-move = Déplacer
mail-domain-stop-title = Mettre { $name } hors service
mail-domain-stop-button = Mettre { $name } hors service
mail-domain-stop-addresses = { $addresses ->
        [0] Le domaine n’a pas d’adresse.
        [one] { $addresses } adresse ne reçoit plus rien dès maintenant.
       *[other] { $addresses } adresses ne reçoivent plus rien dès maintenant.
    }
mail-domain-stop-mailboxes = { $mailboxes ->
        [0] Aucune boîte n’est touchée.
        [one] { $mailboxes } boîte ne s’ouvre plus : personne ne s’y connecte ni n’envoie à partir d’elle.
       *[other] { $mailboxes } boîtes ne s’ouvrent plus : personne ne s’y connecte ni n’envoie à partir d’elles.
    }
mail-domain-stop-links = { $linked ->
        [one] { $linked } domaine lié s’arrête avec lui : les mêmes adresses y répondent.
       *[other] { $linked } domaines liés s’arrêtent avec lui : les mêmes adresses y répondent.
    }
mail-domain-stop-linked = { $addresses ->
        [0] Aucune adresse de { $main } ne répond plus sous le nom { $name }.
        [one] { $addresses } adresse de { $main } ne répond plus sous le nom { $name } ; sous son nom principal elle continue.
       *[other] { $addresses } adresses de { $main } ne répondent plus sous le nom { $name } ; sous leur nom principal elles continuent.
    }
mail-domain-stop-told = Qui écrit là reçoit aussitôt son message en retour, avec cette réponse :
mail-domain-stop-kept = Rien n’est effacé : messages, mots de passe et réglages restent, et reviennent avec la remise en service.
mail-domain-stopped = { $domain } est hors service.
mail-domain-started = { $domain } est de nouveau en service.
mail-domain-start-title = Remettre { $name } en service
mail-domain-is-off = { $name } est hors service : ses adresses refusent tout message et personne ne s’y connecte.
mail-domain-move-title = Déplacer { $name }
mail-domain-move-lead = Le domaine et tout ce qui lui appartient passent dans un autre Service Mail de votre organisation. Les adresses gardent leur nom, les boîtes leurs messages et leurs mots de passe.
mail-domain-move-goes = { $addresses ->
        [0] Le domaine est déplacé sans adresse.
        [one] { $addresses } adresse est déplacée (boîtes : { $mailboxes }).
       *[other] { $addresses } adresses sont déplacées (boîtes : { $mailboxes }).
    }
mail-domain-move-rules = Dès maintenant valent les réglages de l’autre service : quota par défaut, expéditeurs bloqués et approuvés, maintenance.
mail-domain-move-people = Les collaborateurs voient ces adresses si l’autre service leur est attribué, et ne les voient plus s’ils n’avaient que celui-ci.
mail-domain-move-where = Nouveau Service Mail
mail-domain-move-button = { $addresses ->
        [0] Déplacer le domaine
        [one] Déplacer le domaine et { $addresses } adresse
       *[other] Déplacer le domaine et { $addresses } adresses
    }
mail-domain-move-none = Aucun autre Service Mail
mail-domain-move-none-text = Créez d’abord le Service Mail dans lequel le domaine doit aller.
mail-domain-move-linked = Ce domaine est lié à { $main } : il se délie avant d’aller ailleurs.
mail-domain-move-main = { $linked ->
        [one] { $linked } domaine est lié à celui-ci : déliez-le d’abord, ou définissez un autre domaine principal.
       *[other] { $linked } domaines sont liés à celui-ci : déliez-les d’abord, ou définissez un autre domaine principal.
    }
mail-domain-moved = { $domain } est maintenant dans « { $service } ».
route-check = Où va un message pour … ?
route-check-text = Dites à qui il va, et nous disons par quelle route et pourquoi. Rien n’est envoyé.
route-check-recipient = Destinataire
route-check-sender = Expéditeur
route-check-sender-help = Une de vos adresses. Sans elle, un expéditeur de { $organisation }.
route-check-about = Sujet
route-check-button = Montrer le chemin
route-check-no-address = Ce n’est ni une adresse ni un domaine : anna@exemple.ch.
route-check-not-yours = Ce domaine n’est pas un domaine mail de votre organisation : ses messages ne partent pas d’ici.
route-check-here = { $domain } est servi ici : le message ne sort pas, aucune route n’est regardée.
route-check-led = La route { $order } l’emporte : le message va à { $target } (chiffrement : { $tls }).
route-check-usual = Aucune route ne convient : le message prend le chemin habituel, en général vers les serveurs que { $domain } publie.
route-check-why = Pourquoi
route-fit-leads = Convient : le destinataire et l’expéditeur correspondent
route-fit-leads-subject = Convient : le destinataire correspond et le sujet contient « { $subject } »
route-fit-comes-later = Conviendrait, mais une route plus haut compte déjà
route-fit-other-time = Ne s’applique pas à cette date
route-fit-other-senders = Vaut pour d’autres expéditeurs
route-fit-other-recipients = Vaut pour d’autres destinataires
route-fit-other-subject = Le sujet ne contient pas « { $subject } »
journal-verify = Vérifier
journal-verify-title = Vérifier le journal
journal-verify-lead = L’empreinte de chaque entrée comprend celle de l’entrée précédente. La vérification les recalcule toutes, de la première à la dernière, et trouve ce qui a été changé, retiré ou ajouté après coup.
journal-verify-noted = Fin notée auparavant
journal-verify-noted-help = Le numéro et l’empreinte que cette page a montrés un autre jour. Si cette entrée n’est plus la même, quelqu’un a réécrit le journal entier.
journal-verify-lasts = Cent mille entrées demandent quelques secondes.
journal-verify-wrong = Une fin notée est un numéro, deux-points et 64 chiffres hexadécimaux.
journal-verify-one = Une fin notée est celle d’un seul journal : choisissez celui de l’installation, ou effacez-la.
journal-verify-which = Quel journal
journal-verify-installation = Celui de l’installation
journal-verify-installation-help = Ce qui ne concerne aucune organisation.
journal-verify-all = Tous
journal-verify-all-help = Celui de l’installation et celui de chaque organisation.
journal-verify-result = Résultat
journal-verify-intact = { $count ->
        [one] { $count } entrée est intacte.
       *[other] { $count } entrées sont intactes.
    }
journal-verify-chains = { $count ->
        [one] Dans { $count } journal.
       *[other] Dans { $count } journaux.
    }
journal-verify-noted-found = La fin notée en fait partie.
journal-verify-first = Il commence à l’entrée { $number } : les plus anciennes ont été effacées à la fin de leur durée de conservation.
journal-verify-head = Notez cette fin ailleurs, hors de ce système : avec elle vous prouverez plus tard que rien de ce qui précède n’a changé.
journal-verify-head-installation = La fin du journal de l’installation. Notez-la ailleurs, hors de ce système : avec elle vous prouverez plus tard que rien de ce qui précède n’a changé.
journal-verify-empty = Rien à vérifier
journal-verify-empty-text = Ce journal n’a pas encore d’entrée.
journal-verify-broken = { $count ->
        [one] Un journal n’est pas tel qu’il a été écrit.
       *[other] { $count } journaux ne sont pas tels qu’ils ont été écrits.
    }
journal-verify-broken-text = Quelqu’un a changé la base de données sans passer par le programme. Comparez avec une sauvegarde d’avant, et prévenez l’exploitant de l’installation.
journal-verify-entry = Entrée { $number }
journal-verify-unplaced = Une entrée sans numéro
journal-verify-before = { $count ->
        [0] Aucune entrée ne la précède intacte.
        [one] { $count } entrée avant elle est intacte.
       *[other] { $count } entrées avant elle sont intactes.
    }
journal-fault-changed = elle n’est pas telle qu’elle a été écrite.
journal-fault-missing = elle manque.
journal-fault-added = elle a été ajoutée après coup.
journal-fault-unknown = ce n’est pas celle qui a été notée.
journal-fault-forgotten = elle est plus ancienne que ce qui est conservé : notez une fin plus récente.
valid-from = Valable dès le { $from }
valid-until = Valable jusqu’au { $until }
valid-between = Valable du { $from } au { $until }
