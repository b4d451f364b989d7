//! Recovery codes and when a code counts.

use base::clock::Randomness;
use time::Duration;

/// How long the second step may take.
pub(crate) const PATIENCE: Duration = Duration::minutes(5);
/// Wrong codes after which the ticket is over.
pub(crate) const MAX_TRIES: i64 = 5;
/// Recovery codes given out together.
pub(crate) const RECOVERY_CODES: usize = 10;

/// A new recovery code, `abcd-efgh-jkmn`: sixty random bits in letters that are not mixed up.
pub(crate) fn recovery_code(randomness: &dyn Randomness) -> String {
    let text = base::id::token_base32(randomness, 12).to_lowercase();
    let parts: Vec<&str> = [text.get(0..4), text.get(4..8), text.get(8..12)].into_iter().flatten().collect();
    parts.join("-")
}

/// What a person typed, as it is compared: without spaces and dashes, in lower case.
pub(crate) fn normalised(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether it looks like the six digits of an app.
pub(crate) fn is_app_code(normalised: &str) -> bool {
    normalised.len() == 6 && normalised.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zero;
    impl Randomness for Zero {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    #[test]
    fn a_recovery_code_is_read_with_or_without_dashes() {
        let code = recovery_code(&Zero);
        assert_eq!(code.len(), 14);
        assert_eq!(normalised(&code.to_uppercase().replace('-', " ")), normalised(&code));
        assert!(!is_app_code(&normalised(&code)) && is_app_code(&normalised("123 456")));
    }
}
