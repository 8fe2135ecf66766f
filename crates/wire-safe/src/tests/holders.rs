//! Whoever holds one part alone has nothing.

use crate::tests::{Sample, genuine, signer};
use crate::{
    MailShare, NotOpened, NotUnwrapped, RecipientSecret, ShareContext, Slot, StoreShare, Stretching,
    WrappingKey, seal,
};

const LETTER: &[u8] = b"From: anna@valbois.test\r\n\r\nOnly for you.\r\n";

#[test]
fn both_shares_open_and_nothing_else_does() {
    let (ours, other) = (Sample::new(1), Sample::new(2));
    let octets = ours.seal(LETTER);
    let envelope = genuine(&octets);
    assert_eq!(&*envelope.open(&ours.mail_share, &ours.store_share, None).unwrap(), LETTER);

    let zero = MailShare::new([0; 32]);
    let swapped = MailShare::new(*ours.store_share.octets());
    for (holder, mail, store) in [
        ("the mailbox: its share, another's for the store's", &ours.mail_share, &other.store_share),
        ("the mailbox: no share of the store", &ours.mail_share, &StoreShare::new([0; 32])),
        ("the mailbox: its own share twice", &ours.mail_share, &StoreShare::new([0xa1; 32])),
        ("the store: its share, another's for the mail's", &other.mail_share, &ours.store_share),
        ("the store: no share of the mail", &zero, &ours.store_share),
        ("the store: its own share twice", &swapped, &ours.store_share),
        ("another letter's holder of both", &other.mail_share, &other.store_share),
    ] {
        assert_eq!(envelope.open(mail, store, None).unwrap_err(), NotOpened::Shares, "{holder}");
    }
}

#[test]
fn database_and_wrapping_key_without_the_mail_do_not_open() {
    let sample = Sample::new(1);
    let key = WrappingKey::new([0xe0; 32]);
    let wrapped = sample.store_share.wrap(&key, &sample.context(), [9; 12]).unwrap();
    let octets = sample.seal(LETTER);
    let envelope = genuine(&octets);

    // The master key is stolen with the database: the store's share is out, the letter is not.
    let stolen = StoreShare::unwrap(&wrapped, &key, &sample.context()).unwrap();
    assert_eq!(stolen.octets(), sample.store_share.octets());
    for guess in [[0; 32], *stolen.octets(), [0xe0; 32]] {
        assert_eq!(envelope.open(&MailShare::new(guess), &stolen, None).unwrap_err(), NotOpened::Shares);
    }
    assert!(envelope.open(&sample.mail_share, &stolen, None).is_ok());
}

#[test]
fn mailbox_and_database_without_the_wrapping_key_do_not_open() {
    let sample = Sample::new(1);
    let context = sample.context();
    let wrapped = sample.store_share.wrap(&WrappingKey::new([0xe0; 32]), &context, [9; 12]).unwrap();
    assert!(StoreShare::unwrap(&wrapped, &WrappingKey::new([0xe1; 32]), &context).is_err());
    // What the row shows in place of the share is of no use either.
    let shown = StoreShare::new(wrapped[12..44].try_into().unwrap());
    let octets = sample.seal(LETTER);
    assert_eq!(genuine(&octets).open(&sample.mail_share, &shown, None).unwrap_err(), NotOpened::Shares);
}

#[test]
fn a_wrapped_share_opens_in_its_own_row_only() {
    let sample = Sample::new(1);
    let key = WrappingKey::new([0xe0; 32]);
    let context = sample.context();
    let wrapped = sample.store_share.wrap(&key, &context, [9; 12]).unwrap();
    assert_eq!(wrapped.len(), crate::WRAPPED_SHARE_OCTETS);
    let elsewhere = [
        ShareContext { slot: Slot([0x99; 16]), ..context },
        ShareContext { letter: Sample::new(2).context().letter, ..context },
        ShareContext { organisation: model::OrganisationId(8), ..context },
    ];
    for place in elsewhere {
        assert!(StoreShare::unwrap(&wrapped, &key, &place).is_err(), "{place:?}");
    }
    for bit in 0..wrapped.len() * 8 {
        let mut flipped = wrapped.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(StoreShare::unwrap(&flipped, &key, &context).is_err(), "bit {bit}");
    }
    for length in 0..wrapped.len() {
        assert!(StoreShare::unwrap(&wrapped[..length], &key, &context).is_err(), "{length} octets");
    }
    let longer = [wrapped.as_slice(), &[0]].concat();
    let row = context.to_string();
    assert!(row.starts_with("SEM1 share: letter 1111") && row.ends_with(", organisation 7"), "{row}");
    let refused: NotUnwrapped = StoreShare::unwrap(&longer, &key, &context).unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!("the wrapped share of slot {} does not open with this key", context.slot)
    );
}

#[test]
fn with_a_passphrase_both_shares_are_not_enough() {
    let sample = Sample::new(1);
    let stretching = Stretching::new([5; 16]);
    let secret = RecipientSecret::stretch("correct horse", stretching).unwrap();
    let octets = seal(&sample.sealing(Some(&secret)), LETTER, &signer()).unwrap();
    let envelope = genuine(&octets);
    let open = |secret| envelope.open(&sample.mail_share, &sample.store_share, secret);

    assert_eq!(&*open(Some(&secret)).unwrap(), LETTER);
    assert_eq!(open(None).unwrap_err(), NotOpened::SecretMissing);
    let wrong = RecipientSecret::stretch("Correct horse", stretching).unwrap();
    assert_eq!(open(Some(&wrong)).unwrap_err(), NotOpened::Shares);
    let elsewhere = RecipientSecret::stretch("correct horse", Stretching::new([6; 16])).unwrap();
    assert_eq!(open(Some(&elsewhere)).unwrap_err(), NotOpened::SecretOfAnother);
    let without = sample.seal(LETTER);
    let opened = genuine(&without).open(&sample.mail_share, &sample.store_share, Some(&secret));
    assert_eq!(opened.unwrap_err(), NotOpened::SecretOfAnother, "a passphrase that nobody asked for");
    // And the passphrase without the shares.
    let stranger = Sample::new(2);
    for (mail, store) in
        [(&stranger.mail_share, &sample.store_share), (&sample.mail_share, &stranger.store_share)]
    {
        assert_eq!(envelope.open(mail, store, Some(&secret)).unwrap_err(), NotOpened::Shares);
    }
}

#[test]
fn the_share_of_the_wrong_slot_does_not_open_the_other_recipients_envelope() {
    let (anna, bruno) = (Sample::new(1), Sample::new(2));
    let (for_anna, for_bruno) = (anna.seal(LETTER), bruno.seal(LETTER));
    assert_eq!(&*genuine(&for_bruno).open(&bruno.mail_share, &bruno.store_share, None).unwrap(), LETTER);
    let opened = genuine(&for_anna).open(&anna.mail_share, &bruno.store_share, None);
    assert_eq!(opened.unwrap_err(), NotOpened::Shares);
}

#[test]
fn nothing_that_is_secret_can_be_printed() {
    let sample = Sample::new(1);
    let secret = RecipientSecret::stretch("correct horse", Stretching::new([5; 16])).unwrap();
    let key = WrappingKey::new([0xe0; 32]);
    let printed = format!("{:?} {secret:?} {key:?} {:?}", sample.sealing(Some(&secret)), signer());
    for octets in ["a1, a1", "161, 161", "b1, b1", "177, 177", "224, 224", "208, 208", "correct"] {
        assert!(!printed.contains(octets), "{printed}");
    }
    assert!(printed.contains("MailShare(…)") && printed.contains("StoreShare(…)"), "{printed}");
}
