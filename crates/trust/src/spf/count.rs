//! What a record costs, and what is wrong with it: for its owner, without a peer.

use std::fmt;
use std::pin::Pin;

use wire_trust::Fault;
use wire_trust::spf::{MacroString, Mechanism, Record, Remark, Term};
use world::{LookupError, Names, RecordType};

use super::{is_askable, published};
use crate::limits::{SPF_COUNT_LIMIT, SPF_LOOKUP_LIMIT, SPF_VOID_LIMIT};

/// The look-ups of a domain's record, all includes followed as if none matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Used, of [`SPF_LOOKUP_LIMIT`].
    pub lookups: u32,
    /// Look-ups that find nothing, of [`SPF_VOID_LIMIT`]; those whose names depend on the peer are left out.
    pub void_lookups: u32,
    /// The domain's record and those that it leads to.
    pub tree: Branch,
    /// What is wrong, the gravest kind first.
    pub problems: Vec<Problem>,
}

/// One record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branch {
    /// The term that led here: `include:_spf.example.org`; empty at the root.
    pub term: String,
    /// Whose record it is.
    pub domain: String,
    /// The record as published; `None` if there is none, several, or the name depends on the peer.
    pub record: Option<String>,
    /// Look-ups of its own terms and of those below; without the one that led here.
    pub lookups: u32,
    /// The records that it leads to.
    pub branches: Vec<Branch>,
}

/// What is wrong with a record or one that it includes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The domain has no SPF record.
    Missing(String),
    /// It has several (RFC 7208 §4.5).
    Several(String, usize),
    /// It breaks the grammar.
    Syntax(String, Fault),
    /// More terms look up than are allowed.
    TooManyLookups(u32),
    /// More look-ups find nothing than are allowed.
    TooManyVoids(u32),
    /// The record includes itself.
    Loop(String),
    /// A name cannot be looked up now; the count is not complete.
    Later(LookupError),
    /// It is allowed, and a mistake most likely.
    Remark(String, Remark),
    /// The term finds nothing.
    Void(String, String),
}

impl Problem {
    /// Whether receivers answer the record with permerror, or with a pass for everybody.
    pub fn is_grave(&self) -> bool {
        match self {
            Problem::Remark(_, remark) => *remark == Remark::EverybodyPasses,
            Problem::Later(_) | Problem::Void(..) => false,
            _ => true,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Missing(domain) => write!(f, "{domain} publishes no SPF record"),
            Problem::Several(domain, number) => {
                write!(f, "{domain} publishes {number} SPF records; one is allowed")
            }
            Problem::Syntax(domain, fault) => write!(f, "{domain}: {fault} ({})", fault.term),
            Problem::TooManyLookups(used) => {
                write!(f, "{used} terms look up; {SPF_LOOKUP_LIMIT} are allowed")
            }
            Problem::TooManyVoids(used) => {
                write!(f, "{used} look-ups find nothing; {SPF_VOID_LIMIT} are allowed")
            }
            Problem::Loop(domain) => write!(f, "the record of {domain} includes itself"),
            Problem::Later(error) => error.fmt(f),
            Problem::Remark(domain, remark) => write!(f, "{domain}: {remark}"),
            Problem::Void(domain, term) => write!(f, "{domain}: {term} finds nothing"),
        }
    }
}

impl Count {
    /// Whether it is known what the domain publishes: one record, several, or none.
    pub fn is_known(&self) -> bool {
        !self.problems.iter().any(|problem| match problem {
            Problem::Later(error) => error.name().trim_end_matches('.') == self.tree.domain,
            _ => false,
        })
    }

    /// How many records the domain itself publishes.
    pub fn records(&self) -> usize {
        let several = self.problems.iter().find_map(|problem| match problem {
            Problem::Several(domain, number) if *domain == self.tree.domain => Some(*number),
            _ => None,
        });
        several.unwrap_or(usize::from(self.tree.record.is_some()))
    }
}

/// Counts for `domain`. Never fails: what cannot be looked up is a problem in the list.
pub async fn count(names: &Names, domain: &str) -> Count {
    let domain = domain.strip_suffix('.').unwrap_or(domain).to_ascii_lowercase();
    let mut walk = Walk { names, lookups: 0, voids: 0, problems: Vec::new() };
    let tree = walk.branch(String::new(), domain, &mut Vec::new()).await;
    let Walk { lookups, voids, mut problems, .. } = walk;
    if lookups > SPF_LOOKUP_LIMIT {
        problems.push(Problem::TooManyLookups(lookups));
    }
    if voids > SPF_VOID_LIMIT {
        problems.push(Problem::TooManyVoids(voids));
    }
    problems.sort_by_key(|problem| !problem.is_grave());
    Count { lookups, void_lookups: voids, tree, problems }
}

struct Walk<'a> {
    names: &'a Names,
    lookups: u32,
    voids: u32,
    problems: Vec<Problem>,
}

impl Walk<'_> {
    fn branch<'b>(
        &'b mut self,
        term: String,
        domain: String,
        above: &'b mut Vec<String>,
    ) -> Pin<Box<dyn Future<Output = Branch> + Send + 'b>> {
        Box::pin(async move {
            let before = self.lookups;
            let mut branch = Branch { term, domain: domain.clone(), ..Branch::default() };
            if above.contains(&domain) {
                self.problems.push(Problem::Loop(domain));
                return branch;
            }
            let Some(record) = self.record(&domain, &mut branch).await else { return branch };
            let remarks = record.remarks().into_iter().filter(|remark| {
                // What is included may end without an all (RFC 7208 §5.2).
                above.is_empty() || *remark != Remark::NoEnd
            });
            self.problems.extend(remarks.map(|remark| Problem::Remark(domain.clone(), remark)));
            above.push(domain.clone());
            let has_all = record.all().is_some();
            for term in &record.terms {
                if self.lookups >= SPF_COUNT_LIMIT {
                    break;
                }
                let text = term.to_string();
                let target = match term {
                    Term::Directive(_, Mechanism::All) => break,
                    Term::Directive(_, Mechanism::Include(target)) => target,
                    Term::Directive(_, mechanism) => {
                        self.lookups += u32::from(mechanism.looks_up());
                        self.look_for(&domain, mechanism, &text).await;
                        continue;
                    }
                    _ => continue,
                };
                let below = self.follow(text, target, above).await;
                branch.branches.push(below);
            }
            // RFC 7208 §6.1: only where no all stands.
            if let Some(target) = record.redirect().filter(|_| !has_all) {
                let below = self.follow(format!("redirect={target}"), target, above).await;
                branch.branches.push(below);
            }
            above.pop();
            branch.lookups = self.lookups - before;
            branch
        })
    }

    async fn follow(&mut self, term: String, target: &MacroString, above: &mut Vec<String>) -> Branch {
        self.lookups += 1;
        match target.as_literal() {
            Some(name) => {
                let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
                self.branch(term, name, above).await
            }
            // Whose record that is depends on the peer.
            None => Branch { term, domain: target.to_string(), ..Branch::default() },
        }
    }

    async fn record(&mut self, domain: &str, branch: &mut Branch) -> Option<Record> {
        let records = match is_askable(domain) {
            true => published(self.names, domain).await,
            false => Ok(Vec::new()),
        };
        let problem = match records.as_deref() {
            Err(error) => Problem::Later(error.clone()),
            Ok([]) => Problem::Missing(domain.to_owned()),
            Ok([record]) => {
                branch.record = Some(record.clone());
                match Record::parse(record) {
                    Ok(record) => return Some(record),
                    Err(fault) => Problem::Syntax(domain.to_owned(), fault),
                }
            }
            Ok(several) => Problem::Several(domain.to_owned(), several.len()),
        };
        self.problems.push(problem);
        None
    }

    /// Whether a term finds anything, as far as that can be known without a peer.
    async fn look_for(&mut self, domain: &str, mechanism: &Mechanism, text: &str) {
        let (target, kinds): (Option<&MacroString>, &[RecordType]) = match mechanism {
            Mechanism::A(target, _) => (target.as_ref(), &[RecordType::A, RecordType::AAAA]),
            Mechanism::Mx(target, _) => (target.as_ref(), &[RecordType::MX]),
            Mechanism::Exists(target) => (Some(target), &[RecordType::A]),
            _ => return,
        };
        let name = match target.map(MacroString::as_literal) {
            None => domain,
            Some(Some(name)) => name,
            Some(None) => return,
        };
        for kind in kinds {
            match self.names.look_up(name, *kind).await {
                Ok(_) => return,
                Err(error) if error.is_void() => {}
                Err(error) => return self.problems.push(Problem::Later(error)),
            }
        }
        self.voids += 1;
        self.problems.push(Problem::Void(domain.to_owned(), text.to_owned()));
    }
}
