//! Business software that signed in with an application account: whom it may name, how much and how often it sends.

use directory::{ApplicationInfo, Counted, SignedInApplication};
use model::{Reply, ReversePath};

use crate::arrival::Origin;
use crate::{Flow, trouble};

impl Flow {
    /// At MAIL: whether the account still holds, and whether it was given this sender.
    pub(crate) async fn application_sends(
        &self,
        application: &SignedInApplication,
        from: &ReversePath,
    ) -> Result<(), Reply> {
        self.application_now(application).await?;
        // RFC 5321 §4.5.5: the null sender is for everybody; who wrote the letter is asked at its end.
        let Some(address) = from.address() else { return Ok(()) };
        match self.inner.directory.application_may_send_as(application, address).await {
            Ok(true) => Ok(()),
            Ok(false) => {
                let name = &application.name;
                let text = format!(
                    "{address} is no sender of the application {name}; its administrator can allow it"
                );
                Err(Reply::never(553, 7, 1, text))
            }
            Err(error) => Err(trouble::directory(&error)),
        }
    }

    /// At RCPT: whether a letter of the size that was announced is within the account's limit.
    pub(crate) async fn application_takes(&self, origin: &Origin, declared_bytes: u64) -> Result<(), Reply> {
        match origin.application() {
            Some(application) if declared_bytes > 0 => {
                let info = self.application_now(application).await?;
                within_size(&info, declared_bytes)
            }
            _ => Ok(()),
        }
    }

    /// At the end of a letter that is otherwise taken: its size, and its recipients against the limit of the hour. They
    /// are counted from here on.
    ///
    /// # Errors
    /// `552 5.3.4` too large, `452 4.7.1` no more in this hour, `550 5.5.3` never so many.
    pub async fn count_application(
        &self,
        application: &SignedInApplication,
        recipients: usize,
        size_bytes: u64,
    ) -> Result<(), Reply> {
        let info = self.application_now(application).await?;
        within_size(&info, size_bytes)?;
        let (name, limit) = (&info.name, info.hourly_limit);
        match self.inner.directory.count_application(application, recipients).await {
            Ok(Counted::Within) => Ok(()),
            Ok(Counted::Full) => {
                let text = format!(
                    "The application {name} has written to {limit} recipients in this hour, try again later"
                );
                // RFC 3463 §3.8: X.7.1, a matter of what somebody is allowed.
                Err(Reply::later(452, 7, 1, text))
            }
            Ok(Counted::TooMany) => {
                let text =
                    format!("The application {name} writes to at most {limit} recipients within an hour");
                Err(Reply::never(550, 5, 3, text))
            }
            Ok(Counted::Gone) => Err(gone()),
            Err(error) => Err(trouble::directory(&error)),
        }
    }

    async fn application_now(&self, application: &SignedInApplication) -> Result<ApplicationInfo, Reply> {
        match self.inner.directory.signed_in_application(application).await {
            Ok(Some(info)) => Ok(info),
            Ok(None) => Err(gone()),
            Err(error) => Err(trouble::directory(&error)),
        }
    }
}

fn within_size(info: &ApplicationInfo, size_bytes: u64) -> Result<(), Reply> {
    if size_bytes <= info.size_limit_bytes {
        return Ok(());
    }
    let text = format!(
        "Message too large: the application {} sends at most {} bytes",
        info.name, info.size_limit_bytes
    );
    // RFC 1870 §6.1.
    Err(Reply::never(552, 3, 4, text))
}

// RFC 4954 §6: as whoever has not signed in.
fn gone() -> Reply {
    Reply::never(530, 7, 0, "The application you signed in as was disabled or has another password")
}
