//! The parts of which the format is made, against what others have published or compute.

use std::io::Write;
use std::process::{Command, Stdio};

use proptest::prelude::*;

use crate::padding::{is_padded, padded_octets};
use crate::tests::{Sample, signer};
use crate::tree::Tree;
use crate::{EnvelopeSigner, MailShare, NotAPassphrase, RecipientSecret, Stretching, WrappingKeyName};

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[test]
fn the_tree_has_the_roots_of_certificate_transparency() {
    // The leaves and roots with which logs of RFC 6962 are tested everywhere.
    let leaves: [&[u8]; 8] = [
        &[],
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ];
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    for (count, root) in roots.iter().enumerate() {
        let mut tree = Tree::default();
        leaves[..count].iter().for_each(|leaf| tree.push(leaf));
        assert_eq!(hex(&tree.root()), *root, "{count} leaves");
    }
}

/// RFC 6962 §2.1, word for word.
fn root_by_definition(leaves: &[Vec<u8>]) -> [u8; 32] {
    match leaves {
        [] => crate::tree::hash(&[]),
        [leaf] => crate::tree::hash(&[&[0], leaf]),
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(split);
            crate::tree::hash(&[&[1], &root_by_definition(left), &root_by_definition(right)])
        }
    }
}

proptest! {
    #[test]
    fn the_tree_that_grows_is_the_tree_of_the_definition(leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 0..70)) {
        let mut tree = Tree::default();
        leaves.iter().for_each(|leaf| tree.push(leaf));
        prop_assert_eq!(tree.root(), root_by_definition(&leaves));
    }

    #[test]
    fn padding_costs_an_eighth_at_most_and_hides_the_length(octets in 0_usize..64 << 20) {
        let padded = padded_octets(octets);
        prop_assert!(is_padded(padded) && padded >= octets + 8);
        prop_assert!(padded == 4096 || (padded - octets - 8) * 8 < octets + 8, "{octets} → {padded}");
        prop_assert_eq!(padded % 256, 0);
        prop_assert_eq!(padded_octets(padded - 8), padded);
    }
}

#[test]
fn few_lengths_remain() {
    let mut lengths = Vec::new();
    let mut letter = 0;
    while letter < 64 << 20 {
        let padded = padded_octets(letter);
        assert!(is_padded(padded) && !is_padded(padded - 1) && !is_padded(padded + 1), "{padded}");
        lengths.push(padded);
        letter = padded - 8 + 1;
    }
    assert_eq!(lengths[..4], [4096, 4352, 4608, 4864]);
    assert_eq!(lengths.len(), 386);
    assert_eq!(padded_octets(1 << 20), 1_081_344, "one mebibyte");
}

#[test]
fn a_passphrase_is_the_same_however_a_keyboard_writes_it() {
    let stretch =
        |text: &str| RecipientSecret::stretch(text, Stretching::new([5; 16])).map(|one| *one.octets());
    let composed = stretch("Genève l\u{2019}été").unwrap();
    assert_eq!(stretch("Gene\u{300}ve l\u{2019}e\u{301}te\u{301}").unwrap(), composed);
    assert_eq!(stretch("Genève\u{a0}l\u{2019}été").unwrap(), composed);
    assert_ne!(stretch("genève l\u{2019}été").unwrap(), composed);
    assert_ne!(stretch("Genève l\u{2019}été ").unwrap(), composed);
    assert_eq!(stretch(""), Err(NotAPassphrase::Empty));
    assert_eq!(stretch(&"x".repeat(1025)), Err(NotAPassphrase::TooLong));
    assert!(stretch(&"x".repeat(1024)).is_ok());
    // Three octets become more when they are composed: U+1D15E becomes two characters.
    assert!(stretch(&"\u{1d15e}".repeat(256)).is_ok());
}

#[test]
fn a_mail_share_is_43_characters() {
    let share = MailShare::new(std::array::from_fn(|place| 7 * place as u8));
    let text = share.to_base64url();
    assert_eq!(*text, "AAcOFRwjKjE4P0ZNVFtiaXB3foWMk5qhqK-2vcTL0tk");
    assert_eq!(MailShare::from_base64url(&text).unwrap().octets(), share.octets());
    for wrong in [
        "",
        "AAcO",
        &text[1..],
        &format!("{}=", *text),
        &text.replace('-', "+"),
        &format!("{} ", &text[..42]),
    ] {
        assert!(MailShare::from_base64url(wrong).is_err(), "{wrong}");
    }
    // The last character has two bits that mean nothing and have to be zero.
    assert!(MailShare::from_base64url(&format!("{}l", &text[..42])).is_err());
}

#[test]
fn names_of_wrapping_keys_are_short_and_plain() {
    for (name, accepted) in
        [("2026-11", true), ("a.B_c-1", true), ("", false), ("a b", false), ("é", false), ("a/b", false)]
    {
        assert_eq!(WrappingKeyName::parse(name).is_ok(), accepted, "{name}");
    }
    assert!(
        WrappingKeyName::parse(&"k".repeat(32)).is_ok() && WrappingKeyName::parse(&"k".repeat(33)).is_err()
    );
}

fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("openssl is installed for the tests");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}");
    output.stdout
}

#[test]
fn keys_of_openssl_sign_and_ours_are_read_by_openssl() {
    let theirs = openssl(&["genpkey", "-algorithm", "ed25519", "-outform", "DER"], b"");
    let signer_of_theirs = EnvelopeSigner::from_pkcs8(&theirs).unwrap();
    let public = openssl(&["pkey", "-inform", "DER", "-pubout", "-outform", "DER"], &theirs);
    assert_eq!(public[public.len() - 32..], signer_of_theirs.key().octets()[..]);

    let ours = signer();
    let written = ours.to_pkcs8().unwrap();
    let public = openssl(&["pkey", "-inform", "DER", "-pubout", "-outform", "DER"], &written);
    assert_eq!(public[public.len() - 32..], ours.key().octets()[..]);
    assert_eq!(EnvelopeSigner::from_pkcs8(&written).unwrap().id(), ours.id());
    assert!(EnvelopeSigner::from_pkcs8(&written[1..]).is_err());

    let sample = Sample::new(1);
    let octets = crate::seal(&sample.sealing(None), b"yes", &signer_of_theirs).unwrap();
    assert!(crate::Envelope::parse(&octets).unwrap().verify(&[signer_of_theirs.key()]).is_ok());
}
