//! What somebody else has: one of everything, by the places of the routes' paths that name it; and all of it as its owner
//! sees it, to tell whether anything has changed.

use directory::{
    AddressProof, Administration, Joined, NewAddress, NewAddressJob, NewInvitation, NewMember, NewToken,
    NewUser, Permissions, Role, Scope, SenderKind, Session, UserInfo, Zeroizing,
};
use model::{Address, Domain, OrganisationId};
use zones::{Edit, NewRecord, Standing};

use super::people::set_up;
use super::{Browser, PASSWORD, Town};

/// What another has, by the place in a path that names it; the first that fits a path is taken.
#[derive(Clone)]
pub(super) struct Foreign {
    pub(super) things: Vec<(&'static str, String)>,
}

impl Foreign {
    /// The path with the other's things in it.
    pub(super) fn fill(&self, path: &str) -> String {
        let mut filled = path.to_owned();
        for (place, value) in &self.things {
            let (_, name) = place.rsplit_once('/').unwrap_or(("", place));
            if filled.contains(place) {
                filled = filled.replace(name, value);
            }
        }
        assert!(!filled.contains('{'), "{path}: say in this test what the other has there");
        filled
    }

    /// What stands for a place.
    pub(super) fn id(&self, place: &str) -> &str {
        let found = self.things.iter().find(|(known, _)| *known == place);
        &found.unwrap_or_else(|| panic!("no {place}: add one to the school")).1
    }

    /// The same places with what nobody has.
    pub(super) fn nothing(&self) -> Foreign {
        let nobodys = |(place, value): &(&'static str, String)| {
            let is_number = value.parse::<i64>().is_ok() && *place != "{serial}";
            let other = match *place {
                place if place.ends_with("{name}") => "nowhere.test".to_owned(),
                "{ip}" => "203.0.113.250".to_owned(),
                "{subject}" => "198.51.100.250".to_owned(),
                "{secret}" => "nothing".to_owned(),
                _ if is_number => "4900000000000000001".to_owned(),
                _ => value.clone(),
            };
            (*place, other)
        };
        Foreign { things: self.things.iter().map(nobodys).collect() }
    }
}

pub(super) fn parsed(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// An administrator of the organisation.
pub(super) async fn user(people: &Administration, organisation: OrganisationId, login: &str) -> UserInfo {
    let new = NewUser {
        organisation,
        login: parsed(login),
        name: "Eve".to_owned(),
        role: Role::Administrator,
        password: Zeroizing::new(PASSWORD.to_owned()),
    };
    people.create_user(new).await.unwrap()
}

/// Asks somebody to belong to the organisation.
async fn offer(people: &Administration, organisation: OrganisationId, login: &str) -> i64 {
    let new = NewMember { organisation, login: parsed(login), role: Role::External };
    match people.add_member(new).await.unwrap() {
        Joined::Asked(offer) => offer.id,
        Joined::Member(user) => panic!("{user:?}"),
    }
}

impl Town {
    /// Somebody who signs in with the usual password.
    pub(super) async fn entered(&self, login: &str) -> Browser<'_> {
        let mut browser = self.browser();
        let answer = browser.post("/manager/sign-in", &[("login", login), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, axum::http::StatusCode::SEE_OTHER, "{login}: {}", answer.text);
        browser
    }
}

impl Browser<'_> {
    /// The session that the browser's cookie opens.
    pub(super) async fn session(&self) -> Session {
        let token = self.cookies.iter().find_map(|cookie| cookie.split_once("relais-session=")).unwrap().1;
        self.town.directory.session(token).await.unwrap().unwrap()
    }
}

/// Of the domain `ecole.test`, in a mail service and a zone of its own, one of everything; and a browser in which the
/// school's administrator `denis@ecole.test` is signed in, who may do everything with the mailbox `emile@ecole.test`.
pub(super) async fn school(town: &Town, organisation: OrganisationId) -> (Foreign, Browser<'_>) {
    let people = town.directory.administration(Scope::Tenant(organisation), "test");
    let operator = town.operator();
    let service = people.create_service(organisation, "school", None).await.unwrap().id;
    let all = town.zones.administration(Scope::Operator("test"), "test");
    let zone = all.create_zone(organisation, "ecole.test").await.unwrap().id;
    let add = vec![NewRecord::new("www", "A", "192.0.2.41")];
    all.edit(zone, Edit { add, ..Edit::default() }).await.unwrap();
    let name = Domain::parse("ecole.test").unwrap();
    let domain = all.create_domain(organisation, Some(service), &name, Standing::Stays).await.unwrap().domain;
    let link = zones::NewLink {
        service,
        name: Domain::parse("klasse.test").unwrap(),
        create_zone: true,
        update_dns: true,
        replace: false,
        make_main: false,
    };
    all.begin_link(link).await.unwrap();
    town.zones.carry_on().await.unwrap();
    let records = all.records(zone).await.unwrap();
    let record = records.iter().find(|record| record.owner == "www").unwrap().id;
    let serial = all.history(zone, None).await.unwrap()[0].serial;
    let mailbox = |text: &str| NewAddress { address: parsed(text), alias_to: Vec::new(), quota_bytes: None };
    let created = people.create_address(mailbox("emile@ecole.test")).await.unwrap();
    let address = created.id;
    let directory::AddressKind::Mailbox { account, .. } = created.kind else { panic!("{created:?}") };
    let alias_to = vec![parsed("emile@ecole.test")];
    let alias = NewAddress { address: parsed("maitre@ecole.test"), alias_to, quota_bytes: None };
    let alias = people.create_address(alias).await.unwrap().id;
    let gone = people.create_address(mailbox("gone@ecole.test")).await.unwrap().id;
    people.delete_address(gone).await.unwrap();
    let targets = directory::NewTargets {
        targets: vec![parsed("emile@far.test")],
        keeps_copy: Some(true),
        language: "fr".to_owned(),
    };
    let target = people.set_targets(address, targets).await.unwrap()[0].id;
    let password = directory::NewDevicePassword {
        address,
        label: "phone".to_owned(),
        protocols: directory::Protocols::ALL,
        kind: directory::DeviceKind::default(),
    };
    let password = people.create_device_password(password).await.unwrap().info.id;
    let list = NewAddressJob { domain: domain.id, text: "paul\n".to_owned(), makes_passwords: false };
    let list = people.show_addresses(list).await.unwrap().id;
    let invited = NewInvitation { language: "fr".to_owned(), ..NewInvitation::default() };
    let invitation = people.invite(address, invited, AddressProof::Machine).await.unwrap();
    let sender = people.add_sender(service, SenderKind::Blocked, "spam-of-ecole.test").await.unwrap().id;
    let hosts = town.hosts.administration(Scope::Tenant(organisation), "test");
    let new = hosts::NewHost {
        domain: domain.id,
        name: "tableau".to_owned(),
        fqdn: None,
        ipv4: Some("192.0.2.40".parse().unwrap()),
        ipv6: None,
        description: String::new(),
    };
    let host = hosts.create_host(new).await.unwrap().id;
    let server = hosts::NewMailServer { host, roles: hosts::Roles { imap: true, ..hosts::Roles::default() } };
    let server = hosts.create_server(server).await.unwrap().id;
    let gateways = town.gateways.administration(Scope::Tenant(organisation), "test");
    let new = gateways::NewIntegration {
        organisation,
        name: "gateway of ecole".to_owned(),
        contact: String::new(),
        is_hosted_gateway: false,
        inbound: gateways::InboundTarget::Exchangers,
        accepts_host_name: false,
        takes_ordinary: false,
    };
    let integration = gateways.create(new).await.unwrap().id;
    gateways.add_domain(integration, name.clone()).await.unwrap();
    let presented = gateways::Presented::Name(Domain::parse("gw.ecole.test").unwrap());
    let certificate = gateways::NewCertificate { presented, direction: gateways::Direction::Both };
    gateways.add_certificate(integration, certificate).await.unwrap();
    let application = directory::NewApplication {
        organisation,
        name: "salaires".to_owned(),
        senders: vec!["ecole.test".parse().unwrap()],
        reads: Vec::new(),
        hourly_limit: None,
        size_limit_bytes: None,
    };
    let application = people.create_application(application).await.unwrap().info.id;
    let emile = ("emile@ecole.test", mail_secure::Mode::Registered);
    let by = "password of the application account salaires@application.1 (SMTP AUTH)";
    let (letter, slots) = town.secured(organisation, emile, by, &["zed@else.test"]).await;
    town.secure.notarise().await.unwrap();
    let pending = hosts.changes(None).await.unwrap()[0].id;
    let person = user(&people, organisation, "denis@ecole.test").await.id;
    people.grant_access(address, person, Some(Permissions::all()), AddressProof::Machine).await.unwrap();
    // Somebody from elsewhere is asked in, and the school's administrator is asked elsewhere.
    let elsewhere = operator.create_organisation("elsewhere").await.unwrap().id;
    user(&operator, elsewhere, "guest@far.test").await;
    let asked_in = offer(&people, organisation, "guest@far.test").await;
    let others = town.directory.administration(Scope::Tenant(elsewhere), "test");
    let asked_out = offer(&others, elsewhere, "denis@ecole.test").await;
    let token = NewToken { name: "programme".to_owned(), ..NewToken::default() };
    let token = people.create_token(token).await.unwrap().info.id;
    // Letters: one that came, one that waits.
    town.letter(organisation, 5_000_001, town.world.clock.now(), "emile@ecole.test", "Bulletin").await;
    town.waits(organisation, 6_000_001, "emile@ecole.test", "zed@far.test").await;
    // Sources.
    operator.ban_source("198.51.100.77", std::time::Duration::from_secs(7200), "test").await.unwrap();
    let request = directory::NewUnbanRequest {
        domain: "ecole.test".to_owned(),
        ip: "198.51.100.77".to_owned(),
        contact: "worker@far.test".to_owned(),
        message: String::new(),
    };
    town.directory.ask_to_be_let_in(request, "198.51.100.77".parse().unwrap()).await.unwrap();
    let request = people.unban_requests().await.unwrap()[0].id;
    let ip = directory::NewIp {
        ip: "203.0.113.41".to_owned(),
        organisation: Some(organisation),
        is_static: true,
        note: String::new(),
    };
    operator.add_ip(ip).await.unwrap();
    let allowed = directory::NewAllowedSource {
        organisation,
        ip: "198.51.100.78".to_owned(),
        purpose: "office".to_owned(),
        acceptance: "all mine".to_owned(),
        language: "fr".to_owned(),
        contact: "denis@ecole.test".to_owned(),
    };
    let allowed = people.ask_for_allowed_source(allowed).await.unwrap().id;
    // Another address of the platform, which concerns the school: a machine of its has the old one.
    let changes = town.renumberings.administration(Scope::Operator("test"), "test");
    let new = renumbering::NewRenumbering {
        name: "New servers".to_owned(),
        endpoints: vec!["gw.relais.test:25 A 192.0.2.40 198.51.100.40".parse().unwrap()],
        switches_at: town.world.clock.now().plus(std::time::Duration::from_secs(30 * 86_400)),
        overlap: None,
        reminded_before: None,
        lowered_ttl: None,
    };
    let renumbering = changes.declare(new).await.unwrap().id;
    assert_eq!(changes.announce(renumbering).await.unwrap(), 1);
    // The person's own: another session, a second factor, a token.
    let another = town.entered("denis@ecole.test").await.session().await.id;
    let mut browser = town.entered("denis@ecole.test").await;
    set_up(town, &mut browser).await;
    let factor = people.factors(person).await.unwrap()[0].id;
    let own = [("name", "montre"), ("password", PASSWORD)];
    let made = browser.post("/manager/profile/tokens", &own).await;
    assert_eq!(made.status, axum::http::StatusCode::OK, "{}", made.text);
    let session = browser.session().await;
    let own_token = town.directory.own_tokens(&session).await.unwrap()[0].id;
    let changes = trail::Trail::new(town.db.clone());
    let change = changes.changes(Some(organisation), db::Seek::first(1)).await.unwrap().items[0].id;
    let things = vec![
        ("{service}/domains/{name}", "klasse.test".to_owned()),
        ("addresses/deleted/{id}", gone.to_string()),
        ("addresses/lists/{id}", list.to_string()),
        ("addresses/{id}", address.to_string()),
        ("invitations/{id}", invitation.info.id.to_string()),
        ("hosts/{id}", host.to_string()),
        ("servers/{id}", server.to_string()),
        ("applications/{id}", application.to_string()),
        ("{letter}", letter.to_string()),
        ("{copy}", slots[0].to_string()),
        ("{of}", "submission".to_owned()),
        ("integrations/{id}", integration.to_string()),
        ("{authority}", "1".to_owned()),
        ("users/{id}", person.to_string()),
        ("services/{id}", service.to_string()),
        ("zone/records/{id}", record.to_string()),
        ("profile/factors/{id}", factor.0.to_string()),
        ("profile/offers/{offer}", asked_out.to_string()),
        ("profile/tokens/{token}", own_token.to_string()),
        ("invitation/{token}", invitation.token.to_string()),
        ("passwords/{id}", password.to_string()),
        ("security/{id}", password.to_string()),
        ("aliases/{id}", alias.to_string()),
        ("targets/{id}", target.to_string()),
        ("{account}", account.to_string()),
        ("{service}", service.to_string()),
        ("{user}", person.to_string()),
        ("{token}", token.to_string()),
        ("{organisation}", organisation.to_string()),
        ("{offer}", asked_in.to_string()),
        ("{name}", "ecole.test".to_owned()),
        ("{kind}", "mx".to_owned()),
        ("{act}", "unlink".to_owned()),
        ("{serial}", serial.to_string()),
        ("{message}", "5000001".to_owned()),
        ("{change}", change.to_string()),
        ("{target}", target.to_string()),
        ("{password}", password.to_string()),
        ("{factor}", factor.0.to_string()),
        ("{tag}", "fr".to_owned()),
        ("{renumbering}", renumbering.to_string()),
        // What forms name.
        ("{delivery}", "6000001001".to_owned()),
        ("{session}", another.0.to_string()),
        ("{request}", request.to_string()),
        ("{allowed}", allowed.to_string()),
        ("{pending}", pending.to_string()),
        ("{sender}", sender.to_string()),
        ("{domain}", domain.id.to_string()),
        ("{ip}", "203.0.113.41".to_owned()),
        ("{subject}", "198.51.100.77".to_owned()),
    ];
    (Foreign { things }, browser)
}

/// All that an organisation has, as its owner sees it.
pub(super) async fn everything(town: &Town, organisation: OrganisationId) -> String {
    let people = town.directory.administration(Scope::Tenant(organisation), "test").in_role(Role::LegalOwner);
    let zones = town.zones.administration(Scope::Tenant(organisation), "test");
    let hosts = town.hosts.administration(Scope::Tenant(organisation), "test");
    let gateways = town.gateways.administration(Scope::Tenant(organisation), "test");
    let mut all = vec![format!("{:?}", gateways.list(None).await.unwrap())];
    all.push(format!("{:?}", people.applications(db::Seek::first(100)).await.unwrap().items));
    let letters = mail_secure::Sought { limit: 100, ..mail_secure::Sought::default() };
    all.push(format!("{:?}", town.secure.overviews(organisation, letters).await.unwrap()));
    let services = people.services(None).await.unwrap();
    for service in &services {
        all.push(format!("{:?}", people.senders(service.id).await.unwrap()));
        all.push(format!("{:?}", people.default_permissions(service.id).await.unwrap()));
    }
    let names = zones.zones(None).await.unwrap();
    for zone in &names {
        all.push(format!("{:?}", zones.records(zone.id).await.unwrap()));
        all.push(format!("{:?}", zones.secondaries(zone.id).await.unwrap()));
    }
    let addresses = people.addresses(None).await.unwrap();
    for address in &addresses {
        all.push(format!("{:?}", people.invitations(address.id).await.unwrap()));
        all.push(format!("{:?}", people.accesses(address.id).await.unwrap()));
        all.push(format!("{:?}", people.targets(address.id).await.unwrap()));
        if matches!(address.kind, directory::AddressKind::Mailbox { .. }) {
            all.push(format!("{:?}", people.device_passwords(address.id).await.unwrap()));
            all.push(format!("{:?}", hosts.server_of_mailbox(address.id).await.unwrap()));
        }
    }
    for domain in people.domains(None).await.unwrap() {
        all.push(format!("{domain:?} {:?}", hosts.servers_of_domain(domain.id).await.unwrap()));
    }
    for user in people.users(None).await.unwrap() {
        all.push(format!("{user:?} {:?}", people.factors(user.id).await.unwrap()));
        all.push(format!("{:?}", people.memberships(user.id).await.unwrap()));
        all.push(format!("{:?}", people.profile(user.id).await.unwrap()));
        let sessions = town.operator().sessions_of(user.id).await.unwrap();
        all.push(format!("{:?}", sessions.iter().map(|session| session.id).collect::<Vec<_>>()));
    }
    let seek = || db::Seek::first(100);
    all.push(format!("{services:?} {names:?} {addresses:?}"));
    all.push(format!("{:?}", people.organisation(organisation).await.unwrap()));
    all.push(format!("{:?}", people.settings(organisation).await.unwrap()));
    all.push(format!("{:?}", people.page_of_deleted_addresses(seek()).await.unwrap().items));
    let jobs = people.page_of_address_jobs(seek()).await.unwrap().items;
    all.push(format!("{:?}", jobs.iter().map(|job| (job.id, job.state)).collect::<Vec<_>>()));
    all.push(format!("{:?}", people.tokens(seek()).await.unwrap().items));
    all.push(format!("{:?}", people.membership_offers().await.unwrap()));
    all.push(format!("{:?}", people.unban_requests().await.unwrap()));
    all.push(format!("{:?}", people.allowed_sources().await.unwrap()));
    all.push(format!("{:?}", people.ips().await.unwrap()));
    let changes = town.renumberings.administration(Scope::Tenant(organisation), "test");
    all.push(format!("{:?}", changes.announced_to(organisation).await.unwrap()));
    all.push(format!("{:?}", people.bans().await.unwrap()));
    all.push(format!("{:?} {:?}", hosts.hosts(None).await.unwrap(), hosts.changes(None).await.unwrap()));
    let search = hosts::ServerSearch::default();
    all.push(format!("{:?}", hosts.servers(None, search).await.unwrap()));
    let queue = mail_queue::Queue::new(town.db.clone(), town.world.clone(), "one");
    let waiting = queue.page(Some(organisation), mail_queue::Selection::All, seek()).await.unwrap();
    all.push(format!("{:?}", waiting.items));
    all.join("\n")
}

/// How many acts the organisation's journal holds.
pub(super) async fn acts(town: &Town, organisation: OrganisationId) -> usize {
    let trail = trail::Trail::new(town.db.clone());
    trail.changes(Some(organisation), db::Seek::first(1000)).await.unwrap().items.len()
}
