//! Looks at a person's licences, for the person (DATASEC-012).

use async_trait::async_trait;
use platform::Result;
use platform::personal::{Disclosure, Object, Person, PersonalSource};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use crate::Licences;
use crate::store::licence_row;

/// Newest licences that are looked through.
const LICENCES: u64 = 200;

#[async_trait]
impl PersonalSource for Licences {
    async fn objects(&self, person: &Person) -> Result<Vec<Object>> {
        let rows = licence_row::Entity::find()
            .filter(licence_row::Column::HolderIdIndex.eq(person.number_index.clone()))
            .order_by_desc(licence_row::Column::Id)
            .limit(LICENCES)
            .all(self.platform.db.read())
            .await?;
        let object = |row: licence_row::Model| Object {
            subject: format!("licence:{}", row.id),
            label: format!("{}（{}）", row.name, row.number),
        };
        Ok(rows.into_iter().map(object).collect())
    }

    /// Uses of a licence stand with the case it was used in.
    async fn disclosed(&self, _person: &Person) -> Result<Vec<Disclosure>> {
        Ok(Vec::new())
    }
}
