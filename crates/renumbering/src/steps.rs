//! The steps of a change, each in one commit, and the letters that follow from the clock.

use db::Tx;
use directory::{Succession, follow_allowed_sources, follow_dedicated_addresses, take_back_allowed_sources};
use mail_route::{follow_routes, take_back_routes};
use model::Timestamp;
use trail::{Actor, Change};
use zones::{AddressStep, Stepped};

use crate::administration::{NOT_FOUND, facts, not_before_the_date};
use crate::entities::{NoticeKind, Renumbering, RenumberingId, Stage};
use crate::limits::TTL_SLACK;
use crate::rows::{self, Former};
use crate::{Parts, Renumberings, Result};

impl Renumberings {
    /// When the short times to live have to stand: one of the longest old ones before the date, and a little earlier.
    pub async fn prepares_at(&self, one: &Renumbering) -> Result<Timestamp> {
        let longest = self.parts.zones.longest_ttl(&one.moved()).await?;
        let longest = std::time::Duration::from_secs(u64::from(longest));
        Ok(one.switches_at.minus(longest).minus(TTL_SLACK))
    }

    /// Does what is due by the clock; gives how many steps that were. What goes wrong with one change keeps no other.
    pub async fn tend(&self) -> Result<usize> {
        let operator = self.parts.db.operator("changes of addresses that are under way");
        let open = operator.read(rows::open).await?;
        let (mut done, mut wrong) = (0, None);
        for one in open {
            match self.tend_one(one.id).await {
                Ok(steps) => done += steps,
                Err(error) => {
                    tracing::warn!(change = one.name, error = %model::Chain(&error), "cannot go on with a change of addresses");
                    wrong = Some(error);
                }
            }
        }
        wrong.map_or(Ok(done), Err)
    }

    async fn tend_one(&self, id: RenumberingId) -> Result<usize> {
        let mut done = 0;
        loop {
            let operator = self.parts.db.operator("a change of addresses that is under way");
            let Some(one) = operator.read(move |tx| rows::one(tx, id)).await? else { return Ok(done) };
            let now = self.parts.world.clock.now();
            let is_step_done = match one.stage {
                Stage::Declared if self.prepares_at(&one).await? <= now => self.prepare(&one).await?,
                Stage::Prepared if one.switches_at <= now => self.switch(&one).await?,
                Stage::Switched if one.ends_at <= now => self.withdraw(&one).await?,
                _ => {
                    self.remind(&one, now).await?;
                    return Ok(done);
                }
            };
            if !is_step_done {
                // Another node did it: it goes on from there.
                return Ok(done);
            }
            done += 1;
        }
    }

    async fn prepare(&self, one: &Renumbering) -> Result<bool> {
        let step = AddressStep::Lower { ttl: one.lowered_ttl };
        let also = |doing: &Doing, tx: &mut Tx, stepped: &Stepped| {
            let pairs = doing.one.pairs();
            let succession = doing.succession(&pairs);
            let former = Former {
                sets: stepped.former.clone(),
                sources: follow_allowed_sources(tx, &succession)?,
                routes: follow_routes(tx, &succession)?,
            };
            rows::set_former(tx, doing.one.id, &former)?;
            Ok(())
        };
        let doing = self.doing(one, "prepare change of addresses", Stage::Prepared);
        self.step(doing, step, also).await
    }

    async fn switch(&self, one: &Renumbering) -> Result<bool> {
        let also = |doing: &Doing, tx: &mut Tx, _: &Stepped| {
            let pairs = doing.one.pairs();
            Ok(follow_dedicated_addresses(tx, &doing.succession(&pairs))?)
        };
        let doing = self.doing(one, "switch addresses", Stage::Switched);
        self.step(doing, AddressStep::Switch, also).await
    }

    async fn withdraw(&self, one: &Renumbering) -> Result<bool> {
        let former = self.former(one.id).await?;
        let doing = self.doing(one, "withdraw former addresses", Stage::Completed);
        self.step(doing, AddressStep::Withdraw { former: former.sets }, |_, _, _| Ok(())).await
    }

    /// Takes a change back before its date.
    pub(crate) async fn cancel(&self, one: &Renumbering, who: Actor) -> Result<()> {
        let mut doing = self.doing(one, "cancel change of addresses", Stage::Cancelled);
        doing.who = who;
        let is_done = match one.stage {
            Stage::Declared => {
                let operator = self.parts.db.operator("cancel a change of addresses");
                operator
                    .write(move |tx| {
                        let is_done = doing.advance(tx)?;
                        if is_done {
                            doing.tell(tx, &Stepped::default())?;
                            doing.write_cancellations(tx)?;
                        }
                        Ok::<_, zones::ZoneError>(is_done)
                    })
                    .await?
            }
            Stage::Prepared => {
                let former = self.former(one.id).await?;
                let sets = former.sets.clone();
                let also = move |doing: &Doing, tx: &mut Tx, _: &Stepped| {
                    let pairs = doing.one.pairs();
                    let succession = doing.succession(&pairs);
                    take_back_allowed_sources(tx, &succession, &former.sources)?;
                    take_back_routes(tx, &succession, &former.routes)?;
                    doing.write_cancellations(tx)
                };
                self.step(doing, AddressStep::Abandon { former: sets }, also).await?
            }
            Stage::Switched | Stage::Completed | Stage::Cancelled => return Err(not_before_the_date(one)),
        };
        if is_done { Ok(()) } else { Err(directory::DirectoryError::Busy.into()) }
    }

    /// Writes down the letters to those who have not answered, once the time has come.
    async fn remind(&self, one: &Renumbering, now: Timestamp) -> Result<()> {
        let is_before = matches!(one.stage, Stage::Declared | Stage::Prepared);
        if !is_before || !one.reminds() || now < one.reminds_at {
            return Ok(());
        }
        let (id, world) = (one.id, self.parts.world.clone());
        let operator = self.parts.db.operator("remind customers of a change of addresses");
        operator
            .write(move |tx| {
                for customer in rows::customers(tx, id)?.iter().filter(|row| row.answer.is_none()) {
                    let letter = (customer.organisation, NoticeKind::Reminder, now);
                    rows::add_notice(tx, world.new_id(), id, letter)?;
                }
                Ok::<_, zones::ZoneError>(())
            })
            .await
    }

    async fn former(&self, id: RenumberingId) -> Result<Former> {
        let operator = self.parts.db.operator("what was before a change of addresses");
        Ok(operator.read(move |tx| rows::former(tx, id)).await?)
    }

    fn doing(&self, one: &Renumbering, action: &'static str, to: Stage) -> Doing {
        Doing {
            one: one.clone(),
            action,
            to,
            who: Actor::program("relais"),
            at: self.parts.world.clock.now(),
            parts: self.parts.clone(),
        }
    }

    /// One step: the stage, the zones, what else belongs to it, and the log of changes.
    async fn step(
        &self,
        doing: Doing,
        step: AddressStep,
        mut also: impl FnMut(&Doing, &mut Tx, &Stepped) -> Result<()> + Send + 'static,
    ) -> Result<bool> {
        let (asks, moved) = (doing.clone(), doing.one.moved());
        let may = move |tx: &mut Tx| asks.advance(tx);
        let who = doing.who.clone();
        let also = move |tx: &mut Tx, stepped: &Stepped| {
            also(&doing, tx, stepped)?;
            doing.tell(tx, stepped)
        };
        let stepped = self.parts.zones.move_addresses(who, moved, step, may, also).await?;
        if stepped.is_some() {
            // Allowed sources hold on this node at once; the others follow within seconds.
            self.parts.directory.maintain().await?;
        }
        Ok(stepped.is_some())
    }
}

/// A step that is being done.
#[derive(Clone)]
struct Doing {
    one: Renumbering,
    action: &'static str,
    to: Stage,
    who: Actor,
    at: Timestamp,
    parts: Parts,
}

impl Doing {
    fn advance(&self, tx: &mut Tx) -> Result<bool> {
        Ok(rows::advance(tx, self.one.id, (self.one.stage, self.to), self.at)?)
    }

    fn succession<'a>(&'a self, pairs: &'a [(std::net::IpAddr, Vec<std::net::IpAddr>)]) -> Succession<'a> {
        Succession {
            pairs,
            from: self.one.switches_at,
            until: self.one.ends_at,
            who: &self.who,
            at: self.at,
            world: &self.parts.world,
        }
    }

    fn tell(&self, tx: &mut Tx, stepped: &Stepped) -> Result<()> {
        let id = self.parts.world.new_id();
        let change = Change::new(self.at, id, None, self.who.clone(), self.action, self.one.name.clone());
        let after = rows::one(tx, self.one.id)?.ok_or(NOT_FOUND)?;
        let mut told = facts(&after);
        for (zone, diff) in &stepped.changes {
            told = told.with(&format!("zone {}", zone.as_str()), format!("serial {}", diff.serial));
        }
        Ok(trail::audit(tx, &change.with(facts(&self.one), told))?)
    }

    fn write_cancellations(&self, tx: &mut Tx) -> Result<()> {
        for customer in rows::customers(tx, self.one.id)? {
            let letter = (customer.organisation, NoticeKind::Cancellation, self.at);
            rows::add_notice(tx, self.parts.world.new_id(), self.one.id, letter)?;
        }
        Ok(())
    }
}
