//! The pages' templates, in the program, once for each language: macros see no variables of the page, so the
//! language is bound to the words.

use std::sync::LazyLock;

use minijinja::value::{Kwargs, Value};
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior};

use crate::words::{self, Language, Word};
use crate::{assets, reader};

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        /// Every template: name and text.
        pub(crate) const TEMPLATES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../templates/", $name)))),*];
    };
}

templates![
    "layout.html",
    "alone.html",
    "ui.html",
    "sign_in.html",
    "step.html",
    "kept.html",
    "profile.html",
    "profile_security.html",
    "profile_totp.html",
    "profile_passkey.html",
    "profile_codes.html",
    "profile_proof.html",
    "users.html",
    "user.html",
    "user_new.html",
    "user_secret.html",
    "user_confirm.html",
    "organisation.html",
    "tokens.html",
    "token.html",
    "token_secret.html",
    "renumberings.html",
    "renumbering.html",
    "renumbering_new.html",
    "renumbering_letters.html",
    "announcements.html",
    "services.html",
    "service.html",
    "service_delete.html",
    "mail_domain.html",
    "mail_domain_delete.html",
    "mail_domain_move.html",
    "mail_domain_state.html",
    "dkim.html",
    "dkim_revoke.html",
    "journal_verify.html",
    "addresses.html",
    "addresses_act.html",
    "address_new.html",
    "address_tabs.html",
    "address.html",
    "address_delete.html",
    "address_aliases.html",
    "address_redirections.html",
    "address_device.html",
    "address_devices.html",
    "address_password.html",
    "addresses_deleted.html",
    "address_erase.html",
    "addresses_several.html",
    "addresses_list.html",
    "dashboard.html",
    "domains.html",
    "zone.html",
    "record_kind.html",
    "record.html",
    "confirm.html",
    "import.html",
    "history.html",
    "version.html",
    "settings.html",
    "spf.html",
    "synonyms.html",
    "linking.html",
    "linking_add.html",
    "linking_confirm.html",
    "security.html",
    "dmarc.html",
    "tls.html",
    "reputation.html",
    "hosts.html",
    "host.html",
    "host_form.html",
    "host_delete.html",
    "servers.html",
    "server.html",
    "server_form.html",
    "server_delete.html",
    "server_used.html",
    "integrations.html",
    "integration_phases.html",
    "integration_set_up.html",
    "integration_test.html",
    "integration_contacts.html",
    "integration_informed.html",
    "integration_matrix.html",
    "integration_tabs.html",
    "integration.html",
    "integration_form.html",
    "integration_domains.html",
    "integration_certificates.html",
    "integration_delete.html",
    "authorities.html",
    "applications.html",
    "application.html",
    "application_new.html",
    "application_fields.html",
    "application_secret.html",
    "secured.html",
    "secured_letter.html",
    "secured_withdraw.html",
    "secured_erase.html",
    "secured_how.html",
    "secured_senders.html",
    "domain_servers.html",
    "changes.html",
    "sessions.html",
    "own_tokens.html",
    "organisations.html",
    "address_users.html",
    "address_user.html",
    "invite.html",
    "invite_link.html",
    "invitation.html",
    "invitation_edit.html",
    "invitation_over.html",
    "mine.html",
    "mine_mailbox.html",
    "global.html",
    "granted.html",
    "granted_service.html",
    "global_service.html",
    "trouble.html",
    "logs.html",
    "journal.html",
    "journal_entry.html",
    "letter.html",
    "sources.html",
    "allow.html",
    "queue.html",
    "routes.html",
    "ip_delete.html",
    "queue_delete.html",
    "system.html",
    "installation_organisations.html",
    "installation_organisation.html",
    "installation_organisation_delete.html",
    "installation_integrations.html",
    "installation_secured.html",
    "installation_staff.html",
    "installation_staff_member.html",
    "installation_settings.html",
];

static ENVIRONMENTS: LazyLock<[Environment<'static>; 4]> = LazyLock::new(|| Language::ALL.map(environment));

fn environment(language: Language) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.add_function("t", move |key: &str, values: Kwargs| -> Result<String, Error> {
        let mut words = Vec::new();
        for name in values.args() {
            let value: Value = values.get(name)?;
            let word = match f64::try_from(value.clone()) {
                Ok(number) if value.is_number() => Word::Number(number),
                _ => Word::Text(value.to_string()),
            };
            words.push((name, word));
        }
        Ok(words::say(language, key, &words))
    });
    environment.add_function("knows", move |key: &str| words::knows(language, key));
    environment.add_function("asset", |name: &str| assets::path(name).unwrap_or_default());
    environment.add_filter("number", |number: i64| reader::number(number));
    environment.add_filter("moment", move |at: &str| reader::moment(language, at));
    environment.add_filter("day", move |at: &str| reader::day(language, at));
    environment.add_filter("query", |text: &str| {
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>()
    });
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).expect("the templates are tested to be well formed");
    }
    environment
}

/// A page.
pub(crate) fn render(language: Language, template: &str, context: &Value) -> Result<String, Error> {
    let index = Language::ALL.iter().position(|known| *known == language).unwrap_or_default();
    ENVIRONMENTS[index].get_template(template)?.render(context)
}
