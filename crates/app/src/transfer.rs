//! The exchange zone, when the configuration names one.

use std::sync::Arc;

use base::crypto::Sm2Key;
use platform::{Problem, Result};
use security::Security;
use security::transfer::rules::Rules;
use security::transfer::zone::Zone;
use security::transfer::{Side, Transfer};

/// Adds the zone to the security domain.
///
/// # Errors
/// Names the file that is missing or wrong: an installation that shall exchange must not start without.
pub fn wire(security: Security, signer: &Arc<Sm2Key>) -> Result<Security> {
    let platform = security.platform().clone();
    let config = &platform.config;
    if config.zone_dir.as_os_str().is_empty() {
        return Ok(security);
    }
    let side =
        Side::parse(&config.zone_side).ok_or_else(|| Problem::internal("zone_side is neither inner nor outer"))?;
    let zone = Zone::open(
        &config.zone_dir,
        side,
        &config.zone_key_file,
        &config.zone_peer_key_file,
        Arc::clone(signer),
        platform.crypto.provider(),
        platform.randomness.as_ref(),
    )?;
    let rules = Rules::load(&config.packs_dir.join("platform/transfer.yaml"))?;
    Ok(security.with_transfer(Transfer { rules, zone }))
}
