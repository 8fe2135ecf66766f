//! The verifier: what a bundle proves, claim by claim, with published keys and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use model::Timestamp;
use wire_cms::time_stamp::{Stamp, Token};
use wire_cms::{Certificate, Purpose, chain as path};

use crate::bundle::{Bundle, BundledCheckpoint, BundledLetter, BundledStatement};
use crate::chain::Chain;
use crate::digest::Digest;
use crate::keys::{Keys, Valid};
use crate::limits::{CLOCKS_DIFFER_MILLISECONDS, COMPARED_BYTES, DOCUMENTS};
use crate::log::{Checkpoint, Note, NoteKey, leaf, verify_consistency, verify_inclusion};
use crate::machine::State;
use crate::moment;
use crate::report::{Claim, Kind, Outcome, Report, Told, ToldEvent};
use crate::seal::{SealKey, Sealed};
use crate::statement::Content;

/// A file that is said to be a letter or a part of one.
#[derive(Clone, Copy, Debug)]
pub struct Document<'d> {
    /// What it is called in the report.
    pub name: &'d str,
    /// All its bytes.
    pub bytes: &'d [u8],
}

/// Says what a bundle proves. With `now` also refuses what comes from the future.
///
/// Nothing of it is an error: whatever is wrong is a claim that failed.
pub fn verify(bundle: &Bundle, keys: &Keys, documents: &[Document<'_>], now: Option<Timestamp>) -> Report {
    let mut verifier = Verifier { bundle, keys, now, claims: Vec::new(), seals: BTreeMap::new() };
    let checkpoints = verifier.checkpoints();
    let letters: Vec<Told> = (1..)
        .zip(&bundle.letters)
        .map(|(number, letter)| verifier.letter(number, letter, &checkpoints))
        .collect();
    verifier.told_once();
    verifier.documents(documents);
    Report::new(letters, verifier.claims)
}

/// A checkpoint of which the log's signature was looked at.
struct Known {
    /// `None` when the log did not sign it.
    checkpoint: Option<Checkpoint>,
    /// Not later than: by its own time-stamps, or by those of a later checkpoint of the same log.
    stamp: Option<Timestamp>,
}

struct Verifier<'b> {
    bundle: &'b Bundle,
    keys: &'b Keys,
    now: Option<Timestamp>,
    claims: Vec<Claim>,
    /// What is known of the certificates of seals: key and name, or what is wrong.
    seals: BTreeMap<(Digest, Timestamp), Result<(SealKey, String), String>>,
}

/// Where a claim belongs.
#[derive(Clone, Copy, Default)]
struct About {
    letter: Option<usize>,
    statement: Option<usize>,
    checkpoint: Option<usize>,
}

impl Verifier<'_> {
    fn claim(&mut self, kind: Kind, about: About, outcome: Outcome, text: String) {
        let About { letter, statement, checkpoint } = about;
        self.claims.push(Claim { kind, letter, statement, checkpoint, document: None, outcome, text });
    }

    /// A claim that holds or fails: one sentence for each.
    fn say(&mut self, kind: Kind, about: About, found: Result<String, String>) {
        match found {
            Ok(text) => self.claim(kind, about, Outcome::Proven, text),
            Err(text) => self.claim(kind, about, Outcome::Failed, text),
        }
    }

    fn checkpoints(&mut self) -> Vec<Known> {
        let mut known: Vec<Known> = Vec::new();
        // Which checkpoints lead over to the next one.
        let mut leads = Vec::new();
        for (number, bundled) in (1..).zip(&self.bundle.checkpoints) {
            let about = About { checkpoint: Some(number), ..About::default() };
            let stamp = self.stamps(bundled, about);
            let checkpoint = match self.signed(bundled, number, stamp) {
                Ok((checkpoint, text)) => {
                    self.claim(Kind::Checkpoint, about, Outcome::Proven, text);
                    self.witnesses(bundled, about);
                    Some(checkpoint)
                }
                Err(text) => {
                    self.claim(Kind::Checkpoint, about, Outcome::Failed, text);
                    None
                }
            };
            let follows = self.follows(number, known.last(), checkpoint.as_ref(), &bundled.consistency);
            leads.push(follows.as_ref().is_some_and(Result::is_ok));
            if let Some(found) = follows {
                self.say(Kind::AppendOnly, about, found);
            }
            known.push(Known { checkpoint, stamp });
        }
        // A log that is the beginning of a stamped one existed before that stamp.
        for number in (1..known.len()).rev() {
            if leads.get(number) == Some(&true) {
                let later = known[number].stamp;
                let earlier = &mut known[number - 1].stamp;
                *earlier = [*earlier, later].into_iter().flatten().min();
            }
        }
        known
    }

    /// The time-stamps of a checkpoint: the earliest that holds.
    fn stamps(&mut self, bundled: &BundledCheckpoint, about: About) -> Option<Timestamp> {
        let number = about.checkpoint.unwrap_or_default();
        let digest = Note::parse(&bundled.note).map(|note| Digest::of(&[note.text().as_bytes()]));
        let Ok(digest) = digest else { return None };
        if bundled.tokens.is_empty() {
            let text = format!("Checkpoint {number} has no time-stamp.");
            // A later one may do; what counts is asked of each statement.
            self.claim(Kind::Time, about, Outcome::NotShown, text);
        }
        let mut earliest: Option<Timestamp> = None;
        for token in &bundled.tokens {
            match self.stamp(token, &digest) {
                Ok(stamp) => {
                    let text = format!(
                        "Checkpoint {number} existed not later than {}, says {}.",
                        moment::to_text(stamp.time),
                        stamp.authority
                    );
                    self.claim(Kind::Time, about, Outcome::Proven, text);
                    let time = latest(&stamp);
                    earliest = Some(earliest.map_or(time, |earlier| earlier.min(time)));
                }
                Err(why) => {
                    let text = format!("A time-stamp of checkpoint {number} does not hold: {why}.");
                    self.claim(Kind::Time, about, Outcome::Failed, text);
                }
            }
        }
        earliest
    }

    fn stamp(&self, token: &[u8], digest: &Digest) -> Result<Stamp, String> {
        let token = Token::from_der(token).map_err(|error| chained(&error))?;
        let anchors = valid_at(&self.keys.time_stamp, token.claimed_time());
        let stamp = token.verify(&digest.0, &anchors).map_err(|error| chained(&error))?;
        match self.now {
            Some(now) if stamp.time > now => {
                Err(format!("its time {} has not come yet", moment::to_text(stamp.time)))
            }
            _ => Ok(stamp),
        }
    }

    /// The checkpoint, if a published key of the log signed it.
    fn signed(
        &self,
        bundled: &BundledCheckpoint,
        number: usize,
        stamp: Option<Timestamp>,
    ) -> Result<(Checkpoint, String), String> {
        let fault = |why: String| format!("Checkpoint {number} does not hold: {why}.");
        let note = Note::parse(&bundled.note).map_err(|error| fault(error.to_string()))?;
        let checkpoint = Checkpoint::parse(note.text()).map_err(|error| fault(error.to_string()))?;
        let keys =
            self.keys.log.iter().filter(|key| {
                key.value.name() == checkpoint.origin && stamp.is_none_or(|stamp| key.at(stamp))
            });
        let signed = note.signed(keys.map(|key| &key.value)).map_err(|error| fault(error.to_string()))?;
        if signed.is_empty() {
            return Err(fault(format!("no published key of the log {} signed it", checkpoint.origin)));
        }
        let text = format!(
            "Checkpoint {number} is the log {} with {} statements, signed by its key.",
            checkpoint.origin, checkpoint.size
        );
        Ok((checkpoint, text))
    }

    fn witnesses(&mut self, bundled: &BundledCheckpoint, about: About) {
        let number = about.checkpoint.unwrap_or_default();
        let Ok(note) = Note::parse(&bundled.note) else { return };
        let keys: Vec<&NoteKey> = self.keys.witnesses.iter().map(|key| &key.value).collect();
        match note.signed(keys) {
            Ok(signed) => {
                for witness in signed {
                    let at = witness.at.map(moment::to_text).unwrap_or_default();
                    let text = format!("The witness {} saw checkpoint {number} at {at}.", witness.name);
                    self.claim(Kind::Witness, about, Outcome::Proven, text);
                }
            }
            Err(error) => {
                let text = format!("Checkpoint {number} does not hold: {error}.");
                self.claim(Kind::Witness, about, Outcome::Failed, text);
            }
        }
    }

    /// Whether a checkpoint goes on where the one before ended; nothing to ask of the first.
    fn follows(
        &self,
        number: usize,
        before: Option<&Known>,
        this: Option<&Checkpoint>,
        proof: &[Digest],
    ) -> Option<Result<String, String>> {
        let Some(before) = before else {
            let text = "A proof stands where there is nothing to prove: before the first checkpoint.";
            return (!proof.is_empty()).then(|| Err(text.to_owned()));
        };
        let fault =
            |why: &str| format!("Checkpoint {number} does not go on where the one before ended: {why}.");
        let (Some(before), Some(this)) = (&before.checkpoint, this) else {
            return Some(Err(fault("one of them does not hold")));
        };
        if before.origin != this.origin {
            return Some(Err(fault("they are of different logs")));
        }
        let found = verify_consistency(before.size, &before.root, this.size, &this.root, proof);
        Some(match found {
            Ok(()) => {
                Ok(format!("Checkpoint {number} goes on where the one before ended: nothing was taken away."))
            }
            Err(error) => Err(fault(&error.to_string())),
        })
    }

    fn letter(&mut self, number: usize, letter: &BundledLetter, checkpoints: &[Known]) -> Told {
        let about = About { letter: Some(number), ..About::default() };
        let mut events = Vec::new();
        let mut last_index = None;
        for (place, bundled) in (1..).zip(&letter.statements) {
            let about = About { statement: Some(place), ..about };
            let stamp = self.logged(bundled, about, checkpoints, &mut last_index);
            self.seal(&bundled.sealed, about, stamp);
            self.before(&bundled.sealed, about, stamp);
            events.push(told(&bundled.sealed, stamp));
        }
        let state = self.chain(about, letter);
        let first = letter.statements.first().map(|one| one.sealed.evidence());
        let salt_fits =
            first.is_some_and(|first| first.content.salt_digest == Content::salt_digest(&letter.salt));
        self.say(
            Kind::Salt,
            about,
            if salt_fits {
                Ok(format!(
                    "The salt of letter {number} is the one of its statements: documents can be compared."
                ))
            } else {
                Err(format!("The salt of letter {number} is not the one of its statements."))
            },
        );
        let text = |get: &dyn Fn(&crate::statement::Evidence) -> String| first.map(get).unwrap_or_default();
        Told {
            letter: text(&|one| one.letter.to_string()),
            message_identifier: text(&|one| one.message_identifier.clone()),
            mode: text(&|one| one.mode.to_string()),
            sender: text(&|one| one.sender.address.clone()),
            recipient: text(&|one| one.recipient.address.clone()),
            state: state.map(|state| state.to_string()),
            events,
        }
    }

    /// Whether a statement stands in the log, and not later than when.
    fn logged(
        &mut self,
        bundled: &BundledStatement,
        about: About,
        checkpoints: &[Known],
        last_index: &mut Option<u64>,
    ) -> Option<Timestamp> {
        let name = name(about);
        let Some(logged) = &bundled.logged else {
            let text = format!("{name} is not yet in a checkpoint of the log.");
            self.claim(Kind::Log, about, Outcome::NotShown, text);
            return None;
        };
        let number = logged.checkpoint + 1;
        let about = About { checkpoint: Some(number), ..about };
        let fault = |why: &str| format!("{name} is not shown to stand in the log: {why}.");
        let in_order = last_index.is_none_or(|last| last < logged.index);
        *last_index = Some(logged.index);
        let known = checkpoints.get(logged.checkpoint);
        let found = match known.and_then(|known| known.checkpoint.as_ref()) {
            None => Err(fault("its checkpoint does not hold")),
            Some(_) if !in_order => Err(fault("it stands there before the statement that it follows")),
            Some(checkpoint) => {
                let leaf = leaf(&bundled.blind, &bundled.sealed.digest());
                verify_inclusion(&leaf, logged.index, checkpoint.size, &logged.proof, &checkpoint.root)
                    .map(|()| {
                        format!("{name} stands in the log at {}, by checkpoint {number}.", logged.index)
                    })
                    .map_err(|error| fault(&error.to_string()))
            }
        };
        let holds = found.is_ok();
        self.say(Kind::Log, about, found);
        known.and_then(|known| known.stamp).filter(|_| holds)
    }

    fn seal(&mut self, sealed: &Sealed, about: About, stamp: Option<Timestamp>) {
        let name = name(about);
        let certificate = sealed.certificate();
        // Without a time-stamp the platform's own word has to do for the moment at which its certificate must hold.
        let key = (certificate, stamp.unwrap_or(sealed.sealed_at()));
        if !self.seals.contains_key(&key) {
            let found = self.seal_key(&certificate, key.1);
            self.seals.insert(key, found);
        }
        let found = match self.seals.get(&key) {
            Some(Ok((public, subject))) => match sealed.verify(public) {
                Ok(()) => Ok(format!(
                    "{name} is unaltered: {}, sealed by {subject} at {}.",
                    sealed.evidence().event,
                    sealed.sealed_at().rfc3339()
                )),
                Err(error) => Err(format!("{name} does not hold: {error}.")),
            },
            Some(Err(why)) => Err(format!("The seal of {} does not count: {why}.", lower(&name))),
            None => Err(format!("The seal of {} was not looked at.", lower(&name))),
        };
        self.say(Kind::Seal, about, found);
    }

    fn seal_key(&self, fingerprint: &Digest, at: Timestamp) -> Result<(SealKey, String), String> {
        let certificates = &self.bundle.certificates;
        let roots = valid_at(&self.keys.seal, at);
        let certificate = certificates
            .iter()
            .chain(&roots)
            .find(|one| one.sha256() == fingerprint.0)
            .ok_or_else(|| format!("the certificate {fingerprint} is not in the bundle"))?;
        path::verify(certificate, certificates, &roots, at, Purpose::Seal)
            .map_err(|error| chained(&error))?;
        let key = SealKey::of(certificate).map_err(|error| chained(&error))?;
        Ok((key, certificate.display_name()))
    }

    /// That a statement was not written after the time-stamp, and tells of nothing after it.
    fn before(&mut self, sealed: &Sealed, about: About, stamp: Option<Timestamp>) {
        let name = name(about);
        let Some(stamp) = stamp else {
            let text = format!("No time-stamp shows when {} existed.", lower(&name));
            self.claim(Kind::Before, about, Outcome::NotShown, text);
            return;
        };
        let latest = stamp.plus(std::time::Duration::from_millis(CLOCKS_DIFFER_MILLISECONDS.unsigned_abs()));
        let told = sealed.evidence().event_time.max(sealed.sealed_at());
        let found = if told > latest {
            Err(format!(
                "{name} tells of {}, after the time-stamp that it was written before.",
                moment::to_text(told)
            ))
        } else {
            Ok(format!("{name} existed not later than {}.", moment::to_text(stamp)))
        };
        self.say(Kind::Before, about, found);
    }

    fn chain(&mut self, about: About, letter: &BundledLetter) -> Option<State> {
        let number = about.letter.unwrap_or_default();
        let chain = match Chain::verify(letter.statements.iter().map(|one| &one.sealed)) {
            Ok(chain) => chain,
            Err(error) => {
                let text = format!("The statements about letter {number} are not a chain: {error}.");
                self.claim(Kind::Chain, about, Outcome::Failed, text);
                return None;
            }
        };
        let count = letter.statements.len();
        let text = format!(
            "The statements about letter {number} are the first {count}, in their order and their times, and none between is missing."
        );
        self.claim(Kind::Chain, about, Outcome::Proven, text);
        let state = match chain.machine() {
            Ok(machine) => machine.state(),
            Err(illegal) => {
                let text = format!("What is told of letter {number} cannot be: {illegal}.");
                self.claim(Kind::States, about, Outcome::Failed, text);
                return None;
            }
        };
        let text = format!("What is told of letter {number} can happen in this order: it is {state}.");
        self.claim(Kind::States, about, Outcome::Proven, text);
        let (outcome, text) = if state.is_final() {
            (
                Outcome::Proven,
                format!("Nothing can follow when a letter is {state}: letter {number} is at its end."),
            )
        } else {
            let text = format!(
                "More may have happened to letter {number} since: this file ends with statement {count}."
            );
            (Outcome::NotShown, text)
        };
        self.claim(Kind::End, about, outcome, text);
        Some(state)
    }

    /// Two chains about one letter to one recipient would be two truths.
    fn told_once(&mut self) {
        let mut seen = BTreeSet::new();
        for (number, letter) in (1..).zip(&self.bundle.letters) {
            let Some(first) = letter.statements.first().map(|one| one.sealed.evidence()) else { continue };
            if !seen.insert((first.letter, first.recipient.slot)) {
                let about = About { letter: Some(number), ..About::default() };
                let text = format!("Letter {number} to its recipient is told of twice.");
                self.claim(Kind::Chain, about, Outcome::Failed, text);
            }
        }
    }

    fn documents(&mut self, documents: &[Document<'_>]) {
        for (at, document) in documents.iter().enumerate() {
            let found = if at < DOCUMENTS {
                told_of(self.bundle, document)
            } else {
                Err((None, format!("{} was not looked at: only {DOCUMENTS} documents are.", document.name)))
            };
            let (outcome, letter, text) = match found {
                Ok((letter, text)) => (Outcome::Proven, Some(letter), text),
                Err((letter, text)) => (Outcome::Failed, letter, text),
            };
            let document = Some(document.name.to_owned());
            let (statement, checkpoint) = (None, None);
            self.claims.push(Claim {
                kind: Kind::Document,
                letter,
                statement,
                checkpoint,
                document,
                outcome,
                text,
            });
        }
    }
}

/// Which letter a document is or is part of; the error says that it is none.
pub(crate) fn told_of(
    bundle: &Bundle,
    document: &Document<'_>,
) -> Result<(usize, String), (Option<usize>, String)> {
    let Document { name, bytes } = document;
    let size = bytes.len() as u64;
    let mut hashed = 0;
    for (number, letter) in (1..).zip(&bundle.letters) {
        let Some(content) = letter.statements.first().map(|one| &one.sealed.evidence().content) else {
            continue;
        };
        // Hashing a document for each of many letters would take long; a size is compared at once.
        if content.size_bytes != size && content.parts.iter().all(|part| part.size_bytes != size) {
            continue;
        }
        hashed += size;
        if hashed > size.max(COMPARED_BYTES) {
            let text =
                format!("{name} was not compared with all letters: too many have something of its size.");
            return Err((None, text));
        }
        let digest = Content::digest(&letter.salt, bytes);
        if content.digest == digest && content.size_bytes == size {
            return Ok((
                number,
                format!("{name} is letter {number} as it goes to its recipient, byte for byte."),
            ));
        }
        let same = |part: &&crate::statement::Part| part.digest == digest && part.size_bytes == size;
        if let Some(part) = content.parts.iter().find(same) {
            let text = format!("{name} is the part {:?} of letter {number}, byte for byte.", part.identifier);
            return Ok((number, text));
        }
    }
    Err((None, format!("{name} is neither a letter that is told of nor a part of one.")))
}

/// The latest moment that a time-stamp may mean (RFC 3161 §2.4.2: accuracy is a deviation to both sides).
fn latest(stamp: &Stamp) -> Timestamp {
    stamp.accuracy.map_or(stamp.time, |accuracy| stamp.time.plus(accuracy))
}

pub(crate) fn valid_at(roots: &[Valid<Certificate>], time: Timestamp) -> Vec<Certificate> {
    roots.iter().filter(|root| root.at(time)).map(|root| root.value.clone()).collect()
}

/// What to call a statement at the beginning of a sentence.
fn name(about: About) -> String {
    let (statement, letter) = (about.statement.unwrap_or_default(), about.letter.unwrap_or_default());
    format!("Statement {statement} of letter {letter}")
}

fn lower(name: &str) -> String {
    name.replacen('S', "s", 1)
}

fn told(sealed: &Sealed, stamp: Option<Timestamp>) -> ToldEvent {
    let evidence = sealed.evidence();
    ToldEvent {
        event: evidence.event.to_string(),
        time: moment::to_text(evidence.event_time),
        not_later_than: stamp.map(moment::to_text),
        reasons: evidence
            .reasons
            .iter()
            .map(|reason| format!("{}: {}", reason.code, reason.detail))
            .collect(),
    }
}

/// An error with its causes, in one line.
pub(crate) fn chained(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
