//! Licence types, licences and what stands on them. Pure.

use base::codes::{LicenceIdentifier, Uscc};
use platform::web::problem::{FieldProblem, Problem, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use time::Date;
use utoipa::ToSchema;
use uuid::Uuid;

/// Schema name of a licence type's file.
const SCHEMA: &str = "tongban-licence/1";

/// A licence type 证照目录, as in its pack (`licence.yaml`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenceType {
    /// `tongban-licence/1`.
    pub schema: String,
    /// Key, for example `food-operation-permit`.
    pub key: String,
    /// Name, for example 食品经营许可证.
    pub name: String,
    /// 证件执照, 证明文件, 批文批复, 鉴定报告, 办事结果.
    pub category: String,
    /// 21 characters of GB/T 36904: USCC of the body that defines it and a 3-digit order.
    pub type_code: String,
    /// The issuing body.
    pub issuer: Issuer,
    /// Who may hold it.
    pub holder_kinds: Vec<HolderKind>,
    /// How long it counts.
    #[serde(default)]
    pub validity: Validity,
    /// What stands on it, in this order.
    pub fields: Vec<TypeField>,
    /// File of its template; without one the platform's default face serves.
    #[serde(default)]
    pub paper: Option<String>,
    /// USCC of the body whose seal it bears; the issuer's when absent.
    #[serde(default)]
    pub sealed_by: Option<String>,
}

/// The issuing body of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Full name.
    pub name: String,
    /// Unified social credit code.
    pub uscc: String,
}

/// How long a licence of a type counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// Years from the day of issue; without end when absent.
    #[serde(default)]
    pub years: Option<u32>,
}

/// One field of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeField {
    /// Key.
    pub key: String,
    /// Label on the licence.
    pub label: String,
    /// Whether a licence without it must not be issued.
    pub required: bool,
    /// FEEL over form, applicant, case, `handle_item` and old; absent on types issued elsewhere.
    #[serde(default)]
    pub from: Option<String>,
}

impl LicenceType {
    /// Reads and checks a type's file.
    ///
    /// # Errors
    /// 422 naming every wrong place.
    pub fn parse(yaml: &str) -> Result<Self> {
        let found: Self = serde_yaml_ng::from_str(yaml)
            .map_err(|error| Problem::invalid_field("/licence", "unreadable", format!("证照目录读不出来：{error}")))?;
        let mut errors = Vec::new();
        let mut wrong = |place: &str, message: String| {
            errors.push(FieldProblem::new(format!("/licence/{}/{place}", found.key), "defect", message));
        };
        if found.schema != SCHEMA {
            wrong("schema", format!("schema 要写 {SCHEMA}"));
        }
        if found.key.is_empty() || !found.key.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
        {
            wrong("key", "key 只能用小写字母、数字和连字符".to_owned());
        }
        if let Err(error) = LicenceIdentifier::build(&found.type_code, &found.issuer.uscc, "1", 1) {
            wrong("type_code", error.to_string());
        }
        if let Some(Err(error)) = found.sealed_by.as_deref().map(Uscc::accept_despite_check) {
            wrong("sealed_by", error.to_string());
        }
        if found.holder_kinds.is_empty() {
            wrong("holder_kinds", "请写明持证主体是自然人还是法人".to_owned());
        }
        if found.validity.years.is_some_and(|years| !(1..=100).contains(&years)) {
            wrong("validity", "有效期要在 1 到 100 年之间".to_owned());
        }
        for (at, field) in found.fields.iter().enumerate() {
            if found.fields.iter().take(at).any(|other| other.key == field.key) {
                wrong("fields", format!("字段 {} 写了两次", field.key));
            }
        }
        if errors.is_empty() { Ok(found) } else { Err(Problem::invalid(errors)) }
    }

    /// Whether this installation makes it: types without any `from` come from elsewhere.
    pub fn is_issued_here(&self) -> bool {
        self.fields.iter().any(|field| field.from.is_some())
    }

    /// USCC of the body whose seal it bears.
    pub fn seal_code(&self) -> &str {
        self.sealed_by.as_deref().unwrap_or(&self.issuer.uscc)
    }

    /// Last day a licence issued on a day counts; `None` without end.
    pub fn expiry(&self, issued_on: Date) -> Option<Date> {
        let years = self.validity.years?;
        // The day before the same day of a later year is the last one (2026-03-16 → 2031-03-15).
        base::zone::add_months(issued_on, years.saturating_mul(12))?.previous_day()
    }

    /// Mandatory fields without a value, as problems naming each.
    pub(crate) fn missing(&self, values: &Map<String, Value>) -> Vec<FieldProblem> {
        self.fields
            .iter()
            .filter(|field| field.required && is_empty(values.get(&field.key)))
            .map(|field| {
                let message = format!("{}缺少“{}”，不能制证，请补上", self.name, field.label);
                FieldProblem::new(format!("/licence/{}", field.key), "required", message)
            })
            .collect()
    }
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(Value::Array(items)) => items.iter().all(|item| is_empty(Some(item))),
        Some(_) => false,
    }
}

/// Kind of holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HolderKind {
    /// Natural person.
    Person,
    /// Legal person or other body.
    Enterprise,
}

impl HolderKind {
    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Enterprise => "enterprise",
        }
    }

    pub(crate) fn from_column(text: &str) -> Self {
        if text == "enterprise" { Self::Enterprise } else { Self::Person }
    }
}

/// Whose licence it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Person or enterprise.
    pub kind: HolderKind,
    /// Name.
    pub name: String,
    /// Citizen id number or USCC, raw; sealed at rest.
    pub id: String,
    /// Account that sees it under "my licences"; none when applied for at a counter.
    pub account: Option<Uuid>,
}

/// The licence that a new one takes the place of (change, renewal, re-issue).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaces {
    /// The old licence; abolished in the moment the new one becomes valid.
    pub licence: Uuid,
    /// Whether the new one keeps the old one's last day (change) or starts a term (renewal).
    pub keep_term: bool,
}

/// An approved result, to become a licence.
#[derive(Debug, Clone, PartialEq)]
pub struct IssueRequest {
    /// Licence type.
    pub type_key: String,
    /// The case; one licence of a type per case.
    pub case_id: Uuid,
    /// Its number.
    pub case_number: String,
    /// Name of the item.
    pub item_name: String,
    /// Its slug: staff limited to items see the licences of these.
    pub item_slug: String,
    /// The organisation that handled the case; staff who see it see the licence.
    pub org_id: Uuid,
    /// The organisation whose counter took the application in, if one did.
    pub taken_at: Option<Uuid>,
    /// Whose licence it is.
    pub holder: Holder,
    /// What the type's expressions read: `form`, `applicant`, `case`, `handle_item`, `old`. What is
    /// absent is null; `case.number`, `case.decided_on` and `old` are filled in here.
    pub fields: Map<String, Value>,
    /// Day of issue, China.
    pub issued_on: Date,
    /// The licence it takes the place of.
    pub replaces: Option<Replaces>,
}

/// State of a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LicenceState)]
pub enum State {
    /// Made, not sealed: may be corrected or deleted.
    Draft,
    /// Sealed.
    Valid,
    /// Ended before its time, with a reason.
    Abolished,
}

impl State {
    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Valid => "valid",
            Self::Abolished => "abolished",
        }
    }

    pub(crate) fn from_column(text: &str) -> Self {
        match text {
            "valid" => Self::Valid,
            "abolished" => Self::Abolished,
            _ => Self::Draft,
        }
    }

    /// For people; a valid one past its last day says so.
    pub fn label(self, expired: bool) -> &'static str {
        match (self, expired) {
            (Self::Draft, _) => "待盖章",
            (Self::Valid, false) => "有效",
            (Self::Valid, true) => "已过期",
            (Self::Abolished, _) => "已废止",
        }
    }
}

/// A licence without its sealed contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// Id.
    pub id: Uuid,
    /// Type.
    pub type_key: String,
    /// Frozen version of the type.
    pub type_version: i64,
    /// Name of the type.
    pub name: String,
    /// 电子证照标识 (GB/T 36904).
    pub identifier: String,
    /// Number printed on it.
    pub number: String,
    /// Kind of holder.
    pub holder_kind: HolderKind,
    /// Name of the holder, raw.
    pub holder_name: String,
    /// Account of the holder.
    pub account_id: Option<Uuid>,
    /// Organisation that handled the case.
    pub org_id: Uuid,
    /// Issuing body.
    pub issuer_name: String,
    /// Case.
    pub case_id: Uuid,
    /// Number of the case.
    pub case_number: String,
    /// Name of the item.
    pub item_name: String,
    /// Day of issue.
    pub issued_on: Date,
    /// Last day; `None` without end.
    pub expires_on: Option<Date>,
    /// State.
    pub state: State,
    /// The sealed PDF in the file store; `None` while a draft.
    pub file_id: Option<Uuid>,
    /// Code of the public verification page.
    pub verify_code: String,
    /// The licence it took the place of.
    pub replaces: Option<Uuid>,
    /// Why it was abolished.
    pub abolish_reason: Option<String>,
    /// Grows with every change.
    pub version: i64,
}

impl Licence {
    /// Whether its last day is over.
    pub fn is_expired(&self, today: Date) -> bool {
        self.expires_on.is_some_and(|last| last < today)
    }

    /// The holder's name for the public: a person's masked, a body's as registered.
    pub fn holder_masked(&self) -> String {
        match self.holder_kind {
            HolderKind::Person => base::mask::name(&self.holder_name),
            HolderKind::Enterprise => self.holder_name.clone(),
        }
    }
}

/// A field of a draft, as the maker sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DraftField {
    /// Key to correct it by.
    pub key: String,
    /// Label on the licence.
    pub label: String,
    /// Whether the licence can't be issued without it.
    pub required: bool,
    /// Text, number or list.
    #[schema(value_type = Object)]
    pub value: Value,
    /// Whether a person changed what was computed.
    pub corrected: bool,
}

/// What the template reads (`packs/platform/papers/README.md`).
pub(crate) fn face(kind: &LicenceType, licence: &Licence, values: &Map<String, Value>, verify_url: &str) -> Value {
    let fields: Vec<Value> = kind
        .fields
        .iter()
        .filter(|field| !is_empty(values.get(&field.key)))
        .map(|field| {
            let value = values.get(&field.key).cloned().unwrap_or_default();
            let length = match &value {
                Value::String(text) => text.chars().count(),
                Value::Array(items) => items.len() * 8,
                _ => 0,
            };
            json!({ "key": field.key, "label": field.label, "value": value, "wide": length > 15 })
        })
        .collect();
    let mut printed = json!({ "name": kind.name, "number": licence.number, "identifier": licence.identifier });
    if let (Some(last), Some(printed)) = (licence.expires_on, printed.as_object_mut()) {
        printed.insert("valid_until".to_owned(), json!(last.to_string()));
    }
    json!({
        "issuer": licence.issuer_name,
        "issued": licence.issued_on.to_string(),
        "qr": verify_url,
        "licence": printed,
        "holder": { "name": licence.holder_name },
        "case": { "number": licence.case_number, "item": licence.item_name },
        "fields": fields,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    const TYPE: &str = "schema: tongban-licence/1\nkey: permit\nname: 许可证\ncategory: 证件执照\n\
        type_code: 11449902MB9900128N001\nissuer: {name: 示例区市场监督管理局, uscc: 11449902MB9900128N}\n\
        holder_kinds: [enterprise]\nvalidity: {years: 5}\nfields:\n\
        - {key: name, label: 名称, required: true, from: form.name}\n\
        - {key: note, label: 备注, required: false, from: form.note}\n";

    #[test]
    fn a_term_ends_on_the_day_before_the_same_day() {
        let kind = LicenceType::parse(TYPE).unwrap();
        assert_eq!(kind.expiry(date!(2026 - 03 - 16)), Some(date!(2031 - 03 - 15)));
        assert_eq!(kind.expiry(date!(2026 - 01 - 01)), Some(date!(2030 - 12 - 31)));
    }

    /// req: LIC-025
    #[test]
    fn an_empty_mandatory_field_is_named() {
        let kind = LicenceType::parse(TYPE).unwrap();
        for value in [json!({}), json!({"name": null}), json!({"name": " "}), json!({"name": []})] {
            let missing = kind.missing(value.as_object().unwrap());
            assert_eq!(missing.len(), 1, "{value}");
            assert_eq!(missing[0].pointer, "/licence/name");
            assert!(missing[0].message.contains("名称"));
        }
        assert!(kind.missing(json!({"name": "小店"}).as_object().unwrap()).is_empty());
    }

    #[test]
    fn a_type_with_a_wrong_code_is_not_taken() {
        let wrong = TYPE.replace("11449902MB9900128N001", "11449902MB9900128N01");
        let problem = LicenceType::parse(&wrong).unwrap_err();
        assert_eq!(problem.field_errors()[0].pointer, "/licence/permit/type_code");
        assert!(LicenceType::parse("key: x").is_err());
    }
}
