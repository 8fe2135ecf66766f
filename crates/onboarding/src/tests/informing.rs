//! The letter to recipients: who gets it and who does not, how pasted lists are read, how many a day, who posts it.

use std::time::Duration;

use super::*;
use crate::limits::{RECIPIENT_LETTER_TIME, RECIPIENTS_LIMIT_OCTETS};
use crate::{Asked, Contact, Language, LetterState, Level, RecipientPage, recipients};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn suffixes() -> Vec<Domain> {
    vec![domain("incamail.ch")]
}

fn read(list: &str) -> Vec<String> {
    recipients::read(list, &suffixes()).unwrap().iter().map(ToString::to_string).collect()
}

#[test]
fn a_pasted_list_is_read_into_addresses_each_once() {
    for (list, addresses) in [
        ("hans@far.test", &["hans@far.test"][..]),
        ("hans@far.test\r\n\r\n  eve@far.test  \n", &["hans@far.test", "eve@far.test"]),
        ("hans@far.test, eve@far.test;zed@far.test;", &["hans@far.test", "eve@far.test", "zed@far.test"]),
        ("Hans Meier <hans@far.test>", &["hans@far.test"]),
        // As mail programs copy: the comma is of the name.
        ("Meier, Hans <hans@far.test>; Müller, Eve <eve@far.test>", &["hans@far.test", "eve@far.test"]),
        ("\"Meier, Hans; Dr.\" <hans@far.test>, eve@far.test", &["hans@far.test", "eve@far.test"]),
        ("\"a \\\" quote, in it\" <hans@far.test>, eve@far.test", &["hans@far.test", "eve@far.test"]),
        // What stands there first counts; whoever is there twice is there once.
        ("Hans@far.test\nhans@FAR.test\nhans@far.test", &["Hans@far.test"]),
        // What a spreadsheet and a web page bring along.
        ("\u{feff}hans@far.test\n\u{200b}eve@far.test\u{a0}", &["hans@far.test", "eve@far.test"]),
        // The secured spelling of an address is that address.
        ("hans@far.test.incamail.ch\nhans@far.test", &["hans@far.test"]),
        ("\"two words\"@far.test", &["\"two words\"@far.test"]),
        ("jürg@far.test", &["jürg@far.test"]),
    ] {
        assert_eq!(read(list), addresses, "{list:?}");
    }
}

#[test]
fn a_list_with_what_is_no_address_is_refused_with_the_line() {
    for (list, line, entry) in [
        ("hans@far.test\nnobody\n", 2, "nobody"),
        ("hans@far.test\n\nHans Meier\n", 3, "Hans Meier"),
        ("@far.test", 1, "@far.test"),
        ("hans@", 1, "hans@"),
        ("hans@far.test>", 1, "hans@far.test>"),
        ("Hans <hans@far.test> (private)", 1, "Hans <hans@far.test> (private)"),
        ("hans@[192.0.2.1]", 1, "hans@[192.0.2.1]"),
        ("hans@ch.incamail.ch", 1, "hans@ch.incamail.ch"),
        ("hans@fa\u{200b}r.test", 1, "hans@fa\u{200b}r.test"),
        ("hans eve@far.test", 1, "hans eve@far.test"),
        ("\"unclosed, hans@far.test", 1, "\"unclosed, hans@far.test"),
    ] {
        let refused = recipients::read(list, &suffixes()).unwrap_err();
        let DirectoryError::Invalid { field, reason, .. } = refused else { panic!("{refused}") };
        assert_eq!(field, "addresses");
        assert!(reason.starts_with(&format!("line {line}, «{entry}»: ")), "{list:?}: {reason}");
    }
    for nobody in ["", " \n;,;\n", "\u{feff}"] {
        assert_eq!(field(recipients::read(nobody, &suffixes())), "addresses", "{nobody:?}");
    }
    // A long line is not shown whole.
    let long = recipients::read(&"x".repeat(5_000), &suffixes()).unwrap_err().to_string();
    assert!(long.len() < 500, "{long}");
}

#[test]
fn a_list_has_an_end() {
    let list = |count: usize| (0..count).map(|n| format!("r{n}@far.test\n")).collect::<String>();
    assert_eq!(read(&list(500)).len(), 500);
    assert_eq!(field(recipients::read(&list(501), &suffixes())), "addresses");
    // Whoever is named twice counts once.
    assert_eq!(read(&list(400).repeat(2)).len(), 400);
    assert_eq!(field(recipients::read(&" ".repeat(RECIPIENTS_LIMIT_OCTETS + 1), &suffixes())), "addresses");
}

impl Town {
    /// The page for Valbois' recipients is published, or not any more.
    async fn publish(&self, is_published: bool) {
        let mut page = RecipientPage { public_name: "muster-ag".to_owned(), ..RecipientPage::default() };
        page.is_published = is_published;
        page.notices[1] = "Guten Tag".to_owned();
        self.anna().set_page(self.one, page).await.unwrap();
    }

    /// Another integration of Valbois, its page published.
    async fn second(&self) -> IntegrationId {
        let second = made_called(&self.flow, self.valbois, "Second").await;
        let page = RecipientPage {
            public_name: "second".to_owned(),
            is_published: true,
            ..RecipientPage::default()
        };
        self.anna().set_page(second, page).await.unwrap();
        second
    }

    async fn inform(&self, list: &str) -> Asked {
        self.anna().inform(self.one, list, Language::French).await.unwrap()
    }

    /// Recipients of the integration and how far their letters are, the newest first.
    async fn states(&self) -> Vec<(String, &'static str)> {
        let page = self.anna().informed(self.one, db::Seek::first(1_000)).await.unwrap();
        page.items.iter().map(|one| (one.address.to_string(), one.state.as_str())).collect()
    }

    /// Posts what is due: how many letters it was.
    async fn post(&self) -> usize {
        let letters = self.onboarding.take_recipient_letters().await.unwrap();
        for letter in &letters {
            self.onboarding.recipient_letter_posted(letter).await.unwrap();
        }
        letters.len()
    }
}

#[tokio::test]
async fn recipients_are_informed_once_the_page_for_them_is_published() {
    for town in towns().await {
        let (anna, one) = (town.anna(), town.one);
        let early = anna.inform(one, "hans@far.test", Language::French).await;
        assert_eq!(field(early), "published");
        town.publish(false).await;
        assert_eq!(field(anna.inform(one, "hans@far.test", Language::French).await), "published");
        town.publish(true).await;
        let entries = town.log().await.len();
        assert_eq!(
            town.inform("Hans@far.test, eve@far.test, hans@far.test").await,
            Asked { asked: 2, known: 0 }
        );
        let count = anna.informed_count(one).await.unwrap();
        assert_eq!((count.waiting, count.posted, count.refused, count.total()), (2, 0, 0, 2));
        let log = town.log().await;
        assert_eq!(
            (log.len(), log[entries].as_str()),
            (entries + 1, "inform recipients of integration: Muster AG")
        );
        let seek = db::Seek { after: None, limit: 1 };
        let changes = trail::Trail::new(town.db.clone()).changes(Some(town.valbois), seek).await.unwrap();
        let after = changes.items[0].after.to_json();
        assert_eq!(after, serde_json::json!({"language": "fr", "recipients": "2"}), "and nobody's address");
        // What a bad list says of good recipients is not done.
        assert_eq!(field(anna.inform(one, "zed@far.test\nnobody", Language::French).await), "addresses");
        assert_eq!(town.states().await.len(), 2);
    }
}

#[tokio::test]
async fn nobody_is_written_to_twice() {
    for town in towns().await {
        town.publish(true).await;
        town.inform("hans@far.test").await;
        assert_eq!(town.inform("HANS@far.test\neve@far.test").await, Asked { asked: 1, known: 1 });
        let entries = town.log().await.len();
        assert_eq!(town.inform("hans@far.test").await, Asked { asked: 0, known: 1 });
        assert_eq!(town.log().await.len(), entries, "nothing is done, nothing is told");
        assert_eq!(town.post().await, 2);
        assert_eq!(town.post().await, 0);
        assert_eq!(
            town.states().await,
            [("eve@far.test".to_owned(), "posted"), ("hans@far.test".to_owned(), "posted")]
        );
        // Nor by another integration, nor when this one is gone.
        let second = town.second().await;
        let asked = town.anna().inform(second, "hans@far.test", Language::German).await.unwrap();
        assert_eq!(asked, Asked { asked: 0, known: 1 });
        let own = town.flow.gateways().administration(Scope::Tenant(town.valbois), "anna");
        own.delete(town.one).await.unwrap();
        assert_eq!(town.onboarding.forget_informed().await.unwrap(), 0);
        let asked = town.anna().inform(second, "eve@far.test", Language::German).await.unwrap();
        assert_eq!(asked, Asked { asked: 0, known: 1 });
        // Another organisation knows nothing of it.
        let page =
            RecipientPage { public_name: "acme".to_owned(), is_published: true, ..RecipientPage::default() };
        town.zoe().set_page(town.other, page).await.unwrap();
        let asked = town.zoe().inform(town.other, "hans@far.test", Language::Italian).await.unwrap();
        assert_eq!(asked, Asked { asked: 1, known: 0 });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_name_the_same_recipient_at_once_cause_one_letter() {
    for town in towns().await {
        town.publish(true).await;
        let second = town.second().await;
        for round in 0..20 {
            let (anna, otto) = (town.anna(), town.operator());
            let list = format!("r{round}@far.test\neve{round}@far.test");
            let (first, other) = tokio::join!(
                anna.inform(town.one, &list, Language::French),
                otto.inform(second, &list, Language::German)
            );
            assert_eq!(first.unwrap().asked + other.unwrap().asked, 2);
        }
        assert_eq!(town.post().await, 40);
    }
}

#[tokio::test]
async fn an_organisation_informs_a_thousand_recipients_a_day() {
    for town in towns().await {
        town.publish(true).await;
        let list =
            |from: usize, to: usize| (from..to).map(|n| format!("r{n}@far.test\n")).collect::<String>();
        town.inform(&list(0, 500)).await;
        town.inform(&list(500, 990)).await;
        let anna = town.anna();
        let refused =
            anna.inform(town.one, &list(980, 1_001), Language::French).await.unwrap_err().to_string();
        assert!(refused.contains("there were 990, and the list has 11 more"), "{refused}");
        assert_eq!(town.states().await.len(), 990, "nothing half done");
        assert_eq!(town.inform(&list(980, 1_000)).await, Asked { asked: 10, known: 10 });
        // Whoever deletes the integration and makes another one begins no new day.
        while town.post().await > 0 {}
        let own = town.flow.gateways().administration(Scope::Tenant(town.valbois), "anna");
        own.delete(town.one).await.unwrap();
        let second = town.second().await;
        assert_eq!(field(anna.inform(second, "new@far.test", Language::French).await), "addresses");
        town.world.clock.advance(DAY);
        assert_eq!(anna.inform(second, "new@far.test", Language::French).await.unwrap().asked, 1);
    }
}

#[tokio::test]
async fn a_letter_says_what_is_published_in_its_language_and_leads_there() {
    for town in towns().await {
        town.publish(true).await;
        let help = Contact { email: "help@else.test".to_owned(), ..Contact::default() };
        town.anna().set_contact(town.one, Level::First, help).await.unwrap();
        town.inform("hans@far.test").await;
        town.anna().inform(town.one, "Eve@far.test", Language::German).await.unwrap();
        let letters = town.onboarding.take_recipient_letters().await.unwrap();
        let [french, german] = &letters[..] else { panic!("{letters:?}") };
        assert_eq!(
            (french.address.to_string().as_str(), french.language),
            ("hans@far.test", Language::French)
        );
        assert_eq!(french.page.path(), "/secure-mail/muster-ag");
        let text = french.page.paragraphs(Language::French);
        assert!(text.len() == 5 && text[0].starts_with("Valbois vous envoie"), "{text:?}");
        assert!(text[2].contains(&french.page.portal), "{text:?}");
        assert_eq!(german.address.to_string(), "Eve@far.test", "as it was written");
        assert_eq!(german.page.paragraphs(Language::German), ["Guten Tag"]);
        assert_eq!(german.page.contact.email, "help@else.test");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_is_taken_by_one_node_and_again_when_that_one_died() {
    for town in towns().await {
        town.publish(true).await;
        for round in 0..10 {
            let list: String = (0..50).map(|n| format!("r{round}x{n}@far.test\n")).collect();
            town.inform(&list).await;
            let (here, there) = (town.onboarding.clone(), town.onboarding.clone());
            let (one, other) = tokio::join!(here.take_recipient_letters(), there.take_recipient_letters());
            let (one, other) = (one.unwrap(), other.unwrap());
            assert_eq!(one.len() + other.len(), 50, "round {round}");
            for letter in one.iter().chain(&other) {
                town.onboarding.recipient_letter_posted(letter).await.unwrap();
            }
        }
        town.inform("hans@far.test").await;
        let first = town.onboarding.take_recipient_letters().await.unwrap();
        assert_eq!((first.len(), town.post().await), (1, 0));
        town.world.clock.advance(RECIPIENT_LETTER_TIME);
        let again = town.onboarding.take_recipient_letters().await.unwrap();
        assert_eq!(again, first, "the same letter, by the same name");
    }
}

#[tokio::test]
async fn a_round_takes_a_limited_number_the_oldest_first() {
    for town in towns().await {
        town.publish(true).await;
        let list: String = (0..250).map(|n| format!("r{n}@far.test\n")).collect();
        town.inform(&list).await;
        let first = town.onboarding.take_recipient_letters().await.unwrap();
        assert_eq!((first.len(), first[0].address.to_string().as_str()), (100, "r0@far.test"));
        assert_eq!((town.post().await, town.post().await, town.post().await), (100, 50, 0));
    }
}

#[tokio::test]
async fn letters_wait_while_the_page_is_not_published_or_the_organisation_out_of_use() {
    for town in towns().await {
        town.publish(true).await;
        town.inform("hans@far.test").await;
        town.publish(false).await;
        assert_eq!(town.post().await, 0);
        town.publish(true).await;
        let directory = Directory::new(town.db.clone(), town.world.clone());
        let operator = directory.administration(Scope::Operator("test"), "test");
        let disable = |is_disabled| directory::OrganisationChange {
            is_disabled: Some(is_disabled),
            ..directory::OrganisationChange::default()
        };
        operator.change_organisation(town.valbois, disable(true)).await.unwrap();
        assert_eq!(town.post().await, 0);
        operator.change_organisation(town.valbois, disable(false)).await.unwrap();
        assert_eq!(town.post().await, 1);
    }
}

#[tokio::test]
async fn who_was_refused_for_good_is_tried_again_when_named_again() {
    for town in towns().await {
        town.publish(true).await;
        town.inform("hans@far.test\neve@far.test").await;
        let letters = town.onboarding.take_recipient_letters().await.unwrap();
        let reply = format!("550 5.1.1 no such\r\naddress {}", "x".repeat(1_000));
        town.onboarding.recipient_letter_refused(&letters[0], &reply).await.unwrap();
        town.onboarding.recipient_letter_posted(&letters[1]).await.unwrap();
        let page = town.anna().informed(town.one, db::Seek::first(10)).await.unwrap();
        let LetterState::Refused(told) = &page.items[1].state else { panic!("{page:?}") };
        assert!(told.starts_with("550 5.1.1 no suchaddress") && told.len() == 300, "{told}");
        let count = town.anna().informed_count(town.one).await.unwrap();
        assert_eq!((count.waiting, count.posted, count.refused), (0, 1, 1));
        assert_eq!(town.post().await, 0);
        assert_eq!(town.inform("hans@far.test\neve@far.test").await, Asked { asked: 1, known: 1 });
        assert_eq!(town.post().await, 1);
        assert_eq!(town.anna().informed_count(town.one).await.unwrap().posted, 2);
    }
}

#[tokio::test]
async fn recipients_of_what_was_deleted_are_forgotten_unless_they_were_written_to() {
    for town in towns().await {
        town.publish(true).await;
        town.inform("hans@far.test").await;
        town.post().await;
        town.inform("eve@far.test").await;
        let own = town.flow.gateways().administration(Scope::Tenant(town.valbois), "anna");
        own.delete(town.one).await.unwrap();
        assert_eq!(town.post().await, 0, "nothing is published that a letter could tell of");
        assert_eq!(town.onboarding.forget_informed().await.unwrap(), 1);
        let directory = Directory::new(town.db.clone(), town.world.clone());
        let operator = directory.administration(Scope::Operator("test"), "test");
        operator.delete_organisation(town.valbois, true).await.unwrap();
        assert_eq!(town.onboarding.forget_informed().await.unwrap(), 1);
        assert_eq!(town.onboarding.forget_informed().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn the_list_comes_page_by_page_and_is_the_organisations_own() {
    for town in towns().await {
        town.publish(true).await;
        let list: String = (0..7).map(|n| format!("r{n}@far.test\n")).collect();
        town.inform(&list).await;
        let (mut seen, mut seek) = (Vec::new(), db::Seek::first(3));
        loop {
            let page = town.anna().informed(town.one, seek).await.unwrap();
            assert!(page.items.iter().all(|one| one.asked_by == "anna" && one.language == Language::French));
            seen.extend(page.items.into_iter().map(|one| one.address.to_string()));
            seek.after = page.next;
            if seek.after.is_none() {
                break;
            }
        }
        let newest_first: Vec<String> = (0..7).rev().map(|n| format!("r{n}@far.test")).collect();
        assert_eq!(seen, newest_first);
        let (zoe, one) = (town.zoe(), town.one);
        assert_eq!(field(zoe.inform(one, "spy@far.test", Language::French).await), "not found");
        assert_eq!(field(zoe.informed(one, db::Seek::first(3)).await), "not found");
        assert_eq!(field(zoe.informed_count(one).await), "not found");
        assert!(zoe.informed(town.other, db::Seek::first(3)).await.unwrap().items.is_empty());
    }
}
