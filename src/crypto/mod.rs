//! Keys, MACs, seals, tokens and the hasher of passwords and backup codes. Algorithms come from RustCrypto; here they get names and types.
//!
//! | use | algorithm | key |
//! | --- | --- | --- |
//! | stored codes | HMAC-SHA-256 | label `one-time code` |
//! | keys of throttles | HMAC-SHA-256 | label `throttle key` |
//! | passwords | Argon2id | pepper, label `password pepper` |
//! | backup codes | Argon2id, a salt for each set | pepper, label `backup code pepper` |
//! | session cookie | AES-256-GCM (`cookie` crate) | label `session cookie` |
//! | cookie of a trusted device | AES-256-GCM (`cookie` crate) | label `device cookie` |
//! | secrets of authenticator apps | XChaCha20-Poly1305 | label `authenticator secret` |
//! | session tokens | SHA-256 of 256 random bits | none |

pub mod code_hash;
pub mod hasher;
pub mod keys;
pub mod mac;
mod recipe;
pub mod sealed;
pub mod tls;
pub mod token;
