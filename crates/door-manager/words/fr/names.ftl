# SPF, BIMI, routes.
spf-unknown = Le SPF du domaine ne peut pas être lu en ce moment : ses serveurs de noms ne répondent pas. Réessayez plus tard.
spf-voids = Recherches sans résultat : { $used }/2
says-spf-leads-nowhere = Le SPF renvoie à { $what }, qui n’en publie pas : les destinataires le rejettent.
says-spf-leads-to-several = Le SPF renvoie à { $what }, qui en publie plusieurs : les destinataires le rejettent.
says-spf-leads-to-all = Le SPF renvoie à { $what }, qui laisse chacun envoyer.
says-spf-loop = Le SPF de { $what } se renvoie à lui-même.
says-spf-twice = Deux fois la même chose dans le SPF : { $what }
says-spf-behind-all = Ce qui suit « all » dans le SPF n’est jamais lu : { $what }
says-spf-redirect-unused = Le « redirect= » dans le SPF de { $what } ne sert à rien : il y a déjà un « all ».
says-spf-no-end = Le SPF de { $what } finit sans « all » : il ne dit rien des autres serveurs.
says-spf-slow = Lent et peu fiable, à enlever du SPF : { $what }
kind-bimi = BIMI
kind-bimi-short = Une image à côté de vos messages
kind-bimi-text = L’adresse de votre logo : certains logiciels de messagerie l’affichent à côté des messages qui viennent vraiment de vous.
kind-bimi-effect = L’image ne se montre que si DMARC met les messages falsifiés au spam ou les rejette ; la plupart des logiciels demandent en plus un certificat de marque. Rien d’autre ne change.
field-bimi-selector = Sélecteur
field-bimi-selector-help = « default », sauf si vous avez plusieurs logos.
field-location = Adresse du logo
field-location-help = Un SVG (profil Tiny PS) que tout le monde peut lire : https://exemple.ch/logo.svg
field-certificate = Adresse du certificat
field-certificate-help = Le certificat de marque (VMC ou CMC) en PEM : https://exemple.ch/logo.pem. Vide si vous n’en avez pas.
rule-a-bimi-record-names-a-picture-and-a-cert = Le logo et le certificat se trouvent derrière https://.
rule-a-name-has-one-bimi-record-at-most-or-no = Un nom n’a qu’un BIMI, sinon aucun ne compte.
