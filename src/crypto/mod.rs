//! Keys, MACs, tokens and the password hasher.
