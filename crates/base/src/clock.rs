//! Time and randomness as parameters. The real ones live in `platform`; tests
//! bring their own, so every rule that depends on "now" can be shown exactly.

use time::OffsetDateTime;

/// Tells the present moment.
pub trait Clock: Send + Sync {
    /// The present moment, in UTC.
    fn now(&self) -> OffsetDateTime;
}

/// A source of unpredictable bytes, fit for keys, ids and query codes.
pub trait Randomness: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

impl<T: Clock + ?Sized> Clock for std::sync::Arc<T> {
    fn now(&self) -> OffsetDateTime {
        (**self).now()
    }
}

impl<T: Randomness + ?Sized> Randomness for std::sync::Arc<T> {
    fn fill(&self, buffer: &mut [u8]) {
        (**self).fill(buffer);
    }
}
