//! What a score means, what helps, and where others measure: data for commands, API and screens.

use std::net::IpAddr;

use model::Domain;

use crate::Cause;

/// A text by its key, in English and in French; screens have the other languages under the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// The key.
    pub key: &'static str,
    /// English.
    pub english: &'static str,
    /// French.
    pub french: &'static str,
}

/// A place where others measure a domain's or an address's reputation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Where it is.
    pub uri: &'static str,
    /// Its page about a domain, where it has one; `{domain}` stands for it.
    domain_page: &'static str,
    /// Its page about an address, where it has one; `{address}` stands for it.
    address_page: &'static str,
    /// What it tells of.
    pub measures: &'static str,
}

impl Tool {
    /// Its page about a domain, if it takes the domain in its address.
    pub fn about_domain(&self, domain: &Domain) -> Option<String> {
        (!self.domain_page.is_empty()).then(|| self.domain_page.replace("{domain}", domain.as_str()))
    }

    /// Its page about an address, if it takes the address in its own.
    pub fn about_address(&self, address: IpAddr) -> Option<String> {
        (!self.address_page.is_empty()).then(|| self.address_page.replace("{address}", &address.to_string()))
    }
}

const fn words(key: &'static str, english: &'static str, french: &'static str) -> Words {
    Words { key, english, french }
}

/// What follows from a score.
pub fn consequence(points: i64) -> Words {
    match points {
        90.. => words(
            "reputation-good",
            "Letters of this domain reach their recipients.",
            "Les e-mails de ce domaine atteignent leurs destinataires.",
        ),
        70..90 => words(
            "reputation-fair",
            "Some letters of this domain may be marked as spam.",
            "Certains e-mails de ce domaine peuvent être marqués comme spam.",
        ),
        40..70 => words(
            "reputation-poor",
            "Letters of this domain may be marked as spam and miss those they are meant for.",
            "Les e-mails de ce domaine peuvent être marqués comme spam et ne pas atteindre leur public cible.",
        ),
        _ => words(
            "reputation-bad",
            "Letters of this domain are likely to be refused or marked as spam.",
            "Les e-mails de ce domaine seront probablement refusés ou marqués comme spam.",
        ),
    }
}

/// What a factor says.
pub fn explanation(cause: Cause) -> Words {
    match cause {
        Cause::PolicyBounces => words(
            "reputation-policy-bounces",
            "Servers refused letters as spam or by their policy (5.7.x).",
            "Des serveurs ont refusé des e-mails comme spam ou selon leur politique (5.7.x).",
        ),
        Cause::UnknownRecipients => words(
            "reputation-unknown-recipients",
            "Letters went to addresses that do not exist.",
            "Des e-mails ont été envoyés à des adresses inexistantes.",
        ),
        Cause::Complaints => words(
            "reputation-complaints",
            "Recipients marked letters as spam.",
            "Des destinataires ont signalé des e-mails comme spam.",
        ),
        Cause::AuthenticationFailures => words(
            "reputation-authentication-failures",
            "Letters from known sources failed SPF and DKIM at other providers.",
            "Des e-mails de sources connues ont échoué aux contrôles SPF et DKIM d'autres fournisseurs.",
        ),
        Cause::TrapHits => words(
            "reputation-trap-hits",
            "Letters went to trap addresses: the list of recipients was bought, guessed or is very old.",
            "Des e-mails ont touché des adresses pièges : la liste des destinataires est achetée, devinée ou très ancienne.",
        ),
        Cause::Burst => words(
            "reputation-burst",
            "Far more was sent within an hour than usual: perhaps a mailbox or a web site is abused.",
            "Bien plus d'e-mails que d'habitude sont partis en une heure : une adresse ou un site est peut-être piraté.",
        ),
    }
}

/// What helps against it.
pub fn advice(cause: Cause) -> Words {
    match cause {
        Cause::PolicyBounces | Cause::Burst => words(
            "reputation-advice-abuse",
            "See in the log who sends; revoke the passwords of abused mailboxes; check the web site's forms.",
            "Vérifiez dans les journaux qui envoie ; révoquez les mots de passe des adresses piratées ; contrôlez les formulaires du site.",
        ),
        Cause::UnknownRecipients | Cause::TrapHits => words(
            "reputation-advice-lists",
            "Remove addresses that bounce; write only to people who chose to subscribe.",
            "Supprimez les adresses en erreur ; n'écrivez qu'aux personnes qui ont choisi de s'inscrire.",
        ),
        Cause::Complaints => words(
            "reputation-advice-complaints",
            "Write only to people who chose to subscribe, and let them leave with one click.",
            "N'écrivez qu'aux personnes qui ont choisi de s'inscrire, et permettez une désinscription en un clic.",
        ),
        Cause::AuthenticationFailures => words(
            "reputation-advice-authentication",
            "Set up and check the SPF, DKIM and DMARC records.",
            "Mettez en place et vérifiez les enregistrements SPF, DKIM et DMARC.",
        ),
    }
}

/// Where others measure.
pub const TOOLS: [Tool; 5] = [
    Tool {
        name: "Google Postmaster Tools",
        uri: "https://postmaster.google.com/",
        domain_page: "https://postmaster.google.com/dashboards#do={domain}",
        address_page: "",
        measures: "domain",
    },
    Tool {
        name: "Microsoft SNDS",
        uri: "https://sendersupport.olc.protection.outlook.com/snds/",
        domain_page: "",
        address_page: "",
        measures: "address",
    },
    Tool {
        name: "Sender Score",
        uri: "https://senderscore.org/",
        domain_page: "",
        address_page: "https://senderscore.org/assess/get-your-score/report/?lookup={address}",
        measures: "address",
    },
    Tool {
        name: "Talos Intelligence",
        uri: "https://talosintelligence.com/reputation_center",
        domain_page: "https://talosintelligence.com/reputation_center/lookup?search={domain}",
        address_page: "https://talosintelligence.com/reputation_center/lookup?search={address}",
        measures: "domain and address",
    },
    Tool {
        name: "Trellix (McAfee) TrustedSource",
        uri: "https://trustedsource.org/",
        domain_page: "",
        address_page: "",
        measures: "domain and address",
    },
];
