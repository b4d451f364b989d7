//! What is kept beside a form to be found by query, and what is not kept at all.

use std::collections::BTreeSet;

use catalogue::PublishedItem;
use design::{DataItem, Kind, Store};
use platform::work::jobs::NewJob;
use platform::{Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, Condition, Expr};
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::cases::model::State;
use crate::cases::service::Casework;
use crate::cases::service::change::all_set;
use crate::cases::service::judge::Judgement;
use crate::cases::store::{case, case_form, form_value};

/// The job that writes the items of filled forms anew after they were set anew.
pub(crate) const INDEX_JOB: &str = "case.index_form_data";
/// Cases of one turn of the job.
const TURN: u64 = 200;
/// Characters of an answer that are found.
const FOUND: usize = 200;

#[derive(Debug, Serialize, Deserialize)]
struct Turn {
    form: String,
    #[serde(default)]
    after: Option<Uuid>,
}

/// An answer as it is asked for: what is stored in clear, or what its digest is made of.
pub(crate) fn plain(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        Value::Array(all) => all.iter().map(plain).collect::<Vec<_>>().join("、"),
        other => other.to_string(),
    };
    text.chars().take(FOUND).collect()
}

impl Casework {
    /// What stands beside an answer to be found; none for what is not.
    pub(crate) fn found_by(&self, item: &DataItem, text: &str) -> Option<String> {
        match item.store {
            _ if text.is_empty() => None,
            Store::Plain => Some(text.to_owned()),
            // The code is part of it: equal numbers in different items look different.
            Store::Sealed => Some(self.platform.blind_index(&format!("{}:{}", item.code, text.to_uppercase()))),
            Store::Form | Store::Nowhere => None,
        }
    }

    /// Takes out of a judged application what is not to be stored.
    pub(crate) async fn drop_unstored(&self, item: &PublishedItem, judged: &mut Judgement) -> Result<()> {
        // On the heap: the futures of filing are large as they are.
        for key in Box::pin(self.unstored(item)).await? {
            judged.data.remove(&key);
            judged.visible.remove(&key);
        }
        Ok(())
    }

    /// Keys of the fields that are not stored.
    pub(crate) async fn unstored(&self, item: &PublishedItem) -> Result<BTreeSet<String>> {
        let form = &item.definitions.form;
        if !self.design.sets_data_items(&form.key).await? {
            return Ok(BTreeSet::new());
        }
        let items = self.design.data_items(form).await?;
        Ok(items.into_iter().filter(|one| one.store == Store::Nowhere).map(|one| one.field).collect())
    }

    /// Writes beside a form what is found by query, instead of what stood there.
    pub(crate) async fn keep_form_values(&self, tx: &Tx, item: &PublishedItem, form: &case_form::Model) -> Result<()> {
        let of = &item.definitions.form;
        if !self.design.sets_data_items(&of.key).await? {
            return Ok(());
        }
        let items = self.design.data_items(of).await?;
        self.write_values(tx, &items, form).await
    }

    /// The same for new cases of one item, in as few statements as they need.
    pub(crate) async fn keep_new_form_values(
        &self,
        tx: &Tx,
        item: &PublishedItem,
        forms: &[case_form::Model],
    ) -> Result<()> {
        let of = &item.definitions.form;
        if !self.design.sets_data_items(&of.key).await? {
            return Ok(());
        }
        let items = self.design.data_items(of).await?;
        let mut rows = Vec::new();
        for form in forms {
            rows.extend(self.values_of(&items, form)?);
        }
        for some in rows.chunks(1000) {
            form_value::Entity::insert_many(some.to_vec()).exec_without_returning(tx.conn()).await?;
        }
        Ok(())
    }

    async fn write_values(&self, tx: &Tx, items: &[DataItem], form: &case_form::Model) -> Result<()> {
        form_value::Entity::delete_many().filter(form_value::Column::CaseId.eq(form.case_id)).exec(tx.conn()).await?;
        let rows = self.values_of(items, form)?;
        if !rows.is_empty() {
            form_value::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
        }
        Ok(())
    }

    fn values_of(&self, items: &[DataItem], form: &case_form::Model) -> Result<Vec<form_value::ActiveModel>> {
        let data: Map<String, Value> = self.open(&form.form_sealed, form.case_id, "form")?;
        let row = |item: &DataItem| {
            let value = self.found_by(item, &plain(data.get(&item.field)?))?;
            Some(all_set(form_value::Model { case_id: form.case_id, code: item.code.clone(), value }))
        };
        Ok(items.iter().filter_map(row).collect())
    }

    /// Cases filed with any version of a form.
    pub(super) async fn filed_with(&self, form: &str) -> Result<Condition> {
        let mut versions: std::collections::BTreeMap<String, Vec<i64>> = std::collections::BTreeMap::new();
        for (slug, item_version, _) in self.catalogue.versions_holding(Kind::Form, form).await? {
            versions.entry(slug).or_default().push(item_version);
        }
        if versions.is_empty() {
            return Ok(Cond::all().add(Expr::cust("1 = 0")));
        }
        Ok(versions.into_iter().fold(Cond::any(), |any, (slug, versions)| {
            any.add(Cond::all().add(case::Column::ItemSlug.eq(slug)).add(case::Column::ItemVersion.is_in(versions)))
        }))
    }

    /// The job behind [`INDEX_JOB`]: some cases at a time, the rest in a job of its own.
    ///
    /// # Errors
    /// 500 to be tried again.
    pub(crate) async fn index_job(&self, payload: Value) -> Result<()> {
        let turn: Turn = serde_json::from_value(payload)?;
        let mut select = case::Entity::find()
            .filter(self.filed_with(&turn.form).await?)
            .filter(case::Column::State.ne(State::Draft.as_str()));
        if let Some(after) = turn.after {
            select = select.filter(case::Column::Id.gt(after));
        }
        let rows = select.order_by_asc(case::Column::Id).limit(TURN).all(self.platform.db.read()).await?;
        let Some(last) = rows.last().map(|row| row.id) else { return Ok(()) };
        let mut work = Vec::with_capacity(rows.len());
        for row in &rows {
            let item = self.catalogue.version(&row.item_slug, row.item_version).await?;
            work.push((row.id, self.design.data_items(&item.definitions.form).await?));
        }
        let next = (u64::try_from(rows.len()).unwrap_or_default() == TURN)
            .then(|| platform::work::payload(&Turn { form: turn.form.clone(), after: Some(last) }))
            .transpose()?;
        let casework = self.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    for (id, items) in &work {
                        // Read here: a correction that came between is not overwritten by what stood before.
                        let form = casework.form_of(tx.conn(), *id).await?;
                        casework.write_values(tx, items, &form).await?;
                    }
                    if let Some(payload) = next {
                        let id = casework.platform.new_id();
                        tx.enqueue(NewJob { id, kind: INDEX_JOB, payload, run_at: None, key: None });
                    }
                    Ok(())
                })
            })
            .await
    }
}
