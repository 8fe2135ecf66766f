## People, roles, second factors

profile-title = Mon profil
profile-security = Sécurité du compte
profile-security-text = Mot de passe, seconds facteurs et codes de secours.
profile-language-none = celle du navigateur
profile-phone = Téléphone
profile-contacts = Adresses de contact
profile-contacts-help = Une adresse par ligne, cinq au plus. On vous y joint si votre adresse principale ne marche plus.
people-no-address = « { $text } » n’est pas une adresse e-mail : nom@domaine.
factors-title = Double authentification
factors-text = Après le mot de passe, vous montrez une deuxième chose : un code de votre téléphone ou une clé d’accès. Qui vole votre mot de passe n’entre pas.
factors-empty = Pas encore de second facteur
factors-empty-text = Ajoutez une application d’authentification : il faut une minute.
factor-must = « { $organisation } » exige un second facteur. Ajoutez-en un pour continuer.
factor-totp = application
factor-passkey = clé d’accès
factor-name = Nom
factor-added = Le second facteur est ajouté. Vos autres sessions sont terminées.
factor-removed = « { $name } » est retiré.
factor-remove = Retirer « { $name } »
factor-remove-effect = Il ne sera plus accepté à la connexion. Vos autres sessions se terminent et une lettre vous le confirme.
factor-remove-last = C’est le dernier : ensuite le mot de passe suffit pour entrer, et les codes de secours ne valent plus.
since = depuis
last-used = dernière utilisation
totp-add = Ajouter une application d’authentification
totp-name = Téléphone
totp-over = Trop d’essais, ou trop de temps : voici un nouveau code QR.
totp-scan = Scannez ce code avec votre application (par exemple Aegis, Google Authenticator, FreeOTP).
totp-picture = Code QR du secret
totp-type = Saisir le secret à la main
totp-confirm = Saisissez le code à six chiffres que l’application affiche.
totp-code = Code à six chiffres
totp-go = Activer
passkey-add = Ajouter une clé d’accès
passkey-text = Votre appareil ou votre clé de sécurité vous reconnaît (empreinte, visage, code) et le prouve ici. Gardée sur l’appareil, elle remplace aussi le mot de passe à la connexion.
passkey-go = Créer la clé d’accès
passkey-unable = Ce navigateur ne connaît pas les clés d’accès, ou son script est arrêté. Ajoutez plutôt une application d’authentification.
passkey-cancelled = Rien n’a été fait : le navigateur n’a pas donné de clé d’accès. Réessayez, ou prenez un autre moyen.
passkey-wrong = Cette clé d’accès n’ouvre pas ce compte, ou la demande est trop ancienne. Réessayez.
passkey-no-host = Les clés d’accès ne sont pas proposées ici : elles appartiennent à un nom d’hôte, et cette installation est jointe par une adresse IP.
passkey-elsewhere = Les clés d’accès appartiennent à { $host } : ouvrez le Manager par https://{ $host }.
recovery-title = Codes de secours
recovery-left = { $count ->
    [0] Il n’en reste aucun : créez-en de nouveaux.
    [one] Il en reste un.
   *[other] Il en reste { $count }.
}
recovery-once = Chacun ouvre une fois, si vous perdez votre téléphone. Ils ne sont montrés que maintenant : copiez-les, téléchargez-les ou imprimez-les, et gardez-les ailleurs que sur ce téléphone.
recovery-renew = Nouveaux codes de secours
recovery-renew-effect = Dix nouveaux codes remplacent les anciens, qui ne valent plus.
recovery-kept = Je les ai gardés
download = Télécharger
print = Imprimer
present-wrong = Ce n’est pas votre mot de passe actuel, ou la clé d’accès n’est pas la bonne.
password-present = Mot de passe actuel
password-new = Nouveau mot de passe
password-repeated = Nouveau mot de passe, encore une fois
password-help = Dix caractères ou plus ; une phrase convient.
password-change = Changer le mot de passe
password-changed = Le mot de passe est changé. Vos autres sessions sont terminées.
password-differs = Les deux saisies diffèrent.
prove-passkey = Confirmer avec une clé d’accès
step-title = Second facteur
step-code = Code de votre application
step-recovery = Code de secours
step-help = Six chiffres, ou l’un de vos codes de secours.
step-recovery-help = L’un de vos dix codes de secours, si votre clé d’accès n’est pas à portée.
step-go = Continuer
step-back = Recommencer
step-lost = Tout perdu ? Un administrateur de votre organisation peut retirer vos seconds facteurs.
step-over = Cette étape est terminée : trop d’essais, ou plus de cinq minutes. Donnez à nouveau votre mot de passe.
step-wrong = Ce code n’est pas bon, ou il a déjà servi. Attendez le suivant et vérifiez l’heure du téléphone.
step-passkey = Continuer avec une clé d’accès
sign-in-passkey = Se connecter avec une clé d’accès
users-title = Utilisateurs
users-lead = Les personnes qui administrent l’organisation ou y ont accès.
user-add = Ajouter un utilisateur
column-name = Nom
column-login = Identifiant
column-role = Rôle
column-access = Accès
column-second-factor = 2FA
column-last-access = Dernier accès
never = jamais
second-factor-none = aucun
second-factor-count = { $count ->
    [one] un facteur
   *[other] { $count } facteurs
}
filter-role = Rôle
filter-role-all = Tous les rôles
role-legal-owner = Responsable légal
role-administrator = Administrateur
role-collaborator = Collaborateur
role-external = Externe
role-legal-owner-help = Répond de l’organisation et peut tout ; lui seul nomme d’autres responsables légaux.
role-administrator-help = Administre tout, ou un seul domaine.
role-collaborator-help = Accède aux services mail qu’on lui accorde.
role-external-help = Vient de l’extérieur ; n’accède qu’à ce à quoi on l’invite.
user-blocked = bloqué
user-active = actif
user-from-elsewhere = compte d’une autre organisation
user-password-once = Voici le mot de passe de { $login }. Il n’est montré que maintenant ; la personne le change ensuite elle-même.
user-joined = { $login } avait déjà un compte et appartient maintenant aussi à cette organisation. Une lettre l’en informe.
user-self = vous
user-elsewhere-text = Une autre organisation a créé ce compte : son nom, son mot de passe et ses seconds facteurs s’y changent. Ici vous décidez du rôle.
user-owner-only = Seul un responsable légal change un responsable légal.
user-role-change = Modifier le rôle
user-domain = Domaine administré
user-domain-help = Pour un administrateur seulement.
domain-all = tous les domaines
user-services = Services mail accordés
user-services-help = Pour un collaborateur seulement.
user-factor-effect = La personne n’en a plus besoin à la connexion et reçoit une lettre. Assurez-vous que c’est bien elle qui le demande.
user-factor-removed = Le second facteur est retiré.
user-profile = Profil
user-profile-text = Ce que la personne dit d’elle-même dans son profil ; vous pouvez l’écrire pour elle.
user-profile-own = Vous le changez dans votre profil.
user-contacts-help = Une adresse par ligne, cinq au plus. On y joint la personne si son adresse principale ne marche plus.
user-passwords = Mots de passe d’appareils
user-passwords-text = Ceux que la personne a créés, sur les boîtes dont elle a l’accès. Ils ouvrent ces boîtes tant qu’ils ne sont pas supprimés ou mis hors service.
user-sessions = Sessions
user-sessions-text = Les navigateurs dans lesquels la personne est connectée. Ses appareils de messagerie n’en sont pas.
user-sessions-none = La personne n’est connectée nulle part.
user-sessions-own = Vos sessions ont leur propre page, où vous y mettez fin.
user-sessions-not-ours = Vous ne voyez et ne terminez que les sessions des comptes que votre organisation gère seule. Si c’est urgent, bloquez l’accès de la personne à votre organisation.
user-sessions-end-all = Mettre fin à toutes
user-sessions-end = { $count ->
    [one] Mettre fin à la session
   *[other] Mettre fin à { $count } sessions
}
user-sessions-end-effect = { $count ->
    [one] Un navigateur devra
   *[other] { $count } navigateurs devront
} se connecter de nouveau ; ce qui y est saisi et pas encore enregistré est perdu. Un mot de passe connu d’un autre vaut encore : donnez-en un nouveau.
user-end = Accès
user-password-new = Nouveau mot de passe
user-password-effect = L’ancien ne vaut plus et toutes les sessions de la personne se terminent.
user-block = Bloquer l’utilisateur
user-unblock = Débloquer
user-delete = Supprimer l’utilisateur
user-block-effect = { $login } ne peut plus entrer et ses sessions se terminent. Rien n’est perdu : vous pouvez débloquer.
user-delete-effect = { $login } n’appartient plus à l’organisation. Le compte disparaît si la personne n’appartient à aucune autre. Les adresses mail restent.
user-delete-lost = { $count ->
    [0] Perdus : le rôle « { $role } ».
    [one] Perdus : le rôle « { $role } » et un second facteur.
   *[other] Perdus : le rôle « { $role } » et { $count } seconds facteurs.
}
user-blocked-done = L’utilisateur est bloqué.
user-unblocked-done = L’utilisateur est débloqué.
user-deleted = { $login } n’appartient plus à l’organisation.
role-changed = Rôle : { $role }. Une lettre l’annonce à la personne.
organisation-title = Organisation
organisation-identity = Identité
organisation-legal-name = Raison sociale
organisation-requires = Exiger un second facteur de tous les utilisateurs
organisation-requires-help = { $count ->
    [0] Tous en ont un.
    [one] Un utilisateur n’en a pas : il ne verra que la page qui en ajoute un.
   *[other] { $count } utilisateurs n’en ont pas : ils ne verront que la page qui en ajoute un.
}
organisation-support = Support de premier niveau
organisation-support-help = À qui vos utilisateurs s’adressent d’abord.
organisation-support-email = Adresse e-mail
organisation-support-page = Page web
organisation-support-hours = Heures
organisation-support-hours-example = lu–ve 8 h–17 h
organisation-look = Apparence
organisation-look-help = Dans l’en-tête du Manager de cette organisation.
organisation-look-name = Nom affiché
organisation-look-colour = Couleur
organisation-look-colour-help = Six chiffres hexadécimaux après #. Le texte y est blanc : contraste de 4,5 au moins.
organisation-look-contrast = Contraste avec le texte blanc : { $ratio } (4,5 au moins).
organisation-logo = Logo
organisation-logo-help = PNG de 2’000 pixels de côté au plus, ou SVG sans script ; 128 Kio au plus.
organisation-logo-remove = Retirer le logo
rule-only-a-legal-owner-makes-changes-blocks = Seul un responsable légal nomme, change, bloque ou retire un responsable légal.
rule-an-organisation-keeps-one-legal-owner-wh = Une organisation garde un responsable légal qui peut se connecter.
rule-whoever-belongs-to-several-organisations = Qui appartient à plusieurs organisations change lui-même son mot de passe et ses seconds facteurs.
rule-the-six-digits-that-the-application-show = Ce code ne va pas avec ce secret : saisissez celui que l’application affiche maintenant ; l’heure du téléphone doit être juste.
rule-the-last-second-factor-stays-where-an-or = Une organisation exige un second facteur : ajoutez-en un autre avant de retirer le dernier.
rule-white-letters-stand-on-the-colour-a-cont = Le texte blanc ne se lit pas assez sur cette couleur : prenez-en une plus foncée (contraste de 4,5 au moins).
user-limit-unknown = Ce domaine ou ce service n’existe pas : rien n’a été changé.
user-login-help = Une adresse e-mail. Si la personne a déjà un compte ici, elle le garde : on lui demande si elle veut appartenir à l’organisation.
user-asked = { $login } a déjà un compte : une lettre lui demande si elle veut appartenir à l’organisation. Elle a sept jours pour répondre.
offers-title = Demandes sans réponse
offers-text = Ces personnes ont un compte ailleurs. D’ici à leur accord, vous n’en voyez rien d’autre.
offer-until = jusqu’au
offer-withdraw = Retirer la demande
offer-withdraw-effect = La personne ne peut plus accepter. Il faudra lui demander de nouveau.
offer-withdraw-one = Retirer la demande à { $login }
offer-withdrawn = La demande est retirée.
own-offers-title = On vous invite
own-offer-text = { $who } vous demande d’appartenir à « { $organisation } » avec le rôle « { $role } ».
own-offer-effect = Ses administrateurs verront alors votre nom, vos coordonnées et vos seconds facteurs. Jamais ils ne changent votre mot de passe.
offer-accept = Accepter
offer-accepted = Vous appartenez maintenant à « { $organisation } ».
offer-declined = Vous avez refusé. L’organisation ne sait rien de plus de vous.
offer-decline = Refuser
rule-a-login-at-a-domain-of-another-organisat = Cette adresse appartient à une autre organisation : c’est elle qui crée ce compte, ou la personne elle-même en acceptant une invitation.
rule-whoever-signs-in-with-an-address-of-anot = Cette personne se connecte avec une adresse d’une autre organisation : elle change elle-même son mot de passe et ses seconds facteurs.
rule-an-organisation-asks-at-most-200-people = Trop de personnes n’ont pas encore répondu : une organisation en demande 200 à la fois au plus, et une personne a 20 demandes au plus.
rule-a-person-is-asked-once-and-has-seven-day = La personne a déjà reçu la demande ; elle a sept jours pour répondre.
user-loses-sessions = { $count ->
    [one] Une session prend fin immédiatement.
   *[other] { $count } sessions prennent fin immédiatement.
}
user-loses-mailboxes = { $count ->
    [one] L’accès à une boîte mail est perdu.
   *[other] L’accès à { $count } boîtes mail est perdu.
}
user-loses-passwords = { $count ->
    [one] Un mot de passe d’appareil ne vaut plus.
   *[other] { $count } mots de passe d’appareils ne valent plus.
}
user-loses-services = { $count ->
    [one] Un Service Mail n’est plus confié.
   *[other] { $count } Services Mail ne sont plus confiés.
}
user-pauses-mailboxes = { $count ->
    [one] Une boîte mail lui est fermée jusqu’au déblocage.
   *[other] { $count } boîtes mail lui sont fermées jusqu’au déblocage.
}
user-pauses-passwords = { $count ->
    [one] Un mot de passe d’appareil ne vaut pas jusque-là.
   *[other] { $count } mots de passe d’appareils ne valent pas jusque-là.
}
own-tokens-title = Mes jetons
own-tokens-text = Avec un jeton, un programme accède par l’API à ce qui est à vous : profil, sessions, adresses. Il n’ouvre rien de l’organisation et prend fin avec votre mot de passe.
own-tokens-empty = Aucun jeton
own-tokens-empty-text = Aucun programme n’accède à ce qui est à vous.
own-token-add = Créer un jeton
own-token-name = Nom
own-token-write = Il peut modifier
own-token-write-help = Sans cela il ne fait que lire.
own-token-once = Copiez le jeton maintenant : il n’est montré que cette fois.
own-token-revoke = Révoquer « { $name } »
own-token-revoked = Le jeton est révoqué.
own-token-writes = lit et modifie
own-token-reads = lit
granted-lead = Les Services Mail qui vous ont été accordés. Vous voyez leurs adresses et leurs utilisateurs ; un administrateur les change.
granted-empty = Aucun Service Mail ne vous est accordé
granted-empty-text = Un responsable légal ou un administrateur accorde les Services Mail sur la page de votre compte.
granted-service-lead = Ses adresses. Une adresse avec une boîte ouvre la liste de ses utilisateurs.
granted-no-addresses = Pas encore d’adresse
granted-no-addresses-text = Les adresses de ce Service Mail se trouveront ici.
support-title = Besoin d’aide ?
support-of = Support de { $name } :
