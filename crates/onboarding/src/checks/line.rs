//! A line of a test: what was looked at, what was found, what to do about it. Its words stand in `words/` under
//! `check-…`, `says-…` and `do-…`.

use model::Timestamp;

/// What is looked at, in the order in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// Whether the test itself came to its end.
    Test,
    /// Whether the domains were shown to be the organisation's.
    Domain,
    /// Whether the integration is active.
    State,
    /// Where letters for a domain go.
    Route,
    /// Whether the receiving server can be reached on its port.
    Port,
    /// Whether it offers STARTTLS.
    StartTls,
    /// Whether its certificate is one that was declared.
    Certificate,
    /// Until when that holds.
    CertificateEnd,
    /// Whether it asks for our certificate and takes it.
    OurCertificate,
    /// Whether it takes a letter of ours, at once: allow-listing.
    Letter,
    /// Whether their server that sends was identified.
    Sending,
    /// Until when its certificate holds.
    SendingEnd,
    /// Whether the letter that tries the route to us has come.
    TestMail,
    /// Whether names below the suffix lead to us.
    Suffix,
    /// A letter from them to somebody connected.
    SendInternal,
    /// A letter from them to somebody elsewhere.
    SendExternal,
    /// A letter to them from somebody connected.
    ReceiveInternal,
    /// A letter to them from somebody elsewhere.
    ReceiveExternal,
}

/// A part of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What was declared.
    Declared,
    /// From us to them.
    Reception,
    /// From them to us.
    Sending,
    /// What the name service says.
    Names,
    /// The four ways that have to work at the end.
    Ways,
}

/// How something stands; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Light {
    /// As it must be.
    Good,
    /// Nothing is known yet.
    Waiting,
    /// It works, and ought to be better.
    Warning,
    /// It does not work.
    Bad,
}

impl Light {
    /// The word in views and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Light::Good => "good",
            Light::Waiting => "waiting",
            Light::Warning => "warning",
            Light::Bad => "bad",
        }
    }
}

macro_rules! words {
    ($($(#[$meta:meta])* $kind:ident { $($variant:ident = $word:literal),* $(,)? })*) => {$(
        impl $kind {
            /// All of them.
            pub const EACH: &[$kind] = &[$($kind::$variant),*];

            /// The word in views, rows and files of words.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($kind::$variant => $word),*
                }
            }

            /// The one that a word names.
            pub fn of_word(word: &str) -> Option<$kind> {
                $kind::EACH.iter().copied().find(|one| one.as_str() == word)
            }
        }
    )*};
}

words! {
    Check {
        Test = "test",
        Domain = "domain",
        State = "state",
        Route = "route",
        Port = "port",
        StartTls = "starttls",
        Certificate = "certificate",
        CertificateEnd = "certificate-end",
        OurCertificate = "our-certificate",
        Letter = "letter",
        Sending = "sending",
        SendingEnd = "sending-end",
        TestMail = "test-mail",
        Suffix = "suffix",
        SendInternal = "send-internal",
        SendExternal = "send-external",
        ReceiveInternal = "receive-internal",
        ReceiveExternal = "receive-external",
    }
    Part {
        Declared = "declared",
        Reception = "reception",
        Sending = "sending",
        Names = "names",
        Ways = "ways",
    }
    Says {
        Interrupted = "interrupted",
        DomainProven = "domain-proven",
        DomainUnproven = "domain-unproven",
        DomainNone = "domain-none",
        Active = "active",
        Planned = "planned",
        Suspended = "suspended",
        RouteExchangers = "route-exchangers",
        RouteHost = "route-host",
        RouteAddress = "route-address",
        RouteNone = "route-none",
        PortOpen = "port-open",
        PortClosed = "port-closed",
        PortNoAddress = "port-no-address",
        PortNotAllowed = "port-not-allowed",
        PortRefused = "port-refused",
        NotReached = "not-reached",
        TlsOffered = "tls-offered",
        TlsMissing = "tls-missing",
        TlsFailed = "tls-failed",
        CertificateKnown = "certificate-known",
        CertificateSelfSigned = "certificate-self-signed",
        CertificateExpired = "certificate-expired",
        CertificateNotYet = "certificate-not-yet",
        CertificateUnknownAuthority = "certificate-unknown-authority",
        CertificateWrongName = "certificate-wrong-name",
        CertificateUnfit = "certificate-unfit",
        EndFar = "end-far",
        EndNear = "end-near",
        EndOver = "end-over",
        OursTaken = "ours-taken",
        OursNotAsked = "ours-not-asked",
        OursRefused = "ours-refused",
        LetterTaken = "letter-taken",
        LetterDeferred = "letter-deferred",
        LetterRefused = "letter-refused",
        LetterNone = "letter-none",
        LetterNotTried = "letter-not-tried",
        SenderKnown = "sender-known",
        SenderRefused = "sender-refused",
        SenderRefusedSince = "sender-refused-since",
        SenderNone = "sender-none",
        TestMailSeen = "test-mail-seen",
        TestMailNone = "test-mail-none",
        SuffixOurs = "suffix-ours",
        SuffixElsewhere = "suffix-elsewhere",
        SuffixNone = "suffix-none",
        WaySeen = "way-seen",
        WayNone = "way-none",
    }
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Says {
    /// The test was interrupted by trouble of ours.
    Interrupted,
    /// The domain was shown to be the organisation's.
    DomainProven,
    /// It was not.
    DomainUnproven,
    /// The integration has no domain.
    DomainNone,
    /// The integration is active.
    Active,
    /// It is being set up.
    Planned,
    /// It is out of use.
    Suspended,
    /// Letters go to the exchangers of a name.
    RouteExchangers,
    /// Letters go to a host.
    RouteHost,
    /// Letters go to an address.
    RouteAddress,
    /// Letters go nowhere.
    RouteNone,
    /// The server answers.
    PortOpen,
    /// It does not.
    PortClosed,
    /// Its name has no address.
    PortNoAddress,
    /// It was not looked at.
    PortNotAllowed,
    /// It answers that it does not want us.
    PortRefused,
    /// There was no time for it, because others did not answer.
    NotReached,
    /// It offers STARTTLS.
    TlsOffered,
    /// It does not.
    TlsMissing,
    /// The handshake fails.
    TlsFailed,
    /// Its certificate is one that was declared.
    CertificateKnown,
    /// It vouches for itself.
    CertificateSelfSigned,
    /// It has ended.
    CertificateExpired,
    /// It has not begun.
    CertificateNotYet,
    /// Nobody in the list vouches for it.
    CertificateUnknownAuthority,
    /// It is for another name.
    CertificateWrongName,
    /// It breaks a rule, or cannot be read.
    CertificateUnfit,
    /// It holds for long.
    EndFar,
    /// It ends soon.
    EndNear,
    /// It has ended.
    EndOver,
    /// The server asked for our certificate and goes on.
    OursTaken,
    /// It did not ask for it.
    OursNotAsked,
    /// It hung up after it saw it.
    OursRefused,
    /// It took the letter of the test.
    LetterTaken,
    /// It wants it later.
    LetterDeferred,
    /// It does not want it.
    LetterRefused,
    /// No address was named for it.
    LetterNone,
    /// It did not come to that.
    LetterNotTried,
    /// A server that sends was identified.
    SenderKnown,
    /// One was refused, and none was identified.
    SenderRefused,
    /// One was identified, and somebody who claims the same domain was refused since: anybody may.
    SenderRefusedSince,
    /// None has come.
    SenderNone,
    /// The letter that tries the route to us has come.
    TestMailSeen,
    /// It has not.
    TestMailNone,
    /// Names below the suffix lead to us.
    SuffixOurs,
    /// They lead elsewhere.
    SuffixElsewhere,
    /// They lead nowhere.
    SuffixNone,
    /// A letter went this way.
    WaySeen,
    /// None did.
    WayNone,
}

impl Check {
    /// Where its lines are told.
    pub fn part(self) -> Part {
        match self {
            Check::Test | Check::Domain | Check::State => Part::Declared,
            Check::Route
            | Check::Port
            | Check::StartTls
            | Check::Certificate
            | Check::CertificateEnd
            | Check::OurCertificate
            | Check::Letter => Part::Reception,
            Check::Sending | Check::SendingEnd | Check::TestMail => Part::Sending,
            Check::Suffix => Part::Names,
            Check::SendInternal | Check::SendExternal | Check::ReceiveInternal | Check::ReceiveExternal => {
                Part::Ways
            }
        }
    }
}

impl Says {
    /// How that stands.
    pub fn light(self) -> Light {
        match self {
            Says::DomainProven
            | Says::Active
            | Says::RouteExchangers
            | Says::RouteHost
            | Says::PortOpen
            | Says::TlsOffered
            | Says::CertificateKnown
            | Says::EndFar
            | Says::OursTaken
            | Says::LetterTaken
            | Says::SenderKnown
            | Says::TestMailSeen
            | Says::SuffixOurs
            | Says::WaySeen => Light::Good,
            Says::Interrupted
            | Says::Planned
            | Says::PortNotAllowed
            | Says::LetterNone
            | Says::LetterNotTried
            | Says::SenderNone
            | Says::TestMailNone
            | Says::WayNone => Light::Waiting,
            Says::RouteAddress
            | Says::NotReached
            | Says::EndNear
            | Says::SenderRefusedSince
            | Says::OursNotAsked
            | Says::LetterDeferred
            | Says::SuffixElsewhere
            | Says::SuffixNone => Light::Warning,
            Says::DomainUnproven
            | Says::DomainNone
            | Says::Suspended
            | Says::RouteNone
            | Says::PortClosed
            | Says::PortNoAddress
            | Says::PortRefused
            | Says::TlsMissing
            | Says::TlsFailed
            | Says::CertificateSelfSigned
            | Says::CertificateExpired
            | Says::CertificateNotYet
            | Says::CertificateUnknownAuthority
            | Says::CertificateWrongName
            | Says::CertificateUnfit
            | Says::EndOver
            | Says::OursRefused
            | Says::LetterRefused
            | Says::SenderRefused => Light::Bad,
        }
    }
}

/// A line of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What was looked at.
    pub check: Check,
    /// Of which domain or server; empty where there is one only.
    pub subject: String,
    /// What was found.
    pub says: Says,
    /// What stands in the words' place `{what}`: an address, a reason, what the other server said.
    pub what: String,
    /// When that was seen, before `what`; of a certificate's end, the end, in its place.
    pub at: Option<Timestamp>,
}

impl Line {
    /// How it stands.
    pub fn light(&self) -> Light {
        self.says.light()
    }
}
