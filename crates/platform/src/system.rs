//! The real clock and the real source of randomness. The only place that asks the system for them.

use base::clock::{Clock, Randomness};
use time::OffsetDateTime;

/// Time of the machine.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// Randomness of the operating system.
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    #[expect(clippy::panic, reason = "without randomness no id and no key is safe: stop at once")]
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(error) = getrandom::fill(buffer) {
            panic!("the operating system gives no randomness: {error}");
        }
    }
}
