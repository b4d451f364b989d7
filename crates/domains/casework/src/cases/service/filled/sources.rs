//! Where a form is filled in from beyond the account: data sharing, licences held, earlier cases, the card
//! read at the counter (FORM-014).

use std::collections::{BTreeMap, BTreeSet};

use licences::HolderKind;
use platform::Result;
use recognition::identifying::IdentifiedPerson;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use serde_json::{Map, Value, json};

use super::Beside;
use crate::cases::model::State;
use crate::cases::service::Casework;
use crate::cases::store::{case, case_form};

/// Earlier cases looked into.
const EARLIER: u64 = 5;

/// About whom sources are asked, and for what.
pub(crate) struct Subject<'a> {
    /// `person` or `enterprise`.
    pub kind: &'a str,
    /// Identity number, or unified social credit code.
    pub number: &'a str,
    /// Item.
    pub item: &'a str,
    /// The case the form belongs to, which is none of the earlier ones.
    pub case: Option<Uuid>,
    /// The card read at the counter.
    pub card: Option<&'a IdentifiedPerson>,
}

/// What sources said: only what the form names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outside {
    pub values: Map<String, Value>,
    pub names: BTreeMap<String, String>,
    pub unanswered: Vec<String>,
}

impl Outside {
    /// Keeps it beside the form.
    pub(crate) fn keep(self, beside: &mut Beside) {
        beside.asked = true;
        beside.values = self.values;
        beside.names = self.names;
        beside.unanswered = self.unanswered;
    }

    fn take(&mut self, paths: &BTreeSet<&str>, head: &str, record: &Map<String, Value>) {
        for path in paths {
            let rest = path.strip_prefix(head).and_then(|rest| rest.strip_prefix('.'));
            if let Some(value) = rest.and_then(|rest| dig(record, rest)) {
                self.values.insert((*path).to_owned(), value.clone());
            }
        }
    }
}

/// Whether a form names a source beyond the account.
pub(crate) fn asks_outside(form: &form::Form) -> bool {
    form.paths().iter().any(|path| ["shared.", "licences.", "earlier."].iter().any(|head| path.starts_with(head)))
}

fn dig<'a>(record: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut keys = path.split('.');
    let first = record.get(keys.next()?)?;
    keys.try_fold(first, |at, key| at.get(key))
}

/// The second part of each path under a head: interfaces, licence types.
fn named<'a>(paths: &BTreeSet<&'a str>, head: &str) -> BTreeSet<&'a str> {
    paths.iter().filter_map(|path| Some(path.strip_prefix(head)?.split_once('.')?.0)).collect()
}

/// Where a value came from, as the person reads it.
pub(crate) fn label(path: &str, names: &BTreeMap<String, String>) -> String {
    let (head, rest) = path.split_once('.').unwrap_or((path, ""));
    let second = rest.split('.').next().unwrap_or_default();
    match head {
        "account" => "实名账号".to_owned(),
        "agent" => "经办人账号".to_owned(),
        "enterprise" => "企业账号".to_owned(),
        "licence" => "原电子证照".to_owned(),
        "licences" => names
            .get(&format!("licences.{second}"))
            .map_or_else(|| "电子证照".to_owned(), |name| format!("电子证照《{name}》")),
        "shared" => shared_label(second),
        "card" => "身份证读卡".to_owned(),
        "earlier" => "以前的办件".to_owned(),
        _ => "已有信息".to_owned(),
    }
}

fn shared_label(interface: &str) -> String {
    match interface {
        "person" => "数据共享（人口信息）".to_owned(),
        "enterprise" => "数据共享（市场主体信息）".to_owned(),
        other => format!("数据共享（{other}）"),
    }
}

impl Casework {
    /// Asks every source beyond the account that a form names. What does not answer is told, and leaves
    /// its fields to the person.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn ask_outside(&self, form: &form::Form, subject: &Subject<'_>) -> Result<Outside> {
        let paths = form.paths();
        let mut outside = Outside::default();
        let asked = named(&paths, "shared.").into_iter().map(|interface| async move {
            (interface, self.sharing.record(interface, subject.number, subject.item).await)
        });
        for (interface, answer) in futures::future::join_all(asked).await {
            match answer {
                Ok(Some(record)) => outside.take(&paths, &format!("shared.{interface}"), &record),
                Ok(None) => {}
                Err(problem) => {
                    tracing::warn!(interface, cause = %problem, "a data-sharing query was not answered");
                    outside.unanswered.push(shared_label(interface));
                }
            }
        }
        for type_key in named(&paths, "licences.") {
            let kind = if subject.kind == "enterprise" { HolderKind::Enterprise } else { HolderKind::Person };
            let held = self.licences.valid_of_holder(kind, subject.number, type_key).await?;
            if let Some(newest) = held.first() {
                let head = format!("licences.{type_key}");
                if let Value::Object(record) = self.licence_source(newest.id).await? {
                    outside.take(&paths, &head, &record);
                }
                outside.names.insert(head, newest.name.clone());
            }
        }
        if paths.iter().any(|path| path.starts_with("earlier.")) {
            let record = self.earlier(subject).await?;
            outside.take(&paths, "earlier", &record);
        }
        if let Some(card) = subject.card
            && let Value::Object(record) = json!(card)
        {
            let told = record.into_iter().filter(|(_, value)| value.as_str().is_some_and(|text| !text.is_empty()));
            outside.take(&paths, "card", &told.collect());
        }
        Ok(outside)
    }

    /// What the same applicant filled in before, the latest over the earlier.
    async fn earlier(&self, subject: &Subject<'_>) -> Result<Map<String, Value>> {
        let conn = self.platform.db.read();
        let index = self.platform.blind_index(&subject.number.trim().to_uppercase());
        let mut before = case::Entity::find()
            .select_only()
            .column(case::Column::Id)
            .filter(case::Column::ApplicantIndex.eq(index))
            .filter(case::Column::State.ne(State::Draft.as_str()));
        if let Some(own) = subject.case {
            before = before.filter(case::Column::Id.ne(own));
        }
        let ids: Vec<Uuid> = before.order_by_desc(case::Column::Id).limit(EARLIER).into_tuple().all(conn).await?;
        let forms = case_form::Entity::find()
            .filter(case_form::Column::CaseId.is_in(ids))
            .order_by_asc(case_form::Column::CaseId)
            .all(conn)
            .await?;
        let mut known = Map::new();
        for form in forms {
            let data: Map<String, Value> = self.open(&form.form_sealed, form.case_id, "form")?;
            known.extend(data);
        }
        Ok(known)
    }
}
