//! Where plain HTTP leads to, and under which name: the one that was asked for only if it is our own, so that nobody
//! makes us, or a cache before us, lead people to a name of his.

use std::future::Future;
use std::pin::Pin;

use crate::{Client, Host};

type LookUp = Box<dyn Fn(String) -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>;

/// Where https is, and which names are our own.
pub struct ToHttps {
    /// The port.
    pub port: u16,
    /// The configured name, for whoever asks for one that is not ours.
    name: String,
    look_up: LookUp,
}

impl ToHttps {
    /// At `port`, under `name` or another of which `look_up` says that it is ours.
    pub fn new<F>(
        port: u16,
        name: impl Into<String>,
        look_up: impl Fn(String) -> F + Send + Sync + 'static,
    ) -> ToHttps
    where
        F: Future<Output = bool> + Send + 'static,
    {
        ToHttps { port, name: name.into(), look_up: Box::new(move |name| Box::pin(look_up(name))) }
    }

    /// The name to lead somebody to who asked for `host`.
    pub(crate) async fn host(&self, host: &Host, client: Client) -> String {
        let is_own = match host.name() {
            _ if host.is_loopback() && client.ip.is_loopback() => true,
            Some(name) => name == self.name || (self.look_up)(name.to_owned()).await,
            None => false,
        };
        if is_own { host.to_string() } else { self.name.clone() }
    }
}
