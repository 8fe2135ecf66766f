//! The things of the API, a file for each kind.
#![expect(unused_qualifications, reason = "what utoipa::path writes for `params`")]

mod access;
mod address;
mod address_list;
mod application;
mod authority;
mod ban;
mod device_password;
mod diagnosis;
mod dkim;
mod domain;
mod forwarding;
mod host;
mod informing;
mod installation;
mod integration;
mod judge;
mod letters;
mod linking;
mod log;
mod mail_server;
mod me;
mod member;
mod mine;
mod onboarding;
mod organisation;
mod people;
mod queue;
mod renumbering;
mod report;
mod route;
mod secure;
mod selected;
mod sender;
mod server_change;
mod service;
mod source;
mod spf;
mod staff;
mod system;
mod token;
mod user;
mod zone;
mod zone_history;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{Shared, limits};

/// Every route, relative to `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(organisation::list_organisations, organisation::create_organisation))
        .routes(routes!(
            organisation::show_organisation,
            organisation::change_organisation,
            organisation::delete_organisation
        ))
        .routes(routes!(installation::show_installation, installation::change_installation))
        .routes(routes!(installation::list_suffixes))
        .routes(routes!(installation::publish_suffix, installation::withdraw_suffix))
        .routes(routes!(user::list_users, user::create_user))
        .routes(routes!(user::show_user, user::change_user, user::delete_user))
        .routes(routes!(member::show_role, member::change_role))
        .routes(routes!(member::show_profile, member::change_profile))
        .routes(routes!(member::list_user_sessions, member::end_user_sessions))
        .routes(routes!(member::end_user_session))
        .routes(routes!(staff::list_staff))
        .routes(routes!(staff::add_staff, staff::remove_staff))
        .routes(routes!(people::create_membership))
        .routes(routes!(people::list_membership_offers))
        .routes(routes!(people::withdraw_membership_offer))
        .routes(routes!(people::list_memberships))
        .routes(routes!(people::list_passwords_of_user))
        .routes(routes!(people::list_second_factors))
        .routes(routes!(people::remove_second_factor))
        .routes(routes!(people::show_settings, people::change_settings))
        .routes(routes!(people::show_logo))
        .routes(routes!(service::list_services, service::create_service))
        .routes(routes!(service::show_service, service::change_service, service::delete_service))
        .routes(routes!(linking::list_service_domains, linking::link_domain))
        .routes(routes!(linking::list_domain_operations))
        .routes(routes!(linking::show_domain_operation))
        .routes(routes!(linking::make_main_domain))
        .routes(routes!(linking::show_unlinking, linking::unlink_domain))
        .routes(routes!(linking::make_synonym_domain))
        .routes(routes!(domain::list_domains, domain::create_domain))
        .routes(routes!(domain::show_domain, domain::change_domain, domain::delete_domain))
        .routes(routes!(domain::list_mail_records))
        .routes(routes!(domain::refresh_mail_records))
        .routes(routes!(spf::set_spf))
        .routes(routes!(spf::merge_spf))
        .routes(routes!(diagnosis::show_diagnosis, diagnosis::diagnose_domain))
        .routes(routes!(diagnosis::mend_domain))
        .routes(routes!(dkim::list_dkim_keys))
        .routes(routes!(dkim::rotate_dkim_keys))
        .routes(routes!(dkim::revoke_dkim_keys))
        .routes(routes!(report::show_dmarc_reports))
        .routes(routes!(report::show_tls_reports))
        .routes(routes!(report::show_reputation))
        .routes(routes!(zone::list_zones, zone::create_zone))
        .routes(routes!(zone::show_zone, zone::change_zone, zone::delete_zone))
        .routes(routes!(zone::roll_zone_key_over))
        .routes(routes!(zone::list_records, zone::edit_records))
        .routes(routes!(zone::export_zone, zone::import_zone))
        .routes(routes!(zone_history::list_zone_changes))
        .routes(routes!(zone_history::compare_zone_versions))
        .routes(routes!(zone_history::restore_zone))
        .routes(routes!(zone_history::list_synonyms, zone_history::add_synonym))
        .routes(routes!(zone_history::dissociate_synonym))
        .routes(routes!(zone_history::list_secondaries, zone_history::set_secondaries))
        .routes(routes!(judge::judge_spf))
        .routes(routes!(judge::count_spf))
        .routes(routes!(address::list_addresses, address::create_address))
        .routes(routes!(address::show_address, address::change_address, address::delete_address))
        .routes(routes!(address::choose_password))
        .routes(routes!(selected::act_on_addresses))
        .routes(routes!(address_list::list_address_lists, address_list::create_address_list))
        .routes(routes!(address_list::show_address_list, address_list::discard_address_list))
        .routes(routes!(address_list::list_address_list_lines))
        .routes(routes!(address_list::confirm_address_list))
        .routes(routes!(address_list::fetch_made_passwords))
        .routes(routes!(access::list_accesses, access::grant_access))
        .routes(routes!(access::change_access, access::revoke_access))
        .routes(routes!(access::list_invitations, access::create_invitation))
        .routes(routes!(access::show_invitation, access::change_invitation, access::revoke_invitation))
        .routes(routes!(access::renew_invitation))
        .routes(routes!(access::show_default_permissions, access::set_default_permissions))
        .routes(routes!(sender::list_senders, sender::add_sender))
        .routes(routes!(sender::show_sender, sender::remove_sender))
        .routes(routes!(sender::apply_senders))
        .routes(routes!(sender::discard_senders))
        .routes(routes!(forwarding::list_targets, forwarding::set_targets))
        .routes(routes!(forwarding::ask_target_again))
        .routes(routes!(forwarding::list_deleted_addresses))
        .routes(routes!(forwarding::restore_address))
        .routes(routes!(
            device_password::list_device_passwords,
            device_password::create_device_password,
            device_password::delete_device_passwords
        ))
        .routes(routes!(
            device_password::show_device_password,
            device_password::change_device_password,
            device_password::delete_device_password
        ))
        .routes(routes!(token::list_tokens, token::create_token))
        .routes(routes!(token::show_current_token))
        .routes(routes!(token::show_token, token::revoke_token))
        .routes(routes!(application::list_applications, application::create_application))
        .routes(routes!(
            application::show_application,
            application::change_application,
            application::delete_application
        ))
        .routes(routes!(application::renew_application_password))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(secure::letter::list_secure_letters, secure::sending::send_secure_letter))
                .routes(routes!(secure::received::open_received_letter))
                .routes(routes!(secure::received::reply_to_received_letter))
                .routes(routes!(secure::asking::verify_secure_evidence))
                .layer(DefaultBodyLimit::max(limits::LETTER_BODY_BYTES)),
        )
        .routes(routes!(secure::received::list_received_letters))
        .routes(routes!(secure::received::show_received_letter))
        .routes(routes!(secure::received::accept_received_letter))
        .routes(routes!(secure::received::refuse_received_letter))
        .routes(routes!(secure::received::acknowledge_received_letter))
        .routes(routes!(secure::asking::check_secure_recipients))
        .routes(routes!(secure::asking::list_secure_events))
        .routes(routes!(secure::asking::search_secure_journal))
        .routes(routes!(secure::asking::show_secure_service))
        .routes(routes!(secure::letter::show_secure_letter))
        .routes(routes!(secure::letter::withdraw_secure_letter))
        .routes(routes!(secure::letter::erase_secure_letter))
        .routes(routes!(secure::letter::count_secure_letters))
        .routes(routes!(secure::letter::export_secure_letters))
        .routes(routes!(secure::proof::show_receipt))
        .routes(routes!(secure::proof::show_evidence))
        .routes(routes!(host::list_hosts, host::create_host))
        .routes(routes!(host::show_host, host::change_host, host::delete_host))
        .routes(routes!(mail_server::list_mail_servers, mail_server::create_mail_server))
        .routes(routes!(mail_server::export_mail_servers))
        .routes(routes!(
            mail_server::show_mail_server,
            mail_server::change_mail_server,
            mail_server::delete_mail_server
        ))
        .routes(routes!(mail_server::show_mail_server_links))
        .routes(routes!(mail_server::list_domain_servers, mail_server::set_domain_servers))
        .routes(routes!(mail_server::show_mailbox_server, mail_server::set_mailbox_server))
        .routes(routes!(server_change::list_server_changes))
        .routes(routes!(server_change::cancel_server_change))
        .routes(routes!(server_change::apply_server_changes))
        .routes(routes!(server_change::show_apply_run))
        .routes(routes!(ban::list_bans, ban::create_ban))
        .routes(routes!(ban::list_unban_requests))
        .routes(routes!(ban::grant_unban_request))
        .routes(routes!(ban::refuse_unban_request))
        .routes(routes!(source::list_allowed_sources, source::ask_for_allowed_source))
        .routes(routes!(source::end_allowed_source))
        .routes(routes!(source::decide_allowed_source))
        .routes(routes!(source::limit_allowed_source))
        .routes(routes!(source::list_ips, source::add_ip))
        .routes(routes!(source::change_ip, source::remove_ip))
        .routes(routes!(source::look_at_ip))
        .routes(routes!(system::show_system))
        .routes(routes!(ban::lift_ban))
        .routes(routes!(integration::list_integrations, integration::create_integration))
        .routes(routes!(
            integration::show_integration,
            integration::change_integration,
            integration::delete_integration
        ))
        .routes(routes!(integration::set_integration_state))
        .routes(routes!(integration::connect_domain))
        .routes(routes!(integration::disconnect_domain))
        .routes(routes!(integration::prove_connected_domain))
        .routes(routes!(integration::confirm_connected_domain))
        .routes(routes!(integration::declare_certificate))
        .routes(routes!(integration::withdraw_certificate))
        .routes(routes!(onboarding::show_onboarding))
        .routes(routes!(onboarding::set_onboarding_phase))
        .routes(routes!(onboarding::answer_onboarding_item))
        .routes(routes!(onboarding::show_set_up, onboarding::save_set_up))
        .routes(routes!(onboarding::submit_set_up))
        .routes(routes!(onboarding::answer_go_live))
        .routes(routes!(onboarding::accept_go_live))
        .routes(routes!(onboarding::show_support_contacts))
        .routes(routes!(onboarding::set_support_contact))
        .routes(routes!(onboarding::show_recipient_page, onboarding::set_recipient_page))
        .routes(routes!(informing::list_recipient_notices, informing::inform_recipients))
        .routes(routes!(onboarding::show_network_matrix))
        .routes(routes!(onboarding::export_network_matrix))
        .routes(routes!(onboarding::list_connection_tests, onboarding::start_connection_test))
        .routes(routes!(onboarding::show_connection_test))
        .routes(routes!(onboarding::show_acceptance_report))
        .routes(routes!(authority::list_authorities, authority::register_authority))
        .routes(routes!(authority::set_authority))
        .routes(routes!(route::list_routes, route::create_route))
        .routes(routes!(route::check_route))
        .routes(routes!(renumbering::list_renumberings, renumbering::declare_renumbering))
        .routes(routes!(renumbering::show_renumbering))
        .routes(routes!(renumbering::show_renumbering_report))
        .routes(routes!(renumbering::announce_renumbering))
        .routes(routes!(renumbering::cancel_renumbering))
        .routes(routes!(renumbering::list_announcements))
        .routes(routes!(renumbering::answer_announcement))
        .routes(routes!(route::show_route, route::delete_route))
        .routes(routes!(queue::list_deliveries, queue::act_on_deliveries))
        .routes(routes!(queue::show_delivery, queue::delete_delivery))
        .routes(routes!(queue::hold_delivery))
        .routes(routes!(queue::release_delivery))
        .routes(routes!(queue::retry_delivery))
        .routes(routes!(me::show_me))
        .routes(routes!(me::show_own_profile, me::change_own_profile))
        .routes(routes!(me::change_own_password))
        .routes(routes!(me::list_own_sessions, me::end_own_sessions))
        .routes(routes!(me::end_own_session))
        .routes(routes!(me::list_own_second_factors))
        .routes(routes!(me::list_own_tokens, me::create_own_token))
        .routes(routes!(me::revoke_own_token))
        .routes(routes!(me::list_own_membership_offers))
        .routes(routes!(me::accept_membership_offer))
        .routes(routes!(me::decline_membership_offer))
        .routes(routes!(me::list_own_notices))
        .routes(routes!(mine::list_own_mailboxes))
        .routes(routes!(mine::show_own_mailbox))
        .routes(routes!(mine::list_own_device_passwords, mine::create_own_device_password))
        .routes(routes!(mine::delete_own_device_password))
        .routes(routes!(mine::list_passwords_of_own))
        .routes(routes!(mine::delete_password_of_own))
        .routes(routes!(mine::list_own_aliases, mine::add_own_alias))
        .routes(routes!(mine::delete_own_alias))
        .routes(routes!(mine::list_own_targets, mine::set_own_targets))
        .routes(routes!(mine::ask_own_target_again))
        .routes(routes!(log::search_letters))
        .routes(routes!(letters::list_letters))
        .routes(routes!(letters::show_log_plan))
        .routes(routes!(letters::set_log_plan))
        .routes(routes!(log::list_changes))
        .routes(routes!(log::verify_changes))
}
