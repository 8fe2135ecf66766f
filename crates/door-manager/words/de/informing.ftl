## The letter that tells recipients what to expect: its form, who got it, what it says
informing-title = Brief an die Empfänger
informing-lead = Jeder Empfänger, den Sie angeben, erhält einen einzigen Brief. Er sagt, was die Seite oben sagt, und wo sie steht.
informing-posted = { $count ->
    [one] { $count } Empfänger informiert
   *[other] { $count } Empfänger informiert
}
informing-waiting = { $count ->
    [one] { $count } ausstehend
   *[other] { $count } ausstehend
}
informing-refused = { $count ->
    [one] { $count } abgelehnt
   *[other] { $count } abgelehnt
}
informing-list = Liste ansehen
informing-addresses = Adressen der Empfänger
informing-addresses-help = Eine pro Zeile, oder durch Kommas oder Strichpunkte getrennt; ein Name darf davor stehen. 500 auf einmal, 1000 pro Tag. Wer den Brief schon hat, erhält ihn nicht noch einmal.
informing-language = Sprache des Briefs
informing-language-help = Der Text ist der der Seite in dieser Sprache: Ihr eigener oder der Standardtext.
informing-send = Diesen Empfängern schreiben
informing-unpublished = Veröffentlichen Sie zuerst die Seite oben: Der Brief führt dorthin.
informed-asked = { $asked ->
    [one] Der Brief geht an { $asked } Empfänger.
   *[other] Der Brief geht an { $asked } Empfänger.
}
informed-known = { $known ->
    [one] { $known } hatte ihn schon.
   *[other] { $known } hatten ihn schon.
}
informed-nobody = { $known ->
    [one] Dieser Empfänger hatte den Brief schon: Es geht nichts ab.
   *[other] Diese { $known } Empfänger hatten den Brief schon: Es geht nichts ab.
}
informed-title = Informierte Empfänger
informed-lead = Wem der Brief geschrieben wird, die neusten zuerst. Abgeschickt heisst: dem Versand übergeben.
informed-more = Weitere Empfänger informieren
informed-cut = Nur die neusten { $count } sind zu sehen; die CSV-Datei hat alle.
informed-none = Niemand ist informiert
informed-none-text = Veröffentlichen Sie die Informationsseite und geben Sie dann unter «Kontakte» Ihre Empfänger an.
informed-waiting = ausstehend
informed-posted = abgeschickt
informed-refused = abgelehnt
column-informed-language = Sprache
letter-informing-subject = { $organisation }: Ihre vertraulichen E-Mails kommen künftig gesichert
letter-informing-greeting = Guten Tag
letter-informing-opening = «{ $organisation }» hat uns beauftragt, Ihnen mitzuteilen: Vertrauliche E-Mails von dort kommen künftig als gesicherte Briefe von der Plattform { $portal }.
letter-informing-own = Was «{ $organisation }» Ihnen dazu sagt:
letter-informing-page = Dasselbe steht auf dieser Seite:
letter-informing-ask = Fragen? Wenden Sie sich an «{ $organisation }»:
letter-informing-ask-plain = Fragen? Wenden Sie sich an «{ $organisation }».
letter-informing-once = Sie erhalten diesen Brief ein einziges Mal, weil «{ $organisation }» uns Ihre Adresse angegeben hat. Zu tun ist im Moment nichts, und Antworten auf diesen Brief liest niemand.
