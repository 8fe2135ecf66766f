//! Inviting and accepting, «Mes adresses», «Configuration globale».

use axum::http::StatusCode;
use directory::{NewUser, Permissions, Role, SenderKind, Zeroizing};
use model::{Address, AddressId, ServiceId};

use super::{PASSWORD, Town, towns};

async fn mailbox(town: &Town) -> (AddressId, ServiceId) {
    let address = Address::parse("anna@valbois.test").unwrap();
    let info = town
        .people()
        .create_address(directory::NewAddress { address, alias_to: Vec::new(), quota_bytes: None })
        .await
        .unwrap();
    town.people().choose_password(info.id, PASSWORD).await.unwrap();
    (info.id, info.service)
}

async fn person(town: &Town, login: &str, role: Role) -> model::UserId {
    let new = NewUser {
        organisation: town.valbois,
        login: Address::parse(login).unwrap(),
        name: "Marc".to_owned(),
        role,
        password: Zeroizing::new(PASSWORD.to_owned()),
    };
    town.people().create_user(new).await.unwrap().id
}

/// The path of the link on the page.
fn link(text: &str) -> String {
    let text = text.replace("&#x2f;", "/");
    let (_, rest) = text.split_once("/invitation/").expect("the page has a link");
    let token: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    format!("/invitation/{token}")
}

#[tokio::test]
async fn an_administrator_invites_and_somebody_without_an_account_accepts() {
    for town in towns().await {
        let (anna, _) = mailbox(&town).await;
        let mut admin = town.signed_in("valbois").await;
        let users = format!("/manager/addresses/{anna}/users");
        let invite = format!("/manager/addresses/{anna}/invite");
        let page = admin.get(&users).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert!(page.text.contains(&format!("href=\"{invite}\"")) && page.text.contains("Inviter"));
        assert!(admin.get(&invite).await.text.contains("Mot de passe de l’adresse mail"));
        let wrong =
            admin.post(&invite, &[("way", "link"), ("language", "de"), ("password", "nonsense")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("n’est ni celui de l’adresse ni le vôtre"), "{}", wrong.text);
        let fields =
            [("way", "link"), ("language", "de"), ("permission", "send_emails"), ("password", PASSWORD)];
        let shown = admin.post(&invite, &fields).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
        let link = link(&shown.text);
        let waiting = admin.get(&users).await.text;
        let secret = link.rsplit('/').next().unwrap();
        assert!(waiting.contains("Invitations en attente") && !waiting.contains(secret), "shown once");
        assert!(!admin.get(&invite).await.text.contains(secret));
        let mut marc = town.browser();
        let page = marc.get(&link).await;
        assert!(page.text.contains("anna@valbois.test") && page.text.contains("Claire"), "{}", page.text);
        assert!(page.text.contains("Ein Konto erstellen"), "in the invitation's language");
        let account = format!("{link}/account");
        let mut fields = vec![("name", "Marc"), ("login", "marc@far.test"), ("password", PASSWORD)];
        let differs = marc.post(&account, &[&fields[..], &[("repeated", "other")]].concat()).await;
        assert_eq!(differs.status, StatusCode::UNPROCESSABLE_ENTITY);
        fields.push(("repeated", PASSWORD));
        let accepted = marc.post(&account, &fields).await;
        assert_eq!(
            (accepted.status, accepted.location.as_str()),
            (StatusCode::SEE_OTHER, "/manager/mine"),
            "{}",
            accepted.text
        );
        let mine = marc.get("/manager/mine").await;
        assert!(mine.text.contains("anna@valbois.test"), "{}", mine.text);
        assert_eq!(town.browser().get(&link).await.status, StatusCode::NOT_FOUND, "it serves once");
        assert!(admin.get(&users).await.text.contains("marc@far.test"));
        // What was not given is refused.
        let own = mine.text.split("/manager/mine/").nth(1).unwrap();
        let own: String = own.chars().take_while(char::is_ascii_digit).collect();
        let page = marc.get(&format!("/manager/mine/{own}")).await;
        assert!(
            page.text.contains("E-Mails senden") || page.text.contains("Envoyer des mails"),
            "{}",
            page.text
        );
        let refused = marc.post(&format!("/manager/mine/{own}/passwords"), &[("label", "phone")]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        assert_eq!(marc.get(&users).await.status, StatusCode::NOT_FOUND, "nor does he see who else");
    }
}

/// An invitation by a link that the administrator shows: the path of the link.
async fn invited(admin: &mut super::Browser<'_>, anna: AddressId) -> String {
    let fields = [("way", "link"), ("language", "fr"), ("permission", "send_emails"), ("password", PASSWORD)];
    let shown = admin.post(&format!("/manager/addresses/{anna}/invite"), &fields).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    link(&shown.text)
}

#[tokio::test]
async fn whoever_has_an_account_signs_in_on_the_page_of_the_invitation_and_accepts() {
    for town in towns().await {
        let (anna, _) = mailbox(&town).await;
        person(&town, "marc@far.test", Role::Collaborator).await;
        let link = invited(&mut town.signed_in("valbois").await, anna).await;
        let mut marc = town.browser();
        let page = marc.get(&link).await.text.replace("&#x2f;", "/");
        let (_, next) =
            page.split_once("href=\"/manager/sign-in?next=").expect("the page leads to signing in");
        let next = next.split('"').next().unwrap().replace("%2F", "/");
        assert_eq!(next, link);
        let fields = [("login", "marc@far.test"), ("password", PASSWORD), ("next", next.as_str())];
        let entered = marc.post("/manager/sign-in", &fields).await;
        assert_eq!((entered.status, entered.location.as_str()), (StatusCode::SEE_OTHER, link.as_str()));
        let page = marc.get(&link).await.text;
        assert!(page.contains("Utiliser mon adresse") && page.contains("marc@far.test"), "{page}");
        let accepted = marc.post(&link, &[]).await;
        assert_eq!(accepted.location, "/manager/mine", "{}", accepted.text);
        assert!(marc.get("/manager/mine").await.text.contains("anna@valbois.test"));
        assert_eq!(marc.post(&link, &[]).await.status, StatusCode::NOT_FOUND, "it serves once");
    }
}

#[tokio::test]
async fn a_waiting_invitation_is_changed_renewed_and_taken_back_on_its_screen() {
    for town in towns().await {
        let (anna, _) = mailbox(&town).await;
        let mut admin = town.signed_in("valbois").await;
        let first = invited(&mut admin, anna).await;
        let users = format!("/manager/addresses/{anna}/users");
        let waiting = async || town.people().invitations(anna).await.unwrap();
        let path = format!("/manager/invitations/{}", waiting().await[0].id);
        assert!(admin.get(&users).await.text.contains(&format!("href=\"{path}\"")));
        assert_eq!(admin.get(&path).await.status, StatusCode::OK);
        let changed = [("permission", "configure_device"), ("permission", "access_logs"), ("language", "it")];
        assert_eq!(admin.post(&path, &changed).await.status, StatusCode::SEE_OTHER);
        let invitation = waiting().await.remove(0);
        assert!(invitation.permissions.has(directory::Permission::AccessLogs), "{invitation:?}");
        assert!(!invitation.permissions.has(directory::Permission::SendEmails), "{invitation:?}");
        assert_eq!(invitation.language, "it");
        let renewed = admin.post(&format!("{path}/link"), &[]).await;
        let second = link(&renewed.text);
        assert_eq!(town.browser().get(&first).await.status, StatusCode::NOT_FOUND, "the former link is over");
        assert_eq!(town.browser().get(&second).await.status, StatusCode::OK);
        assert_eq!(admin.post(&format!("{path}/revoke"), &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(town.browser().get(&second).await.status, StatusCode::NOT_FOUND);
        assert!(waiting().await.is_empty());
        assert!(!admin.get(&users).await.text.contains(&path));
    }
}

#[tokio::test]
async fn nobody_is_invited_to_an_address_whose_own_login_stands_in_the_table() {
    for town in towns().await {
        let (anna, _) = mailbox(&town).await;
        let mut admin = town.signed_in("valbois").await;
        let account = format!("{}/account", invited(&mut admin, anna).await);
        let fields = [
            ("name", "Anna"),
            ("login", "anna@valbois.test"),
            ("password", PASSWORD),
            ("repeated", PASSWORD),
        ];
        let accepted = town.browser().post(&account, &fields).await;
        assert_eq!(accepted.location, "/manager/mine", "{}", accepted.text);
        let page = admin.get(&format!("/manager/addresses/{anna}/users")).await.text;
        assert!(page.contains("Le tableau mentionne un utilisateur dont l’identifiant est"), "{page}");
        assert!(page.contains("type=\"button\" disabled") && !page.contains("/invite\""), "{page}");
    }
}

#[tokio::test]
async fn a_person_of_the_organisation_gets_the_address_at_once_and_loses_it_at_once() {
    for town in towns().await {
        let (anna, _) = mailbox(&town).await;
        let marc = person(&town, "marc@far.test", Role::Collaborator).await;
        let mut admin = town.signed_in("valbois").await;
        let id = marc.to_string();
        let invite = format!("/manager/addresses/{anna}/invite");
        let fields = [
            ("way", "user"),
            ("user", id.as_str()),
            ("permission", "configure_device"),
            ("password", PASSWORD),
        ];
        let done = admin.post(&invite, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let mut browser = town.browser();
        browser.post("/manager/sign-in", &[("login", "marc@far.test"), ("password", PASSWORD)]).await;
        let mine = browser.get("/manager/mine").await.text;
        let own = mine.split("/manager/mine/").nth(1).unwrap();
        let own: String = own.chars().take_while(char::is_ascii_digit).collect();
        let made = browser.post(&format!("/manager/mine/{own}/passwords"), &[("label", "phone")]).await;
        assert_eq!(made.status, StatusCode::OK);
        assert!(made.text.contains("n’est montré que maintenant"), "{}", made.text);
        let card = format!("/manager/addresses/{anna}/users/{marc}");
        assert_eq!(admin.get(&card).await.status, StatusCode::OK);
        assert_eq!(admin.post(&card, &[("permission", "send_emails")]).await.status, StatusCode::SEE_OTHER);
        let refused = browser.post(&format!("/manager/mine/{own}/passwords"), &[("label", "tablet")]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        assert_eq!(admin.post(&format!("{card}/revoke"), &[]).await.status, StatusCode::SEE_OTHER);
        assert!(!browser.get("/manager/mine").await.text.contains("href=\"/manager/mine/"), "gone at once");
    }
}

#[tokio::test]
async fn a_button_that_cannot_be_pressed_says_why() {
    for town in towns().await {
        let (anna, service) = mailbox(&town).await;
        let users = format!("/manager/addresses/{anna}/users");
        let mut admin = town.signed_in("valbois").await;
        let login = person(&town, "anna@valbois.test", Role::Collaborator).await;
        let page = admin.get(&users).await.text;
        assert!(page.contains("disabled") && page.contains("déjà l’identifiant de connexion"), "{page}");
        let proof = directory::AddressProof::Machine;
        assert!(town.people().grant_access(anna, login, Some(Permissions::NONE), proof).await.is_err());
        town.people().delete_user(login).await.unwrap();
        assert!(admin.get(&users).await.text.contains("/invite\""));
        let marc = person(&town, "marc@far.test", Role::Collaborator).await;
        let mut browser = town.browser();
        browser.post("/manager/sign-in", &[("login", "marc@far.test"), ("password", PASSWORD)]).await;
        assert_eq!(browser.get(&users).await.status, StatusCode::NOT_FOUND, "not his service");
        let limits = directory::Limits { services: Some(vec![service]), ..Default::default() };
        town.people().limit_member(town.valbois, marc, limits).await.unwrap();
        let page = browser.get(&users).await.text;
        assert!(page.contains("pas de permissions suffisantes"), "{page}");
        assert_eq!(
            browser.get(&format!("/manager/addresses/{anna}/invite")).await.status,
            StatusCode::FORBIDDEN
        );
        let mut stranger = town.signed_in("acme").await;
        assert_eq!(stranger.get(&users).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn entries_of_the_service_wait_for_valider() {
    for town in towns().await {
        let (_, service) = mailbox(&town).await;
        let mut admin = town.signed_in("valbois").await;
        assert_eq!(admin.get("/manager/global").await.location, format!("/manager/global/{service}"));
        let security = format!("/manager/global/{service}/security");
        let page = admin.get(&security).await.text;
        assert!(page.contains("Adresse bloquée") && page.contains("Ajouter une adresse"), "{page}");
        let bad = admin.post(&security, &[("kind", "blocked"), ("pattern", "two words")]).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            bad.text.contains("value=\"two words\"") && bad.text.contains("255 caractères"),
            "{}",
            bad.text
        );
        assert_eq!(
            admin.post(&security, &[("kind", "blocked"), ("pattern", "spam.test")]).await.status,
            StatusCode::SEE_OTHER
        );
        let page = admin.get(&security).await.text;
        assert!(page.contains("attend d’être validée") && page.contains("Valider"), "{page}");
        let state = async || town.people().senders(service).await.unwrap()[0].state.as_str();
        assert_eq!(state().await, "adding");
        admin.post(&format!("{security}/apply"), &[]).await;
        assert_eq!(state().await, "applied");
        let entry = town.people().senders(service).await.unwrap().remove(0);
        assert_eq!(entry.kind, SenderKind::Blocked);
        admin.post(&format!("{security}/remove"), &[("entry", &entry.id.to_string())]).await;
        assert_eq!(state().await, "removing");
        admin.post(&format!("{security}/discard"), &[]).await;
        assert_eq!(state().await, "applied");
        let root = format!("/manager/global/{service}");
        for tab in ["", "/rules", "/responder"] {
            assert_eq!(admin.get(&format!("{root}{tab}")).await.status, StatusCode::OK, "{tab}");
        }
        admin.post(&root, &[("permission", "send_emails")]).await;
        assert_eq!(town.people().default_permissions(service).await.unwrap().to_string(), "send_emails");
        let mut stranger = town.signed_in("acme").await;
        for path in [root.clone(), security.clone()] {
            assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND);
        }
        let post = stranger.post(&security, &[("kind", "blocked"), ("pattern", "x.test")]).await;
        assert_eq!(post.status, StatusCode::NOT_FOUND);
    }
}

/// Marc, who has access to anna's mailbox with these permissions; his browser, and the path of the mailbox's card.
async fn with_access<'a>(
    town: &'a Town,
    anna: AddressId,
    permissions: &str,
) -> (model::UserId, super::Browser<'a>, String) {
    let marc = person(town, "marc@far.test", Role::External).await;
    let permissions = Permissions::parse(permissions.split_whitespace()).unwrap();
    let proof = directory::AddressProof::Machine;
    town.people().grant_access(anna, marc, Some(permissions), proof).await.unwrap();
    let mut browser = town.browser();
    browser.post("/manager/sign-in", &[("login", "marc@far.test"), ("password", PASSWORD)]).await;
    let mine = browser.get("/manager/mine").await.text;
    let own = mine.split("/manager/mine/").nth(1).unwrap();
    let own: String = own.chars().take_while(char::is_ascii_digit).collect();
    (marc, browser, format!("/manager/mine/{own}"))
}

#[tokio::test]
async fn the_page_of_a_user_tells_which_passwords_the_user_made_and_where() {
    for town in towns().await {
        let (anna, _) = mailbox(&town).await;
        let (user, mut marc, own) = with_access(&town, anna, "configure_device").await;
        let mut admin = town.signed_in("valbois").await;
        let path = format!("/manager/users/{user}");
        assert!(!admin.get(&path).await.text.contains("Mots de passe d’appareils"));
        let made = marc.post(&format!("{own}/passwords"), &[("label", "téléphone de Marc")]).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text);
        let page = admin.get(&path).await.text;
        assert!(page.contains("téléphone de Marc") && page.contains("anna@valbois.test"), "{page}");
        // From there it is put out of use or deleted.
        let start = format!("/manager/addresses/{anna}/devices/");
        let password = page.split(&start).nth(1).unwrap().split('"').next().unwrap();
        assert!(admin.get(&format!("{start}{password}")).await.text.contains("téléphone de Marc"));
    }
}

#[tokio::test]
async fn what_administrators_do_on_the_screens_is_seen_by_the_people_of_the_mailbox() {
    for town in towns().await {
        let (anna, service) = mailbox(&town).await;
        let (_, mut marc, _) = with_access(&town, anna, "").await;
        let now = town.world.clock.now();
        town.letter(town.valbois, 1000, now, "anna@valbois.test", "Séance").await;
        let mut admin = town.signed_in("valbois").await;
        let page = async |marc: &mut super::Browser<'_>| marc.get("/manager/mine").await.text;
        type Fields<'a> = &'a [(&'a str, &'a str)];
        let steps: [(&str, Fields, &str); 4] = [
            ("/manager/logs/1000", &[], "Le parcours d’un message de anna@valbois.test"),
            (&format!("/manager/logs?address=service%3A{service}"), &[], "L’historique de tout le service"),
            (
                &format!("/manager/addresses/{anna}/password"),
                &[("password", "une autre phrase")],
                "Le mot de passe de anna@valbois.test a été choisi",
            ),
            (
                &format!("/manager/addresses/{anna}/redirections"),
                &[("targets", "boss@far.test"), ("keeps_copy", "yes")],
                "sont aussi envoyés à boss@far.test",
            ),
        ];
        for (path, fields, words) in steps {
            let before = page(&mut marc).await.matches(words).count();
            let done = if fields.is_empty() { admin.get(path).await } else { admin.post(path, fields).await };
            assert!([StatusCode::OK, StatusCode::SEE_OTHER].contains(&done.status), "{path}: {}", done.text);
            let seen = page(&mut marc).await;
            assert_eq!(seen.matches(words).count(), before + 1, "{words}: {seen}");
            assert!(seen.contains("admin@valbois.test"), "who did it");
        }
    }
}

#[tokio::test]
async fn a_permission_opens_its_screen_for_that_mailbox_until_it_is_taken_away() {
    for town in towns().await {
        let (anna, _) = mailbox(&town).await;
        let (id, mut marc, card) = with_access(&town, anna, "manage_rules").await;
        let now = town.world.clock.now();
        town.letter(town.valbois, 1000, now, "anna@valbois.test", "Séance").await;
        let logs = format!("{card}/logs");
        let page = marc.get(&card).await.text;
        assert!(page.contains("valable dès le webmail") && !page.contains("Consulter les logs"), "{page}");
        let posts: [(&str, &[(&str, &str)]); 3] = [
            ("aliases", &[("form", "alias"), ("alias", "accueil")]),
            ("redirections", &[("form", "targets"), ("targets", "marc@far.test"), ("keeps_copy", "yes")]),
            ("redirections", &[("form", "targets"), ("targets", "no address")]),
        ];
        assert_eq!(marc.get(&logs).await.status, StatusCode::NOT_FOUND, "off unless it is given");
        for (what, fields) in posts {
            let refused = marc.post(&format!("{card}/{what}"), fields).await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND, "{what}");
        }
        let may = async |permissions: &str| {
            let permissions = Some(Permissions::parse(permissions.split_whitespace()).unwrap());
            let change = directory::AccessChange { permissions, is_primary: None };
            town.people().change_access(anna, id, change).await.unwrap();
        };
        may("access_logs manage_aliases manage_redirections manage_security").await;
        let page = marc.get(&card).await.text;
        assert!(page.contains(&format!("href=\"{logs}\"")) && page.contains("Consulter les logs"), "{page}");
        let log = marc.get(&logs).await;
        assert_eq!(log.status, StatusCode::OK, "{}", log.text);
        assert!(log.text.contains("Séance") && !log.text.contains("/manager/logs/1000"), "{}", log.text);
        assert_eq!(marc.get("/manager/logs").await.status, StatusCode::FORBIDDEN, "that mailbox only");
        for (what, fields) in &posts[..2] {
            let done = marc.post(&format!("{card}/{what}"), fields).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{what}: {}", done.text);
        }
        let (what, fields) = posts[2];
        let wrong = marc.post(&format!("{card}/{what}"), fields).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("no address</textarea>"), "what was typed stays: {}", wrong.text);
        let page = marc.get(&card).await.text.replace("&#x2f;", "/");
        assert!(page.contains("accueil@valbois.test") && page.contains("marc@far.test"), "{page}");
        let security = page.split("/security/").nth(1).expect("the address has a password");
        let password: String = security.chars().take_while(char::is_ascii_digit).collect();
        let gone = marc.post(&format!("{card}/security/{password}/revoke"), &[]).await;
        assert_eq!(gone.status, StatusCode::SEE_OTHER);
        assert!(town.people().device_passwords(anna).await.unwrap().is_empty());
        may("manage_rules").await;
        assert_eq!(marc.get(&logs).await.status, StatusCode::NOT_FOUND, "taken away at once");
        assert!(!marc.get(&card).await.text.contains("accueil@valbois.test"));
    }
}
