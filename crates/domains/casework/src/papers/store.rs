//! Rows of `item_papers` and `paper_stamps`.

use platform::web::problem::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};

use super::{ItemPaper, ItemPaperContent};

/// `item_papers`
pub mod item_paper {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `item_papers`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "item_papers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub item_slug: String,
        pub item_name: String,
        pub org_id: Uuid,
        pub title: String,
        pub handle_item: String,
        pub situation: Json,
        pub kind: String,
        pub paper_key: String,
        pub purpose: String,
        pub moment: String,
        pub seal: String,
        pub seal_org_id: Option<Uuid>,
        pub stamp_at: String,
        pub step: String,
        pub disabled: bool,
        pub version: i64,
        pub changed_at: OffsetDateTime,
        pub changed_by_name: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `paper_stamps`
pub mod paper_stamp {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `paper_stamps`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "paper_stamps")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub case_number: String,
        pub org_id: Uuid,
        pub item_slug: String,
        pub item_name: String,
        pub document_id: Uuid,
        pub title: String,
        pub seal: String,
        pub seal_org_id: Uuid,
        pub seal_name: String,
        pub place: String,
        pub state: String,
        pub asked_at: OffsetDateTime,
        pub asked_by: Option<Uuid>,
        pub asked_by_name: String,
        pub done_at: Option<OffsetDateTime>,
        pub digest: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

fn read<T: for<'de> serde::Deserialize<'de>>(text: &str) -> Result<T> {
    Ok(serde_json::from_value(serde_json::Value::String(text.to_owned()))?)
}

impl item_paper::Model {
    /// As others see it.
    pub(crate) fn paper(self) -> Result<ItemPaper> {
        Ok(ItemPaper {
            id: self.id,
            item_name: self.item_name,
            version: self.version,
            changed_by_name: self.changed_by_name,
            changed_at: self.changed_at,
            content: ItemPaperContent {
                item_slug: self.item_slug,
                title: self.title,
                handle_item: self.handle_item,
                situation: serde_json::from_value(self.situation)?,
                kind: read(&self.kind)?,
                paper_key: self.paper_key,
                purpose: read(&self.purpose)?,
                moment: read(&self.moment)?,
                seal: read(&self.seal)?,
                seal_org_id: self.seal_org_id,
                stamp_at: read(&self.stamp_at)?,
                step: self.step,
                disabled: self.disabled,
            },
        })
    }

    /// Takes a content over; the rest of the row stays.
    pub(crate) fn put(&mut self, content: ItemPaperContent) -> Result<()> {
        self.situation = serde_json::to_value(&content.situation)?;
        self.title = content.title.trim().to_owned();
        self.handle_item = content.handle_item;
        self.kind = word(content.kind);
        self.paper_key = content.paper_key;
        self.purpose = word(content.purpose);
        self.moment = word(content.moment);
        self.seal = word(content.seal);
        self.seal_org_id = content.seal_org_id;
        self.stamp_at = word(content.stamp_at);
        self.step = content.step;
        self.disabled = content.disabled;
        Ok(())
    }
}

/// Papers of one item that are offered, oldest first.
pub(crate) async fn of_item(conn: &impl ConnectionTrait, slug: &str) -> Result<Vec<ItemPaper>> {
    let rows = item_paper::Entity::find()
        .filter(item_paper::Column::ItemSlug.eq(slug))
        .filter(item_paper::Column::Disabled.eq(false))
        .order_by_asc(item_paper::Column::Id)
        .all(conn)
        .await?;
    rows.into_iter().map(item_paper::Model::paper).collect()
}

/// Stamps of a case, oldest first.
pub(crate) async fn stamps_of(conn: &impl ConnectionTrait, case: Uuid) -> Result<Vec<paper_stamp::Model>> {
    Ok(paper_stamp::Entity::find()
        .filter(paper_stamp::Column::CaseId.eq(case))
        .order_by_asc(paper_stamp::Column::Id)
        .all(conn)
        .await?)
}

/// One page of rows, newest first, one more than asked for, and how many there are.
pub(crate) async fn page<E>(
    conn: &impl ConnectionTrait,
    wanted: Condition,
    id: E::Column,
    before: Option<Uuid>,
    limit: u64,
) -> Result<(Vec<E::Model>, u64)>
where
    E: EntityTrait,
    E::Model: Send + Sync,
{
    let base = E::find().filter(wanted);
    let total = base.clone().count(conn).await?;
    let base = match before {
        Some(before) => base.filter(id.lt(before)),
        None => base,
    };
    Ok((base.order_by_desc(id).limit(limit + 1).all(conn).await?, total))
}
