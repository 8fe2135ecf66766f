//! What somebody looks for in the journal, as the address says it: a link shows the same again.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use mail_secure::{Place, Searched, State, wish};
use minijinja::{Value, context};
use model::Timestamp;
use serde::Deserialize;

use crate::limits;

/// The fields of the form, as they came.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    words: String,
    #[serde(default)]
    direction: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    after: String,
}

impl Asked {
    /// What is searched; a field that says what we do not know says nothing. Days are those of the installation's zone.
    pub(crate) fn searched(&self, zone: &str) -> Searched {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let begin = |date: Date| {
            let at = date.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond();
            Some(Timestamp(at))
        };
        Searched {
            is_sent: match self.direction.as_str() {
                "sent" => Some(true),
                "received" => Some(false),
                _ => None,
            },
            mode: wish::mode_named(&self.mode),
            state: State::from_word(&self.state.replace('-', " ")),
            words: self.words.chars().take(limits::SEARCH_CHARACTERS).collect(),
            from: self.from.parse().ok().and_then(begin),
            // The day itself belongs to it.
            until: self.until.parse().ok().and_then(|date: Date| begin(date.tomorrow().ok()?)),
            after: Place::parse(&self.after),
        }
    }

    /// Whether anything is asked for.
    pub(crate) fn is_filtered(&self) -> bool {
        [&self.words, &self.direction, &self.mode, &self.state, &self.from, &self.until]
            .into_iter()
            .any(|field| !field.trim().is_empty())
    }

    /// Whether more is asked for than words.
    pub(crate) fn is_narrowed(&self) -> bool {
        Asked { words: String::new(), ..self.clone() }.is_filtered()
    }

    /// The same search as the query of an address, without the page: it ends with `&`, or is empty.
    pub(crate) fn query(&self) -> String {
        let fields = [
            ("words", &self.words),
            ("direction", &self.direction),
            ("mode", &self.mode),
            ("state", &self.state),
            ("from", &self.from),
            ("until", &self.until),
        ];
        let kept = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let kept = kept
            .map(|(name, value)| (name, value.chars().take(limits::SEARCH_CHARACTERS).collect::<String>()));
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
        if query.is_empty() { query } else { query + "&" }
    }

    /// The fields, for the form.
    pub(crate) fn shown(&self) -> Value {
        context! {
            words => self.words, direction => self.direction, mode => self.mode, state => self.state,
            from => self.from, until => self.until,
        }
    }
}
