//! What a check has to say: each remark has its light, a key for the screens' languages and an English sentence.

use std::fmt;

use trust::spf::Problem;
use world::LookupError;

/// How good or bad something is, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Light {
    /// Not asked for: the check is switched off, or the domain does without.
    Off,
    /// As it should be.
    Good,
    /// It works, and could be better.
    Warning,
    /// Whether it is right cannot be found out now.
    Unknown,
    /// It does harm.
    Bad,
}

impl Light {
    /// One word: `off`, `good`, `warning`, `unknown`, `bad`.
    pub fn as_str(self) -> &'static str {
        match self {
            Light::Off => "off",
            Light::Good => "good",
            Light::Warning => "warning",
            Light::Unknown => "unknown",
            Light::Bad => "bad",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Light> {
        [Light::Off, Light::Good, Light::Warning, Light::Unknown, Light::Bad]
            .into_iter()
            .find(|light| light.as_str() == word)
    }
}

impl fmt::Display for Light {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One remark.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// Which one.
    pub says: Says,
    /// The name, address, record or number that it is about; often empty.
    pub what: String,
}

impl Remark {
    pub(super) fn new(says: Says, what: impl Into<String>) -> Remark {
        Remark { says, what: what.into() }
    }

    /// What a name server keeps to itself now.
    pub(super) fn unanswered(error: &LookupError) -> Remark {
        Remark::new(Says::CannotLookUp, error.name())
    }

    /// What is wrong with the SPF record of `domain`, or with one that it leads to.
    pub fn of_spf(problem: &Problem, domain: &str) -> Remark {
        use wire_trust::spf::Remark as Mistake;
        let at = |whose: &str, term: &str| match whose == domain {
            true => term.to_owned(),
            false => format!("{whose}: {term}"),
        };
        match problem {
            Problem::Missing(whose) if whose == domain => Remark::new(Says::Missing, "SPF"),
            Problem::Missing(whose) => Remark::new(Says::SpfLeadsNowhere, whose),
            Problem::Several(whose, number) if whose == domain => {
                Remark::new(Says::SpfSeveral, number.to_string())
            }
            Problem::Several(whose, _) => Remark::new(Says::SpfLeadsToSeveral, whose),
            Problem::Syntax(whose, fault) => Remark::new(Says::SpfWrong, at(whose, &fault.term)),
            Problem::TooManyLookups(used) => Remark::new(Says::SpfTooManyLookups, used.to_string()),
            Problem::TooManyVoids(used) => Remark::new(Says::SpfTooManyVoids, used.to_string()),
            Problem::Loop(whose) => Remark::new(Says::SpfLoop, whose),
            Problem::Later(error) => Remark::unanswered(error),
            Problem::Void(whose, term) => Remark::new(Says::SpfVoid, at(whose, term)),
            Problem::Remark(whose, Mistake::EverybodyPasses) => match whose == domain {
                true => Remark::new(Says::SpfAllowsAll, ""),
                false => Remark::new(Says::SpfLeadsToAll, whose),
            },
            Problem::Remark(whose, Mistake::Duplicate(term)) => Remark::new(Says::SpfTwice, at(whose, term)),
            Problem::Remark(whose, Mistake::BehindAll(term)) => {
                Remark::new(Says::SpfBehindAll, at(whose, term))
            }
            Problem::Remark(whose, Mistake::RedirectBesideAll) => Remark::new(Says::SpfRedirectUnused, whose),
            Problem::Remark(whose, Mistake::NoEnd) => Remark::new(Says::SpfNoEnd, whose),
            Problem::Remark(whose, Mistake::Ptr(term)) => Remark::new(Says::SpfSlow, at(whose, term)),
        }
    }

    /// How bad it is.
    pub fn light(&self) -> Light {
        self.says.light()
    }
}

macro_rules! remarks {
    ($($(#[doc = $meaning:literal])+ $name:ident = ($key:literal, $light:ident, $english:literal),)+) => {
        /// Everything that a check can say.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Says {
            $($(#[doc = $meaning])+ $name,)+
        }

        impl Says {
            /// Every one.
            pub const EACH: &[Says] = &[$(Says::$name),+];

            /// The key of its sentence in the screens' languages; the argument is called `what`.
            pub fn key(self) -> &'static str {
                match self { $(Says::$name => $key),+ }
            }

            /// How bad it is.
            pub fn light(self) -> Light {
                match self { $(Says::$name => Light::$light),+ }
            }

            fn english(self) -> &'static str {
                match self { $(Says::$name => $english),+ }
            }
        }
    };
}

remarks! {
    /// Everything expected is there.
    Right = ("right", Good, "as it should be"),
    /// Only on demand.
    SwitchedOff = ("switched-off", Off, "this check is switched off"),
    /// A name server does not answer.
    CannotLookUp = ("cannot-look-up", Unknown, "cannot be looked up now: {what}"),
    /// The zone stands here, and the world asks other servers.
    NotDelegated = ("not-delegated", Warning, "the zone stands here, but the world asks {what}"),
    /// A record is absent.
    Missing = ("missing", Bad, "{what} is missing"),
    /// A record that helps is absent.
    WouldHelp = ("would-help", Warning, "{what} is missing; mail goes without it, less well"),
    /// The domain says that it takes no mail.
    NullMx = ("null-mx", Bad, "the domain says that it takes no mail (null MX)"),
    /// No exchanger is ours.
    MxElsewhere = ("mx-elsewhere", Bad, "mail goes to {what} and not here"),
    /// Some exchanger is not ours.
    MxAlsoElsewhere = ("mx-also-elsewhere", Warning, "some mail goes to {what} and not here"),
    /// Several SPF records.
    SpfSeveral = ("spf-several", Bad, "there are {what} SPF records; receivers reject all of them (RFC 7208 §4.5)"),
    /// A term cannot be read, here or in a record that this one leads to.
    SpfWrong = ("spf-wrong", Bad, "the SPF record cannot be read at {what}"),
    /// What it includes has no record.
    SpfLeadsNowhere = ("spf-leads-nowhere", Bad, "the SPF record leads to {what}, which publishes none"),
    /// What it includes has several records.
    SpfLeadsToSeveral = ("spf-leads-to-several", Bad, "the SPF record leads to {what}, which publishes several"),
    /// What it includes lets everybody send.
    SpfLeadsToAll = ("spf-leads-to-all", Bad, "the SPF record leads to {what}, which lets everybody send"),
    /// It includes itself.
    SpfLoop = ("spf-loop", Bad, "the SPF record of {what} leads back to itself"),
    /// The same term again.
    SpfTwice = ("spf-twice", Warning, "{what} stands in the SPF record twice"),
    /// A term that nobody comes to.
    SpfBehindAll = ("spf-behind-all", Warning, "{what} stands behind all and is never looked at"),
    /// A redirect that nobody comes to.
    SpfRedirectUnused = ("spf-redirect-unused", Warning, "redirect= in the SPF record of {what} is never used, because there is an all"),
    /// Neither `all` nor `redirect=`.
    SpfNoEnd = ("spf-no-end", Warning, "the SPF record of {what} has neither all nor redirect= at its end"),
    /// `ptr`.
    SpfSlow = ("spf-slow", Warning, "{what} in the SPF record is slow and unreliable and should not be used"),
    /// More than ten look-ups.
    SpfTooManyLookups = ("spf-too-many-lookups", Bad, "SPF needs {what} look-ups; receivers stop after 10 (RFC 7208 §4.6.4)"),
    /// More than two void look-ups.
    SpfTooManyVoids = ("spf-too-many-voids", Bad, "SPF asks for {what} names that do not exist; receivers stop after 2 (RFC 7208 §4.6.4)"),
    /// A term finds nothing.
    SpfVoid = ("spf-void", Warning, "a term of the SPF record finds nothing: {what}"),
    /// Our servers are not in it.
    SpfWithoutUs = ("spf-without-us", Bad, "the SPF record does not allow our servers: {what} is missing"),
    /// Everybody may send.
    SpfAllowsAll = ("spf-allows-all", Bad, "the SPF record ends in +all: everybody may send in this name"),
    /// `~all`, `?all` or nothing.
    SpfSoft = ("spf-soft", Warning, "the SPF record ends in {what}: forgeries are marked at most, not refused"),
    /// How much of the limit is used.
    SpfUsed = ("spf-used", Good, "{what} of 10 look-ups used"),
    /// A key of ours is not published.
    DkimMissing = ("dkim-missing", Bad, "the key {what} is not published"),
    /// Another key stands at our selector.
    DkimDiffers = ("dkim-differs", Bad, "at {what} stands another key than ours"),
    /// A successor's record is not seen; its predecessor signs.
    DkimNotSeenYet = ("dkim-not-seen-yet", Warning, "the next key {what} is not seen yet; the former one signs until it is"),
    /// No key has been made.
    DkimNoKey = ("dkim-no-key", Bad, "there is no key yet"),
    /// The record cannot be read.
    DmarcWrong = ("dmarc-wrong", Bad, "the DMARC record does not hold: {what}"),
    /// Several DMARC records.
    DmarcSeveral = ("dmarc-several", Bad, "there are {what} DMARC records; receivers ignore all of them (RFC 7489 §6.6.3)"),
    /// p=none.
    DmarcNone = ("dmarc-none", Warning, "p=none asks for reports only: forgeries are delivered"),
    /// Applies to a part.
    DmarcPart = ("dmarc-part", Warning, "the policy applies to {what} % of the letters only"),
    /// No report comes here.
    DmarcReportsElsewhere = ("dmarc-reports-elsewhere", Warning, "reports do not come here: {what} is missing"),
    /// We do not say that we take the reports of another name.
    DmarcReportsRefused = ("dmarc-reports-refused", Warning, "reports about a synonym are not sent: {what} is missing (RFC 7489 §7.1)"),
    /// The policy cannot be fetched.
    PolicyUnreachable = ("policy-unreachable", Bad, "the MTA-STS policy cannot be fetched: {what}"),
    /// The policy does not name our exchangers.
    PolicyWithoutMx = ("policy-without-mx", Bad, "the MTA-STS policy does not allow {what}: others will not deliver"),
    /// mode: testing.
    PolicyTesting = ("policy-testing", Warning, "the MTA-STS policy is in mode {what}: it protects nothing yet"),
    /// The TXT record names no id.
    PolicyRecordWrong = ("policy-record-wrong", Bad, "the MTA-STS record does not hold: {what}"),
    /// The exchanger's zone is not signed, so TLSA would not be used.
    DaneNotSigned = ("dane-not-signed", Off, "the zone of {what} is not signed: DANE is not possible"),
    /// The records do not fit the certificate.
    DaneDiffers = ("dane-differs", Bad, "the TLSA records of {what} do not fit the certificate: others will not deliver"),
    /// Not signed.
    NotSigned = ("not-signed", Warning, "the zone is not signed"),
    /// The parent has no DS record.
    DsMissing = ("ds-missing", Warning, "the zone is signed, and the parent zone does not say so: {what} is missing there"),
    /// The DS record belongs to another key.
    DsDiffers = ("ds-differs", Bad, "the DS record of the parent zone fits none of the zone's keys: {what}"),
    /// The parent says signed and we are not.
    DsWithoutKey = ("ds-without-key", Bad, "the parent zone says that the zone is signed, and it is not: {what}"),
    /// An address without a name.
    PointerMissing = ("pointer-missing", Bad, "{what} has no name (PTR)"),
    /// The name does not lead back.
    PointerNotConfirmed = ("pointer-not-confirmed", Bad, "{what} does not lead back to the address"),
    /// Another name than the one we greet with.
    PointerDiffers = ("pointer-differs", Warning, "the name of the address is {what}, not the one the server greets with"),
    /// No public address is known.
    NoPublicAddress = ("no-public-address", Off, "the server has no public address: {what}"),
    /// The greeting's name has no address.
    HeloWithoutAddress = ("helo-without-address", Bad, "{what} has no address"),
    /// The greeting's name has other addresses.
    HeloElsewhere = ("helo-elsewhere", Bad, "{what} leads to other addresses than the server's"),
    /// Listed.
    Listed = ("listed", Bad, "listed: {what}"),
    /// The list does not answer us.
    ListSilent = ("list-silent", Unknown, "the list gives no answer: {what}"),
    /// Of our own authority.
    OwnAuthority = ("own-authority", Warning, "the certificate comes from this installation's own authority: strangers do not know it"),
    /// Not for this name.
    CertificateWithout = ("certificate-without", Bad, "the certificate does not hold for {what}"),
    /// Soon.
    CertificateEndsSoon = ("certificate-ends-soon", Warning, "the certificate ends {what}"),
    /// Past.
    CertificateEnded = ("certificate-ended", Bad, "the certificate has ended {what}"),
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says.english().replace("{what}", &self.what))
    }
}
