//! The screens through the router, as a browser uses them; and what must hold of words and templates.

mod words;
