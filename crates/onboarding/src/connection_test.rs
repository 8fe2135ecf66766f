//! Starting a test of a connection, waiting for it, and what was found before. One test of an integration at a time.

use directory::DirectoryError;
use gateways::{Integration, IntegrationDomain};
use mail_deliver::Permission;
use mail_flow::{TEST_MAIL_SUBJECT, TEST_MAIL_TEXT};
use model::{Address, IntegrationId, Timestamp};
use tracing::{error, warn};
use trail::Facts;

use crate::administration::Administration;
use crate::checks::{Check, ConnectionTest, Findings, Line, Looking, Says, judge, look};
use crate::limits::{TEST_TIME, TESTS_KEPT, TESTS_PER_HOUR};
use crate::{Result, rows, say};

const HOUR: std::time::Duration = std::time::Duration::from_secs(60 * 60);

impl Administration {
    /// Starts a test, and does not wait for it: [`Administration::test`] tells how far it is. With an address of the
    /// integration's proven domains, a letter is handed over to it.
    pub async fn start_test(&self, id: IntegrationId, letter_to: Option<Address>) -> Result<ConnectionTest> {
        let (one, test) = self.begin_test(id, letter_to.as_ref()).await?;
        let (by, begun) = (self.clone(), test.clone());
        tokio::spawn(async move {
            if let Err(error) = by.carry_out(one, begun, letter_to).await {
                warn!(error = %model::Chain(&error), "a test of a connection cannot be kept");
            }
        });
        Ok(test)
    }

    /// Makes a test and waits for what it finds; at most a minute and a half. It goes on to its end where nobody waits
    /// any more.
    pub async fn run_test(&self, id: IntegrationId, letter_to: Option<Address>) -> Result<ConnectionTest> {
        let (one, test) = self.begin_test(id, letter_to.as_ref()).await?;
        let by = self.clone();
        let carried = tokio::spawn(async move { by.carry_out(one, test, letter_to).await }).await;
        carried.unwrap_or_else(|panic| {
            error!(%panic, "a test of a connection makes us panic");
            Err(DirectoryError::Busy)
        })
    }

    /// The tests of an integration, the newest first.
    pub async fn tests(&self, id: IntegrationId) -> Result<Vec<ConnectionTest>> {
        let one = self.found(id).await?;
        self.read(move |tx| Ok(rows::tests(tx, &one)?)).await
    }

    /// One test of an integration.
    pub async fn test(&self, id: IntegrationId, test: i64) -> Result<ConnectionTest> {
        let one = self.found(id).await?;
        let found = self.read(move |tx| Ok(rows::test(tx, &one, test)?)).await?;
        found.ok_or(DirectoryError::NotFound { what: "test" })
    }

    /// Notes that a test begins, unless another one goes on or there were too many.
    async fn begin_test(
        &self,
        id: IntegrationId,
        letter_to: Option<&Address>,
    ) -> Result<(Integration, ConnectionTest)> {
        let letter_to = letter_to.cloned();
        self.write(id, move |tx, hand, one| {
            if let Some(address) = &letter_to {
                refuse_foreign(one, address)?;
            }
            let known = rows::tests(tx, one)?;
            if known.iter().any(|test| test.is_running(hand.at)) {
                return Err(DirectoryError::InUse {
                    field: "test",
                    value: one.name.clone(),
                    dependents: "a test that goes on".to_owned(),
                    rule: "one test of an integration at a time",
                });
            }
            let lately = known.iter().filter(|test| hand.at.since(test.started_at) < HOUR).count();
            if lately >= TESTS_PER_HOUR {
                let rule = "an integration is tested at most 30 times an hour";
                return Err(DirectoryError::invalid("test", format!("there were {lately}"), rule));
            }
            let test = ConnectionTest {
                id: hand.id,
                organisation: one.organisation,
                integration: one.id,
                started_at: hand.at,
                started_by: hand.name(),
                letter_to: letter_to.as_ref().map(ToString::to_string),
                ended_at: None,
                lines: Vec::new(),
            };
            if let Some(oldest) = known.get(TESTS_KEPT.saturating_sub(2)) {
                rows::forget_tests(tx, one, oldest.id)?;
            }
            rows::begin_test(tx, &test)?;
            hand.audit(
                tx,
                one.organisation,
                ("test connection of integration", one.name.clone()),
                (Facts::new(), Facts::new().with_some("letter to", letter_to.as_ref())),
            )?;
            Ok((one.clone(), test))
        })
        .await
    }

    async fn carry_out(
        &self,
        one: Integration,
        mut test: ConnectionTest,
        letter_to: Option<Address>,
    ) -> Result<ConnectionTest> {
        let clock = &self.onboarding.world.clock;
        let interrupted = || {
            let (subject, what) = (String::new(), String::new());
            vec![Line { check: Check::Test, subject, says: Says::Interrupted, what, at: None }]
        };
        test.lines = tokio::select! {
            lines = self.look_and_judge(&one, letter_to) => lines.unwrap_or_else(|error| {
                warn!(error = %model::Chain(&error), integration = %one.id, "a test of a connection was interrupted");
                interrupted()
            }),
            () = clock.sleep(TEST_TIME) => interrupted(),
        };
        test.ended_at = Some(clock.now());
        let kept = test.clone();
        self.write(one.id, move |tx, _, _| Ok(rows::end_test(tx, &kept)?)).await?;
        Ok(test)
    }

    async fn look_and_judge(&self, one: &Integration, letter_to: Option<Address>) -> Result<Vec<Line>> {
        let onboarding = &self.onboarding;
        let (flow, world) = (&onboarding.flow, &onboarding.world);
        let book = flow.gateways().book().await?;
        let proven = one.domains.iter().filter(|domain| domain.proof.is_some());
        let permission = match self.is_operator() {
            true => Permission::Staff,
            false => Permission::Own { domains: proven.map(|domain| domain.name.clone()).collect() },
        };
        let exchangers = onboarding.exchangers().await?;
        let sources = onboarding.surroundings.sources.iter().copied();
        let own = exchangers.iter().flat_map(|(_, addresses)| addresses.iter().copied()).chain(sources);
        let settings = flow.secure().settings();
        let peer = book.prospective_peer(one);
        let looking = Looking {
            flow,
            world,
            peer: &peer,
            integration: one,
            letter: letter_to.clone().map(|to| (to.clone(), self.letter(&to, world.clock.now()))),
            permission,
            own: own.collect(),
            suffixes: &settings.marks.suffixes,
        };
        let (probed, suffixes) = look(looking).await;
        flow.gateways().note_shown(one.organisation, &peer).await?;
        let sightings = self.gateways.sightings(one.id).await?;
        let own_exchangers = exchangers.into_iter().map(|(name, _)| name).collect();
        let findings = Findings { probed, suffixes, own_exchangers, sightings };
        let letter_to = letter_to.map(|to| to.to_string());
        Ok(judge(one, &findings, letter_to.as_deref(), world.clock.now()))
    }

    /// The letter of a test, in the language of the platform, in ASCII.
    fn letter(&self, to: &Address, at: Timestamp) -> Vec<u8> {
        use base64::Engine;
        let settings = self.onboarding.flow.secure().settings();
        let language = settings.language;
        let text = say(language, "letter-text", &[("issuer", &settings.issuer)]);
        let body = base64::engine::general_purpose::STANDARD.encode(text.as_bytes());
        let lines: Vec<String> =
            body.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        let id = self.onboarding.world.new_id();
        format!(
            "From: Relais <{from}>\r\nTo: {to}\r\nSubject: {subject}\r\nDate: {date}\r\n\
             Message-ID: <{id}.test@{host}>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}\r\n",
            from = settings.from,
            subject = say(language, "letter-subject", &[]),
            date = at.rfc5322(),
            host = settings.from.domain(),
            body = lines.join("\r\n"),
        )
        .into_bytes()
    }

    /// What to type to send the letter that tries the route to us from a customer's server.
    pub async fn test_commands(&self) -> Result<Vec<String>> {
        let settings = self.onboarding.flow.secure().settings();
        let suffix = settings.marks.suffixes.first().map(ToString::to_string).unwrap_or_default();
        let tag = settings.marks.tags.first().cloned().unwrap_or_default();
        let exchangers = self.onboarding.exchangers().await?;
        let host = exchangers.first().map(|(host, _)| host.to_string()).unwrap_or_default();
        Ok(vec![
            format!(
                "swaks --server localhost --from you@your-domain.example --to hans.muster@elsewhere.example.{suffix} \
                 --header 'Subject: <{tag}><c> {TEST_MAIL_SUBJECT}' --body '{TEST_MAIL_TEXT}'"
            ),
            format!(
                "openssl s_client -connect {host}:25 -starttls smtp -cert gateway.pem -key gateway.key </dev/null"
            ),
        ])
    }
}

/// A letter of a test goes where the organisation was shown to be at home.
fn refuse_foreign(one: &Integration, address: &Address) -> Result<()> {
    let is_own = |domain: &IntegrationDomain| domain.proof.is_some() && domain.name == *address.domain();
    match one.domains.iter().any(is_own) {
        true => Ok(()),
        false => Err(DirectoryError::invalid(
            "letter_to",
            format!("{} is no proven domain of the integration", address.domain()),
            "the letter of a test goes to an address of a domain that was shown to be the organisation's",
        )),
    }
}
