//! Searching: each key, and what is opened for it.

use super::*;

#[tokio::test]
async fn keys_find_what_they_say() {
    for house in houses().await {
        let anna = house.anna();
        let inbox = inbox(&anna).await;
        let message = |text: &str, flags: Flags, day: i64| Import {
            flags,
            internal_date: Some(Timestamp(day * 86_400_000 + 1000)),
            ..import(text)
        };
        let label = Flags::from_names(["Label"]).unwrap();
        let imports = vec![
            message(
                "From: Anna <anna@valbois.test>\nTo: b@c.test\nDate: Fri, 2 Jan 1970 23:30:00 -0500\nSubject: =?utf-8?Q?Caf=C3=A9?=\n\nBody of one\n",
                Flags::SEEN,
                10,
            ),
            message(
                "From: x@y.test\nSubject: second\nX-Odd: Value\nCc: z@y.test\n\nThe café is closed.\n",
                label,
                11,
            ),
            message(
                "Subject: third\nBcc: hidden@y.test\n\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
                Flags::FLAGGED,
                12,
            ),
        ];
        let appended = anna.append_messages(Target::Folder(inbox), imports).await.unwrap();
        let not = |key: SearchKey| SearchKey::Not(Box::new(key));
        let field = |field, text: &str| SearchKey::Envelope(field, text.to_owned());
        let header =
            |name: &str, text: &str| SearchKey::Header { name: name.to_owned(), text: text.to_owned() };
        for (key, expected) in [
            (SearchKey::All, &[1, 2, 3][..]),
            (SearchKey::Flags(Flags::SEEN), &[1]),
            (not(SearchKey::Flags(Flags::SEEN)), &[2, 3]),
            (SearchKey::Flags(Flags::from_names(["LABEL"]).unwrap()), &[2]),
            (SearchKey::Uids(uids(&[2, 3, 4])), &[2, 3]),
            (SearchKey::Larger(120), &[1]),
            (SearchKey::Before(Day(11)), &[1]),
            (SearchKey::On(Day(11)), &[2]),
            (SearchKey::Since(Day(11)), &[2, 3]),
            (SearchKey::Older(Timestamp(11 * 86_400_000)), &[1]),
            (SearchKey::Younger(Timestamp(11 * 86_400_000)), &[2, 3]),
            // The Date says the 2nd of January (day 1) on its writer's clock; the others have none.
            (SearchKey::SentOn(Day(1)), &[1]),
            (SearchKey::SentBefore(Day(2)), &[1]),
            (SearchKey::SentSince(Day(12)), &[3]),
            (SearchKey::SavedSince(Day(20_000)), &[1, 2, 3]),
            (SearchKey::SavedBefore(Day(20_000)), &[]),
            (SearchKey::ModSeq(appended[1].modseq), &[2, 3]),
            (field(EnvelopeField::Subject, "CAFÉ"), &[1]),
            (field(EnvelopeField::From, "anna <anna@"), &[1]),
            (field(EnvelopeField::To, "b@c"), &[1]),
            (field(EnvelopeField::Cc, "z@y"), &[2]),
            (field(EnvelopeField::Bcc, "HIDDEN"), &[3]),
            (header("x-odd", ""), &[2]),
            (header("X-Odd", "val"), &[2]),
            (header("X-Odd", "no"), &[]),
            (header("subject", ""), &[1, 2, 3]),
            (header("Subject", "second"), &[2]),
            (header("cc", ""), &[2]),
            (header("Message-ID", ""), &[]),
            (SearchKey::Body("café".into()), &[2]),
            (SearchKey::Text("café".into()), &[1, 2]),
            (not(SearchKey::Body("café".into())), &[1, 3]),
            (SearchKey::Any(vec![SearchKey::Flags(Flags::SEEN), SearchKey::Body("closed".into())]), &[1, 2]),
            (
                SearchKey::Every(vec![SearchKey::Text("café".into()), not(SearchKey::Flags(Flags::SEEN))]),
                &[2],
            ),
            (SearchKey::Every(vec![SearchKey::Uids(uids(&[1])), SearchKey::Text("café".into())]), &[1]),
            (SearchKey::Every(vec![]), &[1, 2, 3]),
            (SearchKey::Any(vec![]), &[]),
        ] {
            let found: Vec<u32> =
                anna.search(inbox, &key).await.unwrap().iter().map(|found| found.uid).collect();
            assert_eq!(found, expected, "{key:?}");
        }
    }
}
