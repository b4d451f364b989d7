//! The answer to "may this person see this value": level of the field against level of the person.
//!
//! A field has the level in force; while a change waits for its confirmation the stricter of both
//! counts. A part of a sealed document (`phone` of a case) has the level its name says, raised when the
//! document's own level was raised by hand. A person has the level graded for them by name, otherwise
//! the highest of their roles; what nobody graded is level 1 and sees nothing raw.

use std::sync::Arc;

use async_trait::async_trait;
use platform::disclosure::{DisclosurePolicy, Field, Way, Weight};
use platform::web::guard::Principal;
use platform::{Platform, Result};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use super::model::Export;
use super::pack::Pack;
use super::store::{field, grade};

/// Level of whom nobody graded.
pub(crate) const UNGRADED: i64 = 1;

/// The classification as the platform asks it.
pub(crate) struct Policy {
    pub(crate) pack: Arc<Pack>,
}

#[async_trait]
impl DisclosurePolicy for Policy {
    async fn weigh(&self, platform: &Platform, caller: &Principal, asked: Field<'_>) -> Result<Weight> {
        let conn = platform.db.read();
        let row = field::Entity::find()
            .filter(field::Column::TableName.eq(asked.table))
            .filter(field::Column::ColumnName.eq(asked.column))
            .one(conn)
            .await?;
        let (level, way) = field_level(&self.pack, row.as_ref(), asked);
        Ok(Weight { level, may_see: person_level(conn, &self.pack, caller).await?, way })
    }
}

/// Level of a field and what a file may hold of it.
pub(crate) fn field_level(pack: &Pack, row: Option<&field::Model>, asked: Field<'_>) -> (i64, Way) {
    let rule = pack.rule(asked.table, asked.column, "text");
    let by_rule = row.map(|row| row.rule_level).or_else(|| rule.map(|rule| rule.level)).unwrap_or(4);
    let level = row.map_or(by_rule, field::Model::strict_level);
    let export = row.map_or_else(|| rule.map_or(Export::Never, |rule| rule.export), field::Model::strict_export);
    let part = if asked.part.is_empty() { None } else { pack.part_level(asked.part) };
    let level = match part {
        Some(part) if level > by_rule => part.max(level),
        Some(part) => part,
        None => level,
    };
    let way = match export {
        Export::Raw if level < super::model::SEAL_FROM => Way::Raw,
        Export::Raw | Export::Masked => Way::Masked,
        Export::Never => Way::Never,
    };
    (level, way)
}

/// Highest level a person sees raw.
pub(crate) async fn person_level(conn: &impl ConnectionTrait, pack: &Pack, caller: &Principal) -> Result<i64> {
    let own = format!("staff:{}", caller.id);
    let roles: Vec<String> = caller.roles.iter().map(|role| format!("role:{role}")).collect();
    let rows = grade::Entity::find()
        .filter(grade::Column::Subject.is_in(roles.iter().chain([&own]).cloned()))
        .filter(grade::Column::Level.gt(0))
        .all(conn)
        .await?;
    let graded = |subject: &str| rows.iter().find(|row| row.subject == subject).map(|row| row.level);
    if let Some(level) = graded(&own) {
        return Ok(level);
    }
    let of_role = |role: &String| graded(&format!("role:{role}")).or_else(|| pack.grades.get(role).copied());
    Ok(caller.roles.iter().filter_map(of_role).max().unwrap_or(UNGRADED))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack() -> Pack {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/platform/classification.yaml");
        Pack::load(&path).unwrap()
    }

    fn row(level: i64, held: i64, rule: i64) -> field::Model {
        field::Model {
            id: Uuid::nil(),
            table_name: "cases".into(),
            column_name: "personal_sealed".into(),
            kind: "text".into(),
            domain: "casework".into(),
            protection: "sealed".into(),
            class: "personal".into(),
            level,
            masking: "replace".into(),
            export: "raw".into(),
            source: "hand".into(),
            state: "proposed".into(),
            rule_level: rule,
            held_no: 1,
            held_level: held,
            held_masking: "replace".into(),
            held_export: "raw".into(),
            proposed_by: None,
            version: 1,
            gone_at: None,
        }
    }

    /// req: DATASEC-010
    #[test]
    fn the_stricter_level_counts_until_a_change_is_confirmed_and_a_part_has_its_own() {
        let pack = pack();
        let whole = Field::column("cases", "personal_sealed");
        let phone = Field { part: "agent_phone", ..whole };
        assert_eq!(field_level(&pack, None, whole), (4, Way::Never));
        assert_eq!(field_level(&pack, None, phone).0, 3);
        assert_eq!(
            field_level(&pack, None, Field { part: "form_of_business", ..whole }).0,
            4,
            "unknown parts: the whole"
        );
        assert_eq!(field_level(&pack, Some(&row(2, 3, 3)), whole).0, 3, "lowering waits for its confirmation");
        assert_eq!(field_level(&pack, Some(&row(4, 3, 3)), whole).0, 4, "raising counts at once");
        assert_eq!(field_level(&pack, Some(&row(4, 3, 3)), phone).0, 4, "a document raised by hand raises its parts");
        assert_eq!(field_level(&pack, Some(&row(3, 3, 3)), whole).1, Way::Masked, "raw is not for level 3");
    }
}
