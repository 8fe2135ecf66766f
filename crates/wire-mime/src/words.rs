//! Encoded words (RFC 2047): reading them, and writing raw eight-bit text as such.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::limits::ENCODED_WORD_LIMIT_OCTETS;
use crate::text::decode_charset;
use crate::transfer::decode_base64;

/// Unstructured text or a phrase as a person reads it: encoded words decoded, blanks between them dropped.
///
/// Raw eight-bit text counts as UTF-8 (RFC 6532), else as windows-1252, which is what it mostly was.
pub fn decode_words(text: &[u8]) -> String {
    if memchr::memmem::find(text, b"=?").is_none() {
        return decode_charset(text, None).into_owned();
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    // Octets of encoded words that follow each other in one charset: writers split characters (RFC 2047 §5 forbids it).
    let mut pending: Option<(&[u8], Vec<u8>)> = None;
    while !rest.is_empty() {
        let next = memchr::memmem::find(rest, b"=?").unwrap_or(rest.len());
        let word = encoded_word(&rest[next..]);
        let (before, length) = match &word {
            Some(word) => (&rest[..next], word.length),
            // No encoded word after all: the two octets are text.
            None => (&rest[..(next + 2).min(rest.len())], 0),
        };
        // RFC 2047 §6.2: blanks between encoded words are not shown.
        let is_between_words = pending.is_some() && word.is_some() && before.trim_ascii().is_empty();
        if !is_between_words {
            flush(&mut pending, &mut decoded);
            decoded.push_str(&decode_charset(before, None));
        }
        rest = &rest[before.len() + length..];
        if let Some(word) = word {
            if pending.as_ref().is_some_and(|(charset, _)| !charset.eq_ignore_ascii_case(word.charset)) {
                flush(&mut pending, &mut decoded);
            }
            pending.get_or_insert_with(|| (word.charset, Vec::new())).1.extend_from_slice(&word.octets);
        }
    }
    flush(&mut pending, &mut decoded);
    decoded
}

fn flush(pending: &mut Option<(&[u8], Vec<u8>)>, decoded: &mut String) {
    if let Some((charset, octets)) = pending.take() {
        decoded.push_str(&decode_charset(&octets, std::str::from_utf8(charset).ok()));
    }
}

struct EncodedWord<'a> {
    charset: &'a [u8],
    octets: Vec<u8>,
    length: usize,
}

// RFC 2047 §2: encoded-word = "=?" charset "?" encoding "?" encoded-text "?="
fn encoded_word(text: &[u8]) -> Option<EncodedWord<'_>> {
    let inside = text.strip_prefix(b"=?")?;
    let looked_at = &inside[..inside.len().min(ENCODED_WORD_LIMIT_OCTETS)];
    let charset_length = memchr::memchr(b'?', looked_at)?;
    let charset = &inside[..charset_length];
    let after = inside.get(charset_length + 1..)?;
    let (encoding, content) = (*after.first()?, after.get(2..)?);
    if *after.get(1)? != b'?' || charset.is_empty() || charset.iter().any(|octet| *octet <= b' ') {
        return None;
    }
    // A `?` within the text is not permitted, but some programs leave it; only `?=` ends the word.
    let looked_at = &content[..content.len().min(ENCODED_WORD_LIMIT_OCTETS)];
    let end = memchr::memmem::find(looked_at, b"?=")?;
    let encoded = &content[..end];
    let octets = match encoding {
        b'B' | b'b' => decode_base64(encoded),
        b'Q' | b'q' => decode_q(encoded),
        _ => return None,
    };
    // RFC 2231 §5: a language may follow the charset after an asterisk.
    let charset = charset.split(|octet| *octet == b'*').next().unwrap_or(charset);
    Some(EncodedWord { charset, octets, length: charset_length + end + 7 })
}

// RFC 2047 §4.2
fn decode_q(text: &[u8]) -> Vec<u8> {
    let hex = |octet: u8| (octet as char).to_digit(16).map(|digit| digit as u8);
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'_', _) => decoded.push(b' '),
            (b'=', [high, low, after @ ..]) => {
                if let (Some(high), Some(low)) = (hex(*high), hex(*low)) {
                    decoded.push(high * 16 + low);
                    rest = after;
                    continue;
                }
                decoded.push(b'=');
            }
            _ => decoded.push(*first),
        }
        rest = tail;
    }
    decoded
}

/// Raw eight-bit text as encoded words, so that what we store of a header is ASCII.
///
/// Encoded words that are there already stay as they are.
pub fn encode_words(text: &[u8]) -> Vec<u8> {
    // RFC 2047 §2: an encoded word has at most 75 characters: 45 octets are 60 in base64.
    const OCTETS_PER_WORD: usize = 45;
    let text = decode_charset(text, None);
    let mut encoded = Vec::with_capacity(text.len() * 2);
    // Only words with eight-bit characters are encoded, and the blanks between two such words with them.
    let mut run = String::new();
    let flush_run = |run: &mut String, encoded: &mut Vec<u8>| {
        let mut rest = run.as_str();
        while !rest.is_empty() {
            let mut end = rest.len().min(OCTETS_PER_WORD);
            while !rest.is_char_boundary(end) {
                end -= 1;
            }
            encoded.extend_from_slice(b"=?utf-8?B?");
            encoded.extend_from_slice(STANDARD.encode(&rest[..end]).as_bytes());
            encoded.extend_from_slice(b"?=");
            rest = &rest[end..];
            if !rest.is_empty() {
                encoded.push(b' ');
            }
        }
        run.clear();
    };
    let mut blanks = String::new();
    for piece in text.split_inclusive([' ', '\t']) {
        let word = piece.trim_end_matches([' ', '\t']);
        if !word.is_ascii() {
            if run.is_empty() {
                encoded.extend_from_slice(blanks.as_bytes());
            } else {
                run.push_str(&blanks);
            }
            blanks.clear();
            run.push_str(word);
        } else if !word.is_empty() {
            flush_run(&mut run, &mut encoded);
            encoded.extend_from_slice(blanks.as_bytes());
            blanks.clear();
            encoded.extend_from_slice(word.as_bytes());
        }
        blanks.push_str(&piece[word.len()..]);
    }
    flush_run(&mut run, &mut encoded);
    encoded
}
