//! Registration of card readers: which device stands at which window, with which key.

use base::crypto::Sm2PublicKey;
use platform::web::guard::{Allowed, Principal};
use platform::web::problem::{FieldProblem, Problem, Result};
use platform::work::audit::Line;
use platform::work::idempotency;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{self, row};
use crate::Recognition;
use crate::permissions::{EditCardDevices, ReadCardDevices};

/// A card reader to register.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewCardDevice {
    /// Number of the device, as its gateway names it: letters, digits, `-`; 3 to 40.
    pub code: String,
    /// Name people read.
    pub name: String,
    /// Window it stands at.
    pub window_id: Uuid,
    /// SM2 public key of its gateway, PEM.
    pub public_key: String,
}

impl NewCardDevice {
    fn checked(mut self) -> Result<Self> {
        self.code = self.code.trim().to_uppercase();
        self.name = self.name.trim().to_owned();
        self.public_key = self.public_key.trim().to_owned();
        let mut wrong = Vec::new();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if !(3..=40).contains(&self.code.len()) || !self.code.bytes().all(plain) {
            wrong.push(FieldProblem::new("/code", "format", "设备编号用字母、数字和 -，3 到 40 个字符"));
        }
        if !(2..=40).contains(&self.name.chars().count()) || self.name.chars().any(char::is_control) {
            wrong.push(FieldProblem::new("/name", "length", "填写设备名称，2 到 40 个字"));
        }
        if Sm2PublicKey::from_pem(&self.public_key).is_err() {
            wrong.push(FieldProblem::new(
                "/public_key",
                "format",
                "公钥读不出来，请整段粘贴设备网关给出的公钥，从 BEGIN 到 END",
            ));
        }
        if wrong.is_empty() { Ok(self) } else { Err(Problem::invalid(wrong)) }
    }
}

impl Recognition {
    /// Card readers of the organisations the caller sees.
    ///
    /// # Authorisation
    /// `card_device.read`.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn card_devices(&self, caller: &Allowed<ReadCardDevices>) -> Result<Vec<row::Model>> {
        store::of_orgs(self.platform.db.read(), &caller.visible_orgs).await
    }

    /// Registers a card reader; switched on.
    ///
    /// # Errors
    /// 422 naming what to mend, 404 for a window outside the caller's organisations.
    pub async fn add_card_device(&self, caller: &Principal, new: NewCardDevice, once: Option<String>) -> Result<Uuid> {
        let new = new.checked()?;
        let window = self.identity.window(new.window_id).await?;
        let window = window
            .filter(|window| caller.visible_orgs.contains(&window.org_id))
            .ok_or_else(|| Problem::invalid_field("/window_id", "option", "没有找到这个窗口，请重新选择"))?;
        let (id, now) = (self.platform.new_id(), self.platform.now());
        let row = row::Model {
            id,
            code: new.code,
            name: new.name,
            window_id: window.id,
            hall_key: window.hall_key,
            org_id: window.org_id,
            public_key: new.public_key,
            enabled: true,
            version: 1,
            created_at: now,
            last_read_at: None,
        };
        let detail = json!({ "code": row.code, "window": row.window_id });
        let line = Line::by(caller, self.platform.new_id(), "card_device.add", format!("card_device:{id}"), detail);
        let by = caller.id;
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if let Some(once) = once
                        && let Some(made) = idempotency::claim(tx, by, "card_device.add", &once, id).await?
                    {
                        return Ok(made);
                    }
                    if !store::insert(tx.conn(), row).await? {
                        return Err(Problem::invalid_field("/code", "taken", "这个设备编号已经登记，请核对编号"));
                    }
                    tx.audit(line);
                    Ok(id)
                })
            })
            .await
    }

    /// Switches a card reader on or off; off counts at the next read.
    ///
    /// # Errors
    /// 404 outside the caller's organisations, 409 for an old page.
    pub(crate) async fn switch_card_device(
        &self,
        caller: &Allowed<EditCardDevices>,
        id: Uuid,
        version: i64,
        enabled: bool,
    ) -> Result<()> {
        let row = store::find(self.platform.db.read(), id).await?;
        let row = row.filter(|row| caller.visible_orgs.contains(&row.org_id));
        let row = row.ok_or_else(|| Problem::not_found("没有找到这台设备。"))?;
        let action = if enabled { "card_device.enable" } else { "card_device.disable" };
        let detail = json!({ "code": row.code });
        let line = Line::by(caller, self.platform.new_id(), action, format!("card_device:{id}"), detail);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    store::switch(tx.conn(), id, version, enabled).await
                })
            })
            .await
    }
}
