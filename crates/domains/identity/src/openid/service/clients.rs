//! The sign-on part of a connected system: read, change.

use platform::web::guard::{Allowed, Audience};
use platform::web::problem::{FieldProblem, Problem, Result};
use platform::work::audit::Line;
use serde_json::json;

use crate::Identity;
use crate::openid::store::{self, client};
use crate::permissions::EditSignOn;
use crate::systems::ConnectedSystem;

/// A connected system with its sign-on settings.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) system: ConnectedSystem,
    pub(crate) audience: Audience,
    pub(crate) settings: client::Model,
}

pub(crate) fn audience_of(text: &str) -> Audience {
    if text == "desk" { Audience::Desk } else { Audience::Portal }
}

/// Settings of a system for which nothing was set yet.
fn blank(app_id: &str) -> client::Model {
    client::Model {
        app_id: app_id.to_owned(),
        audience: "portal".to_owned(),
        sign_on: false,
        skip_consent: false,
        listed: false,
        start_url: String::new(),
        logout_uris: json!([]),
        summary: String::new(),
        notice: String::new(),
        version: 0,
    }
}

/// Whole address over TLS, or on the machine itself; without a fragment.
fn is_address(text: &str) -> bool {
    let Ok(url) = url::Url::parse(text) else { return false };
    let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    (url.scheme() == "https" || (url.scheme() == "http" && local)) && url.fragment().is_none() && text.len() <= 500
}

impl client::Model {
    pub(crate) fn logout_addresses(&self) -> Vec<String> {
        serde_json::from_value(self.logout_uris.clone()).unwrap_or_default()
    }
}

impl Identity {
    /// A client that may sign users in now: registered, switched on, of this environment, granted
    /// sign-on and set up for it. Asked at every step, so that switching off counts at once.
    pub(crate) async fn live_client(&self, app_id: &str) -> Result<Option<Client>> {
        let Some(system) = self.live_system(app_id).await? else { return Ok(None) };
        if system.grant("sign_on", self.platform.now()).is_none() {
            return Ok(None);
        }
        let settings = store::client(self.platform.db.read(), app_id).await?.filter(|settings| settings.sign_on);
        Ok(settings.map(|settings| Client { audience: audience_of(&settings.audience), system, settings }))
    }

    /// A system with its settings, whatever its state.
    ///
    /// # Errors
    /// 404 when it is not registered.
    pub(crate) async fn client(&self, app_id: &str) -> Result<Client> {
        let system =
            self.system_by_app_id(app_id).await?.ok_or_else(|| Problem::not_found("没有找到这个接入系统。"))?;
        let settings = store::client(self.platform.db.read(), app_id).await?.unwrap_or_else(|| blank(app_id));
        Ok(Client { audience: audience_of(&settings.audience), system, settings })
    }

    /// Changes the sign-on settings of a connected system.
    ///
    /// # Authorisation
    /// `sign_on.edit`.
    ///
    /// # Errors
    /// 409 when the page is old, or when people use the system and its user system would change; 422
    /// names each wrong field.
    pub(crate) async fn set_client(
        &self,
        caller: &Allowed<EditSignOn>,
        version: i64,
        mut new: client::Model,
    ) -> Result<Client> {
        let known = self.client(&new.app_id).await?;
        let mut errors = Vec::new();
        for text in [&mut new.start_url, &mut new.summary, &mut new.notice] {
            *text = text.trim().to_owned();
        }
        if !new.start_url.is_empty() && !is_address(&new.start_url) {
            errors.push(FieldProblem::new("/start_url", "format", "地址要写全，以 https:// 开头，不带 # 号"));
        }
        for (at, address) in new.logout_addresses().iter().enumerate() {
            if !is_address(address) {
                errors.push(FieldProblem::new(
                    format!("/logout_uris/{at}"),
                    "format",
                    "退出后的地址要写全，以 https:// 开头，不带 # 号",
                ));
            }
        }
        if new.listed && new.start_url.is_empty() {
            errors.push(FieldProblem::new("/start_url", "required", "要在门户里显示，请填写进入地址"));
        }
        if new.summary.chars().count() > 100 || new.notice.chars().count() > 500 {
            errors.push(FieldProblem::new("/summary", "length", "说明最多 100 字，公告最多 500 字"));
        }
        if new.sign_on && known.system.callbacks.is_empty() {
            errors.push(FieldProblem::new("/sign_on", "no_callback", "请先在接入系统里登记回调地址"));
        }
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        if known.settings.version > 0
            && known.settings.audience != new.audience
            && store::is_used(self.platform.db.read(), &new.app_id).await?
        {
            return Err(Problem::conflict("audience_fixed", "已经有人用它登录，不能再换成另一套用户。")
                .detail("公众和工作人员是两套用户。请为另一套用户另外登记一个接入系统。"));
        }
        let app_id = new.app_id.clone();
        let detail = json!({ "audience": new.audience, "sign_on": new.sign_on, "skip_consent": new.skip_consent, "listed": new.listed });
        let line = Line::by(caller, self.platform.new_id(), "sign_on.edit", format!("system:{app_id}"), detail);
        new.version = 1;
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if !store::save_client(tx.conn(), new, version).await? {
                        return Err(Problem::stale());
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.client(&app_id).await
    }
}
