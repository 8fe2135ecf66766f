//! What an administrator does with keys: look, rotate, revoke; each act within a scope, and audited.

use db::{Scoped, Tx};
use directory::Scope;
use model::{Domain, DomainId, OrganisationId};

use crate::dkim::{Algorithm, DkimKey, DkimState};
use crate::error::KeysError;
use crate::keys::{CHANNEL, Keys};
use crate::{limits, rows};

type Result<T> = std::result::Result<T, KeysError>;

/// The keys within a scope, in somebody's name.
#[derive(Clone)]
pub struct Administration {
    keys: Keys,
    scope: Scope,
    who: trail::Actor,
}

impl Administration {
    pub(crate) fn new(keys: Keys, scope: Scope, who: trail::Actor) -> Administration {
        Administration { keys, scope, who }
    }

    fn scoped(&self) -> Scoped {
        // Everything here begins at a domain that `within` found.
        self.scope.limited(&self.keys.db)
    }

    /// The DKIM keys of a domain, oldest first.
    pub async fn dkim_keys(&self, domain: &Domain) -> Result<Vec<DkimKey>> {
        let name = domain.clone();
        self.scoped()
            .read(move |tx| {
                let (id, _) = within(tx, &name)?;
                Ok(rows::dkim_keys(tx, id)?)
            })
            .await
    }

    /// Makes successors of the keys that sign: they take over as in a planned rotation, once their records
    /// have stood in the DNS long enough. Returns all keys of the domain.
    pub async fn rotate_dkim(&self, domain: &Domain) -> Result<Vec<DkimKey>> {
        let fresh = self.keys.generate(&Algorithm::ALL).await?;
        let (name, keys) = (domain.clone(), self.keys.clone());
        self.act("rotate DKIM keys", domain.to_string(), move |tx| {
            let (id, organisation) = within(tx, &name)?;
            let existing = rows::dkim_keys(tx, id)?;
            if existing.iter().any(|key| key.state() == DkimState::Published) {
                return Err(KeysError::Invalid {
                    field: "domain",
                    reason: "a successor waits already".to_owned(),
                    rule: "a rotation ends before the next begins",
                });
            }
            if existing.len() + Algorithm::ALL.len() > limits::DKIM_KEYS_PER_DOMAIN {
                return Err(KeysError::Invalid {
                    field: "domain",
                    reason: format!("it has {} keys", existing.len()),
                    rule: "a domain has at most 20 keys, those that still expire included",
                });
            }
            keys.insert(tx, &name, id, organisation, &fresh)?;
            let now = rows::dkim_keys(tx, id)?;
            trail::tell(tx, trail::Told::of_thing(&name).before(facts(&existing)).after(facts(&now)));
            Ok((organisation, now))
        })
        .await
    }

    /// Revokes a key, or all keys of the domain that sign or signed: their records say `p=` from now on, and
    /// nothing they signed holds. Successors are made if there are none yet, and sign as soon as they are seen.
    pub async fn revoke_dkim(&self, domain: &Domain, selector: Option<&str>) -> Result<Vec<DkimKey>> {
        let fresh = self.keys.generate(&Algorithm::ALL).await?;
        let (name, keys) = (domain.clone(), self.keys.clone());
        let selector = selector.map(str::to_owned);
        let now = self.keys.world.clock.now();
        self.act("revoke DKIM keys", domain.to_string(), move |tx| {
            let (id, organisation) = within(tx, &name)?;
            let existing = rows::dkim_keys(tx, id)?;
            let chosen: Vec<_> = existing
                .iter()
                .filter(|key| match &selector {
                    Some(selector) => key.selector == *selector,
                    None => matches!(key.state(), DkimState::Active | DkimState::Retired),
                })
                .collect();
            if chosen.is_empty() {
                return Err(KeysError::NotFound { what: "key of the domain" });
            }
            for key in &chosen {
                rows::revoke(tx, key.id, now)?;
            }
            let left = rows::dkim_keys(tx, id)?;
            let lives = |algorithm: Algorithm| {
                let lives = |key: &DkimKey| matches!(key.state(), DkimState::Active | DkimState::Published);
                left.iter().any(|key| key.algorithm == algorithm && lives(key))
            };
            let mut successors = fresh.clone();
            successors.0.retain(|key| !lives(key.algorithm));
            keys.insert(tx, &name, id, organisation, &successors)?;
            tx.notify_of(Some(organisation), CHANNEL, name.to_string());
            let now = rows::dkim_keys(tx, id)?;
            trail::tell(tx, trail::Told::of_thing(&name).before(facts(&existing)).after(facts(&now)));
            Ok((organisation, now))
        })
        .await
    }

    /// Runs `act` and audits it in the same transaction.
    async fn act<T: Send + 'static>(
        &self,
        action: &'static str,
        what: String,
        mut act: impl FnMut(&mut Tx) -> Result<(OrganisationId, T)> + Send + 'static,
    ) -> Result<T> {
        let (at, id, who) = (self.keys.world.clock.now(), self.keys.world.new_id(), self.who.clone());
        self.scoped()
            .write(move |tx| {
                let (organisation, result) = act(tx)?;
                let change =
                    trail::Change::new(at, id, Some(organisation), who.clone(), action, what.clone());
                trail::audit(tx, &change)?;
                Ok(result)
            })
            .await
    }
}

/// What the log of changes tells of a domain's keys: which are not revoked, by the names under which the world finds
/// them.
fn facts(keys: &[DkimKey]) -> trail::Facts {
    let standing = keys.iter().filter(|key| key.state() != DkimState::Revoked);
    trail::Facts::new()
        .with("selectors", standing.map(|key| key.selector.as_str()).collect::<Vec<_>>().join(", "))
}

/// A domain within the scope: for who is limited to one that one, and those linked to it.
fn within(tx: &mut Tx, name: &Domain) -> Result<(DomainId, OrganisationId)> {
    let not_found = KeysError::NotFound { what: "domain" };
    if let Some(names) = directory::names_in_reach(tx)?
        && !names.iter().any(|one| one == name.as_str())
    {
        return Err(not_found);
    }
    rows::domain(tx, name)?.ok_or(not_found)
}
