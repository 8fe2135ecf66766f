//! The codes that the descriptions promise: each is made somewhere, and the grounds of a refusal are told apart.

mod own_tokens;

use std::path::{Path, PathBuf};

use door_soap::Code;
use mail_flow::Ground;
use model::Reply;

use super::sending::of_reply;

#[test]
fn each_service_is_described_under_its_configured_name() {
    let with = |soap: &str| {
        let text = format!("[node]\nhostname = 'mail.example.ch'\ndata = '.'\n{soap}");
        super::addresses(&toml::from_str(&text).unwrap())
    };
    let usual = with("").unwrap();
    assert_eq!([&usual.send, &usual.read, &usual.administration], ["https://mail.example.ch"; 3]);
    let named =
        with("[soap]\nread = 'https://ws.example.ch:8443'\nadministration = 'https://admin.example.ch'")
            .unwrap();
    assert_eq!(
        [&named.send, &named.read, &named.administration],
        ["https://mail.example.ch", "https://ws.example.ch:8443", "https://admin.example.ch"]
    );
    for bad in ["http://ws.example.ch", "ws.example.ch", "https://ws.example.ch/3.0/"] {
        let refused = with(&format!("[soap]\nsend = '{bad}'")).unwrap_err();
        assert!(refused.to_string().contains("soap.send"), "{refused}");
    }
}

#[test]
fn each_ground_of_a_refusal_has_its_code() {
    let table = [
        (Reply::later(451, 3, 0, "the scanner does not answer"), Code::Temporary, None),
        (Reply::never(530, 7, 0, "disabled"), Code::Auth, None),
        (Reply::never(550, 7, 1, "not among those who may"), Code::Forbidden, None),
        (Reply::never(552, 3, 4, "30 MiB"), Code::TooLarge, None),
        (Reply::never(554, 7, 1, "malware was found"), Code::MalwareFound, None),
        (Reply::never(550, 1, 1, "no such address here"), Code::NotFound, Some("to")),
        (Reply::never(550, 2, 1, "the address is disabled"), Code::RecipientBlocked, Some("to")),
        (Reply::never(550, 5, 3, "at most 7 within an hour"), Code::Validation, Some("to")),
        (Reply::never(550, 7, 0, "another rule"), Code::Conflict, None),
    ];
    for (reply, code, field) in &table {
        let fault = of_reply(reply);
        assert_eq!((fault.code, fault.field.as_deref()), (*code, *field), "{reply}");
        assert_eq!(fault.reason, reply.text());
        assert_eq!(fault.retry_after_seconds.is_some(), *code == Code::Temporary, "{reply}");
    }
    let grounds: Vec<Ground> = table.iter().map(|(reply, _, _)| Ground::of(reply)).collect();
    assert!(Ground::ALL.iter().all(|ground| grounds.contains(ground)), "{grounds:?}");
}

/// A code that stands in the descriptions and that nothing makes is a promise to programs that is not kept.
#[test]
fn every_code_of_the_descriptions_is_made_somewhere() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut sources = String::new();
    for folder in ["app/src/soap", "door-soap/src", "wire-soap/src"] {
        for file in files(&crates.join(folder)) {
            sources.push_str(&std::fs::read_to_string(&file).unwrap());
        }
    }
    for code in Code::ALL {
        let made = [format!("Fault::new(Code::{code:?},"), format!("fault(Code::{code:?})")];
        let is_made = made.iter().any(|made| sources.contains(made));
        assert!(is_made, "{} is promised and made nowhere", code.as_str());
    }
}

/// The source files below a folder, but for tests: what only they make nobody meets.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match (name.starts_with("tests"), path.is_dir()) {
            (true, _) => {}
            (false, true) => found.extend(files(&path)),
            (false, false) => found.push(path),
        }
    }
    found
}

/// By which operations of the API each operation of SOAP is done too: «the same operations as REST».
const BY_REST: [(&str, &[&str]); 29] = [
    ("SendMessage", &["send_secure_letter"]),
    ("GetMessageStatus", &["show_secure_letter", "list_secure_letters"]),
    ("RevokeMessage", &["withdraw_secure_letter"]),
    ("CheckRecipients", &["check_secure_recipients"]),
    ("ListEvents", &["list_secure_events"]),
    ("GetReceipt", &["show_receipt", "show_evidence"]),
    ("GetServiceInfo", &["show_secure_service"]),
    ("ListMessages", &["list_received_letters"]),
    ("GetMessage", &["show_received_letter", "open_received_letter"]),
    ("AcceptMessage", &["accept_received_letter"]),
    ("RefuseMessage", &["refuse_received_letter"]),
    ("AcknowledgeMessage", &["acknowledge_received_letter"]),
    ("ReplyMessage", &["reply_to_received_letter"]),
    ("SearchJournal", &["search_secure_journal"]),
    ("VerifyEvidence", &["verify_secure_evidence"]),
    ("CreateUser", &["create_user"]),
    ("UpdateUser", &["change_user", "change_profile"]),
    ("DisableUser", &["change_user"]),
    ("GetUser", &["show_user"]),
    ("ListUsers", &["list_users"]),
    ("AddPeerCertificate", &["declare_certificate"]),
    ("RemovePeerCertificate", &["withdraw_certificate"]),
    ("ListPeerCertificates", &["show_integration"]),
    ("TestConnection", &["start_connection_test", "show_connection_test"]),
    ("SetConnectionMode", &["connect_domain", "disconnect_domain"]),
    ("CreateApplicationAccount", &["create_application"]),
    ("RevokeApplicationAccount", &["delete_application"]),
    ("ExportJournal", &["export_secure_letters"]),
    ("GetUsage", &["count_secure_letters"]),
];

#[test]
fn what_is_done_over_soap_is_done_over_rest_too() {
    let document = serde_json::to_value(door_api::document()).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let methods = paths.flat_map(|path| path.as_object().unwrap().values());
    let known: Vec<&str> = methods.filter_map(|method| method["operationId"].as_str()).collect();
    let services =
        [&door_soap::send::SERVICE, &door_soap::read::SERVICE, &door_soap::administration::SERVICE];
    let asked: Vec<&str> =
        services.iter().flat_map(|service| service.operations).map(|operation| operation.name).collect();
    let told: Vec<&str> = BY_REST.iter().map(|(name, _)| *name).collect();
    assert_eq!(asked, told, "each operation of SOAP has its line");
    for (name, operations) in BY_REST {
        let unknown: Vec<_> = operations.iter().filter(|one| !known.contains(one)).collect();
        assert!(unknown.is_empty(), "{name}: the API has no {unknown:?}");
    }
}
