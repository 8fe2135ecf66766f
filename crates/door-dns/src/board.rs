//! What the door answers from at a moment: replaced whole, never changed.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use model::ZoneId;
use wire_dns::tsig::TsigKey;
use wire_dns::{Image, Images, Name};

/// Every zone with who may have it whole.
#[derive(Clone, Default)]
pub(crate) struct Board {
    pub(crate) images: Images,
    pub(crate) zones: HashMap<ZoneId, Arc<Served>>,
    /// The zone of each name.
    pub(crate) by_name: HashMap<Name, ZoneId>,
}

/// A zone that is served.
pub(crate) struct Served {
    pub(crate) image: Arc<Image>,
    /// The row's version and its keys' identifiers: when either differs, the zone is built anew.
    pub(crate) version: i64,
    pub(crate) key_ids: Vec<i64>,
    pub(crate) secondaries: Vec<Secondary>,
}

/// Who may have a zone whole, and hears of changes.
#[derive(Clone)]
pub(crate) struct Secondary {
    pub(crate) address: SocketAddr,
    pub(crate) key: TsigKey,
}

impl Board {
    /// Puts a zone into the place of its former version, or takes it away.
    pub(crate) fn change(&mut self, id: ZoneId, served: Option<Arc<Served>>) {
        if let Some(former) = self.zones.remove(&id) {
            self.images.remove(former.image.origin());
            self.by_name.remove(former.image.origin());
        }
        if let Some(served) = served {
            self.images.insert(Arc::clone(&served.image));
            self.by_name.insert(served.image.origin().clone(), id);
            self.zones.insert(id, served);
        }
    }

    /// The zone of exactly that name.
    pub(crate) fn zone(&self, name: &Name) -> Option<&Arc<Served>> {
        self.zones.get(self.by_name.get(name)?)
    }

    /// Every key with which questions may be signed.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &TsigKey> {
        self.zones.values().flat_map(|served| served.secondaries.iter().map(|secondary| &secondary.key))
    }
}
