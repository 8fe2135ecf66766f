//! Which servers take a domain's mail, in which order (RFC 5321 §5.1).

use model::{Domain, Reply};
use world::{LookupError, Mx, Random};

use crate::Outcome;
use crate::limits::EXCHANGER_LIMIT;

/// The hosts to try, best first; or what the sender hears.
pub(crate) fn choose(
    domain: &Domain,
    answer: Result<Mx, LookupError>,
    ourselves: &Domain,
    random: &Random,
) -> Result<Vec<Domain>, Outcome> {
    let failed = |reply| Outcome::Failed { reply, host: None };
    let mut hosts = match answer {
        Ok(Mx::Implicit) => return Ok(vec![domain.clone()]),
        // RFC 7505 §4.2: 556 and 5.1.10.
        Ok(Mx::Null) => {
            return Err(failed(Reply::never(556, 1, 10, format!("{domain} takes no mail (null MX)"))));
        }
        Ok(Mx::Hosts(hosts)) => hosts,
        Err(error) => return Err(lookup_outcome(domain, &error)),
    };
    // RFC 5321 §5.1: we are in the list, so only servers better than us are nearer to the goal.
    if let Some(own) =
        hosts.iter().filter(|(_, host)| host == ourselves).map(|(preference, _)| *preference).min()
    {
        hosts.retain(|(preference, _)| *preference < own);
        if hosts.is_empty() {
            let text = format!("the mail of {domain} comes back to us, and we do not host it");
            return Err(failed(Reply::never(554, 4, 6, text)));
        }
    }
    // Equal ones in random order, to spread the load: a random number as the second key.
    let mut keyed: Vec<_> =
        hosts.into_iter().map(|(preference, host)| (preference, random.below(u64::MAX), host)).collect();
    keyed.sort();
    Ok(keyed.into_iter().map(|(_, _, host)| host).take(EXCHANGER_LIMIT).collect())
}

/// What a failed look-up means for the sender.
pub(crate) fn lookup_outcome(domain: &Domain, error: &LookupError) -> Outcome {
    match error {
        // RFC 3463 §3.2: X.1.2, bad destination system address.
        LookupError::NoSuchName(_) => Outcome::Failed {
            reply: Reply::never(550, 1, 2, format!("the domain {domain} does not exist")),
            host: None,
        },
        // RFC 3463 §3.5: X.4.4, unable to route.
        LookupError::NoRecords(_) => Outcome::Failed {
            reply: Reply::never(550, 4, 4, format!("the domain {domain} has no mail server")),
            host: None,
        },
        // RFC 3463 §3.5: X.4.3, directory server failure.
        LookupError::Later { .. } => Outcome::Later {
            reply: Reply::later(451, 4, 3, format!("the domain {domain} cannot be looked up now")),
            host: None,
        },
    }
}
