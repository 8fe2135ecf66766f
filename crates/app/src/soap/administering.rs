//! Administration over SOAP: the organisation's people, its programmes, its journal.

use std::fmt::Write;

use db::Seek;
use directory::{
    AllowedSender, ApplicationId, DirectoryError, NewApplication, NewUser, ProfileChange, Role, UserChange,
    UserInfo,
};
use door_soap::administration::{
    AddPeerCertificateRequest, Administering, CreateApplicationAccountRequest,
    CreateApplicationAccountResponse, CreateUserRequest, DisableUserRequest, ExportFormat,
    ExportJournalRequest, ExportJournalResponse, GetUsageRequest, GetUsageResponse, GetUserRequest,
    ListPeerCertificatesRequest, ListPeerCertificatesResponse, ListUsersRequest, ListUsersResponse,
    PeerCertificateResponse, RemovePeerCertificateRequest, RemovePeerCertificateResponse,
    RevokeApplicationAccountRequest, RevokeApplicationAccountResponse, SetConnectionModeRequest,
    SetConnectionModeResponse, TestConnectionRequest, TestConnectionResponse, UpdateUserRequest, Usage, User,
    UserResponse, UserState,
};
use door_soap::common::{Document, Language};
use door_soap::{Code, Fault};
use mail_secure::following::JournalLine;
use model::UserId;

use super::caller::Caller;
use super::sending::{mode_out, of_secure};
use super::{Desk, address, of_directory};

/// People of a page where nobody says how many.
const USERS_USUAL: usize = 100;

impl Administering<Caller> for Desk {
    async fn create_user(&self, caller: &Caller, request: CreateUserRequest) -> Result<UserResponse, Fault> {
        let administration = caller.administration(&self.directory, true)?;
        let login = address("address", &request.address)?;
        let new = NewUser {
            organisation: caller.organisation(),
            login: login.clone(),
            name: request.name.clone(),
            role: Role::Collaborator,
            // Nobody knows it: the person signs in once an administrator has given another one.
            password: self.directory.random_password(),
        };
        let profile = profile(None, request.language, request.phone.clone());
        match administration.create_user(new).await {
            Ok(user) => {
                administration.change_profile(user.id, profile).await.map_err(of_directory)?;
                let user = administration.user(user.id).await.map_err(of_directory)?;
                Ok(UserResponse { user: shown(&user) })
            }
            Err(DirectoryError::Conflict { field, value, rule }) => {
                // Sent again: the same person is answered as before.
                match administration.user_called(&login).await {
                    Ok(user) if user.name == request.name => Ok(UserResponse { user: shown(&user) }),
                    _ => Err(of_directory(DirectoryError::Conflict { field, value, rule })),
                }
            }
            Err(error) => Err(of_directory(error)),
        }
    }

    async fn update_user(&self, caller: &Caller, request: UpdateUserRequest) -> Result<UserResponse, Fault> {
        let administration = caller.administration(&self.directory, true)?;
        let id = user_id(&request.user_id)?;
        let change = profile(request.name, request.language, request.phone);
        administration.change_profile(id, change).await.map_err(of_directory)?;
        Ok(UserResponse { user: shown(&administration.user(id).await.map_err(of_directory)?) })
    }

    async fn disable_user(
        &self,
        caller: &Caller,
        request: DisableUserRequest,
    ) -> Result<UserResponse, Fault> {
        let administration = caller.administration(&self.directory, true)?;
        let change = UserChange { is_disabled: Some(true), ..UserChange::default() };
        let changed = administration.change_user(user_id(&request.user_id)?, change).await;
        Ok(UserResponse { user: shown(&changed.map_err(of_directory)?) })
    }

    async fn get_user(&self, caller: &Caller, request: GetUserRequest) -> Result<UserResponse, Fault> {
        let administration = caller.administration(&self.directory, false)?;
        let found = match (&request.user_id, &request.address) {
            (Some(id), None) => administration.user(user_id(id)?).await,
            (None, Some(text)) => administration.user_called(&address("address", text)?).await,
            _ => {
                let fault = Fault::new(Code::Validation, "both are there, or none");
                return Err(fault.rule("userId or address, one of the two"));
            }
        };
        Ok(UserResponse { user: shown(&found.map_err(of_directory)?) })
    }

    async fn list_users(
        &self,
        caller: &Caller,
        request: ListUsersRequest,
    ) -> Result<ListUsersResponse, Fault> {
        let administration = caller.administration(&self.directory, false)?;
        let limit = request.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(USERS_USUAL);
        let mut seek = Seek::first(limit);
        if let Some(cursor) = &request.cursor {
            let after = cursor.parse().map_err(|_| {
                Fault::new(Code::Validation, "it is no cursor of ours")
                    .field("cursor")
                    .rule("what a page gave")
            })?;
            seek.after = Some(after);
        }
        let page = administration.page_of_users(Some(caller.organisation()), seek).await;
        let page = page.map_err(of_directory)?;
        let users = page.items.iter().map(shown);
        Ok(ListUsersResponse {
            users: users.filter(|user| request.state.is_none_or(|state| state == user.state)).collect(),
            next_cursor: page.next.map(|next| next.to_string()),
        })
    }

    async fn add_peer_certificate(
        &self,
        caller: &Caller,
        request: AddPeerCertificateRequest,
    ) -> Result<PeerCertificateResponse, Fault> {
        self.add_certificate(caller, request).await
    }

    async fn remove_peer_certificate(
        &self,
        caller: &Caller,
        request: RemovePeerCertificateRequest,
    ) -> Result<RemovePeerCertificateResponse, Fault> {
        self.remove_certificate(caller, request).await
    }

    async fn list_peer_certificates(
        &self,
        caller: &Caller,
        request: ListPeerCertificatesRequest,
    ) -> Result<ListPeerCertificatesResponse, Fault> {
        self.certificates(caller, request).await
    }

    async fn test_connection(
        &self,
        caller: &Caller,
        request: TestConnectionRequest,
    ) -> Result<TestConnectionResponse, Fault> {
        self.tested(caller, request).await
    }

    async fn set_connection_mode(
        &self,
        caller: &Caller,
        request: SetConnectionModeRequest,
    ) -> Result<SetConnectionModeResponse, Fault> {
        self.set_mode(caller, request).await
    }

    async fn create_application_account(
        &self,
        caller: &Caller,
        request: CreateApplicationAccountRequest,
    ) -> Result<CreateApplicationAccountResponse, Fault> {
        let administration = caller.administration(&self.directory, true)?;
        let mut senders = Vec::with_capacity(request.senders.len());
        for text in &request.senders {
            senders.push(AllowedSender::Address(address("sender", text)?));
        }
        let reads = request.reads.iter().map(|text| address("reads", text)).collect::<Result<Vec<_>, _>>()?;
        let name = request.name.trim().to_lowercase();
        let new = NewApplication {
            organisation: caller.organisation(),
            name: name.clone(),
            senders: senders.clone(),
            reads: reads.clone(),
            hourly_limit: request.hourly_letters.and_then(|number| u32::try_from(number).ok()),
            size_limit_bytes: request.message_octets.and_then(|octets| u64::try_from(octets).ok()),
        };
        match administration.create_application(new).await {
            Ok(made) => Ok(CreateApplicationAccountResponse {
                account_id: made.info.id.to_string(),
                username: made.info.login,
                password: Some(made.password.to_string()),
            }),
            Err(DirectoryError::Conflict { field, value, rule }) => {
                // Sent again: the same account is answered, without the password that was shown once.
                let known = administration
                    .applications(Seek::first(directory::limits::APPLICATIONS_PER_ORGANISATION_LIMIT));
                let known = known.await.map_err(of_directory)?.items;
                match known
                    .into_iter()
                    .find(|one| one.name == name && one.senders == senders && one.reads == reads)
                {
                    Some(one) => Ok(CreateApplicationAccountResponse {
                        account_id: one.id.to_string(),
                        username: one.login,
                        password: None,
                    }),
                    None => Err(of_directory(DirectoryError::Conflict { field, value, rule })),
                }
            }
            Err(error) => Err(of_directory(error)),
        }
    }

    async fn revoke_application_account(
        &self,
        caller: &Caller,
        request: RevokeApplicationAccountRequest,
    ) -> Result<RevokeApplicationAccountResponse, Fault> {
        let administration = caller.administration(&self.directory, true)?;
        let id = request.account_id.parse().map_err(|_| Fault::not_found("application account"))?;
        administration.delete_application(ApplicationId(id)).await.map_err(of_directory)?;
        Ok(RevokeApplicationAccountResponse { revoked: self.world.clock.now() })
    }

    async fn export_journal(
        &self,
        caller: &Caller,
        request: ExportJournalRequest,
    ) -> Result<ExportJournalResponse, Fault> {
        caller.administration(&self.directory, false)?;
        let lines = self.flow.secure().journal(caller.organisation(), request.since, request.until);
        let lines = lines.await.map_err(of_secure)?;
        let (name, media_type, content) = match request.format {
            ExportFormat::Csv => ("journal.csv", "text/csv", csv(&lines)),
            ExportFormat::JsonLines => ("journal.jsonl", "application/jsonl", json_lines(&lines)),
        };
        Ok(ExportJournalResponse {
            document: Document {
                file_name: name.to_owned(),
                media_type: media_type.to_owned(),
                content: content.into(),
            },
            entries: i64::try_from(lines.len()).unwrap_or(i64::MAX),
        })
    }

    async fn get_usage(&self, caller: &Caller, request: GetUsageRequest) -> Result<GetUsageResponse, Fault> {
        caller.administration(&self.directory, false)?;
        let usage = self.flow.secure().usage(caller.organisation(), request.since, request.until);
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let usage = usage.await.map_err(of_secure)?.into_iter().map(|one| Usage {
            mode: mode_out(one.mode),
            letters: count(one.letters),
            recipients: count(one.recipients),
            octets: count(one.octets),
        });
        Ok(GetUsageResponse { usage: usage.collect() })
    }
}

/// What changes of a person; what is `None` stays.
fn profile(name: Option<String>, language: Option<Language>, phone: Option<String>) -> ProfileChange {
    let language = language.map(|language| language.as_str().to_owned());
    ProfileChange { name, language, phone, contacts: None }
}

fn user_id(text: &str) -> Result<UserId, Fault> {
    text.parse().map(UserId).map_err(|_| Fault::not_found("user"))
}

fn shown(user: &UserInfo) -> User {
    User {
        user_id: user.id.to_string(),
        address: user.login.clone(),
        name: user.name.clone(),
        language: match user.language.as_deref() {
            Some("de") => Language::German,
            Some("it") => Language::Italian,
            Some("en") => Language::English,
            _ => Language::French,
        },
        phone: user.phone.clone(),
        state: match (user.is_disabled, user.last_used_at) {
            (true, _) => UserState::Disabled,
            (false, None) => UserState::Invited,
            (false, Some(_)) => UserState::Active,
        },
        created: user.created_at,
    }
}

const COLUMNS: [&str; 9] =
    ["time", "letter", "mode", "sender", "recipient", "way", "state", "octets", "reference"];

fn cells(line: &JournalLine) -> [String; 9] {
    [
        line.at.rfc3339(),
        mail_secure::hex(&line.letter),
        line.mode.to_string(),
        line.sender.to_string(),
        line.recipient.to_string(),
        line.way.word().to_owned(),
        line.state.word().to_owned(),
        line.octets.to_string(),
        line.client_reference.clone().unwrap_or_default(),
    ]
}

/// RFC 4180. What a table calculator would take for a formula is kept from being one.
fn csv(lines: &[JournalLine]) -> String {
    let mut text = COLUMNS.join(",") + "\r\n";
    for line in lines {
        for (index, cell) in cells(line).iter().enumerate() {
            let guard = if cell.starts_with(['=', '+', '-', '@', '\t']) { "'" } else { "" };
            let comma = if index == 0 { "" } else { "," };
            let _ = write!(text, "{comma}\"{guard}{}\"", cell.replace('"', "\"\""));
        }
        text.push_str("\r\n");
    }
    text
}

fn json_lines(lines: &[JournalLine]) -> String {
    let mut text = String::new();
    for line in lines {
        let named = COLUMNS.into_iter().map(str::to_owned).zip(cells(line).map(serde_json::Value::from));
        let object: serde_json::Map<String, serde_json::Value> = named.collect();
        let _ = writeln!(text, "{}", serde_json::Value::Object(object));
    }
    text
}
