//! Rules by which letters go secured though their senders did not say so.

use std::fmt;
use std::str::FromStr;

use evidence::Mode;
use model::Address;

use super::Result;
use crate::error::DirectoryError;
use crate::sender_list::Pattern;
use crate::{SecuredSending, limits};

/// What has to go secured, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecuringRule {
    /// How at least.
    pub mode: Mode,
    /// Which letters.
    pub when: Occasion,
}

/// Which letters a rule means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Those to such an address. A letter goes to all its recipients in one way.
    To(Pattern),
    /// Those whose subject has this in it, in capitals or not.
    Subject(String),
}

impl SecuringRule {
    /// Reads a rule as somebody typed it: the words of its mode and its occasion (`to`, `subject`), and what they are about.
    ///
    /// # Errors
    /// [`DirectoryError::Invalid`] about `secured_rules`.
    pub fn new(mode: &str, occasion: &str, about: &str) -> Result<SecuringRule> {
        let invalid = |reason: String, rule| DirectoryError::invalid("secured_rules", reason, rule);
        let known = [Mode::Confidential, Mode::Personal, Mode::Registered];
        let mode = known.into_iter().find(|known| known.to_string() == mode).ok_or_else(|| {
            invalid(format!("«{mode}» is no mode"), "a rule secures as confidential, personal or registered")
        })?;
        let about = about.trim();
        let when = match occasion {
            "to" => {
                let pattern = Pattern::parse(about).map_err(|wrong| match wrong {
                    DirectoryError::Invalid { reason, rule, .. } => invalid(reason, rule),
                    other => other,
                })?;
                Occasion::To(pattern)
            }
            "subject" => {
                let count = about.chars().count();
                if count == 0
                    || count > limits::SECURING_SUBJECT_LIMIT_CHARACTERS
                    || about.chars().any(char::is_control)
                {
                    return Err(invalid(
                        format!("the words for the subject have {count} characters, or control characters"),
                        "a rule about the subject names 1 to 100 characters of it",
                    ));
                }
                Occasion::Subject(about.to_owned())
            }
            other => {
                let rule = "a rule is about what is written to somebody (to), or about the subject (subject)";
                return Err(invalid(format!("«{other}» is neither"), rule));
            }
        };
        Ok(SecuringRule { mode, when })
    }

    /// The word of its occasion, and what it is about.
    pub fn occasion(&self) -> (&'static str, String) {
        match &self.when {
            Occasion::To(pattern) => ("to", pattern.to_string()),
            Occasion::Subject(text) => ("subject", text.clone()),
        }
    }
}

/// `MODE to PATTERN`, `MODE subject TEXT`.
impl FromStr for SecuringRule {
    type Err = DirectoryError;

    fn from_str(text: &str) -> Result<SecuringRule> {
        let mut words = text.trim().splitn(3, char::is_whitespace);
        let mut word = || words.next().unwrap_or_default();
        SecuringRule::new(word(), word(), word())
    }
}

impl fmt::Display for SecuringRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (occasion, about) = self.occasion();
        write!(f, "{} {occasion} {about}", self.mode)
    }
}

impl SecuredSending {
    /// How a letter to this address has to go at least.
    pub fn demanded_for(&self, recipient: &Address) -> Option<Mode> {
        self.demanded(|when| matches!(when, Occasion::To(pattern) if pattern.fits(recipient)))
    }

    /// How a letter with this subject has to go at least.
    pub fn demanded_by(&self, subject: &str) -> Option<Mode> {
        let subject = subject.to_lowercase();
        self.demanded(
            |when| matches!(when, Occasion::Subject(text) if subject.contains(&text.to_lowercase())),
        )
    }

    /// The strictest of the rules that fit.
    fn demanded(&self, fits: impl Fn(&Occasion) -> bool) -> Option<Mode> {
        self.rules.iter().filter(|rule| fits(&rule.when)).map(|rule| rule.mode).max()
    }
}

/// The rules, each once.
pub(super) fn checked_rules(rules: &[SecuringRule]) -> Result<Vec<SecuringRule>> {
    let mut once: Vec<SecuringRule> = Vec::new();
    for rule in rules {
        if !once.contains(rule) {
            once.push(rule.clone());
        }
    }
    match once.len() <= limits::SECURING_RULES_LIMIT {
        true => Ok(once),
        false => Err(DirectoryError::invalid(
            "secured_rules",
            format!("there are {}", once.len()),
            "an organisation has at most 100 rules that secure letters",
        )),
    }
}

/// As they are kept and told: one on each line.
pub(super) fn lines(rules: &[SecuringRule]) -> String {
    rules.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use evidence::Mode;
    use model::Address;

    use super::{SecuringRule, lines};
    use crate::SecuredSending;

    fn rules(texts: &[&str]) -> SecuredSending {
        let rules = texts.iter().map(|text| text.parse().unwrap()).collect();
        SecuredSending { rules, ..SecuredSending::default() }
    }

    #[test]
    fn the_strictest_rule_that_fits_counts() {
        let sending = rules(&[
            "confidential to clinic.example",
            "personal to *@lab.clinic.example",
            "registered subject mahnung",
            "confidential subject Diagnose: nur intern",
        ]);
        for (to, mode) in [
            ("eve@clinic.example", Some(Mode::Confidential)),
            ("eve@x.clinic.example", Some(Mode::Confidential)),
            ("eve@lab.clinic.example", Some(Mode::Personal)),
            ("eve@notclinic.example", None),
        ] {
            assert_eq!(sending.demanded_for(&Address::parse(to).unwrap()), mode, "{to}");
        }
        for (subject, mode) in [
            ("Letzte MAHNUNG", Some(Mode::Registered)),
            ("diagnose: NUR intern", Some(Mode::Confidential)),
            ("diagnose", None),
            ("", None),
        ] {
            assert_eq!(sending.demanded_by(subject), mode, "{subject}");
        }
        assert_eq!(SecuredSending::default().demanded_by("Mahnung"), None);
    }

    #[test]
    fn rules_are_kept_as_they_are_written() {
        for text in ["confidential to *@clinic.example", "registered subject Dernier rappel", "personal to *"]
        {
            let rule: SecuringRule = text.parse().unwrap();
            assert_eq!(rule.to_string(), text);
            assert_eq!(lines(&[rule.clone(), rule]), format!("{text}\n{text}"));
        }
        for (wrong, because) in [
            ("secret to clinic.example", "no mode"),
            ("confidential from clinic.example", "neither"),
            ("confidential to a b", "space"),
            ("confidential subject ", "0 characters"),
            ("confidential", "neither"),
            ("", "no mode"),
        ] {
            let error = wrong.parse::<SecuringRule>().unwrap_err().to_string();
            assert!(error.contains(because), "{wrong}: {error}");
        }
    }
}
