//! Items of the self-check about classification, and about accounts that come with a system.

use platform::Result;
use serde_json::json;

use super::check::{Item, Met};
use crate::Security;
use crate::classification::list::FieldFilter;
use crate::classification::model::SEAL_FROM;
use crate::classification::review::name;

/// Login names that systems are delivered with, and that are tried first.
const DEFAULT_LOGINS: [&str; 9] =
    ["admin", "administrator", "root", "system", "sa", "test", "guest", "user", "operator"];

impl Security {
    pub(super) async fn graded(&self) -> Result<Vec<Item>> {
        let figures = self.field_figures().await?;
        let open = FieldFilter { state: Some("unprotected".to_owned()), ..FieldFilter::default() };
        let (bare, _) = self.fields(&open, None, 5).await?;
        let names: Vec<String> = bare.iter().map(name).collect();
        let staff = self.identity.staff_holding("staff.me").await?;
        let delivered: Vec<&str> = staff
            .iter()
            .map(|one| one.login.as_str())
            .filter(|login| DEFAULT_LOGINS.contains(&login.to_lowercase().as_str()))
            .collect();
        let seen: Vec<i64> = self.grades().await?.iter().map(|grade| grade.level).collect();
        let restricted = seen.iter().filter(|level| **level < SEAL_FROM).count();
        Ok(vec![
            Item {
                key: "data_classified",
                area: "数据安全",
                clause: "GB/T 43697",
                title: "数据分类分级并经人确认",
                state: match (figures.total, figures.proposed) {
                    (0, _) => Met::Failed,
                    (_, 0) => Met::Met,
                    _ => Met::Partly,
                },
                evidence: format!("数据库共 {} 列，已分级，其中 {} 列等人确认。", figures.total, figures.proposed),
                figures: json!({ "columns": figures.total, "proposed": figures.proposed }),
            },
            Item {
                key: "levels_protected",
                area: "数据保密性",
                clause: "8.1.4.8 b)",
                title: "三级和四级数据加密存放",
                state: Met::when(figures.total > 0 && figures.unprotected == 0),
                evidence: if figures.unprotected == 0 {
                    "三级和四级的文字列都已加密，或者只存摘要。".to_owned()
                } else {
                    format!("{} 列应加密而没有加密：{} 等。", figures.unprotected, names.join("、"))
                },
                figures: json!({ "unprotected": figures.unprotected }),
            },
            Item {
                key: "default_accounts",
                area: "访问控制",
                clause: "8.1.4.2 b)",
                title: "没有可用的默认账号，新岗位默认看不到原值",
                state: Met::when(delivered.is_empty()),
                evidence: format!(
                    "系统自带名称的可用账号 {} 个；{} 个岗位和人员里，{restricted} 个看不到三级以上的原值。",
                    delivered.len(),
                    seen.len()
                ),
                figures: json!({ "default_accounts": delivered.len(), "graded": seen.len() }),
            },
        ])
    }
}
