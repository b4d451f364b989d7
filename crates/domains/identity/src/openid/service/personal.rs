//! Who looked at an account, which systems were told who somebody is, and what of it is corrected on
//! request, for the person (DATASEC-012).

use async_trait::async_trait;
use platform::personal::{
    Correctable, Corrected, Correction, Disclosure, Object, Person, PersonalKeeper, PersonalSource,
};
use platform::{Problem, Result, Tx};

use super::super::model::SCOPES;
use super::super::store;
use crate::Identity;
use crate::model::account::is_email;
use crate::service::mirror_account::place;
use crate::store::accounts;

/// What a scope hands over.
fn scope_label(scope: &str) -> &str {
    SCOPES.iter().find(|known| known.key == scope).map_or(scope, |known| known.label)
}

#[async_trait]
impl PersonalSource for Identity {
    async fn objects(&self, person: &Person) -> Result<Vec<Object>> {
        Ok(vec![Object { subject: format!("account:{}", person.account), label: "账号资料".to_owned() }])
    }

    async fn disclosed(&self, person: &Person) -> Result<Vec<Disclosure>> {
        let mut found = Vec::new();
        for given in store::consents(self.platform.db.read(), person.account).await? {
            let system = self.system_by_app_id(&given.app_id).await?;
            found.push(Disclosure {
                at: given.last_used_at.unwrap_or(given.given_at),
                receiver: system.map_or_else(|| given.app_id.clone(), |system| system.name),
                what: given.scopes.split(' ').map(scope_label).collect::<Vec<_>>().join("、"),
                way: "您同意用通办账号登录".to_owned(),
                about: "统一登录".to_owned(),
            });
        }
        Ok(found)
    }
}

/// What the province says of a person is corrected there: the next sign-on would bring the old value back.
const FROM_THE_PROVINCE: &str = "姓名、证件号码和实名状态来自省统一身份认证平台，在这里改了下次登录又会变回去。请本人到省平台或者公安机关更正，更正后下次登录时这里自动更新。";
/// Records say what was then.
const RECORDS: &str = "这是当时情况的如实记录，依法不能改写。有误的，在答复里写明。";

#[async_trait]
impl PersonalKeeper for Identity {
    fn kinds(&self) -> &'static [&'static str] {
        &["account.identity", "account.email", "account.sign_ins", "account.real_name", "account.enterprise", "grants"]
    }

    async fn correction(&self, person: &Person, kind: &str) -> Result<Correction> {
        let field = |field: &str, label: &str, now: String| Correctable {
            field: field.to_owned(),
            label: label.to_owned(),
            now,
        };
        let account = self.known_account(person.account).await?;
        Ok(match kind {
            "account.identity" => {
                let phone = account.phone.as_deref().map(base::mask::phone).unwrap_or_default();
                Correction { fields: vec![field("phone", "手机号码", phone)], why_not: FROM_THE_PROVINCE }
            }
            "account.email" => {
                let email = account.email.as_deref().map(base::mask::email).unwrap_or_default();
                Correction { fields: vec![field("email", "电子邮箱", email)], why_not: "" }
            }
            "account.enterprise" => Correction {
                fields: Vec::new(),
                why_not: "企业信息来自登记机关，请到登记机关办理变更登记，变更后这里自动更新。",
            },
            "grants" => Correction {
                fields: Vec::new(),
                why_not: "授权写明了双方当时的约定，不能改。信息有误的，请授权人收回后重新授权。",
            },
            _ => Correction { fields: Vec::new(), why_not: RECORDS },
        })
    }

    async fn correct(&self, tx: &Tx, person: &Person, kind: &str, field: &str, value: &str) -> Result<Corrected> {
        let value = value.trim();
        let row = accounts::find(tx.conn(), person.account).await?.ok_or_else(crate::error::no_account)?;
        let old = self.opened(row.clone())?;
        let subject = format!("account:{}", person.account);
        let corrected = match (kind, field) {
            ("account.identity", "phone") => {
                if base::codes::Phone::parse_mobile(value).is_err() {
                    return Err(Problem::invalid_field("/value", "format", "请填写 11 位手机号码"));
                }
                let sealed = self.sealed_phone(&row.subject, value);
                accounts::put_phone(tx.conn(), row.id, row.version, sealed).await?;
                Corrected {
                    subject,
                    label: "手机号码".to_owned(),
                    before: old.phone.as_deref().map(base::mask::phone).unwrap_or_default(),
                    after: base::mask::phone(value),
                }
            }
            ("account.email", "email") => {
                if !is_email(value) {
                    return Err(Problem::invalid_field("/value", "format", "请检查邮箱，例如 name@example.com"));
                }
                let sealed = self.platform.seal(value, &place(&row.subject, "email"));
                accounts::put_email(tx.conn(), row.id, row.version, sealed).await?;
                Corrected {
                    subject,
                    label: "电子邮箱".to_owned(),
                    before: old.email.as_deref().map(base::mask::email).unwrap_or_default(),
                    after: base::mask::email(value),
                }
            }
            _ => return Err(Problem::conflict("not_correctable", "这一项不能在这里更正。")),
        };
        tx.publish(self.account_changed(person.account));
        Ok(corrected)
    }
}
