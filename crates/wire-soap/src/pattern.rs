//! What a text looks like: as a pattern of XML Schema for those who read the WSDL, and as the check that holds.

/// A form of texts. The two say the same as far as a pattern can: a test compares them.
#[derive(Clone, Copy)]
pub struct Pattern {
    /// As XML Schema has it (part 2 appendix F), anchored at both ends.
    pub schema: &'static str,
    /// Whether a text has this form; white space around it is gone.
    pub holds: fn(&str) -> bool,
    /// What holds, as a fault says it.
    pub rule: &'static str,
}

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pattern").field("schema", &self.schema).finish_non_exhaustive()
    }
}
