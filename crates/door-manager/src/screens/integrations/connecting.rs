//! What the pages of an integration's connection share: the onboarding in the person's name, and as the operator's staff.

use directory::Scope;
use minijinja::{Value, context};
use onboarding::checks::Light;
use onboarding::{Administration, Language};

use super::Desk;
use crate::trouble::Trouble;

impl Desk {
    /// The onboarding within the organisation.
    pub(super) fn onboarding(&self) -> Administration {
        self.shared.onboarding.administration(self.person.scope(), self.person.who())
    }

    /// The same for what only the operator decides; to others it does not exist.
    pub(super) fn onboarding_as_staff(&self) -> Result<Administration, Trouble> {
        if !self.person.session.is_operator {
            return Err(Trouble::NotFound);
        }
        let scope = Scope::Operator("the operator's staff looks after the connection of an integration");
        Ok(self.shared.onboarding.administration(scope, self.person.who()))
    }

    /// The person's own, or the operator's staff where staff asks: a test and a phase of the operator's need it.
    pub(super) fn onboarding_of_whoever(&self) -> Administration {
        self.onboarding_as_staff().unwrap_or_else(|_| self.onboarding())
    }

    /// In which language the words of the onboarding are.
    pub(super) fn reads(&self) -> Language {
        self.person.guest.language
    }

    /// Words of the onboarding.
    pub(super) fn tell(&self, key: &str, values: &[(&str, &str)]) -> String {
        onboarding::say(self.reads(), key, values)
    }
}

/// The lamp's picture.
pub(super) fn lamp(light: Light) -> &'static str {
    match light {
        Light::Good => "ok",
        Light::Waiting => "unknown",
        Light::Warning => "waiting",
        Light::Bad => "lost",
    }
}

/// Who said something last, and when.
pub(super) fn said(changed: &Option<(model::Timestamp, String)>) -> Value {
    match changed {
        Some((at, who)) => context! { at => at.rfc3339(), who },
        None => Value::from(()),
    }
}
