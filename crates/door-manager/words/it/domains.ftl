# Chiavi DKIM, domini mail di un servizio, domanda alle rotte, verifica del registro.
tab-dkim = Chiavi DKIM
dkim-lead = Le chiavi con cui sono firmati i Suoi messaggi. Si rinnovano da sole ogni 180 giorni, senza che nessuno se ne accorga.
dkim-no-mail = Questo dominio non riceve posta qui: nulla è firmato a suo nome.
dkim-empty = Ancora nessuna chiave
dkim-empty-text = Le prime chiavi nascono pochi minuti dopo il dominio. Ricarichi questa pagina tra un momento.
dkim-unsigned = Nessuna chiave firma: i messaggi partono senza firma DKIM finché una registrazione qui sotto non è vista nel DNS.
dkim-elsewhere = La zona è presso un altro fornitore: vi copi le registrazioni qui sotto. Le cerchiamo ogni cinque minuti.
dkim-rotate = Rinnovare le chiavi
dkim-rotate-effect = Rinnovare crea subito una nuova chiave per ogni algoritmo. Subentra quando la sua registrazione è visibile da due giorni; fino ad allora firma la vecchia. Nessun messaggio è toccato.
dkim-rotating = { $count ->
        [one] Un rinnovo è in corso: { $count } chiave attende di subentrare. Il prossimo sarà possibile dopo.
       *[other] Un rinnovo è in corso: { $count } chiavi attendono di subentrare. Il prossimo sarà possibile dopo.
    }
dkim-rotated = { $count ->
        [one] { $count } nuova chiave è pubblicata. Subentra tra due giorni.
       *[other] { $count } nuove chiavi sono pubblicate. Subentrano tra due giorni.
    }
dkim-rotated-elsewhere = { $count ->
        [one] { $count } nuova chiave è creata. Copi la sua registrazione presso il fornitore della zona.
       *[other] { $count } nuove chiavi sono create. Copi le loro registrazioni presso il fornitore della zona.
    }
dkim-state-published = Da pubblicare
dkim-state-active = Firma
dkim-state-retired = Non firma più
dkim-state-revoked = Revocata
dkim-next-signs-once-seen = Firma appena la sua registrazione è vista
dkim-next-takes-over = Subentra il { $day }
dkim-next-takes-over-unseen = Subentra due giorni dopo che la sua registrazione è vista
dkim-next-is-succeeded = La successiva nasce il { $day }
dkim-next-hands-over = Cede il posto il { $day }
dkim-next-hands-over-unseen = Cede il posto quando la registrazione della successiva è vista da due giorni
dkim-next-is-removed = La sua registrazione scompare il { $day }, quando nessun messaggio è più in viaggio
dkim-next-removed-revoked = La sua registrazione vuota scompare il { $day }
dkim-records = Registrazioni
dkim-records-hosted = Sono tenute aggiornate nella Sua zona, che è qui: non c’è nulla da fare.
dkim-records-elsewhere = Copi ogni riga così com’è presso il fornitore della zona. Alcuni chiedono nome e testo separati: il nome arriva fino a «IN», il testo è tra virgolette.
dkim-record-published = Da pubblicare: la chiave non firma prima che questa registrazione sia vista.
dkim-record-active = Da tenere: verifica ciò che è firmato ora.
dkim-record-retired = Da tenere ancora: messaggi firmati con questa chiave sono in viaggio. La elimini quando la chiave non è più nell’elenco.
dkim-record-revoked = Da mettere al posto della vecchia: nulla dopo «p=» dice che la chiave non vale più. La elimini quando la chiave non è più nell’elenco.
dkim-kept = Tenuta da noi
dkim-seen = Vista dal
dkim-unseen = Non ancora vista
dkim-revoke = Revocare
dkim-revoke-title = { $count ->
        [one] Revocare { $count } chiave DKIM
       *[other] Revocare { $count } chiavi DKIM
    }
dkim-all = Tutte le chiavi sono state rubate?
dkim-all-text = Se qualcuno ha avuto accesso alle chiavi private, revochi tutte quelle che firmano o hanno firmato. Altrimenti le rinnovi: non si rompe nulla.
dkim-revoke-lost = Ciò che queste chiavi hanno firmato non si verifica più da subito, anche i messaggi ancora in viaggio presso altri: possono finire nello spam o essere rifiutati.
dkim-revoke-letters = { $count ->
        [0] Nessun messaggio di questo dominio attende nella nostra coda.
        [one] { $count } messaggio di questo dominio attende ancora nella nostra coda: partirà con una firma che non vale più.
       *[other] { $count } messaggi di questo dominio attendono ancora nella nostra coda: partiranno con una firma che non vale più.
    }
dkim-revoke-letters-more = Almeno { $count } messaggi di questo dominio attendono ancora nella nostra coda: partiranno con una firma che non vale più.
dkim-revoke-unused = Questa chiave non ha ancora firmato nulla: nessun messaggio è toccato.
dkim-revoke-signing = { $count ->
        [0] Dopo, nessuna chiave firma: i messaggi partono senza firma DKIM finché la registrazione di una nuova non è vista.
        [one] { $count } chiave continua a firmare.
       *[other] { $count } chiavi continuano a firmare.
    }
dkim-revoke-successors = { $count ->
        [one] { $count } nuova chiave è creata e firma appena la sua registrazione è vista.
       *[other] { $count } nuove chiavi sono create e firmano appena le loro registrazioni sono viste.
    }
dkim-revoke-hosted = La Sua zona lo dice subito; altri server ricordano la vecchia registrazione al massimo per la sua durata.
dkim-revoke-elsewhere = { $count ->
        [one] La zona è presso un altro fornitore: la revoca vale solo quando vi avrà sostituito { $count } registrazione. La pagina seguente mostra con che cosa.
       *[other] La zona è presso un altro fornitore: la revoca vale solo quando vi avrà sostituito { $count } registrazioni. La pagina seguente mostra con che cosa.
    }
dkim-revoke-final = Non si può annullare: la chiave privata è cancellata.
dkim-revoked = { $count ->
        [one] { $count } chiave è revocata.
       *[other] { $count } chiavi sono revocate.
    }
dkim-revoked-elsewhere = { $count ->
        [one] { $count } chiave è revocata qui. Ora sostituisca la sua registrazione presso il fornitore della zona.
       *[other] { $count } chiavi sono revocate qui. Ora sostituisca le loro registrazioni presso il fornitore della zona.
    }
column-dkim-selector = Selettore
column-dkim-algorithm = Algoritmo
column-dkim-since = Dal
column-dkim-next = In seguito
mail-domains-title = Domini mail
mail-domain-on = In servizio
mail-domain-off = Fuori servizio
mail-domain-stop = Mettere fuori servizio
mail-domain-start = Rimettere in servizio
mail-domain-move = Spostare
mail-domain-stop-title = Mettere { $name } fuori servizio
mail-domain-stop-button = Mettere { $name } fuori servizio
mail-domain-stop-addresses = { $addresses ->
        [0] Il dominio non ha indirizzi.
        [one] { $addresses } indirizzo non riceve più nulla da subito.
       *[other] { $addresses } indirizzi non ricevono più nulla da subito.
    }
mail-domain-stop-mailboxes = { $mailboxes ->
        [0] Nessuna casella è toccata.
        [one] { $mailboxes } casella non si apre più: nessuno vi accede né invia da essa.
       *[other] { $mailboxes } caselle non si aprono più: nessuno vi accede né invia da esse.
    }
mail-domain-stop-links = { $linked ->
        [one] { $linked } dominio collegato si ferma con esso: vi rispondono gli stessi indirizzi.
       *[other] { $linked } domini collegati si fermano con esso: vi rispondono gli stessi indirizzi.
    }
mail-domain-stop-linked = { $addresses ->
        [0] Nessun indirizzo di { $main } risponde più sotto il nome { $name }.
        [one] { $addresses } indirizzo di { $main } non risponde più sotto il nome { $name }; sotto il nome principale continua.
       *[other] { $addresses } indirizzi di { $main } non rispondono più sotto il nome { $name }; sotto il nome principale continuano.
    }
mail-domain-stop-told = Chi scrive lì riceve subito indietro il messaggio, con questa risposta:
mail-domain-stop-kept = Nulla è cancellato: messaggi, password e impostazioni restano e tornano con la rimessa in servizio.
mail-domain-stopped = { $domain } è fuori servizio.
mail-domain-started = { $domain } è di nuovo in servizio.
mail-domain-start-title = Rimettere { $name } in servizio
mail-domain-is-off = { $name } è fuori servizio: i suoi indirizzi rifiutano ogni messaggio e nessuno vi accede.
mail-domain-move-title = Spostare { $name }
mail-domain-move-lead = Il dominio e tutto ciò che gli appartiene passano in un altro servizio mail della Sua organizzazione. Gli indirizzi conservano il nome, le caselle i messaggi e le password.
mail-domain-move-goes = { $addresses ->
        [0] Il dominio si sposta senza indirizzi.
        [one] Si sposta { $addresses } indirizzo (caselle: { $mailboxes }).
       *[other] Si spostano { $addresses } indirizzi (caselle: { $mailboxes }).
    }
mail-domain-move-rules = Da subito valgono le impostazioni dell’altro servizio: quota predefinita, mittenti bloccati e approvati, manutenzione.
mail-domain-move-people = I collaboratori vedono questi indirizzi se l’altro servizio è assegnato loro, e non più se avevano solo questo.
mail-domain-move-where = Nuovo servizio mail
mail-domain-move-button = { $addresses ->
        [0] Spostare il dominio
        [one] Spostare il dominio e { $addresses } indirizzo
       *[other] Spostare il dominio e { $addresses } indirizzi
    }
mail-domain-move-none = Nessun altro servizio mail
mail-domain-move-none-text = Crei prima il servizio mail in cui deve andare il dominio.
mail-domain-move-linked = Questo dominio è collegato a { $main }: va scollegato prima di andare altrove.
mail-domain-move-main = { $linked ->
        [one] { $linked } dominio è collegato a questo: prima lo scolleghi, o definisca un altro dominio principale.
       *[other] { $linked } domini sono collegati a questo: prima li scolleghi, o definisca un altro dominio principale.
    }
mail-domain-moved = { $domain } è ora in «{ $service }».
route-check = Dove va un messaggio per …?
route-check-text = Dica a chi va, e diciamo per quale rotta e perché. Nulla è inviato.
route-check-recipient = Destinatario
route-check-sender = Mittente
route-check-sender-help = Uno dei Suoi indirizzi. Senza, un mittente di { $organisation }.
route-check-about = Oggetto
route-check-button = Mostrare la via
route-check-no-address = Non è né un indirizzo né un dominio: anna@esempio.ch.
route-check-not-yours = Questo dominio non è un dominio mail della Sua organizzazione: i suoi messaggi non partono da qui.
route-check-here = { $domain } è servito qui: il messaggio non esce, nessuna rotta è guardata.
route-check-led = Vale la rotta { $order }: il messaggio va a { $target } (cifratura: { $tls }).
route-check-usual = Nessuna rotta conviene: il messaggio prende la via abituale, di solito verso i server che { $domain } pubblica.
route-check-why = Perché
route-fit-leads = Conviene: destinatario e mittente corrispondono
route-fit-leads-subject = Conviene: il destinatario corrisponde e l’oggetto contiene «{ $subject }»
route-fit-comes-later = Converrebbe, ma una rotta più in alto vale già
route-fit-other-time = Non si applica in questo momento
route-fit-other-senders = Vale per altri mittenti
route-fit-other-recipients = Vale per altri destinatari
route-fit-other-subject = L’oggetto non contiene «{ $subject }»
journal-verify = Verificare
journal-verify-title = Verificare il registro
journal-verify-lead = L’impronta di ogni voce comprende quella della voce precedente. La verifica le ricalcola tutte, dalla prima all’ultima, e trova ciò che è stato cambiato, tolto o aggiunto dopo.
journal-verify-noted = Fine annotata in precedenza
journal-verify-noted-help = Il numero e l’impronta che questa pagina ha mostrato un altro giorno. Se quella voce non è più la stessa, qualcuno ha riscritto l’intero registro.
journal-verify-lasts = Centomila voci richiedono alcuni secondi.
journal-verify-wrong = Una fine annotata è un numero, due punti e 64 cifre esadecimali.
journal-verify-one = Una fine annotata è di un solo registro: scelga quello dell’installazione, o la cancelli.
journal-verify-which = Quale registro
journal-verify-installation = Quello dell’installazione
journal-verify-installation-help = Ciò che non riguarda alcuna organizzazione.
journal-verify-all = Tutti
journal-verify-all-help = Quello dell’installazione e quello di ogni organizzazione.
journal-verify-result = Risultato
journal-verify-intact = { $count ->
        [one] { $count } voce è intatta.
       *[other] { $count } voci sono intatte.
    }
journal-verify-chains = { $count ->
        [one] In { $count } registro.
       *[other] In { $count } registri.
    }
journal-verify-noted-found = La fine annotata ne fa parte.
journal-verify-first = Comincia dalla voce { $number }: le più vecchie sono state cancellate alla fine della conservazione.
journal-verify-head = Annoti questa fine altrove, fuori da questo sistema: con essa potrà provare più tardi che nulla di ciò che precede è cambiato.
journal-verify-head-installation = La fine del registro dell’installazione. La annoti altrove, fuori da questo sistema: con essa potrà provare più tardi che nulla di ciò che precede è cambiato.
journal-verify-empty = Nulla da verificare
journal-verify-empty-text = Questo registro non ha ancora voci.
journal-verify-broken = { $count ->
        [one] Un registro non è come è stato scritto.
       *[other] { $count } registri non sono come sono stati scritti.
    }
journal-verify-broken-text = Qualcuno ha cambiato la banca dati senza passare dal programma. Confronti con un salvataggio precedente e avvisi il gestore dell’installazione.
journal-verify-entry = Voce { $number }
journal-verify-unplaced = Una voce senza numero
journal-verify-before = { $count ->
        [0] Nessuna voce prima di essa è intatta.
        [one] { $count } voce prima di essa è intatta.
       *[other] { $count } voci prima di essa sono intatte.
    }
journal-fault-changed = non è come è stata scritta.
journal-fault-missing = manca.
journal-fault-added = è stata aggiunta dopo.
journal-fault-unknown = non è quella che è stata annotata.
journal-fault-forgotten = è più vecchia di ciò che si conserva: annoti una fine più recente.
valid-from = Valida dal { $from }
valid-until = Valida fino al { $until }
valid-between = Valida dal { $from } al { $until }
