//! What the vault opens, and what it does not.

use std::os::unix::fs::PermissionsExt;

use world::World;

use crate::{BodyKey, Vault, VaultError};

fn vault() -> Vault {
    Vault::with_key(&[7; 32], World::testing().random)
}

#[test]
fn what_is_wrapped_opens_in_its_own_context_only() {
    let vault = vault();
    let wrapped = vault.wrap("share|one", b"a secret");
    assert_eq!(&vault.unwrap("share|one", &wrapped).unwrap()[..], b"a secret");
    assert!(matches!(vault.unwrap("share|two", &wrapped), Err(VaultError::Damaged)));
    let other = Vault::with_key(&[8; 32], World::testing().random);
    assert!(matches!(other.unwrap("share|one", &wrapped), Err(VaultError::UnknownKey { .. })));
}

#[test]
fn no_bit_of_a_wrapped_secret_may_change() {
    let vault = vault();
    let wrapped = vault.wrap("share", b"a secret");
    for bit in 0..wrapped.len() * 8 {
        let mut changed = wrapped.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(vault.unwrap("share", &changed).is_err(), "bit {bit}");
    }
    for length in 0..wrapped.len() {
        assert!(vault.unwrap("share", &wrapped[..length]).is_err(), "{length} octets");
    }
}

#[test]
fn the_same_secret_is_never_wrapped_the_same() {
    let vault = vault();
    assert_ne!(vault.wrap("share", b"a secret"), vault.wrap("share", b"a secret"));
}

#[test]
fn the_key_file_is_made_once_for_its_owner_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys/vault.key");
    let first = Vault::open(&path, World::testing().random).unwrap();
    let wrapped = first.wrap("share", b"a secret");
    let again = Vault::open(&path, World::testing().random).unwrap();
    assert_eq!(&again.unwrap("share", &wrapped).unwrap()[..], b"a secret");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing else is left there");
}

#[test]
fn a_former_key_opens_and_a_new_one_closes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vault.key");
    let random = World::testing().random;
    let wrapped = Vault::open(&path, random.clone()).unwrap().wrap("share", b"a secret");
    let former = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{}\n{former}", "ab".repeat(32))).unwrap();
    let vault = Vault::open(&path, random).unwrap();
    assert_eq!(&vault.unwrap("share", &wrapped).unwrap()[..], b"a secret");
    assert_ne!(vault.wrap("share", b"a secret")[1..9], wrapped[1..9]);
}

#[test]
fn a_file_that_holds_no_key_is_refused_by_its_line() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vault.key");
    for (text, line) in [("", 1), ("short\n", 1), (&*format!("{}\nzz\n", "ab".repeat(32)), 2)] {
        std::fs::write(&path, text).unwrap();
        let refused = Vault::open(&path, World::testing().random);
        assert!(
            matches!(refused, Err(VaultError::Line { line: found, .. }) if found == line),
            "{text:?}: {refused:?}"
        );
    }
}

#[test]
fn a_closed_body_opens_with_its_key_alone() {
    let (vault, random) = (vault(), World::testing().random);
    let key = BodyKey::fresh(&random);
    let wrapped = key.wrap(&vault, "queue|1");
    let closed = key.close(b"From: anna\r\n\r\nhello".to_vec());
    assert!(!closed.windows(5).any(|five| five == b"hello"));
    let again = BodyKey::unwrap(&vault, "queue|1", &wrapped).unwrap();
    assert_eq!(again.open(closed.clone()).unwrap(), b"From: anna\r\n\r\nhello");
    assert!(BodyKey::fresh(&random).open(closed).is_err());
}
