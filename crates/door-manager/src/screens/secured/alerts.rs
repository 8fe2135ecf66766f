//! What of secure mail asks for attention on the first page: certificates of integrations that end, letters that could not
//! be brought.

use gateways::{Expiry, IntegrationState};
use minijinja::{Value, context};

use super::{FAILED, PATH, days_ago};
use crate::trouble::Trouble;
use crate::visitor::Person;
use crate::words::Word;
use crate::{Shared, reader};

/// Days for which letters that could not be brought are told.
const DAYS: u32 = 7;

/// The alerts of the organisation that is looked at.
pub(crate) async fn alerts(shared: &Shared, person: &Person) -> Result<Vec<Value>, Trouble> {
    let (now, organisation) = (shared.world.clock.now(), person.session.organisation);
    let mut alerts = Vec::new();
    let gateways = shared.gateways.administration(person.scope(), person.who());
    for one in gateways.list(Some(organisation)).await? {
        let ends = one.certificates.iter().filter(|slot| slot.expiry(now) != Expiry::Far);
        let first = ends.filter_map(|slot| Some((slot.ends_at?, slot.expiry(now)))).min_by_key(|(at, _)| *at);
        let Some((at, expiry)) = first.filter(|_| one.state == IntegrationState::Active) else { continue };
        let day = Word::Text(reader::day_of(person.guest.language, at));
        let (state, key) = match expiry {
            Expiry::Over => ("lost", "certificate-ended"),
            Expiry::Near | Expiry::Far | Expiry::Unknown => ("waiting", "certificate-ends-near"),
        };
        let text = person.guest.say(key, &[("day", day)]);
        let href = format!("/manager/integrations/{}/certificates", one.id);
        alerts.push(context! { name => one.name, state, text, href });
    }
    let counts = shared.secure.statistics(Some(organisation), days_ago(now, DAYS)).await?;
    // With those that a server had taken and reported later: their state is as it was.
    let lost: u64 = counts.iter().map(mail_secure::Count::failed).sum();
    if lost > 0 {
        let count = Word::from(usize::try_from(lost).unwrap_or(usize::MAX));
        let text = person.guest.say("secured-undeliverable", &[("count", count)]);
        let name = person.guest.say("secured-letters", &[]);
        let href = format!("{PATH}?days={DAYS}&state={FAILED}");
        alerts.push(context! { name, state => "lost", text, href });
    }
    Ok(alerts)
}
