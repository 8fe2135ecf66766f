//! What an entry means, in plain words, and what follows from it.

use wire_trust::dmarc::{Alignment, Policy};

use super::{Guided, Spf};

/// One sentence about an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The sentence, as a key for other languages.
    pub key: &'static str,
    /// What the sentence speaks of, by name.
    pub values: Vec<(&'static str, String)>,
    /// In English.
    pub english: String,
    /// In French.
    pub french: String,
    /// Whether it warns.
    pub is_warning: bool,
}

/// What every change of the DNS comes with (R124).
pub fn propagation() -> Explanation {
    sentence(
        "dns-propagation",
        &[],
        "Every addition or change in the DNS can take up to 48 hours to be known everywhere.",
        "Tout ajout ou modification DNS peut prendre jusqu'à 48 heures pour se propager.",
    )
}

fn sentence(key: &'static str, values: &[(&'static str, &str)], english: &str, french: &str) -> Explanation {
    let fill = |text: &str| {
        values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    };
    Explanation {
        key,
        values: values.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
        english: fill(english),
        french: fill(french),
        is_warning: false,
    }
}

fn warning(key: &'static str, values: &[(&'static str, &str)], english: &str, french: &str) -> Explanation {
    Explanation { is_warning: true, ..sentence(key, values, english, french) }
}

impl Guided {
    /// What the entry means, sentence by sentence, with its consequences.
    pub fn explain(&self) -> Vec<Explanation> {
        match self {
            Guided::Spf(spf) => explain_spf(spf),
            Guided::Mx(mx) if mx.host == "." => vec![warning(
                "mx-null",
                &[],
                "The domain takes no mail at all: letters to it come back at once (RFC 7505).",
                "Le domaine ne reçoit aucun courrier : les messages reviennent aussitôt à l'expéditeur (RFC 7505).",
            )],
            Guided::Mx(mx) => {
                let priority = mx.priority.to_string();
                vec![
                    sentence(
                        "mx-host",
                        &[("host", &mx.host)],
                        "Mail for this name is brought to {host}. It is the name of a server and never an IP address.",
                        "Le courrier pour ce nom est remis à {host}. C'est le nom d'un serveur, jamais une adresse IP.",
                    ),
                    sentence(
                        "mx-priority",
                        &[("priority", &priority)],
                        "Priority {priority}: servers with a lower number are tried first, those with a higher one if they cannot be reached.",
                        "Priorité {priority} : les serveurs au chiffre plus petit sont essayés en premier, les autres s'ils sont injoignables.",
                    ),
                ]
            }
            Guided::Srv(srv) if srv.target == "." => vec![sentence(
                "srv-none",
                &[("service", &srv.service)],
                "The service {service} is not offered: programs do not try to find it.",
                "Le service {service} n'est pas proposé : les programmes ne le cherchent pas.",
            )],
            Guided::Srv(srv) => {
                let (port, priority, weight) =
                    (srv.port.to_string(), srv.priority.to_string(), srv.weight.to_string());
                vec![
                    sentence(
                        "srv-host",
                        &[
                            ("service", &srv.service),
                            ("protocol", &srv.protocol),
                            ("target", &srv.target),
                            ("port", &port),
                        ],
                        "Programs find the service {service} ({protocol}) on {target}, port {port}.",
                        "Les programmes trouvent le service {service} ({protocol}) sur {target}, port {port}.",
                    ),
                    sentence(
                        "srv-order",
                        &[("priority", &priority), ("weight", &weight)],
                        "Priority {priority}: lower numbers are tried first. Weight {weight}: among equals the share of the visitors.",
                        "Priorité {priority} : les petits chiffres sont essayés en premier. Poids {weight} : à priorité égale, la part des visites.",
                    ),
                ]
            }
            Guided::Dkim(dkim) if dkim.public_key.is_empty() => vec![warning(
                "dkim-revoked",
                &[("selector", &dkim.selector)],
                "The key {selector} is revoked: signatures made with it do not count any more.",
                "La clé {selector} est révoquée : les signatures faites avec elle ne comptent plus.",
            )],
            Guided::Dkim(dkim) => {
                let mut sentences = vec![sentence(
                    "dkim-key",
                    &[("selector", &dkim.selector)],
                    "Letters signed with the key {selector} can be verified: nobody can change them on the way unnoticed, nor sign in your name. Without the record the signatures are worth nothing.",
                    "Les messages signés avec la clé {selector} peuvent être vérifiés : personne ne peut les modifier en route sans que cela se voie, ni signer à votre place. Sans cet enregistrement, les signatures ne valent rien.",
                )];
                if dkim.is_testing {
                    sentences.push(warning(
                        "dkim-testing",
                        &[],
                        "The key is marked as a test: receivers treat signed letters like unsigned ones.",
                        "La clé est marquée comme test : les destinataires traitent les messages signés comme s'ils ne l'étaient pas.",
                    ));
                }
                sentences
            }
            Guided::Dmarc { record, .. } => explain_dmarc(record),
            Guided::Caa(caa) => vec![match (caa.property.as_str(), caa.value.trim()) {
                ("iodef", value) => sentence(
                    "caa-iodef",
                    &[("value", value)],
                    "Authorities tell {value} when somebody asks in vain for a certificate of this domain.",
                    "Les autorités informent {value} quand quelqu'un demande en vain un certificat pour ce domaine.",
                ),
                (_, ";" | "") => warning(
                    "caa-nobody",
                    &[],
                    "Nobody may issue such certificates for this domain: renewals fail too.",
                    "Personne ne peut émettre de tels certificats pour ce domaine : les renouvellements échouent aussi.",
                ),
                ("issuewild", value) => sentence(
                    "caa-issuewild",
                    &[("value", value)],
                    "Only {value} may issue certificates for all names below this domain (*.…).",
                    "Seule l'autorité {value} peut émettre des certificats pour tous les noms de ce domaine (*.…).",
                ),
                (_, value) => sentence(
                    "caa-issue",
                    &[("value", value)],
                    "Only {value} and others that are listed here may issue certificates for this domain. Everybody else refuses, also by mistake.",
                    "Seules {value} et les autres autorités listées ici peuvent émettre des certificats pour ce domaine. Toutes les autres refusent.",
                ),
            }],
            Guided::Bimi { .. } => vec![sentence(
                "bimi",
                &[],
                "Some mail programs show this picture beside your letters, if DMARC asks for quarantine or reject and a certificate proves the mark.",
                "Certains logiciels affichent cette image à côté de vos messages, si DMARC demande la quarantaine ou le rejet et qu'un certificat prouve la marque.",
            )],
        }
    }
}

fn explain_spf(spf: &Spf) -> Vec<Explanation> {
    let sources = spf.sources.join(", ");
    let mut sentences = vec![match spf.sources.is_empty() {
        true => sentence(
            "spf-nobody",
            &[],
            "No server is named that may send in the name of the domain.",
            "Aucun serveur n'est autorisé à envoyer au nom du domaine.",
        ),
        false => sentence(
            "spf-sources",
            &[("sources", &sources)],
            "These may send in the name of the domain: {sources}.",
            "Peuvent envoyer au nom du domaine : {sources}.",
        ),
    }];
    let meaning =
        spf.others.and_then(|sign| crate::spf::MEANINGS.iter().find(|meaning| meaning.sign == sign));
    if let Some(meaning) = meaning {
        let told = sentence(meaning.key, &[], meaning.english, meaning.french);
        sentences.push(Explanation { is_warning: meaning.is_dangerous, ..told });
    } else if !spf.sources.iter().any(|source| source.starts_with("redirect=")) {
        sentences.push(warning(
            "spf-no-end",
            &[],
            "Nothing is said about everybody else: that protects as little as ?all.",
            "Rien n'est dit de tous les autres : cela ne protège pas plus que ?all.",
        ));
    }
    sentences
}

fn explain_dmarc(record: &super::Dmarc) -> Vec<Explanation> {
    let mut sentences = vec![match record.policy {
        Policy::None => warning(
            "dmarc-none",
            &[],
            "Letters that pretend to come from you are delivered all the same; you only get reports.",
            "Les messages qui se font passer pour vous sont remis quand même ; vous recevez seulement des rapports.",
        ),
        Policy::Quarantine => sentence(
            "dmarc-quarantine",
            &[],
            "Letters that pretend to come from you go to Spam. Real ones that were changed on the way, by a mailing list for example, go there too.",
            "Les messages qui se font passer pour vous vont dans les indésirables. Les vrais, s'ils ont été modifiés en route (par une liste de discussion, par exemple), aussi.",
        ),
        Policy::Reject => sentence(
            "dmarc-reject",
            &[],
            "Letters that pretend to come from you are refused. Real ones that were changed on the way, by a mailing list for example, come back.",
            "Les messages qui se font passer pour vous sont refusés. Les vrais, s'ils ont été modifiés en route (par une liste de discussion, par exemple), reviennent.",
        ),
    }];
    if record.percent < 100 {
        let percent = record.percent.to_string();
        sentences.push(warning(
            "dmarc-percent",
            &[("percent", &percent)],
            "This holds for {percent} of 100 such letters only.",
            "Cela ne vaut que pour {percent} de ces messages sur 100.",
        ));
    }
    let reports = record.reports_to.join(", ");
    sentences.push(match record.reports_to.is_empty() {
        true => warning(
            "dmarc-no-reports",
            &[],
            "Nobody gets reports: you do not see who sends in your name.",
            "Personne ne reçoit de rapports : vous ne voyez pas qui envoie en votre nom.",
        ),
        false => sentence(
            "dmarc-reports",
            &[("reports", &reports)],
            "Receivers send daily reports to {reports} about who sends in your name.",
            "Les destinataires envoient chaque jour à {reports} des rapports sur qui envoie en votre nom.",
        ),
    });
    if record.dkim_alignment == Alignment::Strict || record.spf_alignment == Alignment::Strict {
        sentences.push(sentence(
            "dmarc-strict",
            &[],
            "The signing or sending domain has to be exactly this one: sub-domains do not count for it.",
            "Le domaine qui signe ou envoie doit être exactement celui-ci : les sous-domaines ne comptent pas pour lui.",
        ));
    }
    sentences
}
