//! What a gateway signs, and what makes a card count. Pure.

use platform::web::problem::{FieldProblem, Problem, Result};
use serde::Deserialize;
use time::Date;

use crate::identifying::{IdentifiedPerson, Way};

/// Longest signed text: a card with its portrait.
pub(crate) const LONGEST: usize = 400_000;
/// Largest portrait, characters of Base64.
const PORTRAIT: usize = 270_000;

/// The text a gateway signs, read.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Read {
    /// Our challenge.
    pub(crate) challenge: String,
    /// Code of the device.
    pub(crate) device: String,
    /// The card.
    pub(crate) card: Card,
}

/// A card as the reader gives it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Card {
    /// `id_card` or `citizen_card`.
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) sex: String,
    pub(crate) nation: String,
    pub(crate) birth: String,
    pub(crate) address: String,
    pub(crate) id_number: String,
    /// Last day, or `长期`.
    pub(crate) valid_until: String,
    /// Portrait, Base64 of PNG or JPEG.
    pub(crate) photo: String,
}

/// A card that counts.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) way: Way,
    pub(crate) person: IdentifiedPerson,
    /// As a data address.
    pub(crate) photo: Option<String>,
}

impl Card {
    /// The person of the card, when it counts today.
    ///
    /// # Errors
    /// 422 naming what is wrong with it.
    pub(crate) fn checked(self, today: Date) -> Result<Checked> {
        let bad = |code: &str, message: String| Err(Problem::invalid(vec![FieldProblem::new("/card", code, message)]));
        let way = match self.kind.as_str() {
            "id_card" => Way::IdCard,
            "citizen_card" => Way::CitizenCard,
            _ => return bad("kind", "这种卡不能用来办事，请用身份证或者市民卡。".to_owned()),
        };
        let name = self.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
            return bad("name", "卡上的姓名没有读全，请放好再读一次。".to_owned());
        }
        let number = self.id_number.trim().to_uppercase();
        if let Err(error) = base::codes::CitizenId::parse(&number, today) {
            return bad("id_number", format!("卡上的号码不对：{error}。请放好再读一次。"));
        }
        if let Some(last) = last_day(&self.valid_until)
            && last < today
        {
            return bad("expired", format!("这张卡 {last} 到期，不能用来办事。请用有效的证件。"));
        }
        if way == Way::IdCard && last_day(&self.valid_until).is_none() && self.valid_until.trim() != "长期" {
            return bad("valid_until", "卡上的有效期没有读全，请放好再读一次。".to_owned());
        }
        let photo = portrait(&self.photo)?;
        let person = IdentifiedPerson {
            name,
            id_number: number,
            phone: String::new(),
            sex: self.sex,
            nation: self.nation,
            birth: self.birth,
            address: self.address.trim().to_owned(),
            valid_until: self.valid_until,
        };
        Ok(Checked { way, person, photo })
    }
}

fn last_day(text: &str) -> Option<Date> {
    Date::parse(text.trim(), time::macros::format_description!("[year]-[month]-[day]")).ok()
}

/// The portrait as a data address; only PNG and JPEG, so that nothing else reaches a page.
fn portrait(text: &str) -> Result<Option<String>> {
    if text.is_empty() {
        return Ok(None);
    }
    let kind = if text.starts_with("iVBORw0KGgo") {
        "png"
    } else if text.starts_with("/9j/") {
        "jpeg"
    } else {
        ""
    };
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    if kind.is_empty() || !plain || text.len() > PORTRAIT {
        return Err(Problem::invalid_field("/card", "photo", "卡上的相片没有读全，请放好再读一次。"));
    }
    Ok(Some(format!("data:image/{kind};base64,{text}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> Card {
        Card {
            kind: "id_card".into(),
            name: "王海燕".into(),
            id_number: "449902198803120267".into(),
            valid_until: "2030-01-01".into(),
            photo: "iVBORw0KGgoAAAA=".into(),
            ..Card::default()
        }
    }

    const TODAY: Date = time::macros::date!(2026 - 09 - 21);

    /// A card that is over, of an unknown kind, or read in part identifies nobody.
    ///
    /// req: IDENT-015
    #[test]
    fn only_a_whole_and_valid_card_counts() {
        assert!(card().checked(TODAY).unwrap().photo.unwrap().starts_with("data:image/png;base64,"));
        assert!(Card { valid_until: "长期".into(), ..card() }.checked(TODAY).is_ok());
        assert!(Card { valid_until: "2026-09-21".into(), ..card() }.checked(TODAY).is_ok(), "its last day");
        for (wrong, code) in [
            (Card { kind: "bank_card".into(), ..card() }, "kind"),
            (Card { name: String::new(), ..card() }, "name"),
            (Card { id_number: "449902198803120268".into(), ..card() }, "id_number"),
            (Card { valid_until: "2026-09-20".into(), ..card() }, "expired"),
            (Card { valid_until: String::new(), ..card() }, "valid_until"),
            (Card { photo: "PHN2Zz4=".into(), ..card() }, "photo"),
        ] {
            assert_eq!(wrong.checked(TODAY).unwrap_err().field_errors()[0].code, code);
        }
    }
}
