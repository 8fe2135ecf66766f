//! Return paths of forwarded letters: the sender rewriting scheme (SRS).
//!
//! A letter that an alias leads elsewhere cannot keep its sender, because the next server asks the sender's
//! domain who may send for it (RFC 7208 §2.4), and that is not us. It gets one in the alias's own domain that
//! holds the first sender, a day and a keyed hash, so that reports find their way back and nobody else can
//! send letters through it:
//!
//! ```text
//! eve@stranger.example                    SRS0=hash=day=stranger.example=eve@valbois.example
//! SRS0=…=…=first.example=eve@middle.example   SRS1=hash=middle.example==…=…=first.example=eve@valbois.example
//! one too long for 64 octets              SRSD=hash=day=token@valbois.example, the rest in a table
//! ```
//!
//! SRS1 leads back to the first forwarder, which knows the rest, and does not grow with every further one.

use std::sync::Arc;

use aws_lc_rs::hmac;
use db::{Db, DbError};
use keys::{Keys, KeysError};
use model::{Address, Domain, Localpart, Reply, Timestamp};
use thiserror::Error;
use world::World;

use crate::{limits, rows};

/// A return path cannot be made or read now.
#[derive(Debug, Error)]
pub enum ReturnPathError {
    /// The secret of the installation is out of reach.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The database.
    #[error("cannot reach the rows of forwarded senders")]
    Db(#[from] DbError),
}

/// Makes return paths and follows them back. Cheap to clone.
#[derive(Clone)]
pub struct ReturnPaths {
    db: Db,
    world: World,
    keys: Keys,
}

/// What a return path of ours holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Held {
    /// The first sender, or the first forwarder's path to him.
    Sender(Address),
    /// The row of the first sender.
    Token(String),
}

impl ReturnPaths {
    /// Return paths with the installation's secret.
    pub fn new(db: Db, world: World, keys: Keys) -> ReturnPaths {
        ReturnPaths { db, world, keys }
    }

    async fn scheme(&self) -> Result<Scheme, KeysError> {
        Ok(Scheme::new(&self.keys.shared_secret("forwarding").await?))
    }

    /// The path in `domain` by which reports find `sender`.
    pub async fn make(&self, sender: &Address, domain: &Domain) -> Result<Address, ReturnPathError> {
        let (scheme, now) = (self.scheme().await?, self.world.clock.now());
        if let Some(path) = scheme.forward(sender, domain, now) {
            return Ok(path);
        }
        let (path, token) = scheme.indirect(sender, domain, now);
        let (sender, day) = (sender.to_string(), day(now));
        self.db
            .operator("remember whose letter is forwarded under a short name")
            .write(move |tx| rows::remember(tx, &token, &sender, day))
            .await?;
        Ok(path)
    }

    /// Where a letter to this address goes, if it is a return path of our making: `None` if it does not look
    /// like one, the words for the peer if it is false, too old or forgotten.
    pub async fn follow(&self, address: &Address) -> Result<Option<Result<Address, Reply>>, ReturnPathError> {
        if !looks_like_one(address) {
            return Ok(None);
        }
        let (scheme, now) = (self.scheme().await?, self.world.clock.now());
        match scheme.reverse(address, now) {
            Ok(Held::Sender(sender)) => Ok(Some(Ok(sender))),
            Ok(Held::Token(token)) => {
                let sender = self
                    .db
                    .operator("find whose letter was forwarded under a short name")
                    .read(move |tx| rows::sender(tx, &token))
                    .await?;
                let sender = sender.and_then(|sender| Address::parse(&sender).ok());
                Ok(Some(sender.ok_or_else(forgotten)))
            }
            Err(reply) => Ok(Some(Err(reply))),
        }
    }

    /// Forgets senders whose return paths are too old by now.
    pub async fn tend(&self) -> Result<(), DbError> {
        let before = day(self.world.clock.now()) - limits::RETURN_PATH_DAYS - 1;
        self.db
            .operator("forget senders of letters forwarded long ago")
            .write(move |tx| rows::forget_before(tx, before).map(drop))
            .await
    }
}

fn forgotten() -> Reply {
    Reply::never(550, 1, 1, "this return path is too old")
}

fn false_path() -> Reply {
    Reply::never(550, 1, 1, "this return path is not of our making")
}

/// Whether an address of ours is meant as a return path.
pub fn looks_like_one(address: &Address) -> bool {
    tagged(address.localpart().as_str()).is_some()
}

/// The kind and what follows its separator, which may be `=`, `+` or `-` in paths of others.
fn tagged(local: &str) -> Option<(&str, &str)> {
    let tag = local.get(..4)?;
    let is_kind = ["SRS0", "SRS1", "SRSD"].iter().any(|kind| tag.eq_ignore_ascii_case(kind));
    let rest = local.get(4..)?;
    (is_kind && rest.starts_with(['=', '+', '-'])).then_some((tag, rest))
}

fn day(now: Timestamp) -> i64 {
    now.seconds().div_euclid(86_400)
}

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Base 32 in lower case: some servers change the case of local parts.
fn base32(octets: &[u8], characters: usize) -> String {
    let bit = |index: usize| octets.get(index / 8).is_some_and(|octet| octet & (0x80 >> (index % 8)) != 0);
    (0..characters)
        .map(|place| {
            let value = (0..5).fold(0_usize, |value, step| value * 2 + usize::from(bit(place * 5 + step)));
            char::from(ALPHABET[value])
        })
        .collect()
}

/// The days of a month or so are told apart by two characters.
fn day_text(day: i64) -> String {
    let day = day.rem_euclid(1024) as usize;
    [ALPHABET[day / 32], ALPHABET[day % 32]].map(char::from).iter().collect()
}

fn is_recent(text: &str, now: Timestamp) -> bool {
    let digit = |octet: &u8| ALPHABET.iter().position(|known| *known == octet.to_ascii_lowercase());
    let Some([Some(high), Some(low)]) =
        text.as_bytes().first_chunk::<2>().map(|two| [digit(&two[0]), digit(&two[1])])
    else {
        return false;
    };
    let age = (day(now) - (high * 32 + low) as i64).rem_euclid(1024);
    // One day of the future: the clocks of two nodes.
    text.len() == 2 && (age <= limits::RETURN_PATH_DAYS || age == 1023)
}

/// The scheme with its secret: pure.
#[derive(Clone)]
pub(crate) struct Scheme(Arc<hmac::Key>);

impl Scheme {
    pub(crate) fn new(secret: &[u8]) -> Scheme {
        Scheme(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, secret)))
    }

    /// The keyed hash over the parts, in any case, and the domain that forwards.
    fn hash(&self, kind: &str, parts: &[&str], domain: &Domain) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        for part in [kind].iter().chain(parts).chain(&[domain.as_str()]) {
            context.update(part.to_lowercase().as_bytes());
            context.update(&[0]);
        }
        base32(context.sign().as_ref(), limits::HASH_CHARACTERS)
    }

    fn is_hash(&self, given: &str, kind: &str, parts: &[&str], domain: &Domain) -> bool {
        let wanted = self.hash(kind, parts, domain);
        let given = given.to_ascii_lowercase();
        aws_lc_rs::constant_time::verify_slices_are_equal(given.as_bytes(), wanted.as_bytes()).is_ok()
    }

    /// `None`: it does not fit into a local part.
    pub(crate) fn forward(&self, sender: &Address, domain: &Domain, now: Timestamp) -> Option<Address> {
        let local = sender.localpart().as_str();
        let text = match tagged(local) {
            // Somebody's SRS0: kept whole behind the name of who made it.
            Some((kind, rest)) if kind.eq_ignore_ascii_case("SRS0") => {
                let first = sender.domain().as_str();
                format!("SRS1={}={first}={rest}", self.hash("SRS1", &[first, rest], domain))
            }
            // Somebody's SRS1: he steps out, the first forwarder stays.
            Some((kind, rest)) if kind.eq_ignore_ascii_case("SRS1") => {
                let (first, rest) = rest.get(1..)?.split_once('=')?.1.split_once('=')?;
                format!("SRS1={}={first}={rest}", self.hash("SRS1", &[first, rest], domain))
            }
            _ => {
                let (day, from) = (day_text(day(now)), sender.domain().as_str());
                format!("SRS0={}={day}={from}={local}", self.hash("SRS0", &[&day, from, local], domain))
            }
        };
        Some(Address::new(localpart(&text)?, domain.clone()))
    }

    /// A path that holds a token instead of the sender.
    pub(crate) fn indirect(&self, sender: &Address, domain: &Domain, now: Timestamp) -> (Address, String) {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(sender.to_string().as_bytes());
        let token = base32(context.sign().as_ref(), limits::TOKEN_CHARACTERS);
        let day = day_text(day(now));
        let text = format!("SRSD={}={day}={token}", self.hash("SRSD", &[&day, &token], domain));
        let local = localpart(&text).expect("invariant: letters, digits and = of a known number");
        (Address::new(local, domain.clone()), token)
    }

    /// What a path of ours holds.
    fn reverse(&self, path: &Address, now: Timestamp) -> Result<Held, Reply> {
        let (kind, rest) = tagged(path.localpart().as_str()).ok_or_else(false_path)?;
        let rest = rest.get(1..).ok_or_else(false_path)?;
        let domain = path.domain();
        match kind.to_ascii_uppercase().as_str() {
            "SRS1" => {
                let mut parts = rest.splitn(3, '=');
                let (Some(hash), Some(first), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
                    return Err(false_path());
                };
                if !self.is_hash(hash, "SRS1", &[first, rest], domain) {
                    return Err(false_path());
                }
                sender(&format!("SRS0{rest}"), first).map(Held::Sender).ok_or_else(false_path)
            }
            "SRSD" => {
                let mut parts = rest.splitn(3, '=');
                let (Some(hash), Some(day), Some(token)) = (parts.next(), parts.next(), parts.next()) else {
                    return Err(false_path());
                };
                if !self.is_hash(hash, "SRSD", &[day, token], domain) {
                    return Err(false_path());
                }
                if !is_recent(day, now) {
                    return Err(forgotten());
                }
                Ok(Held::Token(token.to_ascii_lowercase()))
            }
            _ => {
                let mut parts = rest.splitn(4, '=');
                let (Some(hash), Some(day), Some(from), Some(local)) =
                    (parts.next(), parts.next(), parts.next(), parts.next())
                else {
                    return Err(false_path());
                };
                if !self.is_hash(hash, "SRS0", &[day, from, local], domain) {
                    return Err(false_path());
                }
                if !is_recent(day, now) {
                    return Err(forgotten());
                }
                sender(local, from).map(Held::Sender).ok_or_else(false_path)
            }
        }
    }
}

/// A local part of these very characters, quoted if they need it; `None` if it is too long.
fn localpart(text: &str) -> Option<Localpart> {
    let quoted = || format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    Localpart::parse(text).or_else(|_| Localpart::parse(&quoted())).ok()
}

fn sender(local: &str, domain: &str) -> Option<Address> {
    Some(Address::new(localpart(local)?, Domain::parse(domain).ok()?))
}
