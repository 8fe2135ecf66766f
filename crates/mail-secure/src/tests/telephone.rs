//! Telephones that a sender names: what the field says, where the code goes, and what it opens.

use std::time::Duration;

use directory::Phone;
use evidence::Event;
use model::{Address, Domain};
use wire_safe::Slot;

use super::lab::{LETTER, address, count, platforms, send_letter, strong, tamper};
use crate::limits::{CODE_FOR, SHORT_MESSAGE_PAUSE, SHORT_MESSAGE_TRIES};
use crate::settings::Marks;
use crate::wish::{BadMark, SaidBy, wish};
use crate::{Code, Language, Mode, Secure, SecureError, ShortMessage, Shown, unmarked};

const NUMBER: &str = "+41791234567";
const SOURCE: [u8; 4] = [192, 0, 2, 7];

fn marks() -> Marks {
    Marks { tags: vec!["im".to_owned()], suffixes: vec![Domain::parse("incamail.ch").unwrap()] }
}

#[test]
fn the_field_names_a_telephone_for_each_recipient_or_for_the_only_one() {
    let zed = address("zed@else.test");
    let both = [zed.clone(), address("Yan@else.test.incamail.ch")];
    let check = |header: &str, to: &[Address], wanted: Result<(Mode, SaidBy), BadMark>| {
        let found = wish(header.as_bytes(), to, &marks());
        assert_eq!(found.map(|wish| wish.map(|one| (one.mode, one.said_by)).unwrap()), wanted, "{header}");
    };
    let confidential = |by| Ok((Mode::Confidential, by));
    let one = "X-Relais-Phone: +41 79 123 45 67\r\n\r\n";
    check(one, &both[..1], confidential(SaidBy::Phone));
    check(one, &both[1..], confidential(SaidBy::Phone));
    check(one, &both, Err(BadMark::PhoneOfWhom));
    // The same recipient twice is one.
    check(one, &[zed.clone(), address("ZED@else.test.incamail.ch")], confidential(SaidBy::Phone));
    check("x-relais-phone: zed@ELSE.test 0041791234567\r\n\r\n", &both, confidential(SaidBy::Phone));
    let two = "X-Relais-Phone: zed@else.test +41791234567\r\n\
               X-Relais-Phone: yan@else.test\r\n +1 202 555 0143\r\n";
    check(&format!("{two}\r\n"), &both, confidential(SaidBy::Phone));
    check(&format!("{two}X-Relais-Secure: confidential\r\n\r\n"), &both, confidential(SaidBy::Field));
    check(&format!("{two}Subject: <im><c>x\r\n\r\n"), &both, confidential(SaidBy::Tag));
    check(&format!("{two}X-Relais-Passphrase: 4711\r\n\r\n"), &both, confidential(SaidBy::Passphrase));
    for asks in
        ["X-Relais-Secure: personal", "X-Relais-Secure: registered", "Subject: <im><r>x", "Subject: <im><p>x"]
    {
        check(&format!("{two}{asks}\r\n\r\n"), &both, Err(BadMark::PhoneOfAccount));
    }
    check(&format!("{two}\r\n"), &both[..1], Err(BadMark::PhoneOfNobody("yan@else.test".to_owned())));
    check(&format!("{two}{two}\r\n"), &both, Err(BadMark::Phones("zed@else.test".to_owned())));
    for bad in
        ["", "zed@else.test", "zed@else.test 079 123 45 67", "zed@@ +41791234567", "+4179123456x", "yes"]
    {
        check(&format!("X-Relais-Phone: {bad}\r\n\r\n"), &both[..1], Err(BadMark::Phone));
    }
    let bad =
        wish(b"X-Relais-Phone: zed@else.test +41791234567890123\r\n\r\n", &[zed], &marks()).unwrap_err();
    assert!(!bad.to_string().contains("4179"), "a number stands in no answer: {bad}");
}

#[test]
fn the_field_leaves_the_letter_and_its_number_is_never_shown() {
    let letter = format!("Subject: x\r\nX-Relais-Phone: zed@else.test.incamail.ch {NUMBER}\r\n\r\nbody\r\n");
    let found = unmarked(letter.as_bytes(), &marks(), "");
    assert_eq!(found.bytes, b"Subject: x\r\n\r\nbody\r\n");
    assert_eq!(found.phones.of(&address("zed@else.test")).map(Phone::number), Some(NUMBER));
    assert_eq!(found.phones.of(&address("yan@else.test")), None);
    assert!(!format!("{found:?}").contains("4179"), "{found:?}");
}

/// A letter to zed, whose telephone the sender named, and to yan.
async fn sent(secure: &Secure) -> [Slot; 2] {
    let letter = format!("X-Relais-Phone: zed@else.test {NUMBER}\r\n{LETTER}");
    let to = ["zed@else.test", "yan@else.test"];
    send_letter(secure, Mode::Confidential, &to, &letter, None).await.unwrap().try_into().unwrap()
}

async fn asked(secure: &Secure, slot: &Slot) {
    secure.send_code(slot, Language::English, SOURCE.into()).await.unwrap();
}

fn code(message: &ShortMessage) -> Code {
    assert_eq!(message.to.number(), NUMBER);
    assert!(
        message.text.ends_with("from anna@valbois.test. It is good for 10 minutes."),
        "{}",
        *message.text
    );
    Code(message.text[..8].to_owned().into())
}

async fn visit(secure: &Secure, slot: &Slot, code: &Code) -> Shown {
    let token = secure.visit_with_code(slot, code).await.unwrap();
    secure.visit(&token).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_code_goes_to_the_telephone_and_opens_that_letter_only() {
    for secure in platforms() {
        let [zed, yan] = sent(&secure).await;
        asked(&secure, &zed).await;
        assert!(secure.due_notices().await.unwrap().is_empty(), "nothing goes to the mailbox");
        let messages = secure.due_short_messages().await.unwrap();
        let [message] = messages.as_slice() else { panic!("{}", messages.len()) };
        secure.end_short_message(message).await.unwrap();
        assert!(matches!(secure.visit_with_code(&yan, &code(message)).await, Err(SecureError::Code)));
        let by_phone = visit(&secure, &zed, &code(message)).await;
        assert!(matches!(secure.visit_with_code(&zed, &code(message)).await, Err(SecureError::Code)), "once");
        // Another letter to the same mailbox, with a telephone of its own or with none, is another matter.
        let [other, _] = sent(&secure).await;
        let plain =
            send_letter(&secure, Mode::Confidential, &["zed@else.test"], LETTER, None).await.unwrap()[0];
        for slot in [other, plain] {
            assert!(matches!(secure.release(&slot, &by_phone).await, Err(SecureError::Proof)));
        }
        assert_eq!(secure.visits(&address("zed@else.test")).await.unwrap(), 0, "no mailbox was shown");
        // Whoever has shown the mailbox, or has an account, opens it by neither.
        asked(&secure, &plain).await;
        let told = secure.due_notices().await.unwrap().pop().unwrap();
        let told = String::from_utf8(told.bytes).unwrap();
        let by_mail = Code(told.split("Subject: Your code: ").nth(1).unwrap()[..8].to_owned().into());
        let by_mailbox = visit(&secure, &plain, &by_mail).await;
        secure.release(&plain, &by_mailbox).await.unwrap();
        for who in [by_mailbox, strong("zed@else.test")] {
            assert!(matches!(secure.release(&zed, &who).await, Err(SecureError::Proof)));
            assert!(matches!(secure.note_opened(&zed, &who, false).await, Err(SecureError::Proof)));
            assert!(matches!(secure.would_answer(&zed, &who).await, Err(SecureError::Proof)));
        }
        secure.release(&zed, &by_phone).await.unwrap();
        secure.note_opened(&zed, &by_phone, false).await.unwrap();
        // In the name of somebody whose telephone the sender chose nobody writes to others.
        assert_eq!(secure.answerable(&zed, &by_phone).await.unwrap().others, []);
        secure.notarise().await.unwrap();
        let bundle = secure.bundle(&zed).await.unwrap();
        let mut statements = bundle.letters[0].statements.iter().map(|one| one.sealed.evidence());
        let opened = statements.rfind(|one| one.event == Event::ContentHandover).unwrap();
        let wanted = "code sent to the telephone that the sender named (…67)";
        assert_eq!(opened.recipient.authentication.as_deref(), Some(wanted));
        assert!(!String::from_utf8(bundle.to_json().unwrap()).unwrap().contains("9123456"));
    }
}

#[tokio::test]
async fn a_short_message_is_tried_a_few_times_and_given_up_and_another_may_be_asked_for() {
    for secure in platforms() {
        let [zed, _] = sent(&secure).await;
        asked(&secure, &zed).await;
        let mut texts = Vec::new();
        for _ in 0..SHORT_MESSAGE_TRIES {
            let mut messages = secure.due_short_messages().await.unwrap();
            texts.push(messages.pop().unwrap().text);
            assert!(messages.is_empty());
            assert!(secure.due_short_messages().await.unwrap().is_empty(), "taken once");
            secure.world().clock.advance(SHORT_MESSAGE_PAUSE);
        }
        texts.dedup();
        assert_eq!(texts.len(), 1, "it is the same code");
        assert!(secure.due_short_messages().await.unwrap().is_empty(), "given up");
        // Only the newest counts, and comes at once; what is left of the former tries concerns it not.
        asked(&secure, &zed).await;
        let former = secure.due_short_messages().await.unwrap().pop().unwrap();
        secure.world().clock.advance(Duration::from_secs(1));
        asked(&secure, &zed).await;
        secure.end_short_message(&former).await.unwrap();
        let newest = secure.due_short_messages().await.unwrap().pop().unwrap();
        assert!(matches!(secure.visit_with_code(&zed, &code(&former)).await, Err(SecureError::Code)));
        visit(&secure, &zed, &code(&newest)).await;
        secure.world().clock.advance(SHORT_MESSAGE_PAUSE);
        assert!(
            secure.due_short_messages().await.unwrap().is_empty(),
            "a code that was used is told no more"
        );
        // Nor one whose time is over.
        asked(&secure, &zed).await;
        secure.world().clock.advance(CODE_FOR);
        assert!(secure.due_short_messages().await.unwrap().is_empty());
        // As often as to a mailbox, and no oftener.
        asked(&secure, &zed).await;
        let again = secure.send_code(&zed, Language::English, SOURCE.into()).await;
        assert!(matches!(again, Err(SecureError::TooOften)));
    }
}

#[tokio::test]
async fn a_telephone_gets_only_so_many_codes_whoever_named_it() {
    for secure in platforms() {
        let letter = format!("X-Relais-Phone: {NUMBER}\r\n{LETTER}");
        for (to, count) in [("zed@else.test", 5), ("yan@else.test", 5), ("xia@else.test", 0)] {
            let slot = send_letter(&secure, Mode::Confidential, &[to], &letter, None).await.unwrap()[0];
            for _ in 0..count {
                asked(&secure, &slot).await;
            }
            let again = secure.send_code(&slot, Language::English, SOURCE.into()).await;
            assert!(matches!(again, Err(SecureError::TooOften)), "{to}");
        }
        const ASKED: &str = "SELECT COUNT(*) FROM secure_code_asked WHERE canonical LIKE '%9123%'";
        assert_eq!(count(&secure, ASKED).await, 0, "the number is not written down to be counted");
    }
}

#[tokio::test]
async fn the_number_lies_wrapped_and_goes_with_the_key() {
    for secure in platforms() {
        let [zed, yan] = sent(&secure).await;
        let kept = secure.seen(&zed).await.unwrap().copy.telephone.unwrap();
        assert_eq!(kept.ending, "67");
        let number = kept.number.unwrap();
        assert!(!String::from_utf8_lossy(&number).contains("9123456"));
        assert_eq!(secure.seen(&yan).await.unwrap().copy.telephone, None);
        const NUMBERS: &str = "SELECT COUNT(*) FROM secure_recipient WHERE phone IS NOT NULL";
        assert_eq!(count(&secure, NUMBERS).await, 1);
        asked(&secure, &zed).await;
        let letter = secure.seen(&zed).await.unwrap().letter;
        secure.withdraw(letter.organisation, letter.id, None, "").await.unwrap();
        assert_eq!(count(&secure, NUMBERS).await, 0);
        assert_eq!(secure.seen(&zed).await.unwrap().copy.telephone.unwrap().ending, "67");
        assert!(secure.due_short_messages().await.unwrap().is_empty(), "there is nobody to tell it to");
    }
}

#[tokio::test]
async fn a_number_that_cannot_be_read_holds_up_no_other() {
    for secure in platforms() {
        let ([bad, _], [good, _]) = (sent(&secure).await, sent(&secure).await);
        asked(&secure, &bad).await;
        assert_eq!(tamper(&secure, "UPDATE secure_recipient SET phone = store_share WHERE phone IS NOT NULL AND slot = (SELECT slot FROM secure_code)").await, 1);
        asked(&secure, &good).await;
        let messages = secure.due_short_messages().await.unwrap();
        assert_eq!(messages.len(), 1);
        visit(&secure, &good, &code(&messages[0])).await;
    }
}
