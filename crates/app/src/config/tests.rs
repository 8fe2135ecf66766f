//! `relais.toml`: what is completed, what is refused, and that its manual page tells the truth.

use super::*;

const SMALL: &str = "[node]\nhostname = \"mail.example.ch\"\ndata = \"data\"\n";

#[test]
fn a_small_file_is_completed() {
    let config = Config::parse(SMALL, Path::new("/srv/relais")).unwrap();
    assert_eq!(config.database.url, "sqlite:/srv/relais/data/relais.db");
    assert_eq!(config.blobs.url, "file:/srv/relais/data/blobs");
    assert_eq!(config.node.name, "mail.example.ch");
    let forward = "[dns.forward]\n\"test\" = [\"127.0.0.1:5353\"]\n";
    assert!(
        Config::parse(&format!("{SMALL}{forward}"), Path::new("/")).unwrap().dns.forward.contains_key("test")
    );
    let again = Config::parse(&config.to_toml().unwrap(), Path::new("/")).unwrap();
    assert_eq!(format!("{config:?}"), format!("{again:?}"));
}

const REFERENCE: &str = include_str!("../../../../docs/manual/configuration.md");

/// The example of the manual, its paths read as relative to `/`.
fn example() -> Config {
    let (_, rest) = REFERENCE.split_once("```toml\n").unwrap();
    let (text, _) = rest.split_once("```").unwrap();
    Config::parse(text, Path::new("/")).unwrap()
}

#[test]
fn the_example_of_the_manual_is_read_and_written_again() {
    let config = example();
    let again = Config::parse(&config.to_toml().unwrap(), Path::new("/")).unwrap();
    assert_eq!(format!("{config:?}"), format!("{again:?}"));
}

#[test]
fn the_manual_explains_every_key_and_no_other() {
    let mut full = example();
    // The services to come stand in the page too; a file that names them is refused.
    let address: SocketAddr = "127.0.0.1:1".parse().unwrap();
    let listen = &mut full.listen;
    for list in [&mut listen.pop3, &mut listen.pop3s, &mut listen.sieve, &mut listen.metrics] {
        list.push(address);
    }
    // Nothing of it is asked unless it is named.
    full.judge.lists.push(List {
        list: "ip:bl.example.org".to_owned(),
        codes: Vec::new(),
        weight: Weight::Mark,
    });
    full.judge.senders = Some(Weight::Mark);
    full.judge.traps.push("trap@example.org".to_owned());
    let written = toml::Table::try_from(&full).unwrap();
    let mut keys = Vec::new();
    collect("", &written, &mut keys);
    let explained: Vec<&str> = REFERENCE
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(key, _)| key))
        .collect();
    for key in &keys {
        assert!(explained.contains(&key.as_str()), "{key} is not explained");
    }
    for key in explained {
        assert!(keys.iter().any(|known| known == key), "{key} is no key");
    }
}

fn collect(prefix: &str, table: &toml::Table, keys: &mut Vec<String>) {
    for (name, value) in table {
        match value {
            // Its names are domains, not keys.
            toml::Value::Table(_) if ["routes", "forward", "headers"].contains(&name.as_str()) => {
                keys.push(format!("{prefix}{name}"))
            }
            toml::Value::Table(inner) => collect(&format!("{prefix}{name}."), inner, keys),
            _ => keys.push(format!("{prefix}{name}")),
        }
    }
}

#[test]
fn certificates_for_other_names_come_after_the_one_for_all() {
    let more = "certificates = [{ certificate = \"b.pem\", key = \"/b.key\" }]\n";
    let read = |tls: &str| Config::parse(&format!("{SMALL}[tls]\n{tls}{more}"), Path::new("/etc")).unwrap();
    let config = read("certificate = \"a.pem\"\nkey = \"a.key\"\n");
    let (a, b) = (["/etc/a.pem", "/etc/a.key"].map(Path::new), ["/etc/b.pem", "/b.key"].map(Path::new));
    assert_eq!(config.tls.pairs(), [a.into(), b.into()]);
    assert_eq!(read("").tls.pairs(), [b.into()], "the first of all is the one for all");
}

#[test]
fn mistakes_are_named() {
    for (more, expected) in [
        ("[listen]\nsmpt = []\n", "unknown field `smpt`"),
        ("[listen]\npop3 = [\"127.0.0.1:110\"]\n", "listen.pop3"),
        ("[tls]\nkey = \"k.pem\"\n", "tls.certificate and tls.key"),
        ("[gateway]\nkey = \"k.pem\"\n", "gateway.certificate and gateway.key"),
        ("[outbound]\nsource = [\"192.0.2.1\", \"192.0.2.2\"]\n", "outbound.source"),
        ("[outbound.smarthost]\nhost = \"relay.test\"\nport = 25\nuser = \"u\"\n", "password_file"),
        ("[outbound.routes]\n\"a..b\" = \"127.0.0.1:25\"\n", "outbound.routes"),
    ] {
        let error = Config::parse(&format!("{SMALL}{more}"), Path::new("/")).unwrap_err();
        assert!(format!("{error:#}").contains(expected), "{error:#}");
    }
}
