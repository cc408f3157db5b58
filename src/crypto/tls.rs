//! TLS for the calls that we make.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

/// Mozilla's roots and nothing else: what an administrator or a malware added to the machine's store does not count
/// (TLS-03).
///
/// # Errors
/// When no version of TLS is left in common with the cryptography we use.
pub fn for_calls() -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
