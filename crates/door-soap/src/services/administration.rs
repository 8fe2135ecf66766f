//! The service that administers: `/IncaMailAdminService/IncaMailAdminPort`.

use bytes::Bytes;
use model::Timestamp;
use wire_soap::{Kind, choice, shape};

use super::common::{Document, Language, Mode};
use crate::limits::CERTIFICATE_OCTETS;
use crate::patterns::{ADDRESS, CLIENT_REFERENCE, CURSOR, DOMAIN, FINGERPRINT, IDENTIFIER, LINE, PHONE};

choice! {
    /// Whether somebody can sign in.
    pub enum UserState {
        /// Invited, not yet in.
        Invited "invited",
        /// Can sign in.
        Active "active",
        /// Cannot.
        Disabled "disabled",
    }

    /// By what a peer is known.
    pub enum PeerMatch {
        /// By a name in its certificate, which a known authority signed.
        Name "name",
        /// By this one certificate.
        Fingerprint "fingerprint",
    }

    /// How letters for a domain are delivered.
    pub enum ConnectionMode {
        /// As mail over mutual TLS to the domain's gateway.
        Gateway "gateway",
        /// As sealed envelopes to its mailboxes.
        Safe "safe",
        /// Into mailboxes of this platform.
        Mailbox "mailbox",
    }

    /// How a line of a test came out.
    pub enum Lamp {
        /// As it ought to be.
        Green "green",
        /// It works, and something should be mended.
        Yellow "yellow",
        /// It does not work.
        Red "red",
    }

    /// The form of an export.
    pub enum ExportFormat {
        /// Comma-separated values (RFC 4180).
        Csv "csv",
        /// A JSON object in each line.
        JsonLines "jsonl",
    }
}

shape! {
    /// Somebody of the caller's organisation.
    pub struct User {
        /// Our name for the person.
        user_id "userId": String = IDENTIFIER,
        /// The address that the person signs in with.
        address "address": String = ADDRESS,
        /// The person's name.
        name "name": String = LINE,
        /// The language of our words.
        language "language": Language,
        /// A telephone for codes.
        phone "phone": Option<String> = PHONE,
        /// Whether the person can sign in.
        state "state": UserState,
        /// Since when the person is known.
        created "created": Timestamp,
    }

    /// Somebody to invite.
    pub struct CreateUserRequest {
        /// The caller's name for this: sent again it creates nobody twice.
        client_ref "clientRef": String = CLIENT_REFERENCE,
        /// The address that the person signs in with; of a domain of the caller's.
        address "address": String = ADDRESS,
        /// The person's name.
        name "name": String = LINE,
        /// The language of our words.
        language "language": Option<Language>,
        /// A telephone for codes.
        phone "phone": Option<String> = PHONE,
    }

    /// What changes of somebody; what is left out stays.
    pub struct UpdateUserRequest {
        /// Our name for the person.
        user_id "userId": String = IDENTIFIER,
        /// The person's name.
        name "name": Option<String> = LINE,
        /// The language of our words.
        language "language": Option<Language>,
        /// A telephone for codes.
        phone "phone": Option<String> = PHONE,
    }

    /// Who cannot sign in any longer.
    pub struct DisableUserRequest {
        /// Our name for the person.
        user_id "userId": String = IDENTIFIER,
    }

    /// Who: by our name or by the address, one of the two.
    pub struct GetUserRequest {
        /// Our name for the person.
        user_id "userId": Option<String> = IDENTIFIER,
        /// The address.
        address "address": Option<String> = ADDRESS,
    }

    /// Somebody, as it is now.
    pub struct UserResponse {
        /// The person.
        user "user": User,
    }

    /// Which people.
    pub struct ListUsersRequest {
        /// In which state only.
        state "state": Option<UserState>,
        /// After which: what the last page gave.
        cursor "cursor": Option<String> = CURSOR,
        /// How many at most.
        limit "limit": Option<i64> = Kind::Integer { least: 1, most: 200 },
    }

    /// A page of people.
    pub struct ListUsersResponse {
        /// The people.
        users "user": Vec<User>; 0..=200,
        /// Where to go on; without one this was the last page.
        next_cursor "nextCursor": Option<String> = CURSOR,
    }

    /// A certificate by which a customer's mail server is known.
    pub struct AddPeerCertificateRequest {
        /// The caller's name for this: sent again it adds nothing twice.
        client_ref "clientRef": String = CLIENT_REFERENCE,
        /// Of which domain.
        domain "domain": String = DOMAIN,
        /// By what it is known.
        known_by "match": PeerMatch,
        /// The certificate, as DER or PEM; needed for a fingerprint.
        certificate "certificate": Option<Bytes> = Kind::Bytes { most: CERTIFICATE_OCTETS },
        /// The name in it; needed for a name.
        name "name": Option<String> = DOMAIN,
    }

    /// A certificate that is known.
    pub struct PeerCertificate {
        /// Our name for it.
        certificate_id "certificateId": String = IDENTIFIER,
        /// The domains of the connection that it stands for.
        domains "domain": Vec<String> = DOMAIN; 0..=200,
        /// By what it is known.
        known_by "match": PeerMatch,
        /// The name, where it is known by one.
        name "name": Option<String> = DOMAIN,
        /// Its SHA-256 digest; of one that is known by its name, that of the one that was shown last.
        fingerprint "fingerprint": Option<String> = FINGERPRINT,
        /// Until when it holds.
        expires "expires": Option<Timestamp>,
        /// When another one than before was shown.
        last_seen "lastSeen": Option<Timestamp>,
    }

    /// A certificate, as it is now.
    pub struct PeerCertificateResponse {
        /// The certificate.
        certificate "certificate": PeerCertificate,
    }

    /// Which certificate is known no longer.
    pub struct RemovePeerCertificateRequest {
        /// Our name for it.
        certificate_id "certificateId": String = IDENTIFIER,
    }

    /// It is known no longer.
    pub struct RemovePeerCertificateResponse {
        /// How many the connection has left: without any its letters are not taken.
        remaining "remaining": i64 = Kind::Integer { least: 0, most: 1000 },
    }

    /// Of which domain; without one of all.
    pub struct ListPeerCertificatesRequest {
        /// The domain.
        domain "domain": Option<String> = DOMAIN,
    }

    /// The certificates.
    pub struct ListPeerCertificatesResponse {
        /// Each.
        certificates "certificate": Vec<PeerCertificate>; 0..=1000,
    }

    /// Which domain to test.
    pub struct TestConnectionRequest {
        /// The domain.
        domain "domain": String = DOMAIN,
        /// To whom a letter for the test is sent; without one none is.
        test_recipient "testRecipient": Option<String> = ADDRESS,
    }

    /// One line of a test.
    pub struct TestLine {
        /// What was looked at: domain, state, route, port, starttls, certificate, certificate-end, our-certificate, letter,
        /// sending, sending-end, test-mail, suffix, send-internal, send-external, receive-internal, receive-external.
        check "check": String = IDENTIFIER,
        /// How it came out.
        lamp "lamp": Lamp,
        /// What was seen.
        seen "seen": String = Kind::text(0, 2000),
        /// What to do.
        advice "advice": Option<String> = Kind::text(0, 2000),
    }

    /// How a test came out.
    pub struct TestConnectionResponse {
        /// Whether the connection was seen to work: active, servers of both directions known, a letter on each of the four
        /// ways, and no line red.
        works "works": bool,
        /// When it was made.
        time "time": Timestamp,
        /// Each line.
        lines "line": Vec<TestLine>; 0..=1000,
    }

    /// How letters for a domain are to be delivered.
    pub struct SetConnectionModeRequest {
        /// The domain.
        domain "domain": String = DOMAIN,
        /// How.
        mode "mode": ConnectionMode,
    }

    /// How they are delivered now.
    pub struct SetConnectionModeResponse {
        /// How, as it is now.
        mode "mode": ConnectionMode,
        /// How it was before.
        previous "previous": ConnectionMode,
        /// What is still to be done before it is as it was asked for.
        outstanding "outstanding": Vec<String> = Kind::text(1, 1000); 0..=10,
    }

    /// A program that is to have access.
    pub struct CreateApplicationAccountRequest {
        /// The caller's name for this: sent again it creates nothing twice, and shows the secret no second time.
        client_ref "clientRef": String = CLIENT_REFERENCE,
        /// What it is called.
        name "name": String = LINE,
        /// In whose names it may send.
        senders "sender": Vec<String> = ADDRESS; 1..=50,
        /// For which addresses it reads letters; nobody's login.
        reads "reads": Vec<String> = ADDRESS; 0..=20,
        /// Letters in an hour.
        hourly_letters "hourlyLetters": Option<i64> = Kind::Integer { least: 1, most: 1_000_000 },
        /// Octets of one letter.
        message_octets "messageOctets": Option<i64> = Kind::Integer { least: 1, most: 1_000_000_000 },
    }

    /// A program that has access.
    pub struct CreateApplicationAccountResponse {
        /// Our name for it.
        account_id "accountId": String = IDENTIFIER,
        /// The name that it signs in with.
        username "username": String = LINE,
        /// Its password: shown this once.
        password "password": Option<String> = Kind::text(1, 256),
    }

    /// Which program has access no longer.
    pub struct RevokeApplicationAccountRequest {
        /// Our name for it.
        account_id "accountId": String = IDENTIFIER,
    }

    /// It has access no longer.
    pub struct RevokeApplicationAccountResponse {
        /// Since when.
        revoked "revoked": Timestamp,
    }

    /// Which part of the organisation's journal: counts and states, never content.
    pub struct ExportJournalRequest {
        /// Taken at or after.
        since "since": Timestamp,
        /// Taken before.
        until "until": Timestamp,
        /// In which form.
        format "format": ExportFormat,
    }

    /// The journal as a file.
    pub struct ExportJournalResponse {
        /// The file.
        document "document": Document,
        /// How many entries it has.
        entries "entries": i64 = Kind::Integer { least: 0, most: i64::MAX },
    }

    /// For which time.
    pub struct GetUsageRequest {
        /// At or after.
        since "since": Timestamp,
        /// Before.
        until "until": Timestamp,
    }

    /// Letters of a mode.
    pub struct Usage {
        /// The mode.
        mode "mode": Mode,
        /// Letters that were taken.
        letters "letters": i64 = Kind::Integer { least: 0, most: i64::MAX },
        /// Their recipients.
        recipients "recipients": i64 = Kind::Integer { least: 0, most: i64::MAX },
        /// Their octets.
        octets "octets": i64 = Kind::Integer { least: 0, most: i64::MAX },
    }

    /// How much was sent.
    pub struct GetUsageResponse {
        /// For each mode.
        usage "usage": Vec<Usage>; 0..=10,
    }
}

service! {
    /// Administers the caller's organisation: its people, how its domains are connected, its programs, its journal.
    pub trait Administering: "IncaMailAdminService" in "urn:relais:soap:administration:3.0"
        at "/IncaMailAdminService/IncaMailAdminPort";

    /// Invites somebody.
    create_user "CreateUser": CreateUserRequest => UserResponse, [NotFound, Conflict];
    /// Changes somebody.
    update_user "UpdateUser": UpdateUserRequest => UserResponse, [NotFound, Conflict];
    /// Shuts somebody out.
    disable_user "DisableUser": DisableUserRequest => UserResponse, [NotFound, Conflict];
    /// Shows somebody.
    get_user "GetUser": GetUserRequest => UserResponse, [NotFound];
    /// Lists people.
    list_users "ListUsers": ListUsersRequest => ListUsersResponse, [];
    /// Makes a certificate known, beside those that are: so that a renewal interrupts nothing.
    add_peer_certificate "AddPeerCertificate": AddPeerCertificateRequest => PeerCertificateResponse, [NotFound, Conflict];
    /// Forgets a certificate.
    remove_peer_certificate "RemovePeerCertificate": RemovePeerCertificateRequest => RemovePeerCertificateResponse,
        [NotFound, Conflict];
    /// Lists certificates.
    list_peer_certificates "ListPeerCertificates": ListPeerCertificatesRequest => ListPeerCertificatesResponse, [NotFound];
    /// Tests how a domain is connected.
    test_connection "TestConnection": TestConnectionRequest => TestConnectionResponse, [NotFound];
    /// Says how letters for a domain are delivered.
    set_connection_mode "SetConnectionMode": SetConnectionModeRequest => SetConnectionModeResponse, [NotFound, Conflict];
    /// Gives a program access.
    create_application_account "CreateApplicationAccount": CreateApplicationAccountRequest => CreateApplicationAccountResponse,
        [NotFound, Conflict];
    /// Takes a program's access away.
    revoke_application_account "RevokeApplicationAccount": RevokeApplicationAccountRequest => RevokeApplicationAccountResponse,
        [NotFound];
    /// Gives the organisation's journal as a file.
    export_journal "ExportJournal": ExportJournalRequest => ExportJournalResponse, [];
    /// Tells how much was sent.
    get_usage "GetUsage": GetUsageRequest => GetUsageResponse, [];
}
