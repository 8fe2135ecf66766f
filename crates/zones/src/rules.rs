//! What a zone may hold: pure, no database; every refusal names the rule that it follows.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::RecordId;

use crate::entities::{NewRecord, RecordData, RecordInfo, ZoneInfo};
use crate::error::ZoneError;
use crate::kind::{RecordKind, Wrong, named_target, text_octets};
use crate::limits::{
    NOTE_LIMIT_CHARACTERS, RECORDS_PER_SET_LIMIT, RECORDS_PER_ZONE_LIMIT, TTL_LIMIT_SECONDS,
    TTL_MINIMUM_SECONDS,
};
use crate::name::{DnsName, NotAName};

type Result<T> = std::result::Result<T, ZoneError>;

/// A record of the zone as it would be after the change.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// Its identifier, new or old.
    pub(crate) id: RecordId,
    /// What it says.
    pub(crate) record: RecordData,
    /// Which record of the change it is; `None` for those that stay.
    pub(crate) index: Option<usize>,
    /// Whether the change says its time to live.
    pub(crate) has_own_ttl: bool,
}

impl Draft {
    /// A record that stays as it is.
    pub(crate) fn kept(info: &RecordInfo) -> Draft {
        Draft { id: info.id, record: info.record.clone(), index: None, has_own_ttl: false }
    }
}

impl From<Wrong> for ZoneError {
    fn from(wrong: Wrong) -> ZoneError {
        ZoneError::invalid(wrong.field, wrong.reason, wrong.rule)
    }
}

/// A zone's time to live, or a record's.
pub(crate) fn checked_ttl(field: &'static str, ttl: u32) -> Result<u32> {
    if !(TTL_MINIMUM_SECONDS..=TTL_LIMIT_SECONDS).contains(&ttl) {
        return Err(ZoneError::invalid(
            field,
            format!("{ttl} seconds"),
            "a time to live is 60 to 86400 seconds, so that a change is everywhere within 48 hours",
        ));
    }
    Ok(ttl)
}

/// A note, or what a change is called.
pub(crate) fn checked_note(field: &'static str, note: &str) -> Result<String> {
    let note = note.trim();
    if note.chars().count() > NOTE_LIMIT_CHARACTERS || note.chars().any(char::is_control) {
        return Err(ZoneError::invalid(
            field,
            "it is too long or holds a control character",
            "it is one line of at most 500 characters",
        ));
    }
    Ok(note.to_owned())
}

/// The owner of a record, relative to its zone.
pub(crate) fn checked_owner(text: &str, zone: &DnsName) -> Result<String> {
    let name = DnsName::within(text, zone)
        .map_err(|NotAName { reason, rule }| ZoneError::invalid("owner", reason, rule))?;
    name.relative_to(zone).ok_or_else(|| {
        ZoneError::invalid(
            "owner",
            format!("«{name}» does not lie in the zone {zone}"),
            "every record of a zone has the zone's name or one below it (RFC 1034 §4.2.1)",
        )
    })
}

/// What somebody entered, in the form that is kept; `managed_by` is the caller's to say.
pub(crate) fn checked_record(
    new: &NewRecord,
    zone: &ZoneInfo,
    managed_by: crate::ManagedBy,
) -> Result<RecordData> {
    let kind = RecordKind::parse(&new.kind)?;
    let owner = checked_owner(&new.owner, &zone.name)?;
    let data = kind.normalise(&new.data, &zone.name)?;
    let ttl = checked_ttl("ttl", new.ttl.unwrap_or(zone.default_ttl))?;
    let note = checked_note("note", &new.note)?;
    check_alone(&owner, kind, &data)?;
    // What is kept can be served: the wire has the last word, and of parameters also the form.
    let origin = crate::load::wire_name(&zone.name);
    let served = wire_dns::parse_record(&owner, ttl, kind.as_str(), &data, &origin).map_err(|fault| {
        let rule = "a record's data follows the form of its type (RFC 1035 §5)";
        ZoneError::invalid("data", fault.to_string(), rule)
    })?;
    let data = match kind {
        RecordKind::Svcb | RecordKind::Https => served.data_text(),
        _ => data,
    };
    Ok(RecordData { owner, kind, data, ttl, managed_by, note })
}

/// Rules of one record by itself.
fn check_alone(owner: &str, kind: RecordKind, data: &str) -> Result<()> {
    let is_wildcard = owner == "*" || owner.starts_with("*.");
    match kind {
        // RFC 1034 §3.6.2: the apex has SOA and NS.
        RecordKind::Cname if owner == "@" => Err(ZoneError::invalid(
            "kind",
            "the zone's own name cannot be an alias",
            "a CNAME stands alone, and the zone's own name has SOA and NS (RFC 1034 §3.6.2)",
        )),
        RecordKind::Ns | RecordKind::Ds if is_wildcard => Err(ZoneError::invalid(
            "owner",
            "a delegation has a name of its own",
            "a wildcard holds neither NS nor DS (RFC 4592 §4.2)",
        )),
        RecordKind::Ds if owner == "@" => Err(ZoneError::invalid(
            "owner",
            "the zone's own DS stands in the zone above",
            "DS records stand at a delegation (RFC 4035 §2.4)",
        )),
        RecordKind::Srv | RecordKind::Tlsa if !owner.starts_with('_') && !owner.starts_with("*._") => {
            Err(ZoneError::invalid(
                "owner",
                format!("«{owner}» names no service"),
                "it begins with the service or port and the protocol: _imaps._tcp, _25._tcp.mx (RFC 2782, RFC 6698 §3)",
            ))
        }
        RecordKind::Txt => check_text(owner, data),
        _ => Ok(()),
    }
}

/// Text in one of the little languages has to be well formed: a receiver ignores it otherwise.
fn check_text(owner: &str, data: &str) -> Result<()> {
    let octets = text_octets(data)?;
    let text = String::from_utf8_lossy(&octets);
    match Language::of(owner, &octets) {
        Some(Language::Spf) => crate::spf::checked(&text).map(drop),
        Some(Language::Dmarc) => wire_trust::dmarc::Record::parse(&text).map(drop).map_err(|fault| {
            ZoneError::invalid("data", fault.to_string(), "a DMARC record follows RFC 7489 §6.4")
        }),
        Some(Language::Sts) => wire_trust::mta_sts::Record::parse(&text).map(drop).map_err(|fault| {
            ZoneError::invalid("data", fault.to_string(), "an MTA-STS record follows RFC 8461 §3.1")
        }),
        Some(Language::TlsReports) => wire_trust::tls_rpt::Record::parse(&text).map(drop).map_err(|fault| {
            ZoneError::invalid("data", fault.to_string(), "a TLS-RPT record follows RFC 8460 §3")
        }),
        Some(Language::Bimi) => wire_trust::bimi::Record::parse(&text).map(drop).map_err(|fault| {
            ZoneError::invalid(
                "data",
                fault.to_string(),
                "a BIMI record names a picture and a certificate behind https:// (draft-brand-indicators-for-message-identification §4.2)",
            )
        }),
        None => Ok(()),
    }
}

/// The little languages of which a name has one record at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Language {
    Spf,
    Dmarc,
    Sts,
    TlsReports,
    Bimi,
}

impl Language {
    /// The language of a text at `owner`.
    pub(crate) fn of(owner: &str, octets: &[u8]) -> Option<Language> {
        let begins = |word: &str| {
            octets.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
        };
        let first = owner.split('.').next().unwrap_or_default();
        // RFC 7208 §4.5: the version alone, or followed by a space.
        if begins("v=spf1") && matches!(octets.get(6), None | Some(b' ')) {
            return Some(Language::Spf);
        }
        match first {
            "_dmarc" if begins("v=DMARC1") => Some(Language::Dmarc),
            "_mta-sts" if begins("v=STSv1") => Some(Language::Sts),
            "_smtp" if owner.starts_with("_smtp._tls") && begins("v=TLSRPTv1") => Some(Language::TlsReports),
            // One label before it is the selector.
            _ if begins("v=BIMI1") && owner.split('.').nth(1) == Some("_bimi") => Some(Language::Bimi),
            _ => None,
        }
    }

    /// The language of a record.
    pub(crate) fn of_record(record: &RecordData) -> Option<Language> {
        if record.kind != RecordKind::Txt {
            return None;
        }
        Language::of(&record.owner, &text_octets(&record.data).ok()?)
    }

    fn second(self) -> (&'static str, &'static str) {
        match self {
            Language::Spf => (
                "it would be the second SPF record of this name",
                "a name has one SPF record at most, or none of them counts (RFC 7208 §3.2)",
            ),
            Language::Dmarc => (
                "it would be the second DMARC record of this name",
                "a name has one DMARC record at most, or none of them counts (RFC 7489 §6.6.3)",
            ),
            Language::Sts => (
                "it would be the second MTA-STS record of this name",
                "a name has one MTA-STS record at most, or none of them counts (RFC 8461 §3.1)",
            ),
            Language::TlsReports => (
                "it would be the second TLS-RPT record of this name",
                "a name has one TLS-RPT record at most, or none of them counts (RFC 8460 §3)",
            ),
            Language::Bimi => (
                "it would be the second BIMI record of this name",
                "a name has one BIMI record at most, or none of them counts (draft-brand-indicators-for-message-identification §7.2)",
            ),
        }
    }
}

/// Gives the records of each touched set one time to live, the one that the change said last (RFC 2181 §5.2);
/// a new record without one of its own takes that of the set.
pub(crate) fn level_ttls(drafts: &mut [Draft]) {
    let mut standing: HashMap<(&str, RecordKind), u32> = HashMap::new();
    for draft in drafts.iter().filter(|draft| draft.index.is_none()) {
        standing.entry((&draft.record.owner, draft.record.kind)).or_insert(draft.record.ttl);
    }
    let mut wanted: HashMap<(String, RecordKind), u32> = HashMap::new();
    for draft in drafts.iter().filter(|draft| draft.index.is_some()) {
        let key = (draft.record.owner.clone(), draft.record.kind);
        if draft.has_own_ttl {
            wanted.insert(key, draft.record.ttl);
        } else if let Some(ttl) = standing.get(&(key.0.as_str(), key.1)) {
            let ttl = *ttl;
            wanted.entry(key).or_insert(ttl);
        }
    }
    if wanted.is_empty() {
        return;
    }
    for draft in drafts {
        if let Some(ttl) = wanted.get(&(draft.record.owner.clone(), draft.record.kind)) {
            draft.record.ttl = *ttl;
        }
    }
}

/// What has to be looked up elsewhere: whether a name outside of this zone is an alias in one of ours.
pub(crate) type IsAlias<'a> = dyn FnMut(&DnsName) -> Result<bool> + 'a;

/// The rules of names with their neighbours, for the names that the change touches.
pub(crate) fn check(
    zone: &DnsName,
    touched: &BTreeSet<String>,
    drafts: &[Draft],
    is_alias_elsewhere: &mut IsAlias<'_>,
) -> Result<()> {
    if drafts.len() > RECORDS_PER_ZONE_LIMIT {
        return Err(ZoneError::invalid(
            "records",
            format!("the zone would have {}", drafts.len()),
            "a zone has at most 50000 records",
        ));
    }
    let mut names: BTreeMap<&str, Vec<&Draft>> = BTreeMap::new();
    for draft in drafts {
        names.entry(&draft.record.owner).or_default().push(draft);
    }
    let view = View { zone, names };
    for owner in touched {
        view.check_name(owner)?;
        view.check_delegations(owner)?;
    }
    view.check_targets(touched, is_alias_elsewhere)
}

struct View<'a> {
    zone: &'a DnsName,
    names: BTreeMap<&'a str, Vec<&'a Draft>>,
}

impl View<'_> {
    fn at(&self, owner: &str) -> &[&Draft] {
        self.names.get(owner).map_or(&[], Vec::as_slice)
    }

    fn has(&self, owner: &str, kind: RecordKind) -> bool {
        self.at(owner).iter().any(|draft| draft.record.kind == kind)
    }

    fn check_name(&self, owner: &str) -> Result<()> {
        let here = self.at(owner);
        let aliases: Vec<&&Draft> =
            here.iter().filter(|draft| draft.record.kind == RecordKind::Cname).collect();
        if let Some(alias) = aliases.first()
            && here.len() > 1
        {
            let culprit = here.iter().rev().find(|draft| draft.index.is_some()).unwrap_or(alias);
            let reason = match (aliases.len() > 1, culprit.record.kind) {
                (true, RecordKind::Cname) => format!("«{owner}» would have two CNAME records"),
                _ => format!("«{owner}» would have a CNAME and other records"),
            };
            let rule = "a CNAME stands alone at its name (RFC 1034 §3.6.2)";
            return Err(blame("owner", reason, rule, culprit));
        }
        let mut seen = HashSet::new();
        let mut languages: BTreeMap<Language, usize> = BTreeMap::new();
        let mut sets: HashMap<RecordKind, usize> = HashMap::new();
        let (mut null_exchanger, mut exchangers) = (None, 0);
        // What stands comes first, so that what is new is to blame.
        let mut ordered: Vec<&&Draft> = here.iter().collect();
        ordered.sort_by_key(|draft| draft.index.map_or(-1, |index| i64::try_from(index).unwrap_or(i64::MAX)));
        for draft in ordered {
            let record = &draft.record;
            if !seen.insert((record.kind, record.data.as_str())) {
                let reason =
                    format!("«{owner} {} {}» stands there already", record.kind, short(&record.data));
                return Err(blame("data", reason, "a record stands once (RFC 2181 §5)", draft));
            }
            if let Some(language) = Language::of_record(record) {
                let count = languages.entry(language).or_default();
                *count += 1;
                if *count > 1 {
                    let (reason, rule) = language.second();
                    return Err(blame("data", reason.to_owned(), rule, draft));
                }
            }
            let count = sets.entry(record.kind).or_default();
            *count += 1;
            if *count > RECORDS_PER_SET_LIMIT {
                let reason = format!("«{owner}» would have more than 250 {} records", record.kind);
                let rule =
                    "a name has at most 250 records of a type: they share one answer (RFC 1035 §4.2.2)";
                return Err(blame("owner", reason, rule, draft));
            }
            if record.kind == RecordKind::Mx {
                exchangers += 1;
                if record.data == "0 ." {
                    null_exchanger = Some(*draft);
                }
                if null_exchanger.is_some() && exchangers > 1 {
                    let reason = format!("«{owner}» would have a null MX and another one");
                    return Err(blame("data", reason, "a null MX stands alone (RFC 7505 §3)", draft));
                }
            }
        }
        Ok(())
    }

    fn check_delegations(&self, owner: &str) -> Result<()> {
        // A DS needs its delegation beside it.
        if let Some(ds) = self.at(owner).iter().find(|draft| draft.record.kind == RecordKind::Ds)
            && !self.has(owner, RecordKind::Ns)
        {
            let reason = format!("«{owner}» is not delegated");
            let rule = "DS records stand beside the NS records of a delegation (RFC 4035 §2.4)";
            return Err(blame("owner", reason, rule, ds));
        }
        // Below a cut the servers of the child speak; addresses there are glue (RFC 1034 §4.2.1).
        for cut in self.cuts_above(owner) {
            self.check_cut(cut, owner)?;
        }
        if owner != "@" && self.has(owner, RecordKind::Ns) {
            let below = format!(".{owner}");
            for name in self.names.keys().filter(|name| name.ends_with(&below)) {
                self.check_cut(owner, name)?;
            }
        }
        Ok(())
    }

    /// Delegated names at `owner` or above it.
    fn cuts_above<'o>(&self, owner: &'o str) -> Vec<&'o str> {
        let mut cuts = Vec::new();
        let mut name = owner;
        while name != "@" {
            if self.has(name, RecordKind::Ns) {
                cuts.push(name);
            }
            match name.split_once('.') {
                Some((_, above)) => name = above,
                None => break,
            }
        }
        cuts
    }

    fn check_cut(&self, cut: &str, owner: &str) -> Result<()> {
        let wrong = self.at(owner).iter().find(|draft| match draft.record.kind {
            RecordKind::A | RecordKind::Aaaa => false,
            RecordKind::Ns | RecordKind::Ds => owner != cut,
            _ => true,
        });
        match wrong {
            Some(draft) => {
                let culprit = self
                    .at(cut)
                    .iter()
                    .find(|other| draft.index.is_none() && other.index.is_some())
                    .unwrap_or(draft);
                Err(blame(
                    "owner",
                    format!(
                        "«{owner}» has a {} record, and «{cut}» is delegated to other servers",
                        draft.record.kind
                    ),
                    "at and below a delegation a zone holds NS, DS and the addresses of servers only (RFC 1034 §4.2.1)",
                    culprit,
                ))
            }
            None => Ok(()),
        }
    }

    /// RFC 2181 §10.3, RFC 2782: the target of MX, NS and SRV is no alias. Both ways: a new target that is an
    /// alias, and a new alias that is a target.
    fn check_targets(&self, touched: &BTreeSet<String>, is_alias_elsewhere: &mut IsAlias<'_>) -> Result<()> {
        let rule = "the target of MX, NS and SRV has addresses of its own and is no CNAME (RFC 2181 §10.3, RFC 2782)";
        let is_new_alias = touched.iter().any(|owner| self.has(owner, RecordKind::Cname));
        for (owner, drafts) in &self.names {
            if !is_new_alias && !touched.contains(*owner) {
                continue;
            }
            for draft in drafts.iter().filter(|draft| draft.record.kind.names_a_host()) {
                let Some(target) = named_target(draft.record.kind, &draft.record.data) else { continue };
                let is_alias = match target.relative_to(self.zone) {
                    Some(relative) => self.is_alias_here(&relative),
                    None if draft.index.is_some() => is_alias_elsewhere(&target)?,
                    None => false,
                };
                if is_alias {
                    let reason =
                        format!("«{target}», the target of {} at «{owner}», is an alias", draft.record.kind);
                    return Err(blame("target", reason, rule, draft));
                }
            }
        }
        Ok(())
    }

    fn is_alias_here(&self, relative: &str) -> bool {
        if self.names.contains_key(relative) {
            return self.has(relative, RecordKind::Cname);
        }
        // RFC 4592: a wildcard alias answers for names that do not exist; an existing name in between hides it.
        let mut name = relative;
        while let Some((_, above)) = name.split_once('.') {
            if self.has(&format!("*.{above}"), RecordKind::Cname) {
                return true;
            }
            if self.names.contains_key(above) {
                return false;
            }
            name = above;
        }
        relative != "@" && self.has("*", RecordKind::Cname)
    }
}

fn blame(field: &'static str, reason: String, rule: &'static str, draft: &Draft) -> ZoneError {
    ZoneError::Invalid { field, reason, rule, index: draft.index }
}

/// Enough of a long text to recognise it.
pub(crate) fn short(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
