//! Rows and queries.

use platform::Platform;
use platform::web::guard::Principal;
use platform::web::problem::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use serde_json::{Map, Value};
use time::format_description::well_known::Iso8601;
use time::{Date, OffsetDateTime};

use crate::model::{HolderKind, Licence, LicenceType, State};

pub(crate) mod type_row {
    use super::*;
    /// `licence_types`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "licence_types")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub name: String,
        pub content: Json,
        pub digest: String,
        pub paper_version: i64,
        pub imported_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod seal_row {
    use super::*;
    /// `seals`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "seals")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub slot: String,
        pub org_id: Option<Uuid>,
        pub body: String,
        pub kind: String,
        pub certificate: String,
        pub key_sealed: String,
        pub valid_from: OffsetDateTime,
        pub valid_to: OffsetDateTime,
        pub state: String,
        pub created_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod licence_row {
    use super::*;
    /// `licences`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "licences")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub type_key: String,
        pub type_version: i64,
        pub name: String,
        pub identifier: String,
        pub number: String,
        pub holder_kind: String,
        pub holder_name: String,
        pub holder_id_sealed: String,
        pub holder_id_index: String,
        pub account_id: Option<Uuid>,
        pub org_id: Uuid,
        pub issuer_code: String,
        pub issuer_name: String,
        pub fields_sealed: String,
        pub corrections_sealed: Option<String>,
        pub case_id: Uuid,
        pub case_number: String,
        pub item_name: String,
        pub issued_on: String,
        pub expires_on: Option<String>,
        pub state: String,
        pub file_id: Option<Uuid>,
        pub file_digest: Option<String>,
        pub verify_code: String,
        pub replaces: Option<Uuid>,
        pub sealed_at: Option<OffsetDateTime>,
        pub abolished_at: Option<OffsetDateTime>,
        pub abolish_reason: Option<String>,
        pub created_at: OffsetDateTime,
        pub updated_at: OffsetDateTime,
        pub version: i64,
        pub item_slug: String,
        pub taken_at: Option<Uuid>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

use licence_row::{Column, Entity, Model};

impl Model {
    /// The licence of a row.
    pub(crate) fn licence(&self) -> Result<Licence> {
        Ok(Licence {
            id: self.id,
            type_key: self.type_key.clone(),
            type_version: self.type_version,
            name: self.name.clone(),
            identifier: self.identifier.clone(),
            number: self.number.clone(),
            holder_kind: HolderKind::from_column(&self.holder_kind),
            holder_name: self.holder_name.clone(),
            account_id: self.account_id,
            org_id: self.org_id,
            issuer_name: self.issuer_name.clone(),
            case_id: self.case_id,
            case_number: self.case_number.clone(),
            item_name: self.item_name.clone(),
            issued_on: date(&self.issued_on)?,
            expires_on: self.expires_on.as_deref().map(date).transpose()?,
            state: State::from_column(&self.state),
            file_id: self.file_id,
            verify_code: self.verify_code.clone(),
            replaces: self.replaces,
            abolish_reason: self.abolish_reason.clone(),
            version: self.version,
        })
    }

    /// What was computed for the face.
    pub(crate) fn computed(&self, platform: &Platform) -> Result<Map<String, Value>> {
        Ok(serde_json::from_str(&platform.unseal(&self.fields_sealed, &place(self.id, "fields"))?)?)
    }

    /// What a person corrected in the draft.
    pub(crate) fn corrections(&self, platform: &Platform) -> Result<Map<String, Value>> {
        match &self.corrections_sealed {
            Some(sealed) => Ok(serde_json::from_str(&platform.unseal(sealed, &place(self.id, "corrections"))?)?),
            None => Ok(Map::new()),
        }
    }

    /// What stands on the face: computed, then corrected.
    pub(crate) fn values(&self, platform: &Platform) -> Result<Map<String, Value>> {
        let mut values = self.computed(platform)?;
        values.extend(self.corrections(platform)?);
        Ok(values)
    }
}

/// Where a sealed value belongs.
pub(crate) fn place(licence: Uuid, field: &str) -> String {
    format!("licence:{licence}:{field}")
}

fn date(text: &str) -> Result<Date> {
    Date::parse(text, &Iso8601::DATE).map_err(Problem::internal)
}

/// The latest version of a type.
pub(crate) async fn latest_type(conn: &impl ConnectionTrait, key: &str) -> Result<Option<type_row::Model>> {
    Ok(type_row::Entity::find()
        .filter(type_row::Column::Key.eq(key))
        .order_by_desc(type_row::Column::Version)
        .one(conn)
        .await?)
}

/// Keys and present names of all types, by key; at most 500.
pub(crate) async fn type_names(conn: &impl ConnectionTrait) -> Result<Vec<(String, String)>> {
    let mut rows: Vec<(String, i64, String)> = type_row::Entity::find()
        .select_only()
        .column(type_row::Column::Key)
        .column(type_row::Column::Version)
        .column(type_row::Column::Name)
        .order_by_asc(type_row::Column::Key)
        .order_by_desc(type_row::Column::Version)
        .limit(500)
        .into_tuple()
        .all(conn)
        .await?;
    rows.dedup_by(|later, first| later.0 == first.0);
    Ok(rows.into_iter().map(|(key, _, name)| (key, name)).collect())
}

/// The content of one frozen version, with the version of its template.
pub(crate) async fn frozen_type(conn: &impl ConnectionTrait, key: &str, version: i64) -> Result<(LicenceType, i64)> {
    let row = type_row::Entity::find_by_id((key.to_owned(), version))
        .one(conn)
        .await?
        .ok_or_else(|| Problem::internal(format!("licence type {key} version {version} is gone")))?;
    Ok((serde_json::from_value(row.content)?, row.paper_version))
}

/// The licence of a case and type.
pub(crate) async fn by_case(conn: &impl ConnectionTrait, case: Uuid, type_key: &str) -> Result<Option<Model>> {
    Ok(Entity::find().filter(Column::CaseId.eq(case)).filter(Column::TypeKey.eq(type_key)).one(conn).await?)
}

/// By id.
pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).one(conn).await?)
}

/// Ids of licences in force, the newest first.
pub(crate) async fn valid_before(conn: &impl ConnectionTrait, before: Option<Uuid>, limit: u64) -> Result<Vec<Uuid>> {
    let mut select =
        Entity::find().select_only().column(Column::Id).filter(Column::State.eq(crate::model::State::Valid.as_str()));
    if let Some(before) = before {
        select = select.filter(Column::Id.lt(before));
    }
    Ok(select.order_by_desc(Column::Id).limit(limit).into_tuple().all(conn).await?)
}

/// All licences of a case, drafts included.
pub(crate) async fn of_case(conn: &impl ConnectionTrait, case: Uuid) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::CaseId.eq(case)).order_by_asc(Column::Id).all(conn).await?)
}

/// A sealed licence by the code on it.
pub(crate) async fn by_code(conn: &impl ConnectionTrait, code: &str) -> Result<Option<Model>> {
    Ok(sealed().filter(Column::VerifyCode.eq(code)).one(conn).await?)
}

/// Sealed licences that bear a printed number, newest first.
pub(crate) async fn by_number(conn: &impl ConnectionTrait, number: &str, limit: u64) -> Result<Vec<Model>> {
    Ok(sealed().filter(Column::Number.eq(number)).order_by_desc(Column::Id).limit(limit).all(conn).await?)
}

/// A sealed licence by the SM3 of its file.
pub(crate) async fn by_digest(conn: &impl ConnectionTrait, digest: &str) -> Result<Option<Model>> {
    Ok(sealed().filter(Column::FileDigest.eq(digest)).one(conn).await?)
}

/// A sealed licence by its identifier.
pub(crate) async fn by_identifier(conn: &impl ConnectionTrait, identifier: &str) -> Result<Option<Model>> {
    Ok(sealed().filter(Column::Identifier.eq(identifier)).one(conn).await?)
}

fn sealed() -> Select<Entity> {
    Entity::find().filter(Column::State.ne(State::Draft.as_str()))
}

/// Whose licences: of an account, or of its owner's number.
pub(crate) fn held_by(account: Uuid, holder: Option<(HolderKind, String)>) -> Condition {
    let own = Condition::any().add(Column::AccountId.eq(account));
    match holder {
        Some((kind, index)) => own.add(held_by_number(kind, index)),
        None => own,
    }
}

/// Whose licences: of the holder with a number, by its index.
pub(crate) fn held_by_number(kind: HolderKind, index: String) -> Condition {
    Condition::all().add(Column::HolderKind.eq(kind.as_str())).add(Column::HolderIdIndex.eq(index))
}

/// Sealed licences under a condition, newest first.
pub(crate) async fn newest(conn: &impl ConnectionTrait, whose: Condition, limit: u64) -> Result<Vec<Model>> {
    Ok(sealed().filter(whose).order_by_desc(Column::Id).limit(limit).all(conn).await?)
}

/// What staff ask for.
#[derive(Debug, Clone)]
pub(crate) struct Reach {
    /// What the caller sees, see [`within`].
    pub within: Condition,
    /// One case only.
    pub case: Option<Uuid>,
    /// Drafts, or sealed ones.
    pub drafts: bool,
    /// Rows before this id.
    pub before: Option<Uuid>,
}

/// Licences a staff user sees: of the organisations and items within reach.
pub(crate) fn within(caller: &Principal) -> Condition {
    caller.within_taken(Column::OrgId, Column::ItemSlug, Column::TakenAt)
}

impl Model {
    /// The same for one licence.
    pub(crate) fn within(&self, caller: &Principal) -> bool {
        caller.reaches_taken(self.org_id, &self.item_slug, self.taken_at)
    }
}

/// One page of rows within reach, newest first, and how many there are.
pub(crate) async fn page(conn: &impl ConnectionTrait, reach: &Reach, limit: u64) -> Result<(Vec<Model>, u64)> {
    let base = if reach.drafts { Entity::find().filter(Column::State.eq(State::Draft.as_str())) } else { sealed() };
    let mut base = base.filter(reach.within.clone());
    if let Some(case) = reach.case {
        base = base.filter(Column::CaseId.eq(case));
    }
    let total = base.clone().count(conn).await?;
    if let Some(before) = reach.before {
        base = base.filter(Column::Id.lt(before));
    }
    Ok((base.order_by_desc(Column::Id).limit(limit + 1).all(conn).await?, total))
}
