//! Where an address leads: the targets of a redirection address, and of a mailbox that forwards. Each target outside of
//! the organisation has a say: it gets a letter with a link, and letters go there once it agreed.
//!
//! ```text
//! named ─┬─ within the organisation ─────────────── accepted
//!        └─ pending ─ letter with a link ─┬─ accepted ⇄ refused   (whoever has the link may think again)
//!                                         └─ refused
//! ```
//!
//! Somebody who refused is not written to again, whoever names him anew; neither is anybody over and over.

mod letter;
mod rows;

use crate::administration::facts;
use std::collections::HashSet;
use std::net::IpAddr;

use aws_lc_rs::digest::{SHA256, digest};
use db::Tx;
use model::{Address, AddressId, OrganisationId, Timestamp};

use crate::administration::found;
use crate::entities::{AddressInfo, AddressKind};
use crate::error::DirectoryError;
use crate::rows::address_key;
use crate::{Administration, Directory, Opened, limits};

pub use letter::ForwardLetter;

type Result<T> = std::result::Result<T, DirectoryError>;

/// What a target said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetState {
    /// «En attente».
    Pending,
    /// «Acceptée»: letters go there.
    Accepted,
    /// «Refusée».
    Refused,
}

impl TargetState {
    /// The word of the column, of commands and of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            TargetState::Pending => "pending",
            TargetState::Accepted => "accepted",
            TargetState::Refused => "refused",
        }
    }

    pub(crate) fn of(text: &str) -> TargetState {
        match text {
            "accepted" => TargetState::Accepted,
            "refused" => TargetState::Refused,
            _ => TargetState::Pending,
        }
    }
}

/// One target of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForwardTarget {
    /// Its identifier.
    pub id: i64,
    /// The owner of the address.
    pub organisation: OrganisationId,
    /// The address that leads there.
    pub address: AddressId,
    /// Where it leads.
    pub target: Address,
    /// What the target said.
    pub state: TargetState,
    /// Who named it.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// The language of the letter.
    pub language: String,
    /// How many letters asked it.
    pub letters: u32,
    /// When the last of them went.
    pub letter_sent_at: Option<Timestamp>,
    /// When the target decided.
    pub decided_at: Option<Timestamp>,
}

/// What a redirection, or a mailbox that forwards, is to lead to.
#[derive(Clone, Debug)]
pub struct NewTargets {
    /// All of them: those that are not named any more are taken out.
    pub targets: Vec<Address>,
    /// Whether a mailbox keeps what it forwards; `None` stays.
    pub keeps_copy: Option<bool>,
    /// The language in which new ones are asked: `fr`.
    pub language: String,
}

/// What the page behind a letter's link shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The address that leads, or is to lead, to the target.
    pub address: Address,
    /// The target.
    pub target: Address,
    /// The organisation that asks.
    pub organisation: String,
    /// Who of it.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// The language of the letter.
    pub language: String,
    /// What was said so far.
    pub state: TargetState,
}

fn token_hash(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}

fn invalid(reason: String) -> DirectoryError {
    DirectoryError::Invalid {
        field: "targets",
        reason,
        rule: "an address leads to 1 to 10 different ones, none of them itself",
    }
}

fn check(address: &AddressInfo, targets: &[Address]) -> Result<()> {
    let own = address_key(&address.address);
    match address.kind {
        AddressKind::Redirection if targets.is_empty() => {
            return Err(invalid("no target is left".to_owned()));
        }
        AddressKind::Redirection | AddressKind::Mailbox { .. } => {}
        AddressKind::Alias { .. } => {
            return Err(DirectoryError::Invalid {
                field: "targets",
                reason: format!("«{}» is an alias", address.address),
                rule: "a redirection has targets that agree, and so has a mailbox that forwards",
            });
        }
    }
    if targets.len() > limits::FORWARD_TARGETS_LIMIT {
        return Err(invalid(format!("{} targets", targets.len())));
    }
    let mut seen = HashSet::new();
    for target in targets {
        let key = address_key(target);
        if key == own {
            return Err(invalid(format!("«{target}» is the address itself")));
        }
        if !seen.insert(key) {
            return Err(invalid(format!("«{target}» stands twice")));
        }
        if target.domain().literal().is_some() {
            return Err(invalid(format!("«{target}» is at a machine, not at a domain")));
        }
    }
    Ok(())
}

impl Administration {
    /// Where an address leads: what every target said.
    pub async fn targets(&self, address: AddressId) -> Result<Vec<ForwardTarget>> {
        self.read_limited(move |tx| {
            let address = found("address", crate::administration::address_within(tx, address)?)?;
            Ok(rows::targets(tx, address.organisation, address.id)?)
        })
        .await
    }

    /// Says where an address leads. Who is new and not of the organisation gets a letter with a link.
    pub async fn set_targets(&self, address: AddressId, new: NewTargets) -> Result<Vec<ForwardTarget>> {
        let (at, who) = (self.now(), self.who().to_owned());
        let ids: Vec<i64> = new.targets.iter().map(|_| self.new_id()).collect();
        let notices = self.ids();
        self.act_limited("change targets", String::new(), move |tx| {
            let info = found("address", crate::administration::address_within(tx, address)?)?;
            check(&info, &new.targets)?;
            let organisation = info.organisation;
            let known = rows::known(tx, organisation, address)?;
            let is_new = |target: &&Address| {
                let key = address_key(target);
                known.iter().all(|known| known.key != key || known.is_removed)
            };
            let news: Vec<String> = new.targets.iter().filter(is_new).map(ToString::to_string).collect();
            if !news.is_empty() {
                let opened = Opened::Redirection(news.join(", "));
                crate::access::note_at(tx, &notices, address, &opened, &who, at)?;
            }
            let before = rows::targets(tx, organisation, address)?;
            let mut letters = rows::letters_since(tx, organisation, at.minus(DAY))?;
            let mut kept = HashSet::new();
            for (position, (target, id)) in new.targets.iter().zip(&ids).enumerate() {
                let key = address_key(target);
                kept.insert(key.clone());
                let is_own = rows::is_own_domain(tx, organisation, target.domain().as_str())?;
                let row = rows::NewTarget {
                    id: *id,
                    organisation,
                    address,
                    position: position as i64,
                    target: target.to_string(),
                    key,
                    asked_by: &who,
                    asked_at: at,
                    language: &new.language,
                };
                match known.iter().find(|known| known.key == row.key) {
                    Some(one) if !one.is_removed => rows::place(tx, one.id, organisation, row.position)?,
                    // Who agreed once is asked anew, who refused is not.
                    Some(one) => rows::name_again(tx, one, &row, is_own)?,
                    None => rows::insert(tx, &row, is_own)?,
                }
                let is_asked = known.iter().all(|known| known.key != row.key || known.is_removed);
                letters += i64::from(is_asked && !is_own);
            }
            if letters > limits::FORWARD_LETTERS_PER_DAY_LIMIT {
                return Err(DirectoryError::Invalid {
                    field: "targets",
                    reason: format!("{letters} targets would have been asked since yesterday"),
                    rule: "an organisation asks at most 200 targets a day",
                });
            }
            for gone in known.iter().filter(|known| !known.is_removed && !kept.contains(&known.key)) {
                rows::remove(tx, gone.id, organisation)?;
            }
            if let Some(keeps_copy) = new.keeps_copy {
                crate::administration::keep_copy(tx, address, organisation, keeps_copy)?;
            }
            let of = |targets: &[ForwardTarget], keeps_copy| {
                let targets = facts::list(targets.iter().map(|one| &one.target));
                trail::Facts::new().with("targets", targets).with_bool("keeps copy", keeps_copy)
            };
            let after = rows::targets(tx, organisation, address)?;
            let told = trail::Told::of_thing(&info.address).before(of(&before, info.keeps_copy));
            trail::tell(tx, told.after(of(&after, new.keeps_copy.unwrap_or(info.keeps_copy))));
            Ok((Some(organisation), after))
        })
        .await
    }

    /// Writes once more to a target that has not answered.
    pub async fn ask_target_again(&self, id: i64) -> Result<ForwardTarget> {
        let at = self.now();
        self.act_limited("ask target again", String::new(), move |tx| {
            let target = found("target", rows::target_within(tx, id)?)?;
            let from = found("address", crate::administration::address_within(tx, target.address)?)?;
            trail::tell(tx, trail::Told::of_two(from.address, &target.target));
            let refused =
                |reason: String, rule| Err(DirectoryError::Invalid { field: "target", reason, rule });
            if target.state != TargetState::Pending {
                return refused(format!("«{}» has answered", target.target), ANSWERED);
            }
            if target.letters >= limits::FORWARD_LETTERS_PER_TARGET_LIMIT {
                return refused(format!("{} letters went to «{}»", target.letters, target.target), LETTERS);
            }
            let is_early =
                target.letter_sent_at.is_some_and(|sent| at.since(sent) < limits::FORWARD_LETTER_AGAIN_AFTER);
            if is_early {
                return refused(format!("a letter to «{}» went a moment ago", target.target), LETTERS);
            }
            rows::want_letter(tx, id, target.organisation)?;
            Ok((Some(target.organisation), found("target", rows::target_within(tx, id)?)?))
        })
        .await
    }
}

const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);
const ANSWERED: &str = "only who has not answered yet is asked again";
const LETTERS: &str = "a target gets at most 5 letters, 10 minutes apart";

impl Directory {
    /// What a letter's link is about; `None` if the link is of no letter of ours, or of an older one.
    pub async fn confirmation(&self, token: &str) -> Result<Option<Confirmation>> {
        let hash = token_hash(token);
        self.db
            .operator("see what somebody is asked to agree to")
            .read(move |tx| Ok(confirmation(tx, &hash)?.map(|(_, _, confirmation)| confirmation)))
            .await
    }

    /// The target agrees, or does not: whoever has the link decides, and may think again.
    pub async fn answer_confirmation(
        &self,
        token: &str,
        agrees: bool,
        source: IpAddr,
    ) -> Result<Option<Confirmation>> {
        let hash = token_hash(token);
        let (at, id) = (self.now(), self.world.new_id());
        self.db
            .operator("write down what somebody agrees to")
            .write(move |tx| {
                let Some((target, organisation, found)) = confirmation(tx, &hash)? else { return Ok(None) };
                let state = if agrees { TargetState::Accepted } else { TargetState::Refused };
                if found.state == state {
                    return Ok(Some(found));
                }
                rows::decide(tx, target, organisation, state, &source.to_canonical().to_string(), at)?;
                let action = if agrees { "agree to receive" } else { "refuse to receive" };
                let of = |state: TargetState| trail::Facts::new().with("state", state.as_str());
                let told = trail::Told::of_two(&found.address, &found.target);
                trail::tell(tx, told.before(of(found.state)).after(of(state)));
                let actor = trail::Actor::from(found.target.to_string()).coming_from(source.to_canonical());
                let what = found.address.to_string();
                trail::audit(tx, &trail::Change::new(at, id, Some(organisation), actor, action, what))?;
                Ok(Some(Confirmation { state, ..found }))
            })
            .await
    }
}

fn confirmation(tx: &mut Tx, hash: &[u8]) -> Result<Option<(i64, OrganisationId, Confirmation)>> {
    Ok(rows::confirmation(tx, hash)?)
}
