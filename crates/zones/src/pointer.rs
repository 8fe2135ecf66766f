//! The pointer (PTR, RFC 1035 §3.5) of an address of the installation: what is wanted stands in the directory; where the
//! reverse zone is hosted here the record follows.

use std::net::IpAddr;

use directory::{IpChange, IpInfo, Scope};

use crate::{Edit, NewRecord, ZoneError, Zones};

impl Zones {
    /// Sets the name that an address's pointer leads to, empty for none, in the scope and the name of
    /// `administration`. Also gives whether we serve the reverse zone, so that the record is written: otherwise whoever
    /// serves it has to write it.
    pub async fn set_pointer(
        &self,
        administration: &directory::Administration,
        ip: IpAddr,
        name: &str,
    ) -> Result<(IpInfo, bool), ZoneError> {
        let change = IpChange { pointer_wanted: Some(name.to_owned()), ..IpChange::default() };
        let info = administration.change_ip(ip, change).await?;
        let is_written = self.follow_pointer(administration, &info).await?;
        Ok((info, is_written))
    }

    /// Writes the record that an address's pointer follows from, after a change of it; gives whether we serve it.
    pub async fn follow_pointer(
        &self,
        administration: &directory::Administration,
        info: &IpInfo,
    ) -> Result<bool, ZoneError> {
        self.write_pointer(info.ip, &info.pointer_wanted, administration.actor()).await
    }

    async fn write_pointer(&self, ip: IpAddr, name: &str, who: trail::Actor) -> Result<bool, ZoneError> {
        // Whoever may set the pointer of an address may have this one record, whosever zone it stands in.
        let zones = self.administration(Scope::Operator("write the pointer of an address"), who);
        let reverse = reverse_name(ip);
        let Some(zone) = zones.enclosing(&reverse).await? else { return Ok(false) };
        let origin = zone.name.to_string();
        let owner = reverse
            .strip_suffix(origin.trim_end_matches('.'))
            .map(|relative| relative.trim_end_matches('.'))
            .filter(|relative| !relative.is_empty())
            .unwrap_or("@");
        let former = zones.records(zone.id).await?;
        let former =
            former.into_iter().filter(|record| record.owner == owner && record.kind.as_str() == "PTR");
        let remove: Vec<_> = former.map(|record| record.id).collect();
        let add: Vec<_> = match name {
            "" => Vec::new(),
            name => vec![NewRecord::new(format!("{reverse}."), "PTR", format!("{name}."))],
        };
        if !remove.is_empty() || !add.is_empty() {
            zones.edit(zone.id, Edit { remove, add, ..Edit::default() }).await?;
        }
        Ok(true)
    }
}

/// `1.2.0.192.in-addr.arpa` (RFC 1035 §3.5), or the nibbles below `ip6.arpa` (RFC 3596 §2.5).
fn reverse_name(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(ip) => {
            let nibbles = ip.octets().into_iter().rev().flat_map(|octet| [octet & 15, octet >> 4]);
            let labels: Vec<String> = nibbles.map(|nibble| format!("{nibble:x}")).collect();
            format!("{}.ip6.arpa", labels.join("."))
        }
    }
}

#[test]
fn reverse_names_are_as_the_standards_have_them() {
    assert_eq!(reverse_name("192.0.2.1".parse().unwrap()), "1.2.0.192.in-addr.arpa");
    // RFC 3596 §2.5.
    assert_eq!(
        reverse_name("4321:0:1:2:3:4:567:89ab".parse().unwrap()),
        "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa"
    );
}
