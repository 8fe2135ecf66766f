//! What the world may think of our domains, from what we saw ourselves.
