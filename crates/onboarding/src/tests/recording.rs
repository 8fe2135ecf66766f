//! Phases, checklists, the documentation, contacts, the page: who may say what, what is refused, what is written down.

use super::*;
use crate::plan::{Clarity, Item, Phase, PhaseState};
use crate::{Answer, Contact, Day, GoLive, Language, Level, RecipientPage, Routing, SetUp};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn form() -> SetUp {
    SetUp {
        reception_servers: vec![" GW1.else.test. ".to_owned(), String::new()],
        sending_servers: vec!["192.0.2.7".to_owned()],
        mail_system: "Postfix 3.10".to_owned(),
        routing: Routing::Both,
        technical_contact: "Eve, +41 44 000 00 00".to_owned(),
        organisational_contact: String::new(),
        wished_on: Some(day("2026-12-24")),
        remarks: String::new(),
    }
}

#[tokio::test]
async fn a_phase_is_said_to_be_done_by_who_leads_it() {
    for town in towns().await {
        let anna = town.anna();
        let phases = anna.phases(town.one).await.unwrap();
        assert_eq!(phases.iter().map(|record| record.phase).collect::<Vec<_>>(), Phase::EACH);
        assert!(phases.iter().all(|record| record.state == PhaseState::Open && record.changed.is_none()));
        let until = Some(day("2026-12-01"));
        let record = anna.set_phase(town.one, Phase::Planning, PhaseState::Done, until).await.unwrap();
        assert_eq!(record.changed.unwrap().1, "anna");
        let refused = anna.set_phase(town.one, Phase::Test, PhaseState::Done, None).await;
        assert_eq!(field(refused), "phase");
        town.operator().set_phase(town.one, Phase::Test, PhaseState::UnderWay, None).await.unwrap();
        let phases = anna.phases(town.one).await.unwrap();
        assert_eq!((phases[0].state, phases[0].due_on), (PhaseState::Done, until));
        assert_eq!(phases[3].state, PhaseState::UnderWay);
        let log = town.log().await;
        assert_eq!(log[log.len() - 2], "change phase of integration: Muster AG → planning");
    }
}

#[tokio::test]
async fn every_question_is_answered_with_who_and_when() {
    for town in towns().await {
        let anna = town.anna();
        let before = anna.answers(town.one).await.unwrap();
        assert!(before.iter().all(|answered| answered.state == Clarity::Unanswered));
        let answer = |key: &str, state, remarks: &str| Answer {
            item: Item::of_key(key).unwrap(),
            state,
            remarks: remarks.to_owned(),
            was: None,
        };
        let answers = vec![
            answer("4.1", Clarity::Clear, " all of them \r\n and more "),
            answer("6.8", Clarity::NotClear, "ask the network people"),
            answer("planning.date", Clarity::Clear, ""),
        ];
        anna.answer(town.one, answers.clone()).await.unwrap();
        let entries = town.log().await.len();
        // What says the same is not written again.
        let after = anna.answer(town.one, answers).await.unwrap();
        assert_eq!(town.log().await.len(), entries);
        let of = |key: &str| after.iter().find(|answered| answered.item.key == key).unwrap().clone();
        assert_eq!(of("4.1").remarks, "all of them \n and more");
        assert_eq!(of("6.8").state, Clarity::NotClear);
        assert_eq!(of("4.2").changed, None);
        let (at, who) = of("4.1").changed.unwrap();
        assert_eq!((who.as_str(), at.0 > 0), ("anna", true));
        let long = anna.answer(town.one, vec![answer("4.2", Clarity::Clear, &"x".repeat(2_001))]).await;
        assert_eq!(field(long), "remarks");
        let log = town.log().await;
        assert_eq!(
            log.last().unwrap(),
            "answer checklist of integration: Muster AG → 4.1, 6.8, planning.date"
        );
    }
}

#[tokio::test]
async fn a_documentation_is_handed_in_when_it_is_whole_and_then_a_day_is_agreed_upon() {
    for town in towns().await {
        let (anna, operator, one) = (town.anna(), town.operator(), town.one);
        assert_eq!(field(anna.submit_set_up(one).await), "certificates");
        town.declare("gw1.else.test").await;
        assert_eq!(field(anna.submit_set_up(one).await), "reception_servers");
        let saved = anna.save_set_up(one, form()).await.unwrap();
        assert_eq!(saved.form.reception_servers, ["gw1.else.test"]);
        assert!(saved.form.has_static_address());
        // Nothing is agreed upon before it is handed in.
        assert_eq!(field(operator.answer_go_live(one, None, "").await), "go_live");
        let past = SetUp { wished_on: Some(day("2026-11-01")), ..form() };
        anna.save_set_up(one, past).await.unwrap();
        assert_eq!(field(anna.submit_set_up(one).await), "wished_on");
        anna.save_set_up(one, form()).await.unwrap();
        let submitted = anna.submit_set_up(one).await.unwrap();
        assert_eq!(submitted.go_live, GoLive::Wished(day("2026-12-24")));
        // Only the operator answers.
        assert_eq!(field(anna.answer_go_live(one, None, "").await), "not found");
        assert_eq!(field(anna.accept_go_live(one).await), "go_live");
        let other = Some(day("2027-01-11"));
        let offered = operator.answer_go_live(one, other, "between the years nobody is here").await.unwrap();
        assert_eq!(offered.go_live, GoLive::Offered(day("2027-01-11")));
        let agreed = anna.accept_go_live(one).await.unwrap();
        assert_eq!(agreed.go_live, GoLive::Confirmed(day("2027-01-11")));
        assert_eq!(anna.set_up(one).await.unwrap(), agreed);
        // Another text has to be handed in again; the day stays. Another day does not.
        let mut changed = SetUp { remarks: "two nodes".to_owned(), ..agreed.form.clone() };
        let again = anna.save_set_up(one, changed.clone()).await.unwrap();
        assert_eq!((again.submitted, again.go_live), (None, agreed.go_live));
        changed.wished_on = Some(day("2027-02-02"));
        assert_eq!(anna.save_set_up(one, changed).await.unwrap().go_live, GoLive::Open);
        let log = town.log().await;
        for action in ["save set-up", "submit set-up", "answer go-live", "accept go-live"] {
            assert!(log.contains(&format!("{action} of integration: Muster AG")), "{action}: {log:?}");
        }
    }
}

#[tokio::test]
async fn servers_are_hosts_or_addresses_and_a_bounded_number() {
    for town in towns().await {
        let bad = |servers: Vec<String>| SetUp { sending_servers: servers, ..form() };
        for servers in
            [vec!["two words".to_owned()], vec!["localhost".to_owned()], vec!["a.test".to_owned(); 21]]
        {
            assert_eq!(field(town.anna().save_set_up(town.one, bad(servers)).await), "sending_servers");
        }
        let long = SetUp { mail_system: "x".repeat(201), ..form() };
        assert_eq!(field(town.anna().save_set_up(town.one, long).await), "mail_system");
    }
}

#[tokio::test]
async fn an_organisation_names_its_help_and_the_operator_the_desk_behind_it() {
    for town in towns().await {
        let help = Contact {
            name: "Support".to_owned(),
            email: "help@else.test".to_owned(),
            phone: "+41 (0) 848 00 04 15".to_owned(),
            hours: "Monday to Friday, 8 to 18h".to_owned(),
            except_holidays: true,
        };
        let anna = town.anna();
        anna.set_contact(town.one, Level::First, help.clone()).await.unwrap();
        assert_eq!(field(anna.set_contact(town.one, Level::Second, help.clone()).await), "level");
        town.operator().set_contact(town.one, Level::Second, help.clone()).await.unwrap();
        let contacts = anna.contacts(town.one).await.unwrap();
        assert_eq!(contacts, [(Level::First, help.clone()), (Level::Second, help.clone())]);
        let bad =
            |email: &str, phone: &str| Contact { email: email.into(), phone: phone.into(), ..help.clone() };
        assert_eq!(field(anna.set_contact(town.one, Level::First, bad("nobody", "")).await), "email");
        assert_eq!(field(anna.set_contact(town.one, Level::First, bad("", "call me")).await), "phone");
    }
}

#[tokio::test]
async fn recipients_read_the_own_notice_or_the_standard_text_of_a_published_page() {
    for town in towns().await {
        let (anna, zoe) = (town.anna(), town.zoe());
        let proposed = anna.page(town.one).await.unwrap();
        assert_eq!((proposed.public_name.as_str(), proposed.is_published), ("muster-ag", false));
        let mut page = RecipientPage { public_name: " Muster-AG ".to_owned(), ..proposed };
        page.notices[1] = "Guten Tag".to_owned();
        anna.set_page(town.one, page.clone()).await.unwrap();
        assert_eq!(town.onboarding.public_page("muster-ag", Language::German).await.unwrap(), None);
        page.is_published = true;
        anna.set_page(town.one, page.clone()).await.unwrap();
        let german = town.onboarding.public_page("muster-ag", Language::German).await.unwrap().unwrap();
        assert_eq!((german.organisation.as_str(), german.notice.as_deref()), ("Valbois", Some("Guten Tag")));
        let french = town.onboarding.public_page("muster-ag", Language::French).await.unwrap().unwrap();
        assert_eq!(french.notice, None);
        // The name is one organisation's; whose, nobody says.
        assert_eq!(field(zoe.set_page(town.other, page.clone()).await), "public_name");
        for bad in ["a", "-muster", "muster-", "Muster AG", "müster", &"x".repeat(61)] {
            let page = RecipientPage { public_name: bad.to_owned(), ..page.clone() };
            assert_eq!(field(anna.set_page(town.one, page).await), "public_name", "{bad}");
        }
    }
}

#[tokio::test]
async fn anothers_integration_does_not_exist() {
    for town in towns().await {
        let (zoe, one) = (town.zoe(), town.one);
        assert_eq!(field(zoe.phases(one).await), "not found");
        assert_eq!(field(zoe.answers(one).await), "not found");
        assert_eq!(field(zoe.answer(one, Vec::new()).await), "not found");
        assert_eq!(field(zoe.set_phase(one, Phase::Planning, PhaseState::Done, None).await), "not found");
        assert_eq!(field(zoe.set_up(one).await), "not found");
        assert_eq!(field(zoe.save_set_up(one, form()).await), "not found");
        assert_eq!(field(zoe.submit_set_up(one).await), "not found");
        assert_eq!(field(zoe.contacts(one).await), "not found");
        assert_eq!(field(zoe.set_contact(one, Level::First, Contact::default()).await), "not found");
        assert_eq!(field(zoe.page(one).await), "not found");
        assert_eq!(field(zoe.matrix(one).await), "not found");
        assert_eq!(field(zoe.tests(one).await), "not found");
        assert_eq!(field(zoe.start_test(one, None).await), "not found");
        assert_eq!(field(zoe.report(one, Language::French).await), "not found");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_handed_in_is_not_what_somebody_has_just_saved_over() {
    for town in towns().await {
        town.declare("gw1.else.test").await;
        let (anna, one) = (town.anna(), town.one);
        anna.save_set_up(one, form()).await.unwrap();
        for round in 0..30 {
            let changed = SetUp { remarks: format!("round {round}"), ..form() };
            let colleague = town.anna();
            let (submitted, saved) =
                tokio::join!(anna.submit_set_up(one), colleague.save_set_up(one, changed));
            submitted.unwrap();
            saved.unwrap();
            let record = anna.set_up(one).await.unwrap();
            assert_eq!(record.form.remarks, format!("round {round}"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_name_that_two_take_at_once_is_refused_to_one_of_them() {
    for town in towns().await {
        let (anna, zoe) = (town.anna(), town.zoe());
        for round in 0..20 {
            let page = RecipientPage { public_name: format!("muster-{round}"), ..RecipientPage::default() };
            let (first, second) =
                tokio::join!(anna.set_page(town.one, page.clone()), zoe.set_page(town.other, page.clone()));
            assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
            assert_eq!(field(if first.is_ok() { second } else { first }), "public_name");
        }
    }
}

#[tokio::test]
async fn the_definitive_documentation_is_handed_in_after_going_live() {
    for town in towns().await {
        town.declare("gw1.else.test").await;
        let (anna, operator, one) = (town.anna(), town.operator(), town.one);
        let soon = Day::of(town.world.clock.now().plus(std::time::Duration::from_secs(7 * 24 * 3600)));
        anna.save_set_up(one, SetUp { wished_on: Some(soon), ..form() }).await.unwrap();
        anna.submit_set_up(one).await.unwrap();
        operator.answer_go_live(one, None, "").await.unwrap();
        town.world.clock.advance(std::time::Duration::from_secs(60 * 24 * 3600));
        let last =
            SetUp { wished_on: Some(soon), sending_servers: vec!["gw7.else.test".to_owned()], ..form() };
        anna.save_set_up(one, last).await.unwrap();
        let submitted = anna.submit_set_up(one).await.unwrap();
        assert_eq!(submitted.go_live, GoLive::Confirmed(soon));
        assert!(submitted.submitted.is_some());
        // Another day that is over is still none to go live on.
        let over = Day::of(town.world.clock.now().minus(std::time::Duration::from_secs(24 * 3600)));
        anna.save_set_up(one, SetUp { wished_on: Some(over), ..form() }).await.unwrap();
        assert_eq!(field(anna.submit_set_up(one).await), "wished_on");
    }
}

#[tokio::test]
async fn a_day_that_was_offered_stands_until_another_one_is_wished_and_is_taken_while_it_is_to_come() {
    for town in towns().await {
        town.declare("gw1.else.test").await;
        let (anna, operator, one) = (town.anna(), town.operator(), town.one);
        let in_days = |days: u64| {
            Day::of(town.world.clock.now().plus(std::time::Duration::from_secs(days * 24 * 3600)))
        };
        let (wished, offered) = (in_days(100), in_days(30));
        let wish = SetUp { wished_on: Some(wished), ..form() };
        anna.save_set_up(one, wish.clone()).await.unwrap();
        anna.submit_set_up(one).await.unwrap();
        operator.answer_go_live(one, Some(offered), "sooner is better").await.unwrap();
        anna.save_set_up(one, SetUp { remarks: "two nodes".to_owned(), ..wish.clone() }).await.unwrap();
        // What is not handed in as it is now is not agreed upon.
        assert_eq!(field(anna.accept_go_live(one).await), "go_live");
        let again = anna.submit_set_up(one).await.unwrap();
        assert_eq!(
            (again.go_live, again.go_live_note.as_str()),
            (GoLive::Offered(offered), "sooner is better")
        );
        town.world.clock.advance(std::time::Duration::from_secs(31 * 24 * 3600));
        assert_eq!(field(anna.accept_go_live(one).await), "go_live");
    }
}

#[tokio::test]
async fn what_a_colleague_has_answered_meanwhile_is_not_written_over() {
    for town in towns().await {
        let (anna, otto) = (town.anna(), town.operator());
        let item = Item::of_key("4.1").unwrap();
        let answer = |state, remarks: &str, was: (Clarity, &str)| {
            vec![Answer { item, state, remarks: remarks.to_owned(), was: Some((was.0, was.1.to_owned())) }]
        };
        let nothing = (Clarity::Unanswered, "");
        otto.answer(town.one, answer(Clarity::Clear, "the whole office", nothing)).await.unwrap();
        let late = anna.answer(town.one, answer(Clarity::NotClear, "who knows", nothing)).await;
        assert_eq!(field(late), "item");
        // The same words are no contradiction, and who has seen what stands there may change it.
        anna.answer(town.one, answer(Clarity::Clear, "the whole office", nothing)).await.unwrap();
        let seen = (Clarity::Clear, "the whole office");
        anna.answer(town.one, answer(Clarity::NotClear, "who knows", seen)).await.unwrap();
        let known = anna.answers(town.one).await.unwrap();
        let known = known.iter().find(|answered| answered.item.key == "4.1").unwrap();
        assert_eq!((known.state, known.remarks.as_str()), (Clarity::NotClear, "who knows"));
    }
}

#[tokio::test]
async fn a_field_of_one_line_has_one_line() {
    for town in towns().await {
        let two = SetUp { mail_system: "Postfix\nBcc: x".to_owned(), ..form() };
        assert_eq!(field(town.anna().save_set_up(town.one, two).await), "mail_system");
        let two = Contact { hours: "Monday\nTuesday".to_owned(), ..Contact::default() };
        assert_eq!(field(town.anna().set_contact(town.one, Level::First, two).await), "hours");
    }
}
