//! How long a letter seems to be: Padmé (Nikitin et al., «Reducing Metadata Leakage from Encrypted Files and Communication with
//! PURBs», PoPETs 2019, §4), at most 12 % longer, and of all lengths up to 64 MiB fewer than four hundred remain.

use crate::limits::PADDED_MINIMUM_OCTETS;

/// Octets of the length at the end of the padded letter.
pub(crate) const LENGTH_OCTETS: usize = 8;

/// The length of a letter of this many octets with its padding and its length.
pub(crate) fn padded_octets(letter_octets: usize) -> usize {
    padme(letter_octets.saturating_add(LENGTH_OCTETS).max(PADDED_MINIMUM_OCTETS))
}

/// Whether some letter has this padded length.
pub(crate) fn is_padded(octets: usize) -> bool {
    octets >= PADDED_MINIMUM_OCTETS && padme(octets) == octets
}

/// Keeps as many leading binary digits as the exponent has, and rounds the others up.
fn padme(octets: usize) -> usize {
    let exponent = octets.max(1).ilog2();
    let kept = exponent.max(1).ilog2() + 1;
    let rest = (1_usize << exponent.saturating_sub(kept)) - 1;
    octets.saturating_add(rest) & !rest
}
