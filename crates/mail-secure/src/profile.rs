//! By whose customs registered letters are handed over: how long they wait, what is known of them before, when people are
//! reminded.

use std::borrow::Cow;
use std::time::Duration;

use evidence::Mode;
use languages::Language;

use crate::settings::Settings;
use crate::types::{Copy, Letter};
use crate::words;

const DAY: Duration = Duration::from_secs(86_400);

/// The customs of a country, or of none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Switzerland: seven days (BGG art. 44 al. 2).
    #[default]
    Switzerland,
    /// France: fifteen days, and who sends is told once the letter is accepted (CPCE art. R. 53-3).
    France,
    /// Austria: two weeks, a second notice after 48 hours (ZustG § 35).
    Austria,
    /// No country's: a letter waits for as long as it can be opened.
    Basic,
}

impl Profile {
    /// All of them.
    pub const ALL: [Profile; 4] = [Profile::Switzerland, Profile::France, Profile::Austria, Profile::Basic];

    /// The word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Profile::Switzerland => "ch",
            Profile::France => "fr",
            Profile::Austria => "at",
            Profile::Basic => "basic",
        }
    }

    /// Reads what [`Profile::word`] writes.
    pub fn from_word(word: &str) -> Option<Profile> {
        Profile::ALL.into_iter().find(|profile| profile.word() == word)
    }

    /// Days until a letter that was offered expires.
    pub fn days(self) -> u32 {
        match self {
            Profile::Switzerland => 7,
            Profile::France => 15,
            Profile::Austria => 14,
            Profile::Basic => 365,
        }
    }

    /// The zone in which days end.
    pub fn zone(self) -> &'static str {
        match self {
            Profile::Switzerland | Profile::Basic => "Europe/Zurich",
            Profile::France => "Europe/Paris",
            Profile::Austria => "Europe/Vienna",
        }
    }

    /// How long after a letter was offered its recipient is reminded.
    pub fn reminders(self) -> &'static [Duration] {
        const TWICE: [Duration; 2] = [DAY.saturating_mul(2), DAY.saturating_mul(5)];
        match self {
            Profile::Switzerland | Profile::France | Profile::Basic => &TWICE,
            Profile::Austria => &TWICE[..1],
        }
    }

    /// Whether who sends is told only once the letter is accepted.
    pub fn hides_sender(self) -> bool {
        self == Profile::France
    }
}

/// Who sends, as a recipient may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownSender<'a> {
    /// The name; the address where there is none.
    pub name: Cow<'a, str>,
    /// The address, or why it is not told.
    pub address: Cow<'a, str>,
    /// Whether it is told.
    pub is_told: bool,
}

impl Settings {
    /// Hands registered letters over by these customs.
    pub fn follow(&mut self, profile: Profile) {
        self.profile = profile;
        self.acceptance_days = profile.days();
        profile.zone().clone_into(&mut self.zone);
    }

    /// Who sends a letter, as the recipient of a copy may know it.
    pub fn shown_sender<'a>(&self, letter: &'a Letter, copy: &Copy, language: Language) -> ShownSender<'a> {
        let is_told =
            letter.mode != Mode::Registered || copy.accepted_at.is_some() || !self.profile.hides_sender();
        if !is_told {
            let say = |key| Cow::Owned(words::say(language, key, &[]));
            return ShownSender { name: say("hidden-sender"), address: say("hidden-address"), is_told };
        }
        ShownSender::told(letter)
    }
}

impl<'a> ShownSender<'a> {
    /// All that is known.
    pub(crate) fn told(letter: &'a Letter) -> ShownSender<'a> {
        let address: Cow<'a, str> = Cow::Owned(letter.sender.to_string());
        let name = match letter.sender_name.as_str() {
            "" => address.clone(),
            name => Cow::Borrowed(name),
        };
        ShownSender { name, address, is_told: true }
    }

    /// Name and address, once where there is no name.
    pub(crate) fn who(&self) -> String {
        match self.name == self.address {
            true => self.address.clone().into_owned(),
            false => format!("{} ({})", self.name, self.address),
        }
    }
}
