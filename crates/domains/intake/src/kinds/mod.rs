//! Which items may be taken in bulk, in-only or out-only: a list agreed with the departments.

pub mod http;
pub(crate) mod store;

use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::work::audit::{Kind, Line};
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::Intake;
use store::kind;

/// Characters of the note about the agreement.
const LONGEST: usize = 200;

/// How an item may be taken besides one by one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = IntakeKinds)]
pub struct Kinds {
    /// Item.
    pub item_slug: String,
    /// Its name.
    pub item_name: String,
    /// Many applicants at once 批量件.
    pub bulk: bool,
    /// Taken here, handled elsewhere 只进不出件.
    pub in_only: bool,
    /// Taken elsewhere, handed over here 只出不进件.
    pub out_only: bool,
    /// With whom and when it was agreed.
    pub agreement: String,
    /// Version to send back; 0 before the first agreement.
    pub version: i64,
    /// Last change.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub changed_at: Option<OffsetDateTime>,
    /// Who changed it.
    pub changed_by_name: String,
}

/// Sets how an item may be taken.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = SetIntakeKinds)]
#[serde(default)]
pub struct SetKinds {
    /// Version of the page.
    pub version: i64,
    /// Many applicants at once.
    pub bulk: bool,
    /// Taken here, handled elsewhere.
    pub in_only: bool,
    /// Taken elsewhere, handed over here.
    pub out_only: bool,
    /// With whom and when it was agreed.
    pub agreement: String,
}

/// Which items.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct KindsFilter {
    /// `bulk`, `in_only` or `out_only`; all when absent.
    pub kind: Option<String>,
    /// Part of the name.
    pub q: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

impl From<kind::Model> for Kinds {
    fn from(row: kind::Model) -> Self {
        Self {
            item_slug: row.item_slug,
            item_name: row.item_name,
            bulk: row.bulk,
            in_only: row.in_only,
            out_only: row.out_only,
            agreement: row.agreement,
            version: row.version,
            changed_at: Some(row.changed_at),
            changed_by_name: row.changed_by_name,
        }
    }
}

impl Intake {
    /// Agreed items, by name. Whoever takes applications sees those of his windows.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn list_kinds(&self, caller: &Principal, filter: &KindsFilter) -> Result<List<Kinds>> {
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let (rows, total) = store::page(self.platform.db.read(), caller, filter, &page).await?;
        let items = rows.into_iter().map(Kinds::from).collect();
        let now = self.platform.now();
        Ok(List::cut(items, page.limit(), total, now, |one: &Kinds| vec![one.item_slug.clone()]))
    }

    /// How an item may be taken; nothing is agreed before somebody says so.
    ///
    /// # Errors
    /// 404 for an item that is not published or not of one's part.
    pub async fn kinds_of(&self, caller: &Principal, slug: &str) -> Result<Kinds> {
        let item = self.casework.catalogue.published(slug).await?;
        if !caller.takes_in(item.org_id, slug) {
            return Err(Problem::not_found("没有找到这个事项。"));
        }
        Ok(match store::find(self.platform.db.read(), slug).await? {
            Some(row) => row.into(),
            None => Kinds {
                item_slug: slug.to_owned(),
                item_name: item.item.name.clone(),
                bulk: false,
                in_only: false,
                out_only: false,
                agreement: String::new(),
                version: 0,
                changed_at: None,
                changed_by_name: String::new(),
            },
        })
    }

    /// Sets it.
    ///
    /// # Errors
    /// 422 without a word on the agreement, 409 for an old page, 404 as [`Intake::kinds_of`].
    pub async fn set_kinds(&self, caller: &Principal, slug: &str, set: SetKinds) -> Result<Kinds> {
        let agreement = set.agreement.trim().to_owned();
        if (set.bulk || set.in_only || set.out_only) && agreement.chars().count() < 4 {
            let message = "写明和哪个部门、什么时候商定的，例如“2026-03-05 与区民政局商定”";
            return Err(Problem::invalid_field("/agreement", "required", message));
        }
        if agreement.chars().count() > LONGEST {
            return Err(Problem::invalid_field("/agreement", "length", format!("最多 {LONGEST} 字")));
        }
        let before = self.kinds_of(caller, slug).await?;
        let item = self.casework.catalogue.published(slug).await?;
        let row = kind::Model {
            item_slug: slug.to_owned(),
            item_name: item.item.name.clone(),
            org_id: item.org_id,
            bulk: set.bulk,
            in_only: set.in_only,
            out_only: set.out_only,
            agreement,
            version: set.version + 1,
            changed_at: self.platform.now(),
            changed_by_name: caller.name.clone(),
        };
        let words = |bulk: bool, in_only: bool, out_only: bool, agreement: &str| json!({ "bulk": bulk, "in_only": in_only, "out_only": out_only, "agreement": agreement });
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "intake_kind.edit",
            format!("item:{slug}"),
            json!({ "item": item.item.name }),
        )
        .entry()
        .kind(Kind::Change)
        .changed(
            words(before.bulk, before.in_only, before.out_only, &before.agreement),
            words(row.bulk, row.in_only, row.out_only, &row.agreement),
        );
        let kept = row.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    store::put(tx.conn(), kept, set.version).await
                })
            })
            .await?;
        Ok(row.into())
    }
}
