//! Business software that signed in: whom it names, how much it sends, what it sends secured.

use directory::{ApplicationChange, ApplicationId, NewApplication};
use mail_deliver::testing::Stranger;

use super::*;

/// A payroll that names `anna@valbois.test` as the sender.
async fn payroll(town: &Town, hourly_limit: u32, size_limit_bytes: u64) -> (ApplicationId, Origin) {
    let new = NewApplication {
        organisation: town.organisation("anna@valbois.test").await,
        name: "payroll".to_owned(),
        senders: vec!["anna@valbois.test".parse().unwrap()],
        reads: Vec::new(),
        hourly_limit: Some(hourly_limit),
        size_limit_bytes: Some(size_limit_bytes),
    };
    let (id, application) = made(town, new).await;
    (id, Origin::Application { application, session: session() })
}

/// An application, signed in.
async fn made(town: &Town, new: NewApplication) -> (ApplicationId, Arc<directory::SignedInApplication>) {
    let made = town.operator.create_application(new).await.unwrap();
    let attempt = directory::Attempt {
        login: made.info.login,
        authorise_as: String::new(),
        password: made.password,
        protocol: directory::AuthProtocol::Smtp,
        source: session().ip,
    };
    (made.info.id, Arc::new(town.directory.authenticate_application(attempt).await.unwrap()))
}

async fn bring(
    town: &Town,
    origin: &Origin,
    from: &str,
    to: &[&str],
    text: &str,
) -> Result<MessageId, Reply> {
    town.bring(origin.clone(), envelope(from, to), text).await
}

fn status(result: &Result<MessageId, Reply>) -> String {
    match result {
        Ok(_) => "250".to_owned(),
        Err(reply) => format!("{} {}", reply.code(), reply.status()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_sends_ordinary_letters_of_its_senders_and_of_nobody_else() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let (id, origin) = payroll(&town, 100, 100_000).await;
        let before = stranger.heard().len();
        let own = letter("Anna <anna@valbois.test>", "Payslip");
        bring(&town, &origin, "anna@valbois.test", &["zed@else.test"], &own).await.unwrap();
        let heard = until(async || stranger.heard().get(before).map(|heard| heard.body.clone())).await;
        assert!(heard.contains("with ESMTPA\r\n") && heard.contains("Subject: Payslip\r\n"), "{heard}");

        let refused = bring(&town, &origin, "bruno@valbois.test", &["zed@else.test"], &own).await;
        assert_eq!(status(&refused), "553 5.7.1");
        let forged = letter("Bruno <bruno@valbois.test>", "Payslip");
        let refused = bring(&town, &origin, "anna@valbois.test", &["zed@else.test"], &forged).await;
        assert_eq!(status(&refused), "550 5.7.1", "the From is looked at too");
        let refused = bring(&town, &origin, "", &["zed@else.test"], &forged).await;
        assert_eq!(status(&refused), "550 5.7.1", "also of what nobody is to answer");

        let disabled = ApplicationChange { is_disabled: Some(true), ..ApplicationChange::default() };
        town.operator.change_application(id, disabled).await.unwrap();
        let refused = bring(&town, &origin, "anna@valbois.test", &["zed@else.test"], &own).await;
        assert_eq!(status(&refused), "530 5.7.0", "while it is signed in");
        town.stop().await;
    }
}

#[tokio::test]
async fn an_applications_letters_are_counted_by_recipient_and_none_is_too_large() {
    for town in towns(&[]).await {
        let (_, origin) = payroll(&town, 3, 2_000).await;
        let own = letter("Anna <anna@valbois.test>", "Payslip");
        let two = ["bruno@valbois.test", "zoe@acme.test"];
        let send = async |to: &[&str], text: &str| {
            status(&bring(&town, &origin, "anna@valbois.test", to, text).await)
        };
        assert_eq!(send(&two, &own).await, "250");
        assert_eq!(send(&two, &own).await, "452 4.7.1");
        assert_eq!(send(&two, &own.replace("Payslip", "<im><c> Payslip")).await, "452 4.7.1");
        assert_eq!(send(&two[..1], &own).await, "250", "what was refused is not counted");
        let four = ["a@else.test", "b@else.test", "c@else.test", "d@else.test"];
        assert_eq!(send(&four, &own).await, "550 5.5.3");
        town.world.clock.advance(HOUR);
        assert_eq!(send(&two, &own).await, "250");
        let large = own.clone() + &"x\r\n".repeat(1_000);
        assert_eq!(send(&two[..1], &large).await, "552 5.3.4");
        let declared = Recipient { address: address(two[0]), notify: None, original: None };
        let refused = town.flow.recipient(&origin, &declared, false, 2_001).await.unwrap_err();
        assert_eq!((refused.code(), refused.status()), (552, "5.3.4".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_applications_marks_are_honoured_and_the_evidence_says_how_it_was_known() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let (_, origin) = payroll(&town, 100, 100_000).await;
        let before = stranger.heard().len();
        let own = letter("Anna <anna@valbois.test>", "<im><c> Payslip");
        bring(&town, &origin, "anna@valbois.test", &["zed@else.test"], &own).await.unwrap();
        let heard = until(async || stranger.heard().get(before).map(|heard| heard.body.clone())).await;
        assert!(heard.contains("name=\"envelope\"") && !heard.contains("body of"), "{heard}");
        town.stop().await;
    }
}

/// Every recipient of a letter knows its Message-ID, and may write another letter with the same one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_office_s_program_gets_the_letter_itself_whoever_writes_another_with_its_message_id() {
    for mut town in towns(&[]).await {
        town.go();
        let new = NewApplication {
            organisation: town.organisation("zoe@acme.test").await,
            name: "office".to_owned(),
            senders: vec!["zoe@acme.test".parse().unwrap()],
            reads: vec![address("zoe@acme.test")],
            hourly_limit: None,
            size_limit_bytes: None,
        };
        let (_, application) = made(&town, new).await;
        let reader = town.flow.reader_of_application(&application, "password".to_owned()).await.unwrap();
        secured::send(&town, "<im><c> Paie", &["zoe@acme.test"]).await.unwrap();
        let [genuine] = town.inbox_of("zoe@acme.test", 1).await.try_into().unwrap();
        let id = genuine.lines().find(|line| line.starts_with("Message-ID: ")).unwrap();
        for subject in ["Paie", "other"] {
            let forged = letter("Eve <eve@else.test>", subject);
            let forged = format!("{id}\r\n{forged}");
            town.bring(peer(), envelope("eve@else.test", &["zoe@acme.test"]), &forged).await.unwrap();
        }
        town.inbox_of("zoe@acme.test", 3).await;
        let received =
            mail_secure::receiving::Sought { limit: 10, ..mail_secure::receiving::Sought::default() };
        let listed = town.flow.received(&reader, None, received).await.unwrap();
        let slot = listed.items[0].copy.slot;
        let (_, opened) = town.flow.open_received(&reader, &slot, None).await.unwrap();
        assert_eq!(opened.plain.as_deref().map(str::trim_end), Some(".body of <im><c> Paie"));
        town.stop().await;
    }
}
