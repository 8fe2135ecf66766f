//! Carrying an operation to its end, a commit for each step.

use db::Tx;
use directory::{DomainCreation, DomainInfo, linking};
use keys::{FreshKeys, Keys};
use model::{DomainId, ServiceId};

use super::administration::check_unlinkable;
use super::entities::{Failure, LineKind, LogLine, Operation, OperationId, Step};
use super::{OPERATIONS, rows};
use crate::administration::{self, ALGORITHMS, Hand, MailOf, found};
use crate::managed::{Kept, Standing};
use crate::name::DnsName;
use crate::{Result, ZoneError, Zones};

impl Zones {
    /// Carries an operation on until it has ended, and gives it as it is then. Trouble of ours leaves it where it is,
    /// for [`Zones::carry_on`].
    pub async fn carry(&self, id: OperationId) -> Result<Operation> {
        loop {
            let operation = self.operation_now(id).await?;
            let Some(step) = operation.next_step() else { return Ok(operation) };
            match self.take_step(&operation, step).await {
                Ok(()) => {}
                Err(error) if error.is_refusal() => self.end_refused(&operation, &error).await?,
                Err(error) => return Err(error),
            }
        }
    }

    /// Carries on every operation that has not ended: those that somebody began, and those whose process died. One that
    /// cannot go on now holds up no other; gives the first trouble.
    pub async fn carry_on(&self) -> Result<()> {
        let scope = self.db.operator("carry on the operations on domains");
        let mut trouble = None;
        for operation in scope.read(|tx| Ok::<_, ZoneError>(rows::running(tx)?)).await? {
            match self.carry(operation).await {
                // Its organisation is gone.
                Ok(_) | Err(ZoneError::NotFound { .. }) => {}
                Err(error) => trouble = trouble.or(Some(error)),
            }
        }
        trouble.map_or(Ok(()), Err)
    }

    async fn operation_now(&self, id: OperationId) -> Result<Operation> {
        let scope = self.db.operator("carry on an operation on a domain");
        scope.read(move |tx| found("operation", rows::operation(tx, id)?)).await
    }

    /// Does the next step of an operation as it was read, unless another one has done it meanwhile.
    pub(crate) async fn take_step(&self, operation: &Operation, step: Step) -> Result<()> {
        let hand = Hand {
            world: self.world.clone(),
            who: trail::Actor::program("relais").on_behalf_of(&operation.who),
            at: self.world.clock.now(),
        };
        // An RSA key takes its time, which no transaction should last.
        let fresh = match step {
            Step::Domain => Some(self.keys.generate(&ALGORITHMS).await?),
            _ => None,
        };
        let (keys, operation) = (self.keys.clone(), operation.clone());
        let work = Work { keys, hand, operation, fresh };
        self.db
            .tenant(work.operation.organisation)
            .write(move |tx| {
                let operation = &work.operation;
                if !rows::count_step(tx, operation)? {
                    return Ok(());
                }
                work.step(tx, step)?;
                if operation.done + 1 == operation.steps().len() {
                    rows::end(tx, operation, work.hand.at, None)?;
                }
                tx.notify(OPERATIONS, operation.id.to_string());
                Ok(())
            })
            .await
    }

    async fn end_refused(&self, operation: &Operation, error: &ZoneError) -> Result<()> {
        let (at, operation) = (self.world.clock.now(), operation.clone());
        let failure = failure_of(error);
        self.db
            .tenant(operation.organisation)
            .write(move |tx| {
                if rows::end(tx, &operation, at, Some(&failure))? {
                    let line =
                        LogLine { at, what: LineKind::Refused, name: failure.reason.clone(), count: 0 };
                    rows::add_line(tx, &operation, &line)?;
                    tx.notify(OPERATIONS, operation.id.to_string());
                }
                Ok(())
            })
            .await
    }
}

fn failure_of(error: &ZoneError) -> Failure {
    use directory::DirectoryError as Below;
    let of = |reason: &str, rule: &str| Failure { reason: reason.to_owned(), rule: rule.to_owned() };
    match error {
        ZoneError::Invalid { reason, rule, .. }
        | ZoneError::Directory(Below::Invalid { reason, rule, .. }) => of(reason, rule),
        ZoneError::Conflict { value, rule, .. }
        | ZoneError::Directory(Below::Conflict { value, rule, .. }) => of(&format!("«{value}»"), rule),
        ZoneError::InUse { value, dependents, rule, .. }
        | ZoneError::Directory(Below::InUse { value, dependents, rule, .. }) => {
            of(&format!("«{value}»: {dependents}"), rule)
        }
        other => of(&other.to_string(), ""),
    }
}

/// What a step is done with.
struct Work {
    keys: Keys,
    hand: Hand,
    operation: Operation,
    fresh: Option<FreshKeys>,
}

impl Work {
    fn say(&self, tx: &mut Tx, what: LineKind, name: &str, count: usize) -> Result<()> {
        let line = LogLine { at: self.hand.at, what, name: name.to_owned(), count: count as u64 };
        Ok(rows::add_line(tx, &self.operation, &line)?)
    }

    fn audit(&self, tx: &mut Tx, action: &str, what: String) -> Result<()> {
        self.hand.audit(tx, Some(self.operation.organisation), action, what)
    }

    /// The domain that the operation is about.
    fn domain(&self, tx: &mut Tx) -> Result<DomainInfo> {
        let domains = linking::domains_of_service(tx, self.operation.service)?;
        found("domain", domains.into_iter().find(|domain| domain.name == self.operation.domain))
    }

    fn step(&self, tx: &mut Tx, step: Step) -> Result<()> {
        match step {
            Step::Zone => self.make_zone(tx),
            Step::Domain => self.link(tx),
            Step::Records => {
                let standing =
                    if self.operation.options.replace { Standing::IsReplaced } else { Standing::Stays };
                let domain = self.domain(tx)?;
                self.keep(tx, &domain, standing)
            }
            Step::Addresses => self.turn(tx),
            Step::Targets => {
                let new = self.domain(tx)?;
                if let Some(old) = self.former(tx)? {
                    let renamed = linking::rename_targets(tx, &old, &new)?;
                    self.say(tx, LineKind::TargetsRenamed, new.name.as_str(), renamed as usize)?;
                }
                Ok(())
            }
            Step::BothRecords => {
                let new = self.domain(tx)?;
                self.keep(tx, &new, Standing::Stays)?;
                match self.former(tx)? {
                    Some(old) => self.keep(tx, &old, Standing::Stays),
                    None => Ok(()),
                }
            }
            Step::RemoveRecords => self.remove_records(tx),
            Step::Unlink => {
                let domain = self.domain(tx)?;
                check_unlinkable(tx, &domain)?;
                linking::unlink_domain(tx, domain.id, self.hand.at)?;
                let before = directory::facts_of_domain(tx, &domain)?;
                trail::tell(tx, trail::Told::of_thing(&domain.name).before(before));
                self.audit(tx, "unlink domain", domain.name.to_string())?;
                // Its keys go, and its hosts need no certificate.
                tx.notify(keys::CHANNEL, domain.name.to_string());
                self.say(tx, LineKind::Unlinked, domain.name.as_str(), 0)
            }
            Step::Synonym => self.become_synonym(tx),
        }
    }

    fn make_zone(&self, tx: &mut Tx) -> Result<()> {
        let name = DnsName::from(&self.operation.domain);
        let organisation = self.operation.organisation;
        let called = self.operation.domain.as_str();
        if administration::own_zone_called(tx, &name, organisation)?.is_some() {
            return self.say(tx, LineKind::ZoneThere, called, 0);
        }
        let is_operator = self.operation.options.is_operator;
        administration::create_zone_within(tx, &self.hand, &self.keys, organisation, &name, is_operator)?;
        self.say(tx, LineKind::ZoneMade, called, 0)
    }

    fn link(&self, tx: &mut Tx) -> Result<()> {
        let (operation, hand) = (&self.operation, &self.hand);
        let name = &operation.domain;
        let creation = DomainCreation {
            id: DomainId(hand.new_id()),
            new_service: ServiceId(hand.new_id()),
            organisation: operation.organisation,
            service: Some(operation.service),
            at: hand.at,
        };
        let domain = linking::link_domain(tx, &creation, name, operation.options.update_dns)?;
        // A domain that was there has keys, and its letters go on being signed with them.
        if self.keys.records_in(tx, name)?.is_empty()
            && let Some(fresh) = &self.fresh
        {
            self.keys.insert(tx, name, domain.id, operation.organisation, fresh)?;
        }
        let told = trail::Told::of_thing(name).after(directory::facts_of_domain(tx, &domain)?);
        trail::tell(tx, told);
        self.audit(tx, "link domain", name.to_string())?;
        self.say(tx, LineKind::Linked, name.as_str(), 0)
    }

    fn turn(&self, tx: &mut Tx) -> Result<()> {
        let domain = self.domain(tx)?;
        let (old, moved) = linking::make_main(tx, domain.id)?;
        rows::set_former(tx, &self.operation, &old.name)?;
        let of = |name: &model::Domain| trail::Facts::new().with("main domain", name);
        let told = trail::Told::of_thing(&domain.name).before(of(&old.name));
        trail::tell(tx, told.after(of(&domain.name).with("addresses", moved)));
        self.audit(tx, "make main domain", domain.name.to_string())?;
        self.say(tx, LineKind::AddressesMoved, domain.name.as_str(), moved as usize)
    }

    /// The domain that was the main one, if it is still there.
    fn former(&self, tx: &mut Tx) -> Result<Option<DomainInfo>> {
        let Some(former) = &self.operation.former else { return Ok(None) };
        let domains = linking::domains_of_service(tx, self.operation.service)?;
        Ok(domains.into_iter().find(|domain| domain.name == *former))
    }

    fn keep(&self, tx: &mut Tx, domain: &DomainInfo, standing: Standing) -> Result<()> {
        let of = MailOf::from(domain);
        let (zone, kept) = administration::keep_mail(tx, &self.hand, &self.keys, &of, standing, None)?;
        let name = domain.name.as_str();
        if zone.is_none() {
            return self.say(tx, LineKind::RecordsElsewhere, name, 0);
        }
        self.say(tx, LineKind::RecordsChanged, name, changed(&kept))?;
        match kept.conflicts.len() {
            0 => Ok(()),
            conflicts => self.say(tx, LineKind::RecordsInTheWay, name, conflicts),
        }
    }

    fn remove_records(&self, tx: &mut Tx) -> Result<()> {
        let domain = self.domain(tx)?;
        check_unlinkable(tx, &domain)?;
        // Else they would be written again before the next step.
        linking::leave_records(tx, &domain)?;
        let kept = administration::remove_mail(tx, &self.hand, domain.id)?;
        self.say(tx, LineKind::RecordsChanged, domain.name.as_str(), changed(&kept))
    }

    fn become_synonym(&self, tx: &mut Tx) -> Result<()> {
        let main = linking::main_of(tx, self.operation.service)?;
        let zone =
            administration::own_zone_called(tx, &DnsName::from(&main.name), self.operation.organisation)?;
        let zone = found("zone", zone)?;
        let name = DnsName::from(&self.operation.domain);
        administration::join(tx, &self.hand, &self.keys, zone.id, &name)?;
        self.say(tx, LineKind::SynonymMade, self.operation.domain.as_str(), 0)
    }
}

fn changed(kept: &Kept) -> usize {
    kept.changes.iter().map(|(_, diff)| diff.added.len() + diff.removed.len()).sum()
}
