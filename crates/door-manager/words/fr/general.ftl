# Français : les mots des seeds.
skip = Aller au contenu
crumbs = Fil d’Ariane
navigation = Navigation principale
menu = Menu
more = Plus
language = Langue
account = Mon compte
search-domains = Rechercher un domaine
close = Fermer
cancel = Annuler
undo = Annuler
undone = C’est annulé : la zone est de nouveau comme avant.
undo-too-late = Un autre changement a suivi. Choisissez dans l’historique la version à restaurer.
confirm = Confirmer
next = Suivant
save = Enregistrer
saved = C’est enregistré.
edit = Modifier
remove = Supprimer
copy = Copier
copied = C’est copié.
export = Exporter la zone
act = Action
as-table = Les mêmes chiffres en tableau
unsaved = Des modifications ne sont pas enregistrées. Quitter la page quand même ?
underway = { $done } sur { $total }
to-dashboard = Aller au tableau de bord
guest-here = Vous regardez l’organisation « { $organisation } » comme exploitant. Tout ce que vous faites est noté dans son journal.
line = ligne { $line }
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

keys-title = Touches
keys-move = ligne suivante, précédente
keys-open = ouvrir la ligne
keys-select = choisir la ligne
keys-search = rechercher
keys-new = action principale
keys-help = cette liste

sign-in-title = Connexion
sign-in = Se connecter
sign-in-login = Identifiant (adresse e-mail)
sign-in-password = Mot de passe
sign-in-help = Le mot de passe de votre compte, pas celui d’une adresse mail.
sign-in-empty = Saisissez votre identifiant et votre mot de passe.
sign-in-wrong = Cet identifiant et ce mot de passe ne vont pas ensemble. Vérifiez les majuscules, ou demandez un nouveau mot de passe à votre administrateur.
sign-in-disabled = Ce compte est bloqué. Adressez-vous à l’administrateur de votre organisation.
sign-in-banned = Trop d’essais ont échoué. Réessayez dans { $minutes ->
    [one] une minute
   *[other] { $minutes } minutes
}.
sign-out = Se déconnecter

sessions-title = Mes sessions
sessions-lead = Les navigateurs dans lesquels vous êtes connecté. Mettez fin à ceux que vous ne reconnaissez pas, puis changez de mot de passe.
sessions-this = celle-ci
sessions-since = depuis
sessions-seen = vue
sessions-end = Mettre fin
sessions-end-others = Mettre fin { $count ->
    [one] à l’autre session
   *[other] aux { $count } autres sessions
}
sessions-ended = { $count ->
    [one] Une session est terminée.
   *[other] { $count } sessions sont terminées.
}
organisations-title = Organisations
organisations-lead = Choisissez l’organisation à regarder. Son journal note chaque passage.
organisations-choose = Regarder
organisations-current = affichée

trouble-not-found = Cette page n’existe pas
trouble-not-found-text = Elle n’existe pas, ou n’appartient pas à votre organisation. Vérifiez l’adresse, ou partez du tableau de bord.
trouble-not-allowed = Votre rôle ne le permet pas
trouble-not-allowed-text = Seuls un administrateur ou un responsable légal peuvent le faire. Demandez-leur.
trouble-later = Un instant
trouble-later-text = Le service est occupé ou ne joint pas ses données. Rien n’est perdu : réessayez dans une minute.
trouble-ours = Une erreur de notre part
trouble-ours-text = Elle est notée dans notre journal. Rien n’a été changé.

form-wrong = { $count ->
    [one] Un champ est à corriger
   *[other] { $count } champs sont à corriger
}
form-error = Erreur :
form-optional = (facultatif)
field-empty = Ce champ est vide.
field-not-a-number = Ce n’est pas un nombre.

table-search = Rechercher
table-apply = Filtrer
table-count = { $found ->
    [0] aucun résultat
    [one] un résultat
   *[other] { $found } résultats
} sur { $total }
logs-sorted-cut = Cet ordre ne porte que sur les { $count } lignes les plus récentes : précisez la recherche ou ses dates pour voir les autres.
queue-sorted-cut = Cet ordre ne porte que sur les { $count } envois qui attendent depuis le plus longtemps : cherchez pour voir les autres.
table-csv = Exporter en CSV
filter-remove = retirer le filtre
chip = { $name } : { $value }
select = Choisir
select-all = Tout choisir
selected-count = { $count } choisis
bulk-hint = Avec les lignes choisies :
pages = Pages
page-previous = Précédente
page-next = Suivante
page-of = Page { $page } sur { $pages }
nothing-found = Rien ne correspond
nothing-found-text = Retirez un filtre ou cherchez un autre mot.

dashboard-title = Tableau de bord
figure-domains = { $count ->
    [one] domaine
   *[other] domaines
}
figure-zones = { $count ->
    [one] zone DNS hébergée
   *[other] zones DNS hébergées
}
figure-services = { $count ->
    [one] Service Mail
   *[other] Services Mail
}
figure-addresses = { $count ->
    [one] adresse mail
   *[other] adresses mail
}
figure-queue = messages en file d’attente
alerts-title = À regarder
alerts-none = Rien ne demande votre attention.

domains-title = Domaines
domains-empty = Aucun domaine pour l’instant
domains-empty-text = Ajoutez un domaine : sa zone DNS est servie dès la première minute.
column-domain = Domaine
column-state = État
column-dns = Zone DNS
column-addresses = Adresses
column-records = Entrées
column-organisation = Organisation
column-domains = Domaines
lamp-ok = En ordre
lamp-waiting = À améliorer
lamp-lost = À corriger
lamp-unknown = Pas encore vérifié
lamp-no-mail = Sans mail
dns-hosted = hébergée ici
dns-hosted-signed = hébergée ici, signée
dns-elsewhere = chez un autre hébergeur
filter-kind = Zone DNS
filter-kind-all = Toutes les zones
kind-hosted = hébergées ici
kind-elsewhere = ailleurs
kind-synonym = synonymes
synonym-of = Synonyme de { $domain }

tab-zone = Zone DNS
tab-spf = SPF
tab-security = Sécurité globale
tab-dmarc = Rapports DMARC
tab-tls = Rapports TLS
tab-reputation = Réputation
tab-synonyms = Domaines synonymes

zone-add = Ajouter un domaine
zone-add-lead = Sa zone DNS sera servie par cette installation. Indiquez ensuite nos serveurs de noms chez votre registraire.
zone-create = Ajouter le domaine
zone-created = La zone de { $domain } est servie.
zone-settings = Réglages de la zone
zone-serial = Série
zone-changed = modifiée
zone-records-of = Entrées de la zone { $domain }
zone-empty = La zone n’a pas encore d’entrée
zone-empty-text = Ajoutez une entrée, ou importez le fichier de zone de votre ancien hébergeur.
zone-elsewhere = La zone est chez un autre hébergeur
zone-elsewhere-text = Elle ne peut pas être modifiée ici. « Sécurité globale » montre les entrées exactes à y copier et vérifie qu’elles y sont.
zone-stale = La zone a changé entre-temps. Relisez-la, puis recommencez.
zone-end = Fin de la zone
zone-end-text = La zone n’est plus servie. Les adresses mail du domaine restent.
zone-delete = Supprimer la zone { $domain }
zone-delete-lost = { $count ->
    [0] Tout l’historique est perdu.
    [one] Une entrée et tout l’historique sont perdus.
   *[other] { $count } entrées et tout l’historique sont perdus.
}
zone-delete-effect = Le site et le mail de ce domaine ne sont plus trouvés par ceux qui demandent à nos serveurs. Cela ne peut pas être annulé.
zone-deleted = La zone de { $domain } est supprimée.
confirm-name = Saisissez { $name } pour confirmer
confirm-name-wrong = Le nom ne correspond pas : saisissez { $name }.
notice-48 = Tout ajout ou modification DNS peut prendre jusqu’à 48 heures pour se propager.

column-type = Type
column-value = Valeur
column-ttl = TTL
column-managed = Géré par
managed-user = vous
managed-mail-service = Service Mail
managed-installation = installation
filter-type = Type
filter-type-all = Tous les types
filter-managed = Géré par
filter-managed-all = Gérées par tous

record-add = Ajouter un enregistrement
record-kind-lead = Choisissez ce que l’enregistrement doit dire. Chaque type est expliqué à l’étape suivante.
record-new = Nouvel enregistrement { $kind }
record-edit = Modifier l’enregistrement { $kind }
record-save = Enregistrer
record-delete = Supprimer cet enregistrement
record-added = L’enregistrement { $kind } est ajouté.
record-changed = L’enregistrement { $kind } est modifié.
records-delete = Supprimer
records-deleted = { $count ->
    [one] Un enregistrement est supprimé.
   *[other] { $count } enregistrements sont supprimés.
}
record-managed-mail-service = Cet enregistrement est tenu à jour par le Service Mail. Si vous le modifiez, il devient le vôtre et n’est plus tenu à jour.
record-managed-installation = Cet enregistrement est tenu par l’installation et ne peut pas être modifié.
kinds-mail = Mail
kinds-hosts = Sites et serveurs
kinds-more = Autres
presets = Modèles
explained = Explications
explained-what = Ce que c’est
explained-effect = Ce qui change
explained-raw = Vue brute
edit-raw = Modifier la vue brute
preset-imaps = IMAP (993)
preset-submissions = Envoi TLS (465)
preset-submission = Envoi (587)
preset-xmpp-client = XMPP client
preset-xmpp-server = XMPP serveur
preset-ldap = LDAP
preset-office-sip = Office 365 SIP
preset-office-federation = Office 365 fédération
preset-caldavs = CalDAV

kind-mx = MX
kind-mx-short = Où arrive le courrier du domaine
kind-mx-text = Le serveur qui reçoit le courrier. S’il y en a plusieurs, celui avec la plus petite priorité est essayé d’abord.
kind-mx-effect = Dès que le changement est connu, le courrier part vers ce serveur. Un serveur qui ne connaît pas vos adresses le refuse.
kind-spf = SPF
kind-spf-short = Qui a le droit d’envoyer au nom du domaine
kind-spf-text = La liste des serveurs autorisés à envoyer du courrier au nom de votre domaine. Un domaine n’en a qu’une seule.
kind-spf-effect = Un serveur absent de la liste est refusé, marqué ou accepté selon le mode choisi. Oublier un service qui envoie pour vous, c’est perdre son courrier.
kind-dkim = DKIM
kind-dkim-short = La clé publique qui vérifie vos signatures
kind-dkim-text = La clé publique avec laquelle les destinataires vérifient que vos messages n’ont pas été changés. Le Service Mail publie les siennes lui-même.
kind-dkim-effect = Supprimer une clé encore utilisée rend invalides les signatures faites avec elle.
kind-dmarc = DMARC
kind-dmarc-short = Que faire des messages falsifiés
kind-dmarc-text = Dit aux destinataires que faire d’un message qui prétend venir de vous sans que SPF ou DKIM le prouve, et où envoyer leurs rapports.
kind-dmarc-effect = Avec « rejeter », un message falsifié n’arrive pas ; un message à vous mal configuré non plus. Regardez d’abord les rapports.
kind-a = A
kind-a-short = Un nom vers une adresse IPv4
kind-a-text = L’adresse IPv4 d’un nom, par exemple celle de votre site.
kind-a-effect = Les visiteurs du nom arrivent à cette adresse.
kind-aaaa = AAAA
kind-aaaa-short = Un nom vers une adresse IPv6
kind-aaaa-text = L’adresse IPv6 d’un nom.
kind-aaaa-effect = Les visiteurs qui ont IPv6 arrivent à cette adresse, avant l’adresse IPv4.
kind-cname = CNAME
kind-cname-short = Un nom qui en remplace un autre
kind-cname-text = Dit que ce nom est un alias : tout ce qu’on lui demande est cherché sous la cible.
kind-cname-effect = Aucun autre enregistrement ne peut exister sous ce nom, et jamais à la racine du domaine.
kind-txt = TXT
kind-txt-short = Un texte libre, par exemple une preuve de possession
kind-txt-text = Un texte que d’autres services lisent, souvent pour vérifier que le domaine est à vous.
kind-txt-effect = Rien ne change pour le courrier ni pour le site.
kind-srv = SRV
kind-srv-short = Où se trouve un service : XMPP, LDAP, IMAP
kind-srv-text = Indique quels services sont disponibles pour un domaine, sur quel serveur et à quel port.
kind-srv-effect = Les programmes qui cherchent ce service se connectent au serveur indiqué. Ports et cible faux : ils ne trouvent rien.
kind-caa = CAA
kind-caa-short = Qui peut émettre des certificats
kind-caa-text = Les autorités qui ont le droit d’émettre des certificats pour le domaine.
kind-caa-effect = Toute autre autorité refuse. N’oubliez pas celle de votre hébergeur web.
kind-ns = NS
kind-ns-short = Déléguer un sous-domaine
kind-ns-text = Les serveurs de noms d’un sous-domaine que quelqu’un d’autre gère.
kind-ns-effect = Les entrées de ce sous-domaine qui sont ici ne sont plus vues.
kind-ptr = PTR
kind-ptr-short = Le nom d’une adresse
kind-ptr-text = Dans une zone inverse, le nom qui appartient à une adresse IP.
kind-ptr-effect = Les serveurs de courrier comparent ce nom à celui que votre serveur annonce.
kind-tlsa = TLSA
kind-tlsa-short = L’empreinte d’un certificat (DANE)
kind-tlsa-text = L’empreinte du certificat qu’un serveur doit montrer. Ne vaut que dans une zone signée.
kind-tlsa-effect = Si l’empreinte ne correspond plus, les serveurs qui vérifient DANE n’envoient plus rien.
kind-sshfp = SSHFP
kind-sshfp-short = L’empreinte d’une clé SSH
kind-sshfp-text = L’empreinte de la clé d’un serveur SSH.
kind-sshfp-effect = Les clients SSH qui la vérifient n’ont plus à demander si la clé est juste.
kind-svcb = SVCB
kind-svcb-short = Comment joindre un service
kind-svcb-text = Les paramètres de connexion d’un service : protocole, port, adresses.
kind-svcb-effect = Les clients qui le lisent se connectent plus vite.
kind-https = HTTPS
kind-https-short = Comment joindre un site
kind-https-text = Les paramètres de connexion d’un site : HTTP/2, HTTP/3, autre nom.
kind-https-effect = Les navigateurs qui le lisent se connectent tout de suite en HTTPS.
kind-ds = DS
kind-ds-short = La clé d’un sous-domaine signé
kind-ds-text = L’empreinte de la clé DNSSEC d’un sous-domaine délégué.
kind-ds-effect = Si elle est fausse, le sous-domaine n’est plus joignable pour ceux qui vérifient.
kind-raw = Vue brute
kind-raw-short = Écrire l’enregistrement tel quel
kind-raw-text = L’enregistrement comme il figure dans un fichier de zone.
kind-raw-effect = Les mêmes règles sont vérifiées que pour la saisie guidée.

field-owner = Source
field-owner-help = Vide pour le domaine lui-même ; * pour tous les noms sans entrée.
field-priority = Priorité
field-priority-help = Le plus petit nombre est essayé d’abord.
field-target = Cible
field-target-help = Un nom de serveur, avec un point final s’il est complet.
field-mx-target = Serveur
field-mx-target-help = Un nom, jamais une adresse IP : mx.exemple.ch.
field-address = Adresse IP
field-text = Texte
field-ttl = TTL
field-ttl-help = Secondes pendant lesquelles la réponse est gardée, de 60 à 86’400. Vide : celui de la zone.
field-default-ttl = TTL par défaut
field-note = Note
field-note-help = Pour vous et vos collègues ; elle n’est pas publiée.
field-selector = Sélecteur
field-selector-help = Par exemple 20261121 ; votre service d’envoi vous l’indique.
field-algorithm = Algorithme
field-key = Clé publique
field-key-help = La valeur p=, ou l’enregistrement entier.
field-testing = Mode de test
field-testing-help = Demande aux destinataires de ne pas tenir compte des échecs.
field-ours = Nos serveurs
field-ours-help = include de cette installation : nécessaire pour envoyer d’ici.
field-mx = Les serveurs MX du domaine
field-mx-help = Les serveurs qui reçoivent peuvent aussi envoyer. Coûte une recherche.
field-a = Le serveur du site
field-a-help = Les adresses A et AAAA du domaine. Coûte une recherche.
field-includes = Autres services
field-includes-help = Un par ligne : spf.exemple.com. Chacun coûte au moins une recherche sur dix.
field-networks = Adresses IP
field-networks-help = Une par ligne, avec ou sans préfixe : 192.0.2.0/24. Ne coûte aucune recherche.
field-all = Les autres serveurs
option-all-fail = Strict : refuser (-all, recommandé)
option-all-fail-help = Le serveur de réception rejette le message s’il n’est pas listé dans le SPF.
option-all-softfail = Marquer (~all)
option-all-softfail-help = Le serveur de réception accepte en général le message s’il n’est pas listé dans le SPF mais l’identifie comme suspect.
option-all-neutral = Souple : accepter (?all)
option-all-neutral-help = Le serveur de réception accepte le message même si l’émetteur n’est pas listé dans le SPF.
field-policy = Messages falsifiés
option-policy-none = Observer (none)
option-policy-none-help = Rien ne change ; vous recevez les rapports. Pour commencer.
option-policy-quarantine = Mettre au spam (quarantine)
option-policy-quarantine-help = Le message arrive dans le dossier Spam.
option-policy-reject = Rejeter (reject)
option-policy-reject-help = Le message n’arrive pas. Quand les rapports sont propres.
field-subdomains = Sous-domaines
option-subdomains-same = comme le domaine
option-subdomains-none = observer
option-subdomains-quarantine = mettre au spam
option-subdomains-reject = rejeter
field-percent = Pourcentage
field-percent-help = La part des messages falsifiés à laquelle cela s’applique.
field-reports = Adresse des rapports
field-reports-help = Où les destinataires envoient leurs rapports quotidiens. Vide : nulle part.
field-dkim_alignment = Domaine de la signature DKIM
option-dkim_alignment-r = le domaine ou un sous-domaine
option-dkim_alignment-s = exactement le domaine
field-spf_alignment = Domaine de l’expéditeur SPF
option-spf_alignment-r = le domaine ou un sous-domaine
option-spf_alignment-s = exactement le domaine
field-service = Service
field-service-help = Par exemple imaps ou xmpp-client, sans le trait de soulignement.
field-protocol = Protocole
option-protocol-tcp = TCP
option-protocol-udp = UDP
option-protocol-tls = TLS
field-weight = Poids
field-weight-help = Part de chaque serveur de même priorité.
field-port = Port
field-srv-target = Serveur
field-srv-target-help = Un nom ; un point seul dit que le service n’est pas offert.
field-tag = Ce qui est permis
option-tag-issue = Émettre des certificats
option-tag-issuewild = Émettre des certificats avec *
option-tag-iodef = Adresse pour signaler un refus
field-authority = Autorité
field-authority-help = Par exemple letsencrypt.org. Vide : aucune.
field-critical = Critique
field-critical-help = Une autorité qui ne comprend pas l’entrée doit refuser.
field-usage = Usage
option-usage-3 = 3 : ce certificat
option-usage-2 = 2 : cette autorité
option-usage-1 = 1 : ce certificat, de confiance publique
option-usage-0 = 0 : cette autorité, de confiance publique
field-part = Ce qui est comparé
option-part-1 = 1 : la clé publique
option-part-0 = 0 : le certificat entier
field-matching = Empreinte
option-matching-1 = 1 : SHA-256
option-matching-2 = 2 : SHA-512
option-matching-0 = 0 : aucune
option-sshfp-matching-1 = 1 : SHA-1
option-sshfp-matching-2 = 2 : SHA-256
field-digest = Valeur hexadécimale
option-algorithm-rsa = RSA
option-algorithm-ed25519 = Ed25519
option-algorithm-1 = 1 : RSA
option-algorithm-2 = 2 : DSA
option-algorithm-3 = 3 : ECDSA
option-algorithm-4 = 4 : Ed25519
option-algorithm-6 = 6 : Ed448
field-parameters = Paramètres
field-parameters-help = Par exemple alpn=h2,h3
field-key_tag = Numéro de clé
field-algorithm_number = Numéro d’algorithme
field-digest_kind = Type d’empreinte
field-kind = Type
field-data = Valeur
field-data-help = Comme dans un fichier de zone : 10 mx.exemple.ch.
field-domain = Nom de domaine
field-domain-help = Sans www : exemple.ch
field-name = Nom

import-title = Importer un fichier de zone
import-lead = Rien n’est changé avant que vous ayez vu l’aperçu.
import-file = Fichier
import-text = Ou collez son contenu
import-text-help = Le format standard des fichiers de zone (RFC 1035), comme l’exportent les autres hébergeurs.
import-mode = Ce qui est déjà dans la zone
import-add = Garder et compléter
import-add-help = Ce que le fichier ne nomme pas reste.
import-replace = Remplacer
import-replace-help = Vos entrées que le fichier ne nomme pas sont supprimées. Celles du Service Mail restent.
import-look = Voir l’aperçu
import-preview = Aperçu
import-count = { $added } à ajouter, { $removed } à supprimer, { $unchanged } déjà en place.
import-refused = { $count ->
    [one] Une ligne n’est pas acceptée. Corrigez-la dans le texte.
   *[other] { $count } lignes ne sont pas acceptées. Corrigez-les dans le texte.
}
import-skipped = { $count ->
    [one] Une ligne est laissée de côté
   *[other] { $count } lignes sont laissées de côté
}
import-nothing = Rien à changer : tout est déjà dans la zone.
import-apply = Appliquer { $count ->
    [one] le changement
   *[other] les { $count } changements
}
imported = { $count ->
    [one] Un changement est importé.
   *[other] { $count } changements sont importés.
}

history-title = Historique
history-lead = Chaque changement, qui l’a fait, et le retour à n’importe quelle version.
history-empty = Aucun changement pour l’instant
history-empty-text = Le premier changement de la zone apparaîtra ici.
change-unnamed = Changement
change-count = { $added } en plus, { $removed } en moins
version-current = actuelle
version-compare = Comparer et restaurer
version-title = Version { $serial }
version-lead = Cette version avait { $count } entrées. La restaurer ajoute { $added } et retire { $removed } entrées.
version-restore = Restaurer cette version
version-restored = La version { $serial } est restaurée.
version-same = Elle est comme aujourd’hui
version-same-text = Il n’y a rien à restaurer.

dnssec-title = DNSSEC
dnssec-text = Signe les réponses de la zone, pour que personne ne puisse les falsifier en route.
dnssec-is-on = Signée (DNSSEC)
dnssec-is-off = Pas signée
dnssec-on = Activer DNSSEC
dnssec-off = Désactiver DNSSEC
dnssec-on-done = La zone est signée. Copiez l’enregistrement DS chez votre registraire.
dnssec-off-done = La zone n’est plus signée.
dnssec-ds = Enregistrement DS à donner à votre registraire :
dnssec-ds-synonyms = Enregistrements DS des synonymes, chacun chez son registraire :
dnssec-rollover = Remplacer la clé
dnssec-rollover-text = Une nouvelle clé signe à côté de l’ancienne, qui s’arrête dès que le registraire montre le nouveau DS et que la nouvelle clé est là depuis un jour.
dnssec-rollover-done = La nouvelle clé signe. Donnez aussi son DS à votre registraire.
dnssec-order = Avant de désactiver, retirez le DS chez le registraire et attendez un jour. Sinon le domaine n’est plus joignable.
secondaries-title = Serveurs secondaires
secondaries-text = D’autres serveurs de noms qui gardent une copie. Ils sont avertis de chaque changement et prouvent avec une clé TSIG qu’ils ont le droit de copier.
secondary-add = Ajouter le serveur secondaire
secondary-remove = Retirer
secondary-address-wrong = Ce n’est pas une adresse IP, avec ou sans port.
secondary-key-wrong = Ce n’est pas un nom.
secondary-secret-wrong = Ce n’est pas du base64.
secret-show = Voir le secret
field-secondary = Adresse
field-secondary-help = 192.0.2.53 ou [2001:db8::53]:53
field-key_name = Nom de la clé TSIG
field-key_name-help = Le même des deux côtés (hmac-sha256).
field-secret = Secret (base64)
field-secret-help = Par exemple d’une commande « openssl rand -base64 32 ».

spf-used = Recherches utilisées : { $used }/10
spf-used-help = Les destinataires s’arrêtent après dix recherches et traitent alors le SPF comme faux. Chaque include en coûte au moins une.
spf-tree = Arbre des inclusions
spf-lookups = { $count ->
    [one] 1 recherche
   *[other] { $count } recherches
}
spf-no-record = aucun SPF trouvé
spf-none = Le domaine ne publie pas de SPF : chacun peut envoyer en son nom.
spf-several = Il y a { $count } SPF. Les destinataires les rejettent tous : fusionnez-les ci-dessous.
spf-expected = L’enregistrement qu’il faudrait :
spf-mode = Strict ou souple
spf-mode-question = Que faire des serveurs absents de la liste ?
spf-elsewhere = Modifiez le SPF chez l’hébergeur de la zone.
spf-written = Le SPF est enregistré.
spf-merge = Fusionner des SPF
spf-merge-text = Un domaine n’a qu’un SPF. Collez ceux que vos autres services vous demandent : ils deviennent un seul, le nôtre d’abord, sans doublon.
spf-merge-field = SPF des autres services
spf-merge-help = Un par ligne, ou tels que copiés.
spf-merge-look = Fusionner
spf-merge-empty = Il n’y a pas de SPF dans ce texte : il commence par v=spf1.
spf-merge-result = Résultat
spf-merge-removes = { $count ->
    [0] Il sera ajouté à la zone.
    [one] Il remplace le SPF qui est dans la zone.
   *[other] Il remplace les { $count } SPF qui sont dans la zone.
}
spf-merge-apply = Enregistrer ce SPF
spf-merged = Il n’y a plus qu’un SPF.
copy-elsewhere = Copiez-le chez l’hébergeur de la zone et supprimez-y tout autre SPF.

synonyms-lead = Un domaine synonyme est un nom secondaire : il hérite de toute la zone de ce domaine, et le courrier y arrive comme ici.
synonyms-elsewhere = Un domaine dont la zone est ailleurs ne peut pas avoir de synonymes.
synonyms-empty = Aucun domaine synonyme
synonyms-empty-text = Choisissez ci-dessous un domaine de cette organisation.
synonym-add = Ajouter un synonyme
synonym-choose = Domaine existant de cette organisation
synonym-rules = Un domaine qui n’est géré ici que pour son nom devient le second nom de celui-ci.
synonym-confirm = Faire de { $domain } un synonyme
synonym-effect = { $domain } dira tout ce que dit { $main }. Le courrier pour une adresse @{ $domain } arrive à la même adresse @{ $main }.
synonym-lost = { $count ->
    [0] Il n’a pas d’entrée à perdre.
    [one] Son entrée est retirée ; l’historique la garde.
   *[other] Ses { $count } entrées sont retirées ; l’historique les garde.
}
synonym-added = { $domain } est un synonyme.
synonym-dissociate = Dissocier { $domain }
synonym-ds = À publier dans la zone parente :
synonym-dissociated = { $domain } a de nouveau sa propre zone.
synonym-inherits = Cette zone est un synonyme : elle montre les entrées de { $domain } et se modifie là-bas.
synonym-no-candidates = Aucun autre domaine de l’organisation ne peut devenir un synonyme.

security-look = Vérifier maintenant
security-fix = Corriger
security-fix-all = { $count ->
    [one] Corriger ce point
   *[other] Corriger les { $count } points
}
security-fixed = { $count ->
    [one] Une entrée est corrigée.
   *[other] { $count } entrées sont corrigées.
}
security-nothing-to-fix = Il n’y a rien à corriger.
security-checked = Vérifié
security-empty = Ce domaine ne reçoit pas de mail
security-empty-text = Liez-le à un Service Mail pour que ses entrées soient vérifiées.
security-elsewhere = La zone est chez un autre hébergeur : copiez-y les lignes proposées, puis vérifiez de nouveau.
security-details = Trouvé et attendu
security-found = Trouvé
security-expected = Attendu
security-nothing = Rien.
certificate-found = { $names } ; jusqu’au { $day }
security-no-record = Aucun enregistrement précis.
security-copy = À copier dans la zone
light-good = En ordre
light-warning = À améliorer
light-unknown = Inconnu
light-bad = À corriger
light-off = Sans objet
check-mx = MX
check-mx-text = Où arrive le courrier du domaine.
check-spf = SPF
check-spf-text = Qui a le droit d’envoyer au nom du domaine.
check-dkim = DKIM
check-dkim-text = Les clés qui vérifient la signature de vos messages.
check-dmarc = DMARC
check-dmarc-text = Ce que les destinataires font d’un message falsifié.
check-mta-sts = MTA-STS
check-mta-sts-text = Les autres serveurs ne vous écrivent que sur une connexion chiffrée et vérifiée.
check-dane = TLSA / DANE
check-dane-text = L’empreinte du certificat de nos serveurs, protégée par DNSSEC.
check-dnssec = DNSSEC
check-dnssec-text = Les réponses de la zone sont signées.
check-autoconfig = Configuration automatique
check-autoconfig-text = Les programmes de mail trouvent seuls leurs réglages.
check-reverse = Nom inverse (PTR)
check-reverse-text = L’adresse du serveur d’envoi a un nom qui ramène à elle.
check-helo = Nom annoncé (HELO)
check-helo-text = Le nom avec lequel notre serveur se présente.
check-block-lists = Listes de blocage
check-block-lists-text = Ni le domaine ni nos adresses ne sont signalés comme source de spam.
check-certificate = Certificat
check-certificate-text = Le certificat de nos serveurs est valable et reconnu.

dmarc-lead = Ce que les autres fournisseurs ont vu : qui envoie au nom de votre domaine, et si SPF et DKIM l’ont prouvé.
dmarc-empty = Aucun rapport dans cette période
dmarc-empty-text = Les fournisseurs envoient leurs rapports une fois par jour, dès qu’un enregistrement DMARC les demande.
dmarc-letters = { $count ->
    [one] message
   *[other] messages
}
dmarc-passed = prouvés
dmarc-percent = { $percent } %
dmarc-reporters = { $count ->
    [one] fournisseur
   *[other] fournisseurs
}
dmarc-by-day = Messages par jour
dmarc-chart = Messages par jour des { $days } derniers jours : prouvés, non prouvés, au spam, rejetés
dmarc-pass = prouvés
dmarc-failed = non prouvés, livrés
dmarc-quarantined = mis au spam
dmarc-rejected = rejetés
dmarc-sources = Qui envoie en votre nom
dmarc-sources-text = Une source inconnue qui n’est pas prouvée est soit un service oublié dans votre SPF, soit un faussaire.
dmarc-left-out = { $count ->
    [one] Un message des rapports manque ici : la ligne du rapport est illisible, ou sa source est trop petite parmi plus de 1’000 autres.
   *[other] { $count } messages des rapports manquent ici : leurs lignes sont illisibles, ou leurs sources sont les plus petites parmi plus de 1’000.
}
dmarc-by-reporter = Qui rapporte
owner-ours = nos serveurs
owner-unknown = inconnue
column-source = Source
column-owner = À qui
column-letters = Messages
column-passed = Prouvés
column-not-passed = Non prouvés
column-reporter = Fournisseur
column-day = Jour
period = Période
period-days = { $count } jours
tls-lead = Ce que les autres serveurs ont vu en vous écrivant sur une connexion chiffrée.
tls-empty = Aucun rapport dans cette période
tls-empty-text = Les rapports arrivent dès que l’enregistrement _smtp._tls les demande.
tls-sessions = { $count ->
    [one] connexion
   *[other] connexions
}
tls-failed = { $count ->
    [one] échec
   *[other] échecs
}
tls-by-day = Connexions par jour
tls-chart = Connexions par jour des { $days } derniers jours : réussies, échouées
tls-pass = réussies
tls-rejected = échouées
tls-failures = Raisons des échecs
tls-by-reporter = Qui rapporte
tls-failure-starttls-not-supported = STARTTLS n’était pas offert
tls-failure-certificate-host-mismatch = Le certificat ne vaut pas pour ce nom
tls-failure-certificate-expired = Le certificat est échu
tls-failure-certificate-not-trusted = Le certificat n’est pas reconnu
tls-failure-validation-failure = La vérification a échoué
tls-failure-sts-policy-fetch-error = La politique MTA-STS n’a pas pu être lue
tls-failure-sts-policy-invalid = La politique MTA-STS est fausse
tls-failure-sts-webpki-invalid = Le certificat de la politique MTA-STS n’est pas valable
tls-failure-tlsa-invalid = L’enregistrement TLSA est faux
tls-failure-dnssec-invalid = La signature DNSSEC est fausse
tls-failure-dane-required = DANE était exigé et manquait
column-reason = Raison
column-host = Serveur
column-sessions = Connexions

reputation-lead = La réputation est schématiquement un score, de 0 à 100, calculé de ce que nous voyons nous-mêmes.
reputation-empty = Pas encore de score
reputation-empty-text = Il apparaît après les premiers envois du domaine.
reputation-ok = Bonne
reputation-waiting = À surveiller
reputation-lost = Mauvaise
reputation-good = Les e-mails de ce domaine atteignent leurs destinataires.
reputation-fair = Certains e-mails de ce domaine peuvent être marqués comme spam.
reputation-poor = Vos e-mails peuvent être marqués comme spam et ne pas atteindre leur public cible.
reputation-bad = Les e-mails de ce domaine seront probablement refusés ou marqués comme spam.
reputation-consequence = La conséquence
reputation-consequence-text = Plus le score baisse, plus vos e-mails risquent d’être marqués comme spam et de ne pas atteindre leur public cible. D’autres fournisseurs calculent leur propre score : celui-ci montre ce que nous voyons avant eux.
reputation-policy-bounces = Des serveurs ont refusé des e-mails comme spam
reputation-unknown-recipients = E-mails envoyés à des adresses inexistantes
reputation-complaints = Des destinataires ont signalé des e-mails comme spam
reputation-authentication-failures = SPF et DKIM ont échoué chez d’autres fournisseurs
reputation-trap-hits = Des adresses pièges ont été touchées
reputation-burst = Bien plus d’e-mails que d’habitude en une heure
reputation-advice-abuse = Cherchez dans les journaux qui envoie, révoquez les mots de passe des adresses piratées et contrôlez les formulaires du site.
reputation-advice-lists = Retirez des listes les adresses qui n’existent plus, et n’écrivez qu’aux personnes inscrites.
reputation-advice-complaints = N’écrivez qu’aux personnes inscrites, et permettez de se désinscrire en un clic.
reputation-advice-authentication = Mettez en place et vérifiez les enregistrements SPF, DKIM et DMARC.
measures-domain = le domaine
measures-address = l’adresse IP
measures-domain-and-address = le domaine et l’adresse IP
reputation-history = Évolution
reputation-chart = Score des 90 derniers jours
reputation-factors = Ce qui enlève des points
reputation-no-factors = Rien n’enlève de points.
column-factor = Facteur
column-advice = Ce qui aide
column-count = Nombre
column-points = Points
reputation-advice = Améliorer la réputation
advice-authentication = Mettez en place et vérifiez les enregistrements SPF, DKIM et DMARC : « Sécurité globale » les montre et les corrige
advice-spf = Gardez le SPF strict (-all) : les faux sont alors refusés
advice-reports = Regardez dans les rapports DMARC qui envoie en votre nom
advice-opt-in = N’envoyez des e-mails qu’aux utilisateurs qui ont choisi de s’inscrire !
advice-site = Contrôlez les formulaires du site : un site piraté envoie en votre nom.
advice-passwords = Révoquez les mots de passe des adresses piratées.
advice-lists = Retirez des listes les adresses qui n’existent plus.
reputation-tools = Mesures d’autres services
reputation-tools-text = Chaque fournisseur compte à sa façon. Ces liens quittent le Manager.

says-right = En ordre.
says-switched-off = Cette vérification est désactivée.
says-cannot-look-up = Impossible à vérifier maintenant : { $what }
says-not-delegated = La zone est ici, mais le monde interroge { $what }.
says-missing = { $what } manque.
says-would-help = { $what } manque ; le courrier passe sans, moins bien protégé.
says-null-mx = Le domaine dit qu’il ne reçoit pas de courrier (MX nul).
says-mx-elsewhere = Le courrier va à { $what }, pas ici.
says-mx-also-elsewhere = Une partie du courrier va à { $what }, pas ici.
says-spf-several = { $what ->
    [one] Il y a un SPF de trop.
   *[other] Il y a { $what } SPF ; les destinataires les rejettent tous.
}
says-spf-wrong = Le SPF est faux : { $what }
says-spf-too-many-lookups = Le SPF demande { $what } recherches ; les destinataires s’arrêtent après 10.
says-spf-too-many-voids = Le SPF cherche { $what } noms inexistants ; les destinataires s’arrêtent après 2.
says-spf-void = Le SPF cherche un nom inexistant : { $what }
says-spf-without-us = Le SPF n’autorise pas nos serveurs : il manque { $what }.
says-spf-allows-all = Le SPF finit par +all : chacun peut envoyer en ce nom.
says-spf-soft = Le SPF finit par { $what } : les faux sont au plus marqués, pas refusés.
says-spf-used = { $what ->
    [0] Aucune recherche sur 10 n’est utilisée.
    [one] Une recherche sur 10 est utilisée.
   *[other] { $what } recherches sur 10 sont utilisées.
}
says-dkim-missing = La clé { $what } n’est pas publiée.
says-dkim-differs = À { $what } se trouve une autre clé que la nôtre.
says-dkim-not-seen-yet = La clé suivante { $what } n’est pas encore visible partout ; la précédente signe jusque-là.
says-dkim-no-key = Il n’y a pas encore de clé.
says-dmarc-wrong = Le DMARC est faux : { $what }
says-dmarc-several = Il y a { $what } DMARC ; les destinataires les ignorent tous.
says-dmarc-none = p=none ne demande que des rapports : les faux sont livrés.
says-dmarc-part = La politique ne vaut que pour { $what } % des messages.
says-dmarc-reports-elsewhere = Les rapports n’arrivent pas ici : il manque { $what }.
says-dmarc-reports-refused = Les rapports sur un synonyme ne sont pas envoyés : il manque { $what }.
says-policy-unreachable = La politique MTA-STS ne peut pas être lue : { $what }
says-policy-without-mx = La politique MTA-STS n’autorise pas { $what } : les autres ne livreront pas.
says-policy-testing = La politique MTA-STS est en mode { $what } : elle ne protège pas encore.
says-policy-record-wrong = L’enregistrement MTA-STS est faux : { $what }
says-dane-not-signed = La zone de { $what } n’est pas signée : DANE n’est pas possible.
says-dane-differs = Les TLSA de { $what } ne vont pas avec le certificat : les autres ne livreront pas.
says-not-signed = La zone n’est pas signée.
says-ds-missing = La zone est signée, mais la zone parente ne le dit pas : il y manque { $what }.
says-ds-differs = Le DS de la zone parente ne va avec aucune clé de la zone : { $what }
says-ds-without-key = La zone parente dit que la zone est signée, et elle ne l’est pas : { $what }
says-pointer-missing = { $what } n’a pas de nom (PTR).
says-pointer-not-confirmed = { $what } ne ramène pas à l’adresse.
says-pointer-differs = Le nom de l’adresse est { $what }, pas celui que le serveur annonce.
says-no-public-address = Le serveur n’a pas d’adresse publique : { $what }
says-helo-without-address = { $what } n’a pas d’adresse.
says-helo-elsewhere = { $what } mène à d’autres adresses que celles du serveur.
says-listed = Signalé : { $what }
says-list-silent = La liste ne répond pas : { $what }
says-own-authority = Le certificat vient de l’autorité de cette installation : les autres ne la connaissent pas.
says-certificate-without = Le certificat ne vaut pas pour { $what }.
says-certificate-ends-soon = Le certificat finit le { $what }.
says-certificate-ended = Le certificat a fini le { $what }.

rule-it-is-the-name-of-a-host-never-an-addres = La cible est un nom de serveur, jamais une adresse IP.
rule-an-a-record-holds-192-0-2-1-rfc-1035-3-4 = Une adresse IPv4 s’écrit comme 192.0.2.1.
rule-an-aaaa-record-holds-2001-db8-1-rfc-3596 = Une adresse IPv6 s’écrit comme 2001:db8::1.
rule-an-ipv4-address-stands-in-an-a-record-rf = Une adresse IPv4 se met dans un enregistrement A.
rule-an-ipv6-address-stands-in-an-aaaa-record = Une adresse IPv6 se met dans un enregistrement AAAA.
rule-a-label-has-1-to-63-octets-rfc-1035-2-3 = Chaque partie d’un nom a de 1 à 63 caractères.
rule-a-label-has-letters-digits-hyphens-under = Un nom n’a que des lettres, des chiffres, des traits d’union et des traits de soulignement.
rule-a-name-has-at-most-253-octets-rfc-1035-2 = Un nom a au plus 253 caractères.
rule-a-cname-stands-alone-at-its-name-rfc-103 = Un CNAME est seul sous son nom.
rule-a-cname-stands-alone-and-the-zone-s-own = La racine du domaine ne peut pas être un CNAME.
rule-a-name-has-one-spf-record-at-most-or-non = Un nom n’a qu’un SPF, sinon aucun ne compte. Fusionnez-les.
rule-a-name-has-one-dmarc-record-at-most-or-n = Un nom n’a qu’un DMARC, sinon aucun ne compte.
rule-a-null-mx-stands-alone-rfc-7505-3 = Un MX nul est seul : il dit que le domaine ne reçoit pas de courrier.
rule-a-record-stands-once-rfc-2181-5 = Cet enregistrement existe déjà.
rule-a-time-to-live-is-60-to-86400-seconds-so = Le TTL va de 60 à 86’400 secondes.
rule-the-target-of-mx-ns-and-srv-has-addresse = La cible de MX, NS et SRV n’est pas un alias (CNAME).
rule-a-zone-s-name-exists-once-and-names-abov = Ce nom de domaine est déjà géré ici, ou dépend d’un domaine d’une autre organisation.
rule-an-organisation-hosts-names-of-its-own-b = Indiquez un domaine à vous, comme exemple.ch.
rule-a-synonym-is-bound-to-no-product-of-its = Un synonyme ne doit être encore lié à aucun produit, comme un Service Mail ou d’autres synonymes.
rule-a-synonym-uses-the-name-servers-of-this = Un synonyme doit être configuré avec nos serveurs de noms.
rule-a-domain-that-the-newsletter-is-bound-to = Le domaine principal ne doit pas être associé au produit Newsletter.
list-cut = Seules les { $count } premières sont montrées : précisez la recherche pour voir les autres.
column-browser = Navigateur
column-session-since = Depuis
column-session-seen = Vue
sessions-end-effect = Ce navigateur devra se connecter de nouveau ; ce qui y est saisi et pas encore enregistré est perdu.
sessions-end-one = Mettre fin : { $browser }
alert-late = { $count ->
    [one] { $count } message attend depuis plus d’une heure
   *[other] { $count } messages attendent depuis plus d’une heure
}
alert-held = { $count ->
    [one] { $count } message retenu
   *[other] { $count } messages retenus
}
alert-unban = { $count ->
    [one] { $count } demande de déblocage attend
   *[other] { $count } demandes de déblocage attendent
}
alert-full = rempli à { $percent } %
alert-full-more = { $count ->
    [one] et { $count } autre boîte presque pleine
   *[other] et { $count } autres boîtes presque pleines
}
alert-disk = Le disque est rempli à { $percent } %.
alert-certificate = Le certificat se termine le { $day }.
