//! SPF as people keep it: checking, merging, softening, and what the signs mean (R108–R123).

use wire_trust::spf::{Qualifier, Record};

use crate::error::ZoneError;
use crate::limits::SPF_MERGE_LIMIT;

type Result<T> = std::result::Result<T, ZoneError>;

/// The text of an SPF record, if a receiver can read it.
pub fn checked(text: &str) -> Result<Record> {
    Record::parse(text).map_err(|fault| {
        ZoneError::invalid("data", fault.to_string(), "an SPF record follows the grammar of RFC 7208 §12")
    })
}

/// One record out of several (R121, R122): our mechanisms first, then those of the others in their order, each
/// once; the end is ours.
pub fn merge(ours: &str, others: &[&str]) -> Result<String> {
    if others.len() > SPF_MERGE_LIMIT {
        return Err(ZoneError::invalid(
            "records",
            "too many at once",
            "at most 20 records are merged at once",
        ));
    }
    let ours = checked(ours.trim())?;
    let others = others
        .iter()
        .enumerate()
        .map(|(number, text)| checked(text.trim()).map_err(|error| error.at(number)))
        .collect::<Result<Vec<Record>>>()?;
    Ok(wire_trust::spf::merge(&ours, &others).to_string())
}

/// The record with another end: strict, soft, or nothing said.
pub fn with_end(text: &str, qualifier: Qualifier) -> Result<String> {
    Ok(checked(text.trim())?.with_all(qualifier).to_string())
}

/// What the sign before `all` means, in the words of the seed (R116–R119).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// `-`, `~`, `?` or `+`.
    pub sign: char,
    /// What it is called: a key for other languages.
    pub key: &'static str,
    /// In English.
    pub english: &'static str,
    /// In French.
    pub french: &'static str,
    /// Whether screens recommend it.
    pub is_recommended: bool,
    /// Whether screens warn of it.
    pub is_dangerous: bool,
}

/// The meanings of the signs, as screens list them.
pub const MEANINGS: [Meaning; 4] = [
    Meaning {
        sign: '-',
        key: "spf-fail",
        english: "The receiving server refuses the letter if its sender is not listed in the SPF (recommended).",
        french: "Le serveur de réception rejette le message s'il n'est pas listé dans le SPF (recommandé).",
        is_recommended: true,
        is_dangerous: false,
    },
    Meaning {
        sign: '~',
        key: "spf-softfail",
        english: "The receiving server generally accepts the letter if it is not listed in the SPF, but marks it as suspicious.",
        french: "Le serveur de réception accepte en général le message s'il n'est pas listé dans le SPF mais l'identifie comme suspect.",
        is_recommended: false,
        is_dangerous: false,
    },
    Meaning {
        sign: '?',
        key: "spf-neutral",
        english: "The receiving server accepts the letter even if its sender is not listed in the SPF.",
        french: "Le serveur de réception accepte le message même si l'émetteur n'est pas listé dans le SPF.",
        is_recommended: false,
        is_dangerous: false,
    },
    Meaning {
        sign: '+',
        key: "spf-pass",
        english: "Everybody may send in the name of the domain: the SPF protects nothing.",
        french: "Tout le monde peut envoyer au nom du domaine : le SPF ne protège de rien.",
        is_recommended: false,
        is_dangerous: true,
    },
];
