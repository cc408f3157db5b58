//! The first, cheap fence for each address, in memory. It keeps floods off; the limits that are promised are in
//! PostgreSQL.

use std::{net::IpAddr, time::Duration};

use actix_governor::{
    Governor, GovernorConfigBuilder, KeyExtractor, SimpleKeyExtractionError,
    governor::{NotUntil, clock::QuantaInstant, middleware::NoOpMiddleware},
};
use actix_web::{HttpResponse, HttpResponseBuilder, dev::ServiceRequest};

use super::{client_address::client_address, error::PageError, error_page::Back, request::Reference, words::Words};
use crate::app::App;

/// Requests in a burst: a family, a hostel or a carrier's shared address opening pages at the same time.
const BURST: u32 = 600;
/// Milliseconds until one more is allowed.
const REFILL_MS: u64 = 10;

/// Counts by client address, IPv6 by its /64.
#[derive(Clone)]
pub struct ByAddress(App);

impl KeyExtractor for ByAddress {
    type Key = IpAddr;
    type KeyExtractionError = SimpleKeyExtractionError<&'static str>;

    fn extract(&self, request: &ServiceRequest) -> Result<Self::Key, Self::KeyExtractionError> {
        Ok(match client_address(request.request(), &self.0.config.trusted_proxies).0 {
            IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
            v4 => v4,
        })
    }

    fn exceed_rate_limit_response(&self, _: &NotUntil<QuantaInstant>, _: HttpResponseBuilder) -> HttpResponse {
        PageError::too_many(Duration::from_secs(1), Back::Home).page(&self.0, Words::english(), &Reference::generate())
    }
}

/// The middleware. Made once and cloned for every thread, so that all count together.
pub fn governor(app: &App) -> actix_governor::GovernorConfig<ByAddress, NoOpMiddleware<QuantaInstant>> {
    GovernorConfigBuilder::default()
        .key_extractor(ByAddress(app.clone()))
        .milliseconds_per_request(REFILL_MS)
        .burst_size(BURST)
        .finish()
        .unwrap_or_else(|| unreachable!("burst and refill are not zero"))
}

/// The middleware of one thread.
pub fn fence(
    config: &actix_governor::GovernorConfig<ByAddress, NoOpMiddleware<QuantaInstant>>,
) -> Governor<ByAddress, NoOpMiddleware<QuantaInstant>> {
    Governor::new(config)
}
