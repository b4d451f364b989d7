//! Looks at a person's kept papers, for the person (DATASEC-012).

use async_trait::async_trait;
use platform::Result;
use platform::personal::{Disclosure, Object, Person, PersonalSource};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{QueryOrder, QuerySelect};

use crate::Materials;
use crate::store::{material, proof};
use crate::words::source_label;

/// Newest papers that are looked through.
const PAPERS: u64 = 300;
/// Newest requests that are looked through.
const REQUESTS: u64 = 100;

#[async_trait]
impl PersonalSource for Materials {
    async fn objects(&self, person: &Person) -> Result<Vec<Object>> {
        let conn = self.platform.db.read();
        // An enterprise's account speaks for the enterprise, whose papers stand under its own number.
        let account = self.identity.account(person.account).await?;
        let body = account.and_then(|account| account.enterprise).map(|body| self.platform.blind_index(&body.uscc));
        let indexes: Vec<String> = body.into_iter().chain([person.number_index.clone()]).collect();
        let own = Cond::any()
            .add(material::Column::AccountId.eq(person.account))
            .add(material::Column::HolderIndex.is_in(indexes.iter().cloned()));
        let papers =
            material::Entity::find().filter(own).order_by_desc(material::Column::Id).limit(PAPERS).all(conn).await?;
        let requests = proof::Entity::find()
            .filter(
                Cond::any()
                    .add(proof::Column::AccountId.eq(person.account))
                    .add(proof::Column::HolderIndex.is_in(indexes)),
            )
            .order_by_desc(proof::Column::Id)
            .limit(REQUESTS)
            .all(conn)
            .await?;
        let paper = |row: material::Model| Object {
            subject: format!("material:{}", row.id),
            label: format!("{}（{}）", row.name, source_label(&row.source)),
        };
        let request = |row: proof::Model| Object {
            subject: format!("proof:{}", row.id),
            label: format!("{}（部门调证）", row.name),
        };
        Ok(papers.into_iter().map(paper).chain(requests.into_iter().map(request)).collect())
    }

    /// What others got is written down as it happens.
    async fn disclosed(&self, _person: &Person) -> Result<Vec<Disclosure>> {
        Ok(Vec::new())
    }
}
