//! Who calls the SOAP services: an application account, a programme with a token of an organisation, or a person's own
//! programme with a token that the person made for it.

use std::net::IpAddr;

use directory::{
    Administration, Attempt, AuthProtocol, AuthRefusal, Directory, Scope, Session, SignedInApplication,
    TokenInfo,
};
use door_soap::{Authenticator, Code, Fault, Shown};
use model::OrganisationId;

/// Seconds after which what failed for a moment is worth another try.
const RETRY_SECONDS: u32 = 30;

/// Knows application accounts and tokens.
pub(super) struct Gatekeeper(pub(super) Directory);

/// Somebody whom the operations know.
pub(super) enum Caller {
    /// Business software: sends, and follows what its organisation sent.
    Application(SignedInApplication),
    /// A token of an organisation: follows what it sent, and administers it where the token may write.
    Token {
        /// The token.
        token: Box<TokenInfo>,
        /// The only organisation that it reaches.
        organisation: OrganisationId,
        /// From where.
        source: IpAddr,
    },
    /// A person, by a token that the person made for the own things: reads the own letters.
    Person {
        /// As a session in the browser would have the person.
        person: Box<Session>,
        /// Whether the token may do more than look.
        may_write: bool,
    },
}

impl Caller {
    pub(super) fn organisation(&self) -> OrganisationId {
        match self {
            Caller::Application(application) => application.organisation,
            Caller::Token { organisation, .. } => *organisation,
            Caller::Person { person, .. } => person.home,
        }
    }

    /// The application, for what only one of them does.
    pub(super) fn application(&self) -> Result<&SignedInApplication, Fault> {
        match self {
            Caller::Application(application) => Ok(application),
            Caller::Token { .. } | Caller::Person { .. } => Err(Fault::new(
                Code::Forbidden,
                "letters are sent with an application account, not with a token",
            )),
        }
    }

    /// How far a token administers, and in whose name; one that only reads changes nothing.
    pub(super) fn administrator(&self, is_change: bool) -> Result<(Scope, trail::Actor), Fault> {
        let Caller::Token { token, organisation, source } = self else {
            let why = "only a token of an organisation administers it: show one as the password";
            return Err(Fault::new(Code::Forbidden, why));
        };
        if is_change && !token.may_write {
            return Err(Fault::new(Code::Forbidden, "the token may only read"));
        }
        let who = trail::Actor::from(format!("token «{}» ({}…) by SOAP", token.name, token.shown))
            .on_behalf_of(token.user_login.as_ref().unwrap_or(&token.created_by))
            .coming_from(*source);
        Ok((Scope::Tenant(*organisation), who))
    }

    /// The directory of the organisation that a token administers.
    pub(super) fn administration(
        &self,
        directory: &Directory,
        is_change: bool,
    ) -> Result<Administration, Fault> {
        let (scope, who) = self.administrator(is_change)?;
        Ok(directory.administration(scope, who))
    }
}

impl Authenticator for Gatekeeper {
    type Caller = Caller;

    async fn authenticate(&self, shown: Shown) -> Result<Caller, Fault> {
        let Some(password) = shown.password else {
            let why = "a name and a password are needed: an application account, or a login with a token of the API";
            return Err(Fault::new(Code::Auth, why));
        };
        let source = shown.client.ip;
        if self.0.is_banned(source).is_some() {
            return Err(
                Fault::new(Code::Temporary, "too many failures from there").retry_after(RETRY_SECONDS)
            );
        }
        if Directory::is_application_login(&password.username) {
            let attempt = Attempt {
                login: password.username,
                authorise_as: String::new(),
                password: password.password.into(),
                protocol: AuthProtocol::Soap,
                source,
            };
            return self.0.authenticate_application(attempt).await.map(Caller::Application).map_err(refused);
        }
        // A person's own password opens nothing here: a programme would keep it, and a second factor would be none.
        let found = self.0.bearer(&password.password, source).await;
        let token = found.map_err(|error| temporary(&error))?.ok_or_else(nobody)?;
        let is_theirs = token
            .user_login
            .as_ref()
            .is_none_or(|login| login.eq_ignore_ascii_case(password.username.trim()));
        if !is_theirs {
            return Err(nobody());
        }
        if token.is_own {
            let found = self.0.person_of(&token).await.map_err(|error| temporary(&error))?;
            let person = found.ok_or_else(nobody)?.coming_from(source).by_token(&token.name);
            return Ok(Caller::Person { person: Box::new(person), may_write: token.may_write });
        }
        match (token.organisation, token.domain) {
            (Some(organisation), None) => Ok(Caller::Token { token: Box::new(token), organisation, source }),
            (Some(_), Some(_)) => Err(Fault::new(
                Code::Forbidden,
                "the token reaches one domain only, and SOAP a whole organisation",
            )),
            (None, _) => Err(Fault::new(
                Code::Forbidden,
                "the token reaches the whole installation: one of an organisation is needed",
            )),
        }
    }
}

fn nobody() -> Fault {
    let why = "name or password is wrong; people show a token of the API as their password";
    Fault::new(Code::Auth, why)
}

fn refused(refusal: AuthRefusal) -> Fault {
    match refusal {
        AuthRefusal::Later(error) => temporary(&error),
        AuthRefusal::Banned { .. } => {
            Fault::new(Code::Temporary, "too many failures from there").retry_after(RETRY_SECONDS)
        }
        AuthRefusal::Wrong | AuthRefusal::Disabled | AuthRefusal::Maintenance | AuthRefusal::Malformed(_) => {
            nobody()
        }
    }
}

/// Trouble of ours, which its log says and its caller does not hear.
pub(super) fn temporary(error: &(dyn std::error::Error + 'static)) -> Fault {
    tracing::error!(error = %model::Chain(error), "a SOAP request cannot be answered now");
    Fault::new(Code::Temporary, "temporary trouble here").retry_after(RETRY_SECONDS)
}
