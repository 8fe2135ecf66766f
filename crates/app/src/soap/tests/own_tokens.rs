//! What the services give to people's own tokens, on both engines.

use std::net::{IpAddr, Ipv4Addr};

use db::Db;
use directory::{
    Administration, Directory, Entrance, NewOwnToken, NewUser, Proof, Role, Scope, Session, Zeroizing,
};
use door_soap::common::LetterText;
use door_soap::read::{
    AcceptMessageRequest, GetMessageRequest, ListMessagesRequest, Reading, RefuseMessageRequest,
    ReplyMessageRequest, SearchJournalRequest,
};
use door_soap::{Authenticator, Code, Fault, Password};
use doorway_http::Client;
use mail_secure::{Language, Mode, Shown};
use model::{Address, Domain, OrganisationId, UserId};
use world::World;

use crate::installation::Installation;
use crate::soap::Desk;
use crate::soap::caller::{Caller, Gatekeeper};
use crate::soap::sending::public_id;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const PASSWORD: &str = "une phrase de passe";

/// Two organisations: anna writes in one, an administrator of the other makes users.
struct Town {
    installation: Installation,
    desk: Desk,
    operator: Administration,
    valbois: OrganisationId,
    acme: OrganisationId,
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

async fn towns() -> Vec<Town> {
    let mut towns = Vec::new();
    for db in db::testing::migrated(&crate::installation::MIGRATIONS) {
        towns.push(Town::found(db).await);
    }
    towns
}

impl Town {
    async fn found(db: Db) -> Town {
        let blobs = blobs::Blobs::open("memory:", blobs::Options::default()).unwrap();
        let config = toml::from_str("[node]\nhostname = 'mail.valbois.test'\ndata = '.'").unwrap();
        let installation =
            Installation::assemble(config, World::testing(), db, blobs, keys::Vault::testing()).unwrap();
        let operator = installation.directory.administration(Scope::Operator("test"), "test");
        let mut ids = Vec::new();
        for (name, domain) in [("Valbois", "valbois.test"), ("Acme", "acme.test")] {
            let organisation = operator.create_organisation(name).await.unwrap().id;
            operator.create_domain(organisation, None, &Domain::parse(domain).unwrap()).await.unwrap();
            ids.push(organisation);
        }
        for mailbox in ["anna@valbois.test", "marc@acme.test", "greffe@acme.test"] {
            let new =
                directory::NewAddress { address: address(mailbox), alias_to: Vec::new(), quota_bytes: None };
            operator.create_address(new).await.unwrap();
        }
        let desk = Desk::of(&installation);
        Town { installation, desk, operator, valbois: ids[0], acme: ids[1] }
    }

    fn directory(&self) -> &Directory {
        &self.installation.directory
    }

    async fn user(&self, login: &str) -> UserId {
        let new = NewUser {
            organisation: self.acme,
            login: address(login),
            name: "Somebody".to_owned(),
            role: Role::External,
            password: Zeroizing::new(PASSWORD.to_owned()),
        };
        let tenant = self.directory().administration(Scope::Tenant(self.acme), "test");
        tenant.create_user(new).await.unwrap().id
    }

    /// The session of somebody who signs in with the password and sets up a second factor.
    async fn session(&self, login: &str) -> Session {
        let signed_in = self.directory().sign_in(login, PASSWORD, HERE).await.unwrap();
        let Entrance::Session(token) = self.directory().enter(&signed_in, HERE, "Firefox").await.unwrap()
        else {
            panic!("{login} has a second factor")
        };
        self.secure(&self.directory().session(&token).await.unwrap().unwrap()).await;
        self.directory().session(&token).await.unwrap().unwrap()
    }

    async fn secure(&self, session: &Session) {
        let setup = self.directory().begin_totp(session).await.unwrap();
        let secret = totp_rs::Secret::try_from_base32(&setup.secret).unwrap();
        let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
        let now = self.installation.world.clock.now().0.unsigned_abs() / 1000;
        let code = totp.generate(now).to_string();
        let proved = self.directory().recently_proved(session).unwrap();
        self.directory().add_totp(session, proved, &setup.token, &code, "Telefon").await.unwrap();
    }

    /// A token that the person makes for a programme of the own.
    async fn token(&self, session: &Session) -> Zeroizing<String> {
        let proof = Proof::Password(Zeroizing::new(PASSWORD.to_owned()));
        let proved = self.directory().prove(session, proof, HERE).await.unwrap();
        let new = NewOwnToken { name: "programme".to_owned(), may_write: true, expires_at: None };
        self.directory().create_own_token(session, proved, new).await.unwrap().token
    }

    /// Whom the services see behind a token.
    async fn caller(&self, login: &str, token: &str) -> Result<Caller, Fault> {
        let password = Password { username: login.to_owned(), password: token.to_owned() };
        let client = Client { ip: HERE, is_tls: true };
        let shown = door_soap::Shown { password: Some(password), certificate: None, client };
        Gatekeeper(self.directory().clone()).authenticate(shown).await
    }

    /// Anna writes; gives the copy's id, as the services name it.
    async fn send(&self, mode: Mode, to: &str) -> String {
        let letter = format!(
            "From: anna@valbois.test\r\nTo: {to}\r\nSubject: private\r\nMessage-ID: <{}@valbois.test>\r\n\r\nsecret\r\n",
            self.installation.world.new_id()
        );
        let sending = mail_flow::Sending {
            organisation: self.valbois,
            author: address("anna@valbois.test"),
            authentication: "password".to_owned(),
            mode,
            letter: letter.into_bytes().into(),
            recipients: vec![address(to)],
            reference: None,
            answers: None,
            language: Language::default(),
            passphrase: None,
            phones: mail_secure::phone::Phones::default(),
        };
        let sent = self.installation.flow.send_secured(sending).await.unwrap().letter;
        let copies = self.installation.flow.secure().copies(sent.organisation, sent.id).await.unwrap();
        copies[0].slot.to_string()
    }

    async fn accept(&self, caller: &Caller, id: &str) -> Result<(), Fault> {
        let request = AcceptMessageRequest { client_ref: "accept".to_owned(), message_id: id.to_owned() };
        self.desk.accept_message(caller, request).await.map(drop)
    }

    /// Everything that a person's programme may ask about a letter, by name.
    async fn ask_all(&self, caller: &Caller, id: &str) -> Vec<(&'static str, Result<(), Fault>)> {
        let (desk, id) = (&self.desk, id.to_owned());
        let reply = ReplyMessageRequest {
            message_id: id.clone(),
            client_ref: "answer".to_owned(),
            to_all: false,
            mail: None,
            subject: None,
            text: LetterText { plain: Some("in your name".to_owned()), html: None },
            attachments: Vec::new(),
        };
        let refuse =
            RefuseMessageRequest { client_ref: "refuse".to_owned(), message_id: id.clone(), reason: None };
        let get = GetMessageRequest { message_id: id.clone(), mail: None, part: None };
        vec![
            ("list", desk.list_messages(caller, everything()).await.map(drop)),
            ("search", desk.search_journal(caller, whole_journal()).await.map(drop)),
            ("accept", self.accept(caller, &id).await),
            ("refuse", desk.refuse_message(caller, refuse).await.map(drop)),
            ("get", desk.get_message(caller, get).await.map(drop)),
            ("reply", desk.reply_message(caller, reply).await.map(drop)),
        ]
    }
}

fn everything() -> ListMessagesRequest {
    ListMessagesRequest { address: None, state: None, is_unprocessed: None, cursor: None, limit: None }
}

fn whole_journal() -> SearchJournalRequest {
    SearchJournalRequest {
        direction: None,
        since: None,
        until: None,
        address: None,
        mode: None,
        state: None,
        cursor: None,
        limit: None,
    }
}

fn check_forbidden(asked: Vec<(&'static str, Result<(), Fault>)>, when: &str) {
    for (what, result) in asked {
        let fault = result.expect_err(what);
        assert_eq!(fault.code, Code::Forbidden, "{what} {when}: {fault:?}");
    }
}

#[tokio::test]
async fn a_token_for_a_login_that_nobody_has_shown_reads_and_decides_nothing() {
    for town in towns().await {
        // Nobody asked zed@else.test: an administrator of another organisation made the user.
        let person = town.user("zed@else.test").await;
        let session = town.session("zed@else.test").await;
        let token = town.token(&session).await;
        let caller = town.caller("zed@else.test", &token).await.unwrap();
        let confidential = town.send(Mode::Confidential, "zed@else.test").await;
        let registered = town.send(Mode::Registered, "zed@else.test").await;
        for id in [&confidential, &registered] {
            check_forbidden(town.ask_all(&caller, id).await, "at once");
        }
        // Agreeing over a letter to a mailbox of the own organisation stands under the same login.
        let shown = Shown {
            canonical: "greffe@acme.test".to_owned(),
            authentication: "account".to_owned(),
            acting: Some("zed@else.test".to_owned()),
            person: Some(person),
            is_strong: true,
            by_telephone: None,
        };
        town.installation.flow.secure().consent(&shown, Language::default()).await.unwrap();
        check_forbidden(town.ask_all(&caller, &registered).await, "after agreeing elsewhere");
        // And once the mailbox lies here: its organisation is not the person's.
        let domain = Domain::parse("else.test").unwrap();
        town.operator.create_domain(town.valbois, None, &domain).await.unwrap();
        check_forbidden(town.ask_all(&caller, &confidential).await, "with the mailbox here");
        let slot = wire_safe::Slot(public_id(&registered).unwrap());
        let copy = town.installation.flow.secure().seen(&slot).await.unwrap().copy;
        assert_eq!(copy.state, mail_secure::State::Offered, "nobody decided");
    }
}

#[tokio::test]
async fn a_token_reads_the_letters_to_a_login_at_a_domain_of_its_persons_organisation() {
    for town in towns().await {
        town.user("marc@acme.test").await;
        let session = town.session("marc@acme.test").await;
        let token = town.token(&session).await;
        let caller = town.caller("marc@acme.test", &token).await.unwrap();
        let registered = town.send(Mode::Registered, "marc@acme.test").await;
        let listed = town.desk.list_messages(&caller, everything()).await.unwrap();
        assert_eq!(listed.messages.len(), 1);
        // Not before the person has agreed, as at the portal.
        assert_eq!(town.accept(&caller, &registered).await.unwrap_err().code, Code::ConsentMissing);
        let shown = Shown {
            canonical: "marc@acme.test".to_owned(),
            authentication: "account".to_owned(),
            acting: None,
            person: Some(session.user),
            is_strong: true,
            by_telephone: None,
        };
        town.installation.flow.secure().consent(&shown, Language::default()).await.unwrap();
        town.accept(&caller, &registered).await.unwrap();
    }
}
