//! Ids and unguessable tokens, made from an injected clock and randomness.

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::{Builder, Uuid};

use crate::clock::{Clock, Randomness};
use crate::encoding;

/// Crockford's alphabet: no I, L, O, U, so a code can be read out on the phone.
const BASE32: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Makes UUIDs of version 7 (RFC 9562) that are ordered by the moment they were made in, those of
/// one millisecond too: rows made one after the other list in that order.
///
/// Twelve bits count within the millisecond (RFC 9562 §6.2, method 1), 62 are random. More than
/// 4,096 in a millisecond run ahead of the clock, and a clock set back changes no order.
#[derive(Debug, Default)]
pub struct Ids {
    /// Millisecond and count of the last id, as one number.
    last: AtomicU64,
}

impl Ids {
    /// The next id.
    #[must_use]
    pub fn next(&self, clock: &dyn Clock, randomness: &dyn Randomness) -> Uuid {
        let milliseconds = u64::try_from(clock.now().unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
        let now = milliseconds << 12;
        let step = |last: u64| Some(now.max(last + 1));
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step).unwrap_or(now);
        let this = now.max(last + 1);
        let mut bytes = [0_u8; 10];
        randomness.fill(&mut bytes);
        bytes[..2].copy_from_slice(&((this & 0xfff) as u16).to_be_bytes());
        Builder::from_unix_timestamp_millis(this >> 12, &bytes).into_uuid()
    }
}

/// A token of `bytes` random bytes in hex: session ids, single-use links.
#[must_use]
pub fn token_hex(randomness: &dyn Randomness, bytes: usize) -> String {
    let mut buffer = vec![0_u8; bytes];
    randomness.fill(&mut buffer);
    encoding::to_hex(&buffer)
}

/// A code of `length` Crockford base32 characters: read out and typed by people.
#[must_use]
pub fn token_base32(randomness: &dyn Randomness, length: usize) -> String {
    let mut buffer = vec![0_u8; length];
    randomness.fill(&mut buffer);
    buffer.iter().map(|byte| char::from(BASE32[usize::from(byte & 31)])).collect()
}

/// A code of `length` decimal digits, every digit equally likely: SMS codes and
/// the query password of a case.
#[must_use]
pub fn digits(randomness: &dyn Randomness, length: usize) -> String {
    let mut code = String::with_capacity(length);
    let mut buffer = [0_u8; 32];
    while code.len() < length {
        randomness.fill(&mut buffer);
        // 250 is the greatest multiple of ten in a byte: the rest would favour 0-5.
        for byte in buffer.iter().filter(|byte| **byte < 250).take(length - code.len()) {
            code.push(char::from(b'0' + byte % 10));
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU8;
    use time::OffsetDateTime;
    use time::macros::datetime;

    struct At(OffsetDateTime);
    impl Clock for At {
        fn now(&self) -> OffsetDateTime {
            self.0
        }
    }
    struct Counting(AtomicU8);
    impl Randomness for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            for byte in buffer {
                *byte = self.0.fetch_add(7, Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn ids_are_version_seven_and_follow_the_clock() {
        let random = Counting(AtomicU8::new(0));
        let ids = Ids::default();
        let earlier = ids.next(&At(datetime!(2026-09-21 01:40 UTC)), &random);
        let later = ids.next(&At(datetime!(2026-09-21 01:40:00.001 UTC)), &random);
        assert_eq!(earlier.get_version_num(), 7);
        assert!(earlier < later);
        let moment = earlier.get_timestamp().map(|at| at.to_unix());
        assert_eq!(moment, Some((1_789_954_800, 0)));
        // One millisecond, more than it has room for, and a clock set back.
        let clocks = [datetime!(2026-09-21 01:40:00.001 UTC), datetime!(2026-09-21 01:39 UTC)];
        let mut before = later;
        for at in (0..5_000).map(|count| At(clocks[usize::from(count > 2_500)])) {
            let next = ids.next(&at, &random);
            assert!(before < next && next.get_version_num() == 7);
            before = next;
        }
        assert_eq!(earlier.get_timestamp().map(|t| t.to_unix().0), Some(1_789_954_800));
    }

    #[test]
    fn codes_have_the_length_and_alphabet_asked_for() {
        let random = Counting(AtomicU8::new(3));
        assert_eq!(token_hex(&random, 16).len(), 32);
        let code = token_base32(&random, 10);
        assert!(code.len() == 10 && code.bytes().all(|c| BASE32.contains(&c)));
        let number = digits(&random, 6);
        assert!(number.len() == 6 && number.bytes().all(|c| c.is_ascii_digit()));
    }
}
