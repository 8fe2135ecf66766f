//! Letters of our own: how they are written, and that one that is refused holds up no other.

use std::net::{IpAddr, Ipv4Addr};

use directory::{NewAddress, NewUnbanRequest, NewUser, Role, Scope};
use model::Domain;
use world::World;

use super::*;

fn letter(subject: &str) -> OwnLetter {
    OwnLetter {
        domain: "mail.valbois.test".to_owned(),
        id: "7.notice".to_owned(),
        at: Timestamp(0),
        words: Words {
            language: Language::German, subject: subject.to_owned(), text: "Grüezi\n".repeat(40)
        },
    }
}

#[test]
fn a_letter_is_ascii_in_short_lines() {
    let to = Address::parse("claire@valbois.test").unwrap();
    let letter = letter(&"Schlüssel ".repeat(30)).written(&to);
    assert!(letter.is_ascii());
    // RFC 2047 §2: 75 characters for an encoded word, 76 for a line with one.
    assert!(letter.lines().all(|line| line.len() <= 76), "{letter}");
    assert!(letter.contains("\r\nTo: claire@valbois.test\r\n"), "{letter}");
    assert!(letter.contains("\r\nMessage-ID: <7.notice@mail.valbois.test>\r\n"), "{letter}");
    assert!(letter.contains("\r\nContent-Language: de\r\n"), "{letter}");
    let (_, body) = letter.split_once("\r\n\r\n").unwrap();
    let text: Vec<u8> = body.lines().flat_map(|line| STANDARD.decode(line).unwrap()).collect();
    assert_eq!(String::from_utf8(text).unwrap(), "Grüezi\r\n".repeat(40));
}

#[test]
fn a_line_break_in_a_subject_begins_no_header() {
    for subject in ["Plain\r\nBcc: eve@far.test", "Löschen\r\nBcc: eve@far.test"] {
        let letter = letter(subject).written(&Address::parse("claire@valbois.test").unwrap());
        assert!(!letter.contains("\nBcc"), "{letter}");
    }
}

/// Of two administrators one has no mailbox: the other hears of a request all the same, and of a later one.
#[tokio::test]
async fn a_letter_that_is_refused_holds_up_no_other() {
    const SCOPE: Scope = Scope::Operator("a test administers");
    for db in db::testing::migrated(&crate::installation::MIGRATIONS) {
        let data = tempfile::tempdir().unwrap();
        let blobs = blobs::Blobs::open("memory:", blobs::Options::default()).unwrap();
        let text = format!(
            "[node]\nhostname = 'mail.valbois.test'\ndata = '{}'\n[listen]\nhttps = ['127.0.0.1:8443']",
            data.path().display()
        );
        let config = toml::from_str(&text).unwrap();
        let here =
            Installation::assemble(config, World::testing(), db, blobs, keys::Vault::testing()).unwrap();
        let administration = here.directory.administration(SCOPE, "test");
        let chief = Address::parse("admin@valbois.test").unwrap();
        for (organisation, domain, logins) in [
            ("Elsewhere", "ghost.test", ["one@ghost.test", "two@ghost.test"]),
            ("Commune", "valbois.test", ["ghost@valbois.test", "admin@valbois.test"]),
        ] {
            let organisation = administration.create_organisation(organisation).await.unwrap().id;
            let named = Domain::parse(domain).unwrap();
            administration.create_domain(organisation, None, &named).await.unwrap();
            for login in logins.map(|login| Address::parse(login).unwrap()) {
                if login == chief {
                    let new = NewAddress { address: login.clone(), alias_to: Vec::new(), quota_bytes: None };
                    administration.create_address(new).await.unwrap();
                }
                let user = NewUser {
                    organisation,
                    login,
                    name: "Administration".to_owned(),
                    role: Role::LegalOwner,
                    password: "correct horse battery".to_owned().into(),
                };
                administration.create_user(user).await.unwrap();
            }
            let request = NewUnbanRequest {
                domain: domain.to_owned(),
                ip: "198.51.100.7".to_owned(),
                contact: "ouvrier@far.test".to_owned(),
                message: "Plus rien ne marche".to_owned(),
            };
            here.directory.ask_to_be_let_in(request, IpAddr::V4(Ipv4Addr::LOCALHOST)).await.unwrap();
        }
        crate::watching::write_letters(&here).await.unwrap();
        let to = trail::Search { to: Some(chief), ..trail::Search::default() };
        assert_eq!(here.trail.ways(to).await.unwrap().len(), 1);
        let waiting = here.directory.source_letters().await.unwrap();
        assert!(waiting.is_empty(), "what is refused for good waits no more");
    }
}
