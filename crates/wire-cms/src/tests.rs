//! Against OpenSSL wherever both can do it: what one writes the other must read.

mod certificate;
mod chain;
mod changes;
mod lab;
mod pades;
mod signed_data;
mod smime;
mod time_stamp;
mod vectors;
