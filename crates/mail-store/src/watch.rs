//! Telling sessions that an account changed, on this node or another.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use model::AccountId;
use parking_lot::Mutex;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use crate::account::Account;
use crate::{CHANNEL, Inner};

/// One entry per account that somebody watches; it goes with the last watcher.
#[derive(Default)]
pub(crate) struct Watchers {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    accounts: HashMap<AccountId, watch::Sender<u64>>,
    is_listening: bool,
}

/// Fires after commits that changed the account.
pub struct Watch {
    receiver: watch::Receiver<u64>,
    store: Arc<Inner>,
    account: AccountId,
}

impl Watch {
    /// Waits for a commit since the last call (or since the watch began). Several commits may be told
    /// as one, and none is missed; there may be nothing new to see.
    pub async fn changed(&mut self) {
        if self.receiver.changed().await.is_err() {
            // The sender goes with the last watcher only.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut state = self.store.watchers.state.lock();
        // This watch's own receiver is still counted.
        if state.accounts.get(&self.account).is_some_and(|sender| sender.receiver_count() <= 1) {
            state.accounts.remove(&self.account);
        }
    }
}

impl Account {
    /// Watches the account from now on. Needs a runtime.
    pub fn watch(&self) -> Watch {
        let store = &self.store.inner;
        let account = self.account.account;
        let mut state = store.watchers.state.lock();
        if !state.is_listening {
            state.is_listening = true;
            // Subscribed before this function returns, so that no later commit is missed.
            tokio::spawn(listen(store.db.subscribe(), Arc::downgrade(store)));
        }
        let receiver = state.accounts.entry(account).or_insert_with(|| watch::Sender::new(0)).subscribe();
        drop(state);
        Watch { receiver, store: Arc::clone(store), account }
    }
}

/// Hands notices on to watchers, until the store or the database is gone.
async fn listen(mut notices: db::Notices, store: Weak<Inner>) {
    loop {
        let notice = match notices.recv().await {
            Ok(notice) if notice.channel != CHANNEL => continue,
            Ok(notice) => notice.payload.parse().ok().map(AccountId),
            // Some were missed: everybody looks.
            Err(RecvError::Lagged(_)) => None,
            Err(RecvError::Closed) => return,
        };
        let Some(store) = store.upgrade() else { return };
        let state = store.watchers.state.lock();
        let tell = |sender: &watch::Sender<u64>| sender.send_modify(|count| *count = count.wrapping_add(1));
        match notice {
            Some(account) => state.accounts.get(&account).into_iter().for_each(tell),
            None => state.accounts.values().for_each(tell),
        }
    }
}

#[cfg(test)]
impl Watchers {
    pub(crate) fn len(&self) -> usize {
        self.state.lock().accounts.len()
    }
}
