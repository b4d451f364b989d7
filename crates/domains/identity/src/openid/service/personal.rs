//! Who looked at an account and which systems were told who somebody is, for the person (DATASEC-012).

use async_trait::async_trait;
use platform::Result;
use platform::personal::{Disclosure, Object, Person, PersonalSource};

use super::super::model::SCOPES;
use super::super::store;
use crate::Identity;

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
