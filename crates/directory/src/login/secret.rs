//! The form of a device password: `7kqd-m3vn-…`, six groups of four; the first is public.

use world::World;
use zeroize::Zeroizing;

use crate::limits::{SECRET_CHARACTERS, SELECTOR_CHARACTERS};

/// Crockford's base 32 in lower case: no i, l, o, u, so that nothing reads like 1 or 0.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of a group.
const GROUP: usize = 4;

/// A new password and its public characters.
pub(crate) fn device_password(world: &World) -> (String, Zeroizing<String>) {
    let mut random = Zeroizing::new([0; SELECTOR_CHARACTERS + SECRET_CHARACTERS]);
    world.random.fill(&mut random[..]);
    let mut password = Zeroizing::new(String::with_capacity(random.len() * 2));
    for (index, byte) in random.iter().enumerate() {
        if index > 0 && index % GROUP == 0 {
            password.push('-');
        }
        // 256 is a multiple of 32: every character is equally likely.
        password.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    (password[..SELECTOR_CHARACTERS].to_owned(), password)
}

/// Characters that nobody can guess, 5 bits each.
pub(crate) fn random_characters(world: &World, count: usize) -> Zeroizing<String> {
    let mut random = Zeroizing::new(vec![0; count]);
    world.random.fill(&mut random[..]);
    Zeroizing::new(random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
}

/// The public characters, if the text has the form of a device password.
pub(crate) fn selector_of(password: &str) -> Option<&str> {
    let characters = SELECTOR_CHARACTERS + SECRET_CHARACTERS;
    let is_formed = password.len() == characters + characters / GROUP - 1
        && password.bytes().enumerate().all(|(index, byte)| match index % (GROUP + 1) {
            GROUP => byte == b'-',
            _ => ALPHABET.contains(&byte),
        });
    if is_formed { password.get(..SELECTOR_CHARACTERS) } else { None }
}
