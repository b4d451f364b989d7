//! One line of a file: checked, and digested in a form that the stored record gives again. Pure.

use base::crypto::Sm3Hasher;
use base::encoding::to_hex;
use identity::OrgTree;
use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime, Time};
use uuid::Uuid;

use super::mapping::{Line, label};

/// Results that count, with the words people use for them.
pub const RESULTS: &[(&str, &str, &[&str])] = &[
    ("granted", "准予", &["准予", "同意", "通过", "办结", "已办结", "granted"]),
    ("refused", "不予批准", &["不予批准", "不同意", "不予许可", "refused"]),
    ("not_accepted", "不予受理", &["不予受理", "not_accepted"]),
    ("withdrawn", "撤回", &["撤回", "撤件", "退件", "withdrawn"]),
    ("other", "其他", &["其他", "other", ""]),
];

/// What people read for a result.
pub(crate) fn result_label(result: &str) -> &'static str {
    RESULTS.iter().find(|(key, ..)| *key == result).map_or("其他", |(_, label, _)| label)
}

/// What is sealed of an earlier case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Identity number or credit code.
    pub id_number: String,
    /// Phone.
    pub phone: String,
    /// Remarks.
    pub remarks: String,
    /// Columns that were not mapped.
    pub more: std::collections::BTreeMap<String, String>,
}

/// A line that may be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Number in the earlier system.
    pub source_number: String,
    /// Item.
    pub item_name: String,
    /// Our item, when it is one of ours.
    pub item_slug: String,
    /// Who handled it, or whoever has taken that body over.
    pub org_id: Uuid,
    /// Channel, as the earlier system called it.
    pub channel: String,
    /// `person` or `enterprise`.
    pub applicant_kind: String,
    /// Applicant.
    pub applicant_name: String,
    /// Key of [`RESULTS`].
    pub result: String,
    /// When it was handed in.
    pub submitted_at: OffsetDateTime,
    /// When it was accepted.
    pub accepted_at: Option<OffsetDateTime>,
    /// When it was closed.
    pub closed_at: Option<OffsetDateTime>,
    /// What is sealed.
    pub sealed: Sealed,
}

impl Earlier {
    /// SM3 over length-prefixed values: equal for the line of the file and for the record read back.
    pub fn digest(&self) -> String {
        let moment = |at: Option<OffsetDateTime>| at.map(|at| at.unix_timestamp().to_string()).unwrap_or_default();
        let mut hasher = Sm3Hasher::new();
        let mut put = |part: &str| {
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        };
        for part in [
            &self.source_number,
            &self.item_name,
            &self.item_slug,
            &self.org_id.to_string(),
            &self.channel,
            &self.applicant_kind,
            &self.applicant_name,
            &self.result,
            &moment(Some(self.submitted_at)),
            &moment(self.accepted_at),
            &moment(self.closed_at),
            &self.sealed.id_number,
            &self.sealed.phone,
            &self.sealed.remarks,
        ] {
            put(part);
        }
        for (name, value) in &self.sealed.more {
            put(name);
            put(value);
        }
        to_hex(&hasher.finish())
    }
}

/// Sum of digests: the first 16 bytes of each, added without carry out. The same for any order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum(u128);

impl Sum {
    /// Adds one digest.
    pub fn add(&mut self, digest: &str) {
        let head = digest.get(..32).and_then(|head| u128::from_str_radix(head, 16).ok()).unwrap_or_default();
        self.0 = self.0.wrapping_add(head);
    }

    /// Takes one away again.
    pub fn take(&mut self, digest: &str) {
        let head = digest.get(..32).and_then(|head| u128::from_str_radix(head, 16).ok()).unwrap_or_default();
        self.0 = self.0.wrapping_sub(head);
    }

    /// 32 hex digits.
    pub fn text(self) -> String {
        format!("{:032x}", self.0)
    }

    /// Reads it back.
    pub fn read(text: &str) -> Self {
        Self(u128::from_str_radix(text, 16).unwrap_or_default())
    }
}

/// A moment as earlier systems write it, in China's time: a day, with or without a time, or the day number of a
/// spreadsheet.
pub fn moment(text: &str) -> Option<OffsetDateTime> {
    let text = text.trim();
    if let Ok(at) = OffsetDateTime::parse(text, &Rfc3339) {
        return Some(at.to_offset(time::UtcOffset::UTC));
    }
    let plain = text.replace(['/', '.', '年', '月'], "-").replace(['日', 'T'], " ");
    let (day, hours) = match plain.trim().split_once(' ') {
        Some((day, hours)) => (day.trim_end_matches('-').to_owned(), hours.trim().to_owned()),
        None => (plain.trim().to_owned(), String::new()),
    };
    let date = date(&day).or_else(|| date_number(text))?;
    let mut parts = hours.split(':').map(|part| part.trim().parse::<u8>().ok());
    let time = if hours.is_empty() {
        Time::MIDNIGHT
    } else {
        let (hour, minute) = (parts.next()??, parts.next()??);
        Time::from_hms(hour, minute, parts.next().unwrap_or(Some(0))?).ok()?
    };
    Some(base::zone::at(date, time).to_offset(time::UtcOffset::UTC))
}

fn date(text: &str) -> Option<Date> {
    let (year, month, day) = if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        (text.get(..4)?.to_owned(), text.get(4..6)?.to_owned(), text.get(6..)?.to_owned())
    } else {
        let mut parts = text.split('-');
        let three = (parts.next()?.to_owned(), parts.next()?.to_owned(), parts.next()?.to_owned());
        parts.next().is_none().then_some(three)?
    };
    let month = time::Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let date = Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    (1900..2200).contains(&date.year()).then_some(date)
}

/// Spreadsheets count days from 1899-12-30.
fn date_number(text: &str) -> Option<Date> {
    let days: i64 = text.parse().ok().filter(|days| (20_000..80_000).contains(days))?;
    time::macros::date!(1899 - 12 - 30).checked_add(time::Duration::days(days))
}

/// Reads a line; what is wrong with it is told in one sentence each.
///
/// # Errors
/// The sentences.
pub fn read(line: &Line, orgs: &OrgTree, now: OffsetDateTime) -> Result<Earlier, Vec<String>> {
    let mut wrong = Vec::new();
    for field in ["source_number", "item_name", "org", "applicant_name", "submitted_at"] {
        if line.get(field).is_empty() {
            wrong.push(format!("没有填{}", label(field)));
        }
    }
    for (field, most) in [("source_number", 100), ("item_name", 200), ("applicant_name", 200), ("channel", 50)] {
        if line.get(field).chars().count() > most {
            wrong.push(format!("{}超过 {most} 字", label(field)));
        }
    }
    let mut at = |field: &str| {
        let text = line.get(field);
        if text.is_empty() {
            return None;
        }
        let found = moment(text);
        match found {
            None => wrong.push(format!("{}“{text}”读不出来，写成 2019-03-04 或 2019-03-04 09:30", label(field))),
            Some(found) if found > now => wrong.push(format!("{}“{text}”晚于现在", label(field))),
            Some(_) => {}
        }
        found
    };
    let (submitted_at, accepted_at, closed_at) = (at("submitted_at"), at("accepted_at"), at("closed_at"));
    if let (Some(submitted), Some(closed)) = (submitted_at, closed_at)
        && closed < submitted
    {
        wrong.push("办结时间早于申请时间".to_owned());
    }
    if let (Some(accepted), Some(closed)) = (accepted_at, closed_at)
        && closed < accepted
    {
        wrong.push("办结时间早于受理时间".to_owned());
    }
    let org = line.get("org");
    let found = orgs
        .by_key(org)
        .or_else(|| orgs.by_uscc(org))
        .or_else(|| orgs.all().iter().find(|one| one.name == org || one.short_name == org));
    // A body that was merged into another has its cases kept there.
    let found = found.map(|one| one.merged_into.unwrap_or(one.id));
    if found.is_none() && !org.is_empty() {
        wrong.push(format!("没有“{org}”这个机构，请先导入机构，或者在值的对照里写明它是现在的哪个机构"));
    }
    let id_number = line.get("id_number").to_uppercase();
    let applicant_kind = match line.get("applicant_kind") {
        "企业" | "法人" | "单位" | "个体工商户" | "enterprise" => "enterprise",
        "个人" | "自然人" | "person" => "person",
        _ if base::codes::Uscc::parse(&id_number).is_ok() => "enterprise",
        _ => "person",
    };
    let right = match applicant_kind {
        "enterprise" => base::codes::Uscc::accept_despite_check(&id_number).is_ok(),
        _ => base::codes::CitizenId::restore(&id_number).is_ok(),
    };
    if !id_number.is_empty() && !right {
        wrong.push(format!("证件号码“{}”不对", base::mask::citizen_id(&id_number)));
    }
    let said = line.get("result");
    let result = RESULTS.iter().find(|(_, _, words)| words.contains(&said)).map(|(key, ..)| *key);
    if result.is_none() {
        wrong.push(format!("办理结果“{said}”不认识，请在值的对照里写明它是哪一种"));
    }
    match (found, submitted_at, result) {
        (Some(org_id), Some(submitted_at), Some(result)) if wrong.is_empty() => Ok(Earlier {
            source_number: line.get("source_number").to_owned(),
            item_name: line.get("item_name").to_owned(),
            item_slug: line.get("item_slug").to_owned(),
            org_id,
            channel: line.get("channel").to_owned(),
            applicant_kind: applicant_kind.to_owned(),
            applicant_name: line.get("applicant_name").to_owned(),
            result: result.to_owned(),
            submitted_at,
            accepted_at,
            closed_at,
            sealed: Sealed {
                id_number,
                phone: line.get("phone").to_owned(),
                remarks: line.get("remarks").to_owned(),
                more: line.more.clone(),
            },
        }),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn moments_are_read_as_people_and_spreadsheets_write_them() {
        let day = datetime!(2019-03-03 16:00 UTC);
        for text in ["2019-03-04", "2019/3/4", "2019.03.04", "20190304", "2019年3月4日", "43528"] {
            assert_eq!(moment(text), Some(day), "{text}");
        }
        assert_eq!(moment("2019-03-04 09:30"), Some(datetime!(2019-03-04 01:30 UTC)));
        assert_eq!(moment("2019-03-04T09:30:15+08:00"), Some(datetime!(2019-03-04 01:30:15 UTC)));
        for text in ["", "昨天", "2019-13-04", "2019-03-04 25:00", "12"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    /// Sums do not depend on the order, and one changed value changes them.
    ///
    /// req: CASE-044
    #[test]
    fn a_sum_of_digests_shows_one_changed_value_and_not_the_order() {
        let row = |number: &str, name: &str| Earlier {
            source_number: number.into(),
            item_name: "食品经营许可".into(),
            item_slug: String::new(),
            org_id: Uuid::nil(),
            channel: "窗口".into(),
            applicant_kind: "person".into(),
            applicant_name: name.into(),
            result: "granted".into(),
            submitted_at: datetime!(2019-03-04 01:30 UTC),
            accepted_at: None,
            closed_at: None,
            sealed: Sealed::default(),
        };
        let sum = |rows: &[Earlier]| {
            let mut sum = Sum::default();
            rows.iter().for_each(|row| sum.add(&row.digest()));
            sum
        };
        let (a, b) = (row("1", "王海燕"), row("2", "李明"));
        assert_eq!(sum(&[a.clone(), b.clone()]), sum(&[b.clone(), a.clone()]));
        assert_ne!(sum(&[a.clone(), b.clone()]), sum(&[a.clone(), row("2", "李名")]));
        assert_ne!(a.digest(), row("1王", "海燕").digest());
        let mut back = Sum::read(&sum(&[a.clone(), b.clone()]).text());
        back.take(&b.digest());
        assert_eq!(back, sum(&[a]));
    }
}
