//! `relais integration …`, as far as it is about connecting one: phases, checklists, the documentation of the set-up,
//! contacts, the page for recipients, the matrix of the network, tests of the connection, the record of acceptance.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use clap::{Args, Subcommand};
use model::{Address, IntegrationId, Timestamp};
use onboarding::checks::{Light, Line};
use onboarding::{
    Administration, Answer, Clarity, ConnectionTest, Contact, Day, Item, Language, Level, Phase, PhaseState,
    Place, RecipientPage, Routing, SetUp, SetUpRecord, line_words, matrix_csv, say,
};
use serde_json::{Value, json};

use super::output::{Output, card, table};
use super::{Platform, informing, values};

/// What connecting an integration takes.
#[derive(Subcommand)]
pub enum Connecting {
    /// Shows phases, deliverables and checklists.
    Onboarding {
        /// The integration's name or identifier.
        integration: String,
        #[command(flatten)]
        words: Words,
    },
    /// Says how far a phase has come.
    Phase {
        /// The integration's name or identifier.
        integration: String,
        /// planning, preparation, set-up or test.
        phase: Phase,
        /// open, under-way or done.
        state: PhaseState,
        /// The day until which it is to be done: 2026-11-23; without it the day stays.
        #[arg(long, value_name = "DAY")]
        due: Option<Day>,
        /// No day any more.
        #[arg(long, conflicts_with = "due")]
        no_due: bool,
    },
    /// Answers a question of the checklists, or says that a deliverable is there.
    Answer {
        /// The integration's name or identifier.
        integration: String,
        /// Its key, as `onboarding` lists it: 4.1, planning.date.
        #[arg(value_parser = item)]
        item: &'static Item,
        /// unanswered, clear or not-clear.
        state: Clarity,
        /// What is to be done; without it what was said stays, and an empty text takes it away.
        #[arg(long)]
        remarks: Option<String>,
    },
    /// Shows the documentation of the set-up; with options, fills it in.
    SetUp {
        /// The integration's name or identifier.
        integration: String,
        #[command(flatten)]
        form: Box<Form>,
        /// Hands it in.
        #[arg(long)]
        submit: bool,
    },
    /// Confirms the day of going live that is wished, offers another one, or takes the one that is offered.
    GoLive {
        /// The integration's name or identifier.
        integration: String,
        /// As the operator: another day.
        #[arg(long, value_name = "DAY")]
        offer: Option<Day>,
        /// As the operator: why.
        #[arg(long, default_value = "")]
        note: String,
        /// As the customer: takes the day that is offered.
        #[arg(long, conflicts_with_all = ["offer", "note"])]
        accept: bool,
    },
    /// Shows whom people ask; with options, says it.
    Contact {
        /// The integration's name or identifier.
        integration: String,
        /// first (the organisation's own help) or second (the operator's help desk).
        level: Level,
        #[command(flatten)]
        contact: Whom,
    },
    /// Shows what recipients are told; with options, says it.
    RecipientPage {
        /// The integration's name or identifier.
        integration: String,
        /// By which the page is found, below /secure-mail/.
        #[arg(long, value_name = "NAME")]
        public_name: Option<String>,
        /// Whether anybody may read it: `true` or `false`.
        #[arg(long)]
        publish: Option<bool>,
        /// The organisation's own notice, a text file; an empty one brings the standard text back.
        #[arg(long, value_name = "FILE", requires = "language")]
        notice: Option<PathBuf>,
        /// The notice's language: fr, de, it or en.
        #[arg(long, value_parser = language)]
        language: Option<Language>,
    },
    /// Has a letter written to recipients that tells them what the published page tells; to each once.
    InformRecipients(informing::Inform),
    /// Lists the recipients who are informed, the newest first.
    InformedRecipients {
        /// The integration's name or identifier.
        integration: String,
    },
    /// Shows the connections that a firewall has to let through.
    Matrix {
        /// The integration's name or identifier.
        integration: String,
        /// As CSV.
        #[arg(long)]
        csv: bool,
        #[command(flatten)]
        words: Words,
    },
    /// Tests the connection and waits for what is found; the status is 1 where anything does not work.
    Test {
        /// The integration's name or identifier.
        integration: String,
        /// An address of a proven domain that gets a letter.
        #[arg(long, value_name = "ADDRESS", value_parser = values::address)]
        letter_to: Option<Address>,
        #[command(flatten)]
        words: Words,
    },
    /// Lists the tests of the connection, the newest first.
    Tests {
        /// The integration's name or identifier.
        integration: String,
    },
    /// Writes the record of acceptance as it stands, sealed by the platform, into a file.
    Report {
        /// The integration's name or identifier.
        integration: String,
        /// The PDF to write.
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
        #[command(flatten)]
        words: Words,
    },
}

/// In which language words are.
#[derive(Args)]
pub struct Words {
    /// fr, de, it or en.
    #[arg(long = "language", value_name = "LANGUAGE", value_parser = language, default_value = "en")]
    language: Language,
}

/// What to fill in; what is absent stays.
#[derive(Args)]
pub struct Form {
    /// A server that receives from us; several times for several.
    #[arg(long, value_name = "HOST")]
    reception: Vec<String>,
    /// A server that sends to us; several times for several.
    #[arg(long, value_name = "HOST")]
    sending: Vec<String>,
    /// What they are: product and version.
    #[arg(long)]
    mail_system: Option<String>,
    /// By what they know which letters come to us: domain, content or both.
    #[arg(long)]
    routing: Option<Routing>,
    /// Whom to ask about techniques.
    #[arg(long)]
    technical_contact: Option<String>,
    /// Whom to ask about the rest.
    #[arg(long)]
    organisational_contact: Option<String>,
    /// The day on which to go live.
    #[arg(long, value_name = "DAY")]
    wished: Option<Day>,
    /// What else is to be known.
    #[arg(long)]
    remarks: Option<String>,
}

/// Whom people ask; what is absent stays.
#[derive(Args)]
pub struct Whom {
    /// Who.
    #[arg(long)]
    name: Option<String>,
    /// The address.
    #[arg(long)]
    email: Option<String>,
    /// The telephone number.
    #[arg(long)]
    phone: Option<String>,
    /// When somebody is there.
    #[arg(long)]
    hours: Option<String>,
    /// Nobody is there on general holidays: `true` or `false`.
    #[arg(long)]
    except_holidays: Option<bool>,
}

pub(super) fn language(text: &str) -> Result<Language, String> {
    Language::of_tag(text).ok_or_else(|| format!("«{text}» is none of fr, de, it, en"))
}

fn item(text: &str) -> Result<&'static Item, String> {
    Item::of_key(text)
        .ok_or_else(|| format!("«{text}» is no item: `relais integration onboarding` lists them"))
}

/// Octets of a file with a notice: four for each character.
const NOTICE_LIMIT_OCTETS: u64 = 4 * onboarding::limits::NOTICE_LIMIT_CHARACTERS as u64;

impl Form {
    fn is_empty(&self) -> bool {
        let Form { reception, sending, mail_system, routing, technical_contact, .. } = self;
        reception.is_empty()
            && sending.is_empty()
            && [mail_system, technical_contact, &self.organisational_contact, &self.remarks]
                .iter()
                .all(|text| text.is_none())
            && routing.is_none()
            && self.wished.is_none()
    }

    fn upon(self, known: SetUp) -> SetUp {
        let several = |given: Vec<String>, known| if given.is_empty() { known } else { given };
        SetUp {
            reception_servers: several(self.reception, known.reception_servers),
            sending_servers: several(self.sending, known.sending_servers),
            mail_system: self.mail_system.unwrap_or(known.mail_system),
            routing: self.routing.unwrap_or(known.routing),
            technical_contact: self.technical_contact.unwrap_or(known.technical_contact),
            organisational_contact: self.organisational_contact.unwrap_or(known.organisational_contact),
            wished_on: self.wished.or(known.wished_on),
            remarks: self.remarks.unwrap_or(known.remarks),
        }
    }
}

impl Whom {
    fn is_empty(&self) -> bool {
        [&self.name, &self.email, &self.phone, &self.hours].iter().all(|text| text.is_none())
            && self.except_holidays.is_none()
    }

    fn upon(self, known: Contact) -> Contact {
        Contact {
            name: self.name.unwrap_or(known.name),
            email: self.email.unwrap_or(known.email),
            phone: self.phone.unwrap_or(known.phone),
            hours: self.hours.unwrap_or(known.hours),
            except_holidays: self.except_holidays.unwrap_or(known.except_holidays),
        }
    }
}

impl Connecting {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let installation = &platform.installation;
        let own = installation.onboarding.administration(platform.reach(), platform.who.clone());
        let gateways = installation.flow.gateways();
        let gateways = gateways.administration(platform.reach(), platform.who.clone());
        let id =
            async |name: &str| -> Result<IntegrationId> { Ok(gateways.integration_called(name).await?.id) };
        match self {
            Connecting::Onboarding { integration, words } => {
                shown(&own, id(&integration).await?, words.language).await
            }
            Connecting::Phase { integration, phase, state, due, no_due } => {
                let id = id(&integration).await?;
                let known = own.phases(id).await?.into_iter().find(|record| record.phase == phase);
                let known = known.and_then(|record| record.due_on).filter(|_| !no_due);
                let due = due.or(known);
                own.set_phase(id, phase, state, due).await?;
                shown(&own, id, Language::English).await
            }
            Connecting::Answer { integration, item, state, remarks } => {
                let id = id(&integration).await?;
                let known = own.answers(id).await?.into_iter().find(|answered| answered.item.key == item.key);
                let known = known.map(|answered| answered.remarks).unwrap_or_default();
                let remarks = remarks.unwrap_or(known);
                own.answer(id, vec![Answer { item, state, remarks, was: None }]).await?;
                shown(&own, id, Language::English).await
            }
            Connecting::SetUp { integration, form, submit } => {
                let id = id(&integration).await?;
                let mut record = own.set_up(id).await?;
                if !form.is_empty() {
                    record = own.save_set_up(id, form.upon(record.form)).await?;
                }
                if submit {
                    record = own.submit_set_up(id).await?;
                }
                Ok(set_up(&record))
            }
            Connecting::GoLive { integration, offer, note, accept } => {
                let id = id(&integration).await?;
                Ok(set_up(&match accept {
                    true => own.accept_go_live(id).await?,
                    false => own.answer_go_live(id, offer, &note).await?,
                }))
            }
            Connecting::Contact { integration, level, contact } => {
                let id = id(&integration).await?;
                let known = own.contacts(id).await?.into_iter().find(|(known, _)| *known == level);
                let known = known.map(|(_, contact)| contact).unwrap_or_default();
                Ok(contact_card(
                    level,
                    &match contact.is_empty() {
                        true => known,
                        false => own.set_contact(id, level, contact.upon(known)).await?,
                    },
                ))
            }
            Connecting::RecipientPage { integration, public_name, publish, notice, language } => {
                let id = id(&integration).await?;
                let mut page = own.page(id).await?;
                let is_look = public_name.is_none() && publish.is_none() && notice.is_none();
                page.public_name = public_name.unwrap_or(page.public_name);
                page.is_published = publish.unwrap_or(page.is_published);
                if let (Some(file), Some(language)) = (notice, language) {
                    let size = std::fs::metadata(&file)
                        .with_context(|| format!("cannot read {}", file.display()))?;
                    if size.len() > NOTICE_LIMIT_OCTETS {
                        return Err(anyhow!("{} is too long for a notice", file.display()));
                    }
                    let text = std::fs::read_to_string(&file)
                        .with_context(|| format!("cannot read {}", file.display()))?;
                    let at = Language::ALL.iter().position(|one| *one == language).unwrap_or_default();
                    page.notices[at] = text;
                }
                Ok(page_card(&if is_look { page } else { own.set_page(id, page).await? }))
            }
            Connecting::InformRecipients(inform) => {
                let id = id(&inform.integration).await?;
                inform.run(&own, id).await
            }
            Connecting::InformedRecipients { integration } => {
                informing::list(&own, id(&integration).await?).await
            }
            Connecting::Matrix { integration, csv, words } => {
                let matrix = own.matrix(id(&integration).await?).await?;
                if csv {
                    let text = matrix_csv(&matrix, words.language);
                    return Ok(Output::new(json!({"csv": text}), text));
                }
                let rows = matrix.iter().map(|row| {
                    let direction = row.direction.as_str();
                    let addresses: Vec<String> = row.addresses.iter().map(ToString::to_string).collect();
                    let value = json!({
                        "direction": direction, "from": row.from, "host": row.host, "addresses": addresses,
                        "port": row.port,
                        "purpose": say(words.language, &format!("purpose-{direction}"), &[]),
                    });
                    let cells = vec![
                        direction.to_owned(),
                        row.from.join(" "),
                        row.host.clone(),
                        addresses.join(" "),
                        row.port.to_string(),
                    ];
                    (value, cells)
                });
                Ok(table(&["DIRECTION", "FROM", "HOST", "ADDRESSES", "PORT"], rows.collect()))
            }
            Connecting::Test { integration, letter_to, words } => {
                let integration = id(&integration).await?;
                // What serves shows this certificate to gateways; a command does as well.
                let ours = installation.gateway_tls(&installation.server_tls()?)?;
                installation.flow.present(ours.as_client());
                let test = own.run_test(integration, letter_to).await?;
                let now = installation.world.clock.now();
                let status = u8::from(test.light() == Light::Bad);
                Ok(test_output(&test, words.language, now).with_status(status))
            }
            Connecting::Tests { integration } => {
                let now = installation.world.clock.now();
                let tests = own.tests(id(&integration).await?).await?;
                let rows = tests.iter().map(|test| {
                    let count = |light| test.count(light).to_string();
                    let cells = vec![
                        test.id.to_string(),
                        test.started_at.rfc3339(),
                        test.started_by.clone(),
                        count(Light::Good),
                        count(Light::Waiting),
                        count(Light::Warning),
                        count(Light::Bad),
                    ];
                    (test_json(test, Language::English, now), cells)
                });
                let columns = ["ID", "STARTED", "BY", "GOOD", "WAITING", "WARNING", "BAD"];
                Ok(table(&columns, rows.collect()))
            }
            Connecting::Report { integration, output, words } => {
                let (_, pdf) = own.report(id(&integration).await?, words.language).await?;
                std::fs::write(&output, &pdf)
                    .with_context(|| format!("cannot write {}", output.display()))?;
                let told = json!({"file": output.display().to_string(), "octets": pdf.len()});
                Ok(Output::new(told, format!("{} octets are in {}", pdf.len(), output.display())))
            }
        }
    }
}

async fn shown(own: &Administration, id: IntegrationId, language: Language) -> Result<Output> {
    let (phases, answers) = (own.phases(id).await?, own.answers(id).await?);
    let mut rows = Vec::new();
    for record in &phases {
        let phase = record.phase;
        let due = record.due_on.map(|day| day.to_string());
        let value = json!({
            "phase": phase.as_str(), "state": record.state.as_str(), "lead": phase.lead().as_str(), "due_on": due,
            "changed_by": record.changed.as_ref().map(|(_, who)| who),
        });
        let text = format!("{} ({})", say(language, &format!("phase-{phase}"), &[]), phase.lead().as_str());
        rows.push((value, vec![phase.to_string(), record.state.to_string(), text, due.unwrap_or_default()]));
    }
    for answered in &answers {
        let key = answered.item.key;
        let text = say(language, &format!("item-{key}"), &[]);
        let place = match answered.item.place {
            Place::Question(chapter) => chapter.as_str(),
            Place::Deliverable(phase) => phase.as_str(),
        };
        let value = json!({
            "item": key, "place": place, "text": text, "state": answered.state.as_str(), "remarks": answered.remarks,
            "changed_by": answered.changed.as_ref().map(|(_, who)| who),
        });
        rows.push((value, vec![key.to_owned(), answered.state.to_string(), text, answered.remarks.clone()]));
    }
    Ok(table(&["KEY", "STATE", "WHAT", "REMARKS"], rows))
}

fn set_up(record: &SetUpRecord) -> Output {
    let form = &record.form;
    let when = |told: &Option<(Timestamp, String)>| {
        told.as_ref()
            .map(|(at, who)| format!("{}, {who}", at.rfc3339()))
            .unwrap_or_else(|| "never".to_owned())
    };
    let day = record.go_live.day().map(|day| day.to_string());
    let mut lines = vec![
        ("reception", form.reception_servers.join(", ")),
        ("sending", form.sending_servers.join(", ")),
        ("mail system", form.mail_system.clone()),
        ("routing", form.routing.to_string()),
        ("technical contact", form.technical_contact.clone()),
        ("contact", form.organisational_contact.clone()),
        ("wished", form.wished_on.map(|day| day.to_string()).unwrap_or_default()),
        ("remarks", form.remarks.clone()),
        ("handed in", when(&record.submitted)),
        ("go-live", format!("{} {}", record.go_live.as_str(), day.clone().unwrap_or_default())),
        ("note", record.go_live_note.clone()),
    ];
    if form.has_static_address() {
        lines.push(("warning", gateways::Warning::StaticAddress.to_string()));
    }
    let value = json!({
        "reception_servers": form.reception_servers, "sending_servers": form.sending_servers,
        "mail_system": form.mail_system, "routing": form.routing.as_str(),
        "technical_contact": form.technical_contact, "organisational_contact": form.organisational_contact,
        "wished_on": form.wished_on.map(|day| day.to_string()), "remarks": form.remarks,
        "submitted_at": record.submitted.as_ref().map(|(at, _)| at.rfc3339()),
        "go_live": record.go_live.as_str(), "go_live_on": day, "go_live_note": record.go_live_note,
        "has_static_address": form.has_static_address(),
    });
    card(value, &lines)
}

fn contact_card(level: Level, contact: &Contact) -> Output {
    let Contact { name, email, phone, hours, except_holidays } = contact;
    let holidays = if *except_holidays { "except on general holidays" } else { "" };
    let value = json!({
        "level": level.as_str(), "name": name, "email": email, "phone": phone, "hours": hours,
        "except_holidays": except_holidays,
    });
    let lines = [
        ("level", level.to_string()),
        ("name", name.clone()),
        ("email", email.clone()),
        ("phone", phone.clone()),
        ("hours", format!("{hours} {holidays}")),
    ];
    card(value, &lines)
}

fn page_card(page: &RecipientPage) -> Output {
    let mut notices = serde_json::Map::new();
    let mut lines = vec![
        ("public name", page.public_name.clone()),
        ("published", if page.is_published { "yes" } else { "no" }.to_owned()),
    ];
    for language in Language::ALL {
        let notice = page.notice(language);
        notices.insert(language.tag().to_owned(), json!(notice));
        lines.push((language.tag(), notice.unwrap_or("(standard text)").to_owned()));
    }
    let value = json!({
        "public_name": page.public_name, "published": page.is_published, "notices": notices,
    });
    card(value, &lines)
}

fn line_json(line: &Line, language: Language) -> Value {
    let (text, remedy) = line_words(language, line);
    json!({
        "part": line.check.part().as_str(), "check": line.check.as_str(), "subject": line.subject,
        "says": line.says.as_str(), "light": line.light().as_str(), "what": line.what, "text": text, "remedy": remedy,
    })
}

fn test_json(test: &ConnectionTest, language: Language, now: Timestamp) -> Value {
    json!({
        "id": test.id.to_string(), "started_at": test.started_at.rfc3339(), "started_by": test.started_by,
        "letter_to": test.letter_to, "ended_at": test.ended_at.map(Timestamp::rfc3339),
        "running": test.is_running(now), "light": test.light().as_str(),
        "lines": test.lines.iter().map(|line| line_json(line, language)).collect::<Vec<_>>(),
    })
}

fn test_output(test: &ConnectionTest, language: Language, now: Timestamp) -> Output {
    let mut text = String::new();
    for line in &test.lines {
        let (found, remedy) = line_words(language, line);
        text.push_str(&format!("{:<8} {}\n", line.light().as_str(), super::output::shown(&found)));
        if let Some(remedy) = remedy {
            text.push_str(&format!("         → {}\n", super::output::shown(&remedy)));
        }
    }
    Output::new(test_json(test, language, now), text)
}
