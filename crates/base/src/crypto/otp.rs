//! One-time codes of authenticator apps: six digits that change every thirty seconds.
//!
//! RFC 4226 (HOTP) and RFC 6238 (TOTP) with HMAC-SHA-1, because that is what the apps in people's
//! telephones compute. The digest is no secret's only protection here: a code lives seconds.

use hmac::{Hmac, KeyInit, Mac};

/// Seconds a code is shown.
pub const STEP_SECONDS: i64 = 30;

/// Number of the thirty-second step of a moment.
#[must_use]
pub fn step_at(unix_seconds: i64) -> i64 {
    unix_seconds.div_euclid(STEP_SECONDS)
}

/// The six digits of a step.
#[must_use]
pub fn code(secret: &[u8], step: i64) -> String {
    // HMAC takes keys of any length; an error can't come from it.
    let Ok(mut mac) = <Hmac<sha1::Sha1> as KeyInit>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[digest.len() - 1] & 15);
    let number = digest
        .iter()
        .skip(offset)
        .take(4)
        .enumerate()
        .fold(0_u32, |number, (at, byte)| number << 8 | u32::from(if at == 0 { byte & 127 } else { *byte }));
    format!("{:06}", number % 1_000_000)
}

/// The step a code belongs to, when it is one of the present or of a neighbour: the telephone's
/// clock may be half a minute off. A step not later than `after` was used before and does not count.
#[must_use]
pub fn matching_step(secret: &[u8], code_given: &str, now_unix: i64, after: i64) -> Option<i64> {
    let present = step_at(now_unix);
    (present - 1..=present + 1).find(|step| {
        let same = super::constant_time_eq(code(secret, *step).as_bytes(), code_given.as_bytes());
        same && *step > after
    })
}

/// A secret as the apps read it: RFC 4648 base32 without padding.
#[must_use]
pub fn secret_text(secret: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    let (mut group, mut bits) = (0_u32, 0_u32);
    for byte in secret {
        group = group << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(group >> bits & 31) as usize]));
        }
        group &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(LETTERS[(group << (5 - bits) & 31) as usize]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    /// RFC 4226 appendix D and RFC 6238 appendix B (last six of the eight digits).
    #[test]
    fn the_codes_are_those_of_the_standards() {
        let first: Vec<String> = (0..10).map(|step| code(SECRET, step)).collect();
        assert_eq!(
            first,
            ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
        );
        for (second, expected) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(code(SECRET, step_at(second)), expected);
        }
        assert_eq!(secret_text(SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_code_counts_half_a_minute_early_or_late_and_never_again() {
        let now = 59;
        let used = matching_step(SECRET, "287082", now, -1).unwrap();
        assert_eq!(used, 1);
        assert_eq!(matching_step(SECRET, "287082", now + 30, -1), Some(1));
        assert_eq!(matching_step(SECRET, "287082", now + 60, -1), None);
        assert_eq!(matching_step(SECRET, "287082", now, used), None, "used already");
        assert_eq!(matching_step(SECRET, "", now, -1), None);
    }
}
