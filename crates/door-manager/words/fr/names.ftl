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
