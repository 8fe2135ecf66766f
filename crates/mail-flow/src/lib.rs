//! THE PAGE TO READ FIRST: how a letter comes in and how it goes on.
//!
//! The face, for the doors (bodies follow as the floors below arrive):
//!
//! ```text
//! #[derive(Clone)] pub struct Flow;
//! Flow::new(Parts { db, blobs, world, directory, store, settings: Settings }) -> Flow
//! flow.sender(&Origin, &ReversePath).await -> Result<(), Reply>                 // at MAIL
//! flow.recipient(&Origin, &Recipient, smtputf8: bool).await -> Result<(), Reply> // at RCPT
//! flow.receive() -> Incoming;  incoming.write(&[u8]).await -> Result<(), Reply>; incoming.size_bytes()
//! flow.accept(Arrival { origin, envelope, body }).await -> Result<Accepted { message }, Reply>  // "250" only after Ok
//! flow.send_due(shutdown: watch::Receiver<bool>).await                           // the delivery loop
//! Origin::{Peer(Session), Submitted { authenticated: Arc<Authenticated>, session: Session }, Ourselves}
//! Session { ip, helo: String, tls: Option<String>, protocol: Protocol }
//! ```
