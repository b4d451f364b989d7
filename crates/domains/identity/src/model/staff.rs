//! Staff users and the lock of their sign-in (IDENT-004).

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Wrong passwords in a row after which the login is locked.
pub const MAX_FAILURES: i64 = 5;
/// How long it is locked.
pub const LOCKED_FOR: Duration = Duration::minutes(15);

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Id.
    pub id: Uuid,
    /// Name to sign in with.
    pub login: String,
    /// Name.
    pub name: String,
    /// Post, for example 窗口受理员.
    pub title: Option<String>,
    /// Organisation.
    pub org_id: Uuid,
    /// Region, 12 digits.
    pub region: String,
    /// Role keys.
    pub roles: Vec<String>,
    /// Item slugs this person is limited to; empty = no limit beyond role and organisation.
    pub items: Vec<String>,
    /// May not sign in any more.
    pub disabled: bool,
    /// Must choose a new password before anything else.
    pub must_change_password: bool,
    /// When the password was chosen; absent until the first sign-in after an import.
    pub password_set_at: Option<OffsetDateTime>,
    /// Grows with every change.
    pub version: i64,
}

/// How old a password may grow.
pub const PASSWORD_AGE: Duration = Duration::days(180);
/// How long a one-time password can be used.
pub const ONE_TIME_FOR: Duration = Duration::hours(72);
/// Former passwords that may not be chosen again.
pub const PASSWORDS_KEPT: u64 = 5;

impl Staff {
    /// Whether a new password has to be chosen before anything else.
    pub fn owes_password(&self, now: OffsetDateTime) -> bool {
        self.must_change_password || self.password_set_at.is_some_and(|at| at + PASSWORD_AGE <= now)
    }
}

/// The class of a window that takes every kind of business in, without difference (无差别综合窗口).
pub const GENERAL: &str = "general";

/// Classes of windows (CASE-002): general, the three kinds of comprehensive windows, and the seven professional ones.
pub const CLASSES: [(&str, &str); 11] = [
    (GENERAL, "综合受理（无差别）"),
    ("construction", "建设项目类"),
    ("enterprise", "企业设立类"),
    ("social", "社会事务类"),
    ("business_registration", "商事登记"),
    ("investment", "投资审批"),
    ("real_estate", "不动产登记"),
    ("social_security", "社会保障"),
    ("tax", "税务服务"),
    ("housing_fund", "公积金服务"),
    ("transport", "交通运输服务"),
];

/// A window of a hall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Id.
    pub id: Uuid,
    /// Stable key of the content pack.
    pub key: String,
    /// Key of the hall.
    pub hall_key: String,
    /// Name of the hall.
    pub hall_name: String,
    /// Number on the sign.
    pub number: String,
    /// Text on the sign.
    pub name: String,
    /// `guide`, `handle`, `delivery`, `feedback`.
    pub kind: String,
    /// One of [`CLASSES`]; empty while nobody has said it.
    pub class: String,
    /// Organisation that runs it.
    pub org_id: Uuid,
    /// Region, 12 digits.
    pub region: String,
    /// Grows with every change.
    pub version: i64,
}

/// Count of wrong passwords of one login.
///
/// A try is counted before the password is looked at and forgiven when it was right: guesses sent
/// at the same moment can't slip past the limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tries {
    pub failed: i64,
    pub locked_until: Option<OffsetDateTime>,
}

impl Tries {
    /// Counts a try, or `None` while the login is locked.
    pub(crate) fn begin(self, now: OffsetDateTime) -> Option<Self> {
        let failed = match self.locked_until {
            Some(until) if until > now => return None,
            Some(_) => 1,
            None => self.failed + 1,
        };
        let locked_until = (failed >= MAX_FAILURES).then(|| now + LOCKED_FOR);
        Some(Self { failed, locked_until })
    }

    /// Without the try counted last, which was none: its password was right and there was no room.
    pub(crate) fn taken_back(self) -> Self {
        Self { failed: (self.failed - 1).max(0), locked_until: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_wrong_try_locks_for_fifteen_minutes_and_then_counts_anew() {
        let now = time::macros::datetime!(2026-09-21 01:00 UTC);
        let mut tries = Tries::default();
        for _ in 0..MAX_FAILURES {
            tries = tries.begin(now).unwrap();
        }
        assert_eq!(tries.locked_until, Some(now + LOCKED_FOR));
        assert_eq!(tries.begin(now + Duration::minutes(14)), None);
        assert_eq!(tries.begin(now + Duration::minutes(15)), Some(Tries { failed: 1, locked_until: None }));
    }
}
