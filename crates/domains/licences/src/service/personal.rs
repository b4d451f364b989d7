//! Looks at a person's licences, and why they are not corrected by hand, for the person (DATASEC-012).

use async_trait::async_trait;
use platform::personal::{Corrected, Correction, Disclosure, Object, Person, PersonalKeeper, PersonalSource};
use platform::{Problem, Result, Tx};
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

#[async_trait]
impl PersonalKeeper for Licences {
    fn kinds(&self) -> &'static [&'static str] {
        &["licences"]
    }

    /// What is sealed can't be changed: a wrong licence is replaced by who issued it.
    async fn correction(&self, _person: &Person, _kind: &str) -> Result<Correction> {
        let why_not = "证照盖了章，内容不能改。有误的，请发证部门核实后作废，再签发更正后的证照。";
        Ok(Correction { fields: Vec::new(), why_not })
    }

    async fn correct(&self, _: &Tx, _: &Person, _: &str, _: &str, _: &str) -> Result<Corrected> {
        Err(Problem::conflict("not_correctable", "证照不能在这里更正，请发证部门更正换发。"))
    }
}
