//! What of a person's cases is corrected on request, for the person (DATASEC-012): how to reach them
//! while a case is open. What was filed and decided is an archive and stays as it was.

use async_trait::async_trait;
use base::codes::Phone;
use platform::personal::{Correctable, Corrected, Correction, Person, PersonalKeeper};
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{QueryOrder, QuerySelect};

use super::Casework;
use super::lists::open_states;
use crate::cases::store::case;

/// Open cases that are offered for correction at most.
const CASES: u64 = 100;
/// Kinds of this domain's `HELD`.
const FILES: &str = "case.files";
const COUNTER: &str = "case.counter";
const DRAFTS: &str = "case.drafts";

const ARCHIVE: &str = "已经提交的申请表、材料和文书是政务服务档案，要保持原样。办理中的，请申请人在补正时改；证照上有误的，由发证部门更正换发。";
const OWN: &str = "草稿由本人随时修改，不用申请更正。";

/// Rows of one kind of data of a person.
fn of(person: &Person, kind: &str) -> Cond {
    match kind {
        FILES => Cond::all().add(case::Column::AccountId.eq(person.account)),
        _ => Cond::all()
            .add(case::Column::ApplicantIndex.eq(person.number_index.clone()))
            .add(case::Column::AccountId.is_null()),
    }
}

fn label(row: &case::Model) -> String {
    format!("联系电话（{} {}）", row.item_name, row.case_number.as_deref().unwrap_or_default())
}

#[async_trait]
impl PersonalKeeper for Casework {
    fn kinds(&self) -> &'static [&'static str] {
        &[FILES, COUNTER, DRAFTS]
    }

    async fn correction(&self, person: &Person, kind: &str) -> Result<Correction> {
        if kind == DRAFTS {
            return Ok(Correction { fields: Vec::new(), why_not: OWN });
        }
        let rows = case::Entity::find()
            .filter(of(person, kind))
            .filter(case::Column::State.is_in(open_states()))
            .order_by_desc(case::Column::Id)
            .limit(CASES)
            .all(self.platform.db.read())
            .await?;
        let mut fields = Vec::with_capacity(rows.len());
        for row in rows {
            let now = base::mask::phone(&self.personal(&row)?.phone);
            fields.push(Correctable { field: format!("phone:{}", row.id), label: label(&row), now });
        }
        Ok(Correction { fields, why_not: ARCHIVE })
    }

    async fn correct(&self, tx: &Tx, person: &Person, kind: &str, field: &str, value: &str) -> Result<Corrected> {
        let not_here = || Problem::conflict("not_correctable", "这一项不能在这里更正。");
        let id = field.strip_prefix("phone:").and_then(|id| Uuid::parse_str(id).ok()).ok_or_else(not_here)?;
        if kind == DRAFTS {
            return Err(not_here());
        }
        let value = value.trim();
        if Phone::parse_mobile(value).is_err() {
            return Err(Problem::invalid_field("/value", "format", "请填写 11 位手机号码"));
        }
        let row = case::Entity::find_by_id(id)
            .filter(of(person, kind))
            .filter(case::Column::State.is_in(open_states()))
            .one(tx.conn())
            .await?
            .ok_or_else(|| Problem::conflict("not_open", "这件办件已经办完，联系电话不再使用，也不能再改。"))?;
        let mut personal = self.personal(&row)?;
        let before = std::mem::replace(&mut personal.phone, value.to_owned());
        let changed = case::Entity::update_many()
            .col_expr(case::Column::PersonalSealed, Expr::value(self.seal(&personal, row.id, "personal")?))
            .col_expr(case::Column::UpdatedAt, Expr::value(tx.now()))
            .col_expr(case::Column::Version, Expr::value(row.version + 1))
            .filter(case::Column::Id.eq(row.id))
            .filter(case::Column::Version.eq(row.version))
            .exec(tx.conn())
            .await?;
        if changed.rows_affected == 0 {
            return Err(Problem::stale());
        }
        Ok(Corrected {
            subject: format!("case:{}", row.id),
            label: label(&row),
            before: base::mask::phone(&before),
            after: base::mask::phone(value),
        })
    }
}
