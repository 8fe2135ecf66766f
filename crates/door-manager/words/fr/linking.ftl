
## Linked domains and the main domain
linking-section = Gestion des domaines
linking-title = Domaines liés au service
linking-lead = Toutes les adresses du Service Mail portent le nom du domaine principal et répondent aussi sous chaque domaine lié.
linking-add = Ajouter un domaine lié
linking-add-lead = Ce que reçoit { $main } sera aussi reçu sous le nom que vous liez.
linking-more = Actions pour { $domain }
linking-main = Définir comme domaine principal
linking-unlink = Délier le domaine
linking-synonym = Associer comme synonyme
linking-existing = Rechercher un domaine existant
linking-existing-text = Un domaine de votre Organisation : il est lié, et sa zone DNS est mise à jour automatiquement.
linking-choose = Domaines de l’Organisation
linking-no-candidates = L’Organisation n’a pas d’autre domaine.
linking-elsewhere = Ajouter un nom de domaine ou sous-domaine
linking-elsewhere-text = Idéal si le nom de domaine se trouve ailleurs. Il doit vous appartenir : la zone est déléguée ici, ou un enregistrement TXT le prouve.
linking-name = Nom de domaine
linking-no-name = Ce n’est pas un nom de domaine.
linking-create-zone = Créer sa zone DNS ici
linking-create-zone-help = Si elle n’y est pas encore. Indiquez nos serveurs de noms chez votre registraire.
linking-update-dns = Mettre à jour les DNS
linking-update-dns-help = Si la situation du nom de domaine le permet, sa zone DNS est mise à jour automatiquement.
linking-replace = Remplacer les enregistrements existants
linking-replace-help = Les entrées de messagerie qui gênent sont remplacées ; les autres restent. Seulement avec la mise à jour des DNS.
linking-invert = Inverser avec le domaine principal
linking-invert-help = Le nouveau nom devient aussitôt le domaine principal ; l’ancien reste lié.
linking-link = Lier ce domaine
linking-buy = Acheter un nouveau nom de domaine
linking-buy-text = Réservez le nom chez votre registraire avec nos serveurs de noms, puis ajoutez-le ici.
linking-empty = Pas encore de domaine
linking-empty-text = Le premier domaine d’un Service Mail est son domaine principal.
linking-dns-here = DNS tenus à jour dans la zone { $zone }
linking-dns-elsewhere = DNS ailleurs : les enregistrements y sont à reporter.
linking-dns-check = Voir les enregistrements
linking-dns-off = DNS non mis à jour
place-main = Principal
place-linked = Lié
place-apart = Indépendant
place-main-text = { $count ->
    [0] Aucune adresse ne porte encore ce nom.
    [one] Une adresse porte ce nom.
   *[other] { $count } adresses portent ce nom.
}
place-linked-text = Chaque adresse du domaine principal répond aussi sous ce nom.
place-apart-text = { $count ->
    [0] Aucune adresse ne lui est propre.
    [one] Une adresse lui est propre.
   *[other] { $count } adresses lui sont propres.
}
place-disabled = Ce domaine est désactivé.
linking-confirm-main = Définir { $domain } comme domaine principal ?
linking-confirm-unlink = Délier { $domain } ?
linking-confirm-synonym = Associer { $domain } comme synonyme ?
linking-main-effect = { $count ->
    [0] Il n’y a pas encore d’adresse en @{ $main } ; les nouvelles seront en @{ $domain }.
    [one] Une adresse en @{ $main } deviendra la même en @{ $domain }, sans modification de son contenu.
   *[other] { $count } adresses en @{ $main } deviendront les mêmes en @{ $domain }, sans modification de leur contenu.
}
linking-main-kept = Les deux noms continuent de recevoir et d’ouvrir les boîtes jusqu’à ce que { $main } soit délié. Les mots de passe restent les mêmes.
linking-unlink-effect = { $count ->
    [0] Aucune adresse ne répond sous @{ $domain }.
    [one] Une adresse cessera de répondre sous @{ $domain } :
   *[other] { $count } adresses cesseront de répondre sous @{ $domain } :
}
linking-unlink-leading = { $count ->
    [one] Une adresse de l’Organisation mène à l’une d’elles : elle n’y mènera plus.
   *[other] { $count } adresses de l’Organisation mènent à l’une d’elles : elles n’y mèneront plus.
}
linking-unlink-records = { $count ->
    [0] Aucun enregistrement DNS n’est supprimé.
    [one] Un enregistrement DNS que nous tenons à jour est supprimé ; les vôtres restent.
   *[other] { $count } enregistrements DNS que nous tenons à jour sont supprimés ; les vôtres restent.
}
linking-synonym-effect = { $domain } dira tout ce que dit { $main }, zone DNS comprise : ses propres enregistrements disparaissent. Les adresses continuent de répondre sous son nom.
linking-do-main = Confirmer l’inversion
linking-do-unlink = Confirmer le détachement
linking-do-synonym = Associer comme synonyme
operations-title = Opérations
operation-link = Lier { $domain }
operation-main = { $domain } devient le domaine principal
operation-unlink = Délier { $domain }
operation-synonym = { $domain } devient un synonyme
operation-begun-link = { $domain } est en cours de liaison.
operation-begun-main = L’inversion avec { $domain } est en cours.
operation-begun-unlink = { $domain } est en cours de détachement.
operation-begun-synonym = { $domain } devient un synonyme.
operation-running = en cours
operation-done = terminé
operation-failed = interrompu
operation-progress = Progression de l’opération
operation-count = { $done ->
    [one] { $done } étape
   *[other] { $done } étapes
} sur { $total }
step-zone = Créer la zone DNS
step-domain = Lier le domaine
step-records = Mettre à jour les DNS
step-addresses = Renommer les adresses
step-targets = Suivre les alias et redirections
step-both-records = Vérifier les DNS des deux noms
step-remove-records = Supprimer les enregistrements DNS
step-unlink = Ne plus répondre sous ce nom
step-synonym = Associer comme synonyme
operation-line-zone-made = La zone { $name } est créée.
operation-line-zone-there = La zone { $name } existait déjà.
operation-line-linked = { $name } est lié.
operation-line-records-changed = { $count ->
    [0] { $name } : les DNS sont déjà à jour.
    [one] { $name } : un enregistrement DNS modifié.
   *[other] { $name } : { $count } enregistrements DNS modifiés.
}
operation-line-records-in-the-way = { $count ->
    [one] { $name } : un enregistrement existant est resté en place du nôtre.
   *[other] { $name } : { $count } enregistrements existants sont restés en place des nôtres.
}
operation-line-records-elsewhere = { $name } : les DNS ne sont pas tenus ici.
operation-line-addresses-moved = { $count ->
    [0] Aucune adresse à renommer en @{ $name }.
    [one] Une adresse porte désormais le nom @{ $name }.
   *[other] { $count } adresses portent désormais le nom @{ $name }.
}
operation-line-targets-renamed = { $count ->
    [0] Aucun alias ni redirection à suivre vers @{ $name }.
    [one] Un alias ou une redirection mène désormais à @{ $name }.
   *[other] { $count } alias ou redirections mènent désormais à @{ $name }.
}
operation-line-unlinked = Plus aucune adresse ne répond sous @{ $name }.
operation-line-synonym-made = { $name } est un synonyme.
operation-line-refused = Refusé : { $name }
rule-a-linked-domain-has-no-addresses-of-its = Un domaine lié n’a pas d’adresses propres : supprimez-les ou déplacez-les d’abord.
rule-what-is-unlinked-or-becomes-the-main-dom = Seul un domaine lié peut être délié ou devenir le domaine principal.
rule-what-is-linked-is-another-domain = Ce domaine fait déjà partie du Service Mail.
rule-a-domain-is-unlinked-there-before-it-is = Déliez d’abord ce domaine dans l’autre Service Mail.
rule-the-first-domain-of-a-mail-service-is-it = Le premier domaine d’un Service Mail est son domaine principal : créez-le d’abord.
rule-a-linked-domain-is-unlinked-after-its-sy = Dissociez d’abord ses domaines synonymes.
rule-a-domain-is-unlinked-after-its-hosts-are = Supprimez d’abord ses hôtes et serveurs de mail, puis appliquez.
rule-a-domain-is-unlinked-before-it-goes-into = Déliez d’abord ce domaine.
rule-the-main-domain-goes-after-those-linked = Déliez d’abord les domaines liés, ou définissez un autre domaine principal.
rule-addresses-are-made-at-the-main-domain-an = Créez l’adresse dans le domaine principal : elle répond aussi sous chaque domaine lié.
rule-a-synonym-is-dissociated-from-its-main-d = Il faut d’abord dissocier le nom de domaine synonyme du nom de domaine principal.
rule-records-are-replaced-only-where-they-are = Le remplacement suppose la mise à jour des DNS.
rule-a-mail-service-has-one-operation-on-its = Une opération est déjà en cours sur ce Service Mail : patientez jusqu’à sa fin.
rule-a-synonym-and-its-main-domain-are-zones = Les zones DNS du synonyme et du domaine principal doivent être gérées ici.
rule-a-mail-domain-is-its-organisation-s-its = Rien ne prouve encore que ce domaine est à vous : déléguez sa zone à nos serveurs de noms, ou publiez l’enregistrement TXT indiqué.
