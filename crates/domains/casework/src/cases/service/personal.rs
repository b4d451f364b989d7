//! Looks at and disclosures of a person's cases, for the person (DATASEC-012).

use async_trait::async_trait;
use platform::Result;
use platform::calls;
use platform::personal::{Disclosure, Object, Person, PersonalSource, WorkingDays};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{QueryOrder, QuerySelect};
use time::Date;

use super::Casework;
use crate::calendars::Calendars;
use crate::cases::store::case;

/// Newest cases that are looked through.
const CASES: u64 = 300;
/// Calls shown at most.
const CALLS: u64 = 200;

impl Casework {
    /// Own cases, also those taken at a counter for the same identity number.
    async fn cases_of(&self, person: &Person) -> Result<Vec<(Uuid, String)>> {
        let own = Cond::any()
            .add(case::Column::AccountId.eq(person.account))
            .add(case::Column::ApplicantIndex.eq(person.number_index.clone()));
        let rows = case::Entity::find()
            .filter(own)
            .order_by_desc(case::Column::Id)
            .limit(CASES)
            .all(self.platform.db.read())
            .await?;
        let label = |row: &case::Model| match &row.case_number {
            Some(number) => format!("{}（{number}）", row.item_name),
            None => format!("{}（草稿）", row.item_name),
        };
        Ok(rows.iter().map(|row| (row.id, label(row))).collect())
    }
}

#[async_trait]
impl PersonalSource for Casework {
    async fn objects(&self, person: &Person) -> Result<Vec<Object>> {
        let cases = self.cases_of(person).await?;
        Ok(cases.into_iter().map(|(id, label)| Object { subject: format!("case:{id}"), label }).collect())
    }

    async fn disclosed(&self, person: &Person) -> Result<Vec<Disclosure>> {
        let cases = self.cases_of(person).await?;
        let ids: Vec<Uuid> = cases.iter().map(|(id, _)| *id).collect();
        let sent = calls::sent_about(self.platform.db.read(), &ids, CALLS).await?;
        Ok(sent
            .into_iter()
            .map(|call| Disclosure {
                at: call.at,
                receiver: if call.party_name.is_empty() { call.party } else { call.party_name },
                what: "这件办件的申请和办理情况".to_owned(),
                way: call.operation,
                about: cases
                    .iter()
                    .find(|(id, _)| Some(*id) == call.case_id)
                    .map(|(_, label)| label.clone())
                    .unwrap_or_default(),
            })
            .collect())
    }
}

#[async_trait]
impl WorkingDays for Calendars {
    async fn after(&self, day: Date, days: u32) -> Result<Date> {
        let calendar = self.current().await?;
        calendar.add_working_days(day, days).map_err(|error| {
            platform::Problem::conflict("calendar_missing", format!("算不出答复期限：{error}"))
                .detail("请系统管理员先录入这一年的工作日历。")
        })
    }
}
