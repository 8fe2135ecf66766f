//! One line of the log.

use std::fmt;

use model::{DeliveryId, MessageId, OrganisationId, Timestamp};

use crate::Step;

/// One step of one message, or of one recipient of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// The event's own identifier (`world.new_id()`): orders events of one moment.
    pub id: i64,
    /// Whose log shows it; `None` if nobody's but the operator's.
    pub organisation: Option<OrganisationId>,
    /// The message, once it is ours.
    pub message: Option<MessageId>,
    /// The recipient's delivery, once it is queued.
    pub delivery: Option<DeliveryId>,
    /// The envelope's sender; empty for the null sender.
    pub sender: String,
    /// The recipient, if the step concerns one.
    pub recipient: Option<String>,
    /// What happened.
    pub step: Step,
}

impl Event {
    /// The event as a JSON object: the columns and the step's fields side by side. Identifiers are
    /// strings, because they do not fit into the numbers that many readers of JSON have.
    pub fn to_json(&self) -> serde_json::Value {
        let mut value = serde_json::to_value(&self.step).unwrap_or_default();
        if let Some(object) = value.as_object_mut() {
            if let Some(next) = object.get("next_at").and_then(serde_json::Value::as_i64) {
                object.insert("next_at".into(), Timestamp(next).rfc3339().into());
            }
            object.insert("at".into(), self.at.rfc3339().into());
            object.insert("id".into(), self.id.to_string().into());
            object.insert("organisation".into(), self.organisation.map(|id| id.to_string()).into());
            object.insert("message".into(), self.message.map(|id| id.to_string()).into());
            object.insert("delivery".into(), self.delivery.map(|id| id.to_string()).into());
            object.insert("sender".into(), self.sender.clone().into());
            object.insert("recipient".into(), self.recipient.clone().into());
        }
        value
    }
}

impl fmt::Display for Event {
    /// One sentence: when, from whom, to whom, what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  <{}>", self.at.rfc3339(), self.sender)?;
        if let Some(recipient) = &self.recipient {
            write!(f, " to <{recipient}>")?;
        }
        write!(f, ": {}", self.step)
    }
}
