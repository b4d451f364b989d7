//! Staff users: add, change, grant, disable, recover, remove (IDENT-025), and the own password.

pub(crate) mod passwords;
pub(crate) mod people;

use platform::web::problem::{FieldProblem, Problem, Result};
use uuid::Uuid;

use super::rights::{Member, World};
use super::{Giver, part};

/// Letters of one-time passwords, without those that look alike.
const LOWER: &[u8] = b"abcdefghijkmnpqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS: &[u8] = b"23456789";

/// A password for the first sign-in, easy to read out: `kmwpd-48293-HQTRM`.
pub(crate) fn one_time(randomness: &dyn base::clock::Randomness) -> String {
    let mut bytes = [0_u8; 15];
    randomness.fill(&mut bytes);
    let mut text = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        let letters = [LOWER, DIGITS, UPPER][at / 5];
        if at > 0 && at % 5 == 0 {
            text.push('-');
        }
        text.push(char::from(letters[usize::from(*byte) % letters.len()]));
    }
    text
}

/// Login: what people type every morning.
pub(crate) fn login(text: &str) -> Result<String, FieldProblem> {
    let text = text.trim().to_lowercase();
    let good = (3..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if good {
        Ok(text)
    } else {
        Err(FieldProblem::new("/login", "format", "登录名要 3 到 40 位，只用小写字母、数字、点、横线"))
    }
}

pub(crate) fn no_staff() -> Problem {
    Problem::not_found("没有找到这位工作人员，或者不在您的管理范围。")
}

/// A member within the giver's part and of the version shown.
pub(crate) fn own<'w>(world: &'w World, giver: &Giver, id: Uuid, version: i64) -> Result<&'w Member> {
    let member = world.member(id).filter(|one| part(world, giver).contains(&one.staff.org_id)).ok_or_else(no_staff)?;
    if member.staff.version == version { Ok(member) } else { Err(Problem::stale()) }
}

/// Place a sealed value of a staff user is bound to.
pub(crate) fn place(id: Uuid, field: &str) -> String {
    format!("staff:{id}:{field}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_one_time_password_passes_the_rules() {
        let text = one_time(&testkit::SeededRandomness::new(5));
        assert_eq!(text.len(), 17);
        platform::passwords::check_strength(&text).unwrap();
    }

    #[test]
    fn a_login_is_plain() {
        assert_eq!(login(" Chen.Zhiyuan ").unwrap(), "chen.zhiyuan");
        for bad in ["ab", "陈志远", "a b c", "x'--"] {
            assert!(login(bad).is_err(), "{bad}");
        }
    }
}
