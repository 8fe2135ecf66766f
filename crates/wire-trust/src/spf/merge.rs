//! Several records into the one that a name may have.

use super::{Mechanism, Qualifier, Record, Term};

/// One record for what several say: our mechanisms first and in order, then those of the others, each once;
/// our `all` once and at the end. The `redirect=` of another record becomes an include, which matches the
/// same peers; its explanation is dropped where ours has one.
pub fn merge(ours: &Record, others: &[Record]) -> Record {
    let mut terms: Vec<Term> = Vec::new();
    let mut explanation = None;
    let mut unknown: Vec<Term> = Vec::new();
    let is_alone = others.is_empty();
    for record in std::iter::once(ours).chain(others) {
        for term in &record.terms {
            match term {
                Term::Directive(_, Mechanism::All) => {}
                Term::Directive(_, mechanism) => add(&mut terms, mechanism, term),
                Term::Redirect(_) if is_alone => unknown.push(term.clone()),
                Term::Redirect(target) if record.all().is_none() => {
                    let include = Mechanism::Include(target.clone());
                    add(&mut terms, &include, &Term::Directive(Qualifier::Pass, include.clone()));
                }
                // Beside an all it is never used (RFC 7208 §6.1).
                Term::Redirect(_) => {}
                Term::Explanation(_) => _ = explanation.get_or_insert_with(|| term.clone()),
                Term::Unknown(..) => {
                    if !unknown.contains(term) {
                        unknown.push(term.clone());
                    }
                }
            }
        }
    }
    terms.extend(unknown);
    terms.extend(explanation);
    let all =
        ours.all().or_else(|| others.iter().find_map(Record::all).filter(|_| ours.redirect().is_none()));
    terms.extend(all.map(|qualifier| Term::Directive(qualifier, Mechanism::All)));
    Record { terms }
}

/// The same mechanism matches the same peers: the first one decides, whatever the qualifier of the second.
fn add(terms: &mut Vec<Term>, mechanism: &Mechanism, term: &Term) {
    let text = mechanism.to_string().to_ascii_lowercase();
    let is_known = terms.iter().any(|known| match known {
        Term::Directive(_, known) => known.to_string().to_ascii_lowercase() == text,
        _ => false,
    });
    if !is_known {
        terms.push(term.clone());
    }
}
