## The letter that tells recipients what to expect: its form, who got it, what it says
informing-title = Lettre aux destinataires
informing-lead = Chaque destinataire que vous indiquez reçoit une seule lettre, qui dit ce que dit la page ci-dessus et où elle se trouve.
informing-posted = { $count ->
    [0] 0 destinataire informé
    [one] { $count } destinataire informé
   *[other] { $count } destinataires informés
}
informing-waiting = { $count ->
    [0] 0 en attente
    [one] { $count } en attente
   *[other] { $count } en attente
}
informing-refused = { $count ->
    [0] 0 refusé
    [one] { $count } refusé
   *[other] { $count } refusés
}
informing-list = Voir la liste
informing-addresses = Adresses des destinataires
informing-addresses-help = Une par ligne, ou séparées par des virgules ou des points-virgules ; un nom peut précéder. 500 à la fois, 1000 par jour. Qui a déjà reçu la lettre ne la reçoit pas de nouveau.
informing-language = Langue de la lettre
informing-language-help = Le texte est celui de la page dans cette langue : le vôtre, ou le texte standard.
informing-send = Écrire à ces destinataires
informing-unpublished = Publiez d’abord la page ci-dessus : la lettre y mène.
informed-asked = { $asked ->
    [0] La lettre ne part à personne.
    [one] La lettre part à { $asked } destinataire.
   *[other] La lettre part à { $asked } destinataires.
}
informed-known = { $known ->
    [0] Personne ne l’avait déjà.
    [one] { $known } l’avait déjà.
   *[other] { $known } l’avaient déjà.
}
informed-nobody = { $known ->
    [0] Personne n’est à informer.
    [one] Ce destinataire avait déjà la lettre : rien ne part.
   *[other] Ces { $known } destinataires avaient déjà la lettre : rien ne part.
}
informed-title = Destinataires informés
informed-lead = À qui la lettre est écrite, les plus récents d’abord. Envoyée veut dire remise à l’expédition.
informed-more = Informer d’autres destinataires
informed-cut = Seuls les { $count } plus récents sont montrés ; le fichier CSV les a tous.
informed-none = Personne n’est informé
informed-none-text = Publiez la page d’information, puis indiquez vos destinataires sous « Contacts ».
informed-waiting = en attente
informed-posted = envoyée
informed-refused = refusée
column-informed-language = Langue
letter-informing-subject = { $organisation } : vos e-mails confidentiels arriveront sécurisés
letter-informing-greeting = Bonjour,
letter-informing-opening = « { $organisation } » nous a chargés de vous informer : ses e-mails confidentiels vous parviendront désormais comme lettres sécurisées de la plateforme { $portal }.
letter-informing-own = Ce que « { $organisation } » vous dit à ce sujet :
letter-informing-page = La même information se trouve sur cette page :
letter-informing-ask = Une question ? Adressez-vous à « { $organisation } » :
letter-informing-ask-plain = Une question ? Adressez-vous à « { $organisation } ».
letter-informing-once = Vous recevez cette lettre une seule fois, parce que « { $organisation } » nous a indiqué votre adresse. Il n’y a rien à faire pour l’instant, et personne ne lit les réponses à cette lettre.
