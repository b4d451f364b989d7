//! The set of a package: cases that were taken in together are collected as the applicant said at the window.

use platform::{Problem, Result};
use sea_orm::IntoActiveModel;
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::service::row_of;
use super::store::{self, member, set};
use super::{READY, TOGETHER};
use crate::Fulfilment;

/// Content of the event of a filed package.
#[derive(Deserialize)]
struct Filed {
    name: String,
    collect: String,
    case_ids: Vec<Uuid>,
}

impl Fulfilment {
    /// The job behind [`super::PACKAGE_JOB`]. Told again it finds the set and makes none.
    ///
    /// # Errors
    /// 500 to be tried again.
    pub(super) async fn package_job(&self, payload: Value) -> Result<()> {
        let filed: Filed = serde_json::from_value(payload)?;
        let (id, now) = (self.platform.new_id(), self.platform.now());
        let (mut rows, mut whose) = (Vec::with_capacity(filed.case_ids.len()), None);
        for case in filed.case_ids {
            let facts = self.casework.facts(case).await?;
            let facts = facts.ok_or_else(|| Problem::internal(format!("case {case} of a package is not there")))?;
            rows.push(row_of(&facts, id, now));
            whose.get_or_insert((facts.account_id.unwrap_or_default(), facts.applicant_name));
        }
        let Some((account_id, applicant_name)) = whose else { return Ok(()) };
        let row = set::Model {
            id,
            version: 1,
            account_id,
            applicant_name,
            mode: if filed.collect == TOGETHER { TOGETHER } else { READY }.to_owned(),
            released_by_name: None,
            released_reason: None,
            created_at: now,
            changed_at: now,
            package_name: filed.name,
        };
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    // Told again, or the applicant was quicker with one of them: a case is in one set.
                    let mut free = Vec::with_capacity(rows.len());
                    for one in rows {
                        if store::of_case(tx.conn(), one.case_id).await?.is_none() {
                            free.push(one.into_active_model().reset_all());
                        }
                    }
                    if free.is_empty() {
                        return Ok(());
                    }
                    set::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.conn()).await?;
                    member::Entity::insert_many(free).exec_without_returning(tx.conn()).await?;
                    Ok(())
                })
            })
            .await
    }
}
