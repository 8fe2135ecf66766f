
## Secured letters as whoever administers sees them
secured-letters = Lettres sécurisées
secured-lead = Qui a écrit à qui, quand, et où en est chaque lettre. Ni l’objet ni le contenu n’apparaissent ici : ils sont à l’expéditeur et au destinataire.
secured-none = Aucune lettre sécurisée dans cette période
secured-none-text = Une lettre part sécurisée dès que son objet commence par une marque, par exemple <im><c>.
secured-under-way = En cours
secured-days = Envois par jour
secured-by-day = { $count ->
    [one] Envois par jour : un en tout
   *[other] Envois par jour : { $count } en tout
}
secured-by-state = Où elles en sont
secured-all = En tout
secured-list = Les lettres
secured-list-empty = Aucune lettre
secured-list-empty-text = Les lettres sécurisées de votre organisation apparaissent ici.
secured-part = Expéditeur ou destinataire
secured-modes-all = Toutes
secured-states-all = Tous les états
secured-from = Du
secured-to = Au
secured-everything = Tout montrer
column-secured-mode = Protection
column-secured-way = Chemin
column-secured-state = État
secured-mode-confidential = Confidentiel
secured-mode-personal = Personnel
secured-mode-registered = Recommandé
secured-way-sealed = Enveloppe scellée
secured-way-mailbox = Boîte de la plateforme
secured-way-gateway = Passerelle
secured-way-blocked = Refusé d’avance
secured-state-unsent = Pas encore envoyée
secured-state-submitted = Déposée
secured-state-rejected = Non acceptée au dépôt
secured-state-blocked = Le destinataire n’en reçoit pas
secured-state-relayed = Remise au serveur du destinataire
secured-state-offered = Attend d’être acceptée
secured-state-accepted = Acceptée
secured-state-refused = Refusée
secured-state-expired = Expirée sans décision
secured-state-consigned = Prête à être ouverte
secured-state-notified = Annoncée au destinataire
secured-state-handed-over = Ouverte
secured-state-undeliverable = Impossible à remettre
secured-state-withdrawn = Retirée
secured-state-unclaimed = Ouverture jamais confirmée
secured-failed = Non arrivée, ou signalée comme telle plus tard
secured-letter = Lettre sécurisée : { $mode }
secured-submitted = Déposée
secured-deadline = À accepter jusqu’au
secured-accepted = Acceptée
secured-opened = Ouverte
secured-released = Clé remise
secured-ended = Terminée
secured-no-subject = L’objet, le contenu et les quittances sont à l’expéditeur et au destinataire, dans leur journal au portail.
secured-of-application = Un logiciel de votre organisation l’a envoyée ; quittances et preuves sont à elle :
secured-evidence = Télécharger les preuves
secured-receipt-submission = Quittance de dépôt (PDF)
secured-receipt-acceptance = Quittance d’acceptation (PDF)
secured-receipt-refusal = Quittance de refus (PDF)
secured-receipt-expiry = Quittance d’expiration (PDF)
secured-receipt-handover = Quittance de remise (PDF)
secured-not-logged = Pas encore inscrit au journal public.
secured-logged = Inscrit au journal public sous le numéro { $index }.
secured-stamped = Horodaté.
secured-withdraw = Retirer la lettre
secured-withdraw-open = { $count ->
    [one] Une copie est retirée : personne ne pourra plus l’ouvrir.
   *[other] { $count } copies sont retirées : personne ne pourra plus les ouvrir.
}
secured-withdraw-closed = { $count ->
    [one] Une copie reste : elle a été acceptée ou ouverte, ou elle a pris fin.
   *[other] { $count } copies restent : elles ont été acceptées ou ouvertes, ou elles ont pris fin.
}
secured-withdraw-effect = Cela ne peut pas être annulé. La preuve dit quand la lettre a été retirée et pourquoi ; votre nom figure dans le journal des modifications.
secured-withdraw-from = De qui
secured-withdraw-all = { $count ->
    [one] De tous ceux chez qui c’est possible (un destinataire)
   *[other] De tous ceux chez qui c’est possible ({ $count } destinataires)
}
secured-withdraw-button = Retirer définitivement
secured-withdraw-too-late = Rien ne peut plus être retiré : ce qui a été accepté ou ouvert reste.
secured-withdraw-underway = L'un d'eux est en cours de distribution à cet instant. Réessayez dans quelques minutes, s'il n'est pas arrivé d'ici là.
secured-withdrawn = { $count ->
    [one] Une copie est retirée.
   *[other] { $count } copies sont retirées.
}
secured-erased-at = Effacée
secured-erase = Effacer la lettre
secured-erase-open = { $count ->
    [one] Un destinataire perd la lettre : acceptée ou ouverte, elle ne pourra plus être ouverte.
   *[other] { $count } destinataires perdent la lettre : acceptée ou ouverte, elle ne pourra plus être ouverte.
}
secured-erase-recallable = { $count ->
    [one] Une copie peut encore être retirée : retirez-la plutôt, la preuve le dira.
   *[other] { $count } copies peuvent encore être retirées : retirez-les plutôt, la preuve le dira.
}
secured-erase-effect = La plateforme détruit sa part de la clé. Ni la boîte du destinataire ni personne ici n’ouvrira plus la lettre, et rien ne la ramène. Ce qui a été lu, imprimé ou téléchargé reste. Quittances et preuves restent valables ; votre nom figure dans le journal des modifications.
secured-erase-for = Pour qui
secured-erase-all = { $count ->
    [one] Pour tous ceux qui l’ont (un destinataire)
   *[other] Pour tous ceux qui l’ont ({ $count } destinataires)
}
secured-erase-button = Effacer définitivement
secured-erase-nothing = Il n’y a plus rien à effacer : personne ne peut ouvrir cette lettre.
secured-erase-not-yet = Cette copie peut encore être retirée : retirez-la plutôt.
secured-erase-reason-help = Figure dans le journal des modifications, et dans la preuve de ce qui n’a pas été ouvert.
secured-erased = { $count ->
    [one] La lettre est effacée pour un destinataire.
   *[other] La lettre est effacée pour { $count } destinataires.
}
secured-reason = Motif
secured-reason-help = Figure dans la preuve ; le destinataire peut la lire.
secured-everybodys = Courrier sécurisé de tous
secured-everybodys-lead = Combien chaque organisation envoie, et combien attend ou s’est perdu. Aucune adresse, aucun objet.
secured-of-nobody = Réponses depuis le portail
column-secured-confidential = Confidentiel
column-secured-personal = Personnel
column-secured-registered = Recommandé
column-secured-waiting = En cours
column-secured-lost = Refusé ou perdu
secured-event-SubmissionAcceptance = Déposée par l’expéditeur
secured-event-SubmissionRejection = Dépôt refusé
secured-event-RelayAcceptance = Prise en charge par une autre plateforme
secured-event-RelayRejection = Refusée par une autre plateforme
secured-event-RelayFailure = Autre plateforme injoignable
secured-event-NotificationForAcceptance = Proposée au destinataire
secured-event-NotificationForAcceptanceFailure = Proposition impossible à remettre
secured-event-ConsignmentAcceptance = Acceptée par le destinataire
secured-event-ConsignmentRejection = Refusée par le destinataire
secured-event-AcceptanceRejectionExpiry = Délai écoulé sans décision
secured-event-ContentConsignment = Contenu mis à disposition
secured-event-ContentConsignmentFailure = Retirée par l’expéditeur
secured-event-ConsignmentNotification = Destinataire averti
secured-event-ConsignmentNotificationFailure = Avis impossible à remettre
secured-event-ContentHandover = Contenu remis au destinataire
secured-event-ContentHandoverFailure = Contenu jamais demandé à temps
secured-event-NotificationDelivered = Avis pris par le serveur du destinataire
secured-event-ContentAccessTracking = Contenu consulté à nouveau
secured-event-RelayToNonERDS = Remise par une liaison vérifiée
secured-event-RelayToNonERDSFailure = Non prise par le serveur de messagerie
secured-event-ReceivedFromNonERDS = Reçue par une liaison vérifiée
secured-senders = Qui peut envoyer
secured-senders-lead = Qui de votre organisation envoie des lettres sécurisées, et ce que vous dites à vos collaborateurs sur la manière de les rédiger.
secured-who = Envoient des lettres sécurisées
secured-who-everybody = Tous
secured-who-everybody-help = Toute personne qui envoie depuis une adresse de votre organisation.
secured-who-listed = Seulement ces adresses et domaines
secured-who-listed-help = Une autre personne reçoit un refus clair et rien ne part. Les comptes d’application et les passerelles ont leurs propres règles.
secured-listed = Adresses et domaines
secured-listed-help = Un par ligne. Un domaine vaut pour toutes ses adresses.
secured-rules = Part toujours sécurisé
secured-rules-help = Ce que vos gens et vos logiciels envoient à ces adresses, ou avec ces mots dans l’objet, part sécurisé même sans marque, à tous les destinataires de la lettre. Un domaine vaut pour ses sous-domaines. Une marque plus forte reste. Pour ôter une règle, videz-la.
secured-rule-when = Règle { $number } : ce qu’elle regarde
secured-rule-about = Règle { $number } : adresse, domaine ou mots
secured-rule-mode = Règle { $number } : protection
secured-rule-to = Destinataire
secured-rule-subject = Objet contenant
secured-rule-subject-example = dernier rappel
secured-guidance = Comment les rédiger et les archiver
secured-guidance-help = Vos règles, dans vos mots : quels messages, quel objet, quelle mise en page, où les archiver. Vos collaborateurs les lisent sous « Mes adresses ».
secured-guidance-of = Ce que dit votre organisation
secured-how = Envoyer une lettre sécurisée
secured-how-text = C’est ce que vos collaborateurs lisent, suivi de vos règles.
secured-how-limited = Votre organisation a nommé qui envoie des lettres sécurisées. Si la vôtre est refusée, adressez-vous à son administrateur.
secured-how-mode = Protection
secured-how-subject = Début de l’objet
secured-how-what = Ce qui se passe
secured-how-confidential = Le destinataire l’ouvre avec un code envoyé à sa boîte, ou la reçoit par une liaison vérifiée.
secured-how-personal = La personne l’ouvre avec son compte et un second facteur.
secured-how-registered = La personne l’accepte ou la refuse ; vous recevez des quittances signées.
secured-how-suffix = Sans toucher à l’objet, confidentiel aussi par l’adresse du destinataire :
secured-undeliverable = { $count ->
    [one] une lettre n’a pas pu être remise ces sept derniers jours
   *[other] { $count } lettres n’ont pas pu être remises ces sept derniers jours
}
