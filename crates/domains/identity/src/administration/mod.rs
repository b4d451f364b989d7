//! Administration: organisations and windows, staff, roles, mandates, access policies, grants to
//! other regions, township extension, migration of earlier systems.
//!
//! Start at [`rights`]: what a right is and how every command is judged ([`govern`]). Each folder is
//! one kind of thing with its service, its HTTP and its rows.

pub(crate) mod extensions;
mod http;
pub(crate) mod migration;
pub(crate) mod organisations;
pub(crate) mod policies;
pub mod rights;
pub(crate) mod roles;
pub(crate) mod staff;
pub(crate) mod store;
pub(crate) mod workbench;

use axum::http::StatusCode;
use futures::future::BoxFuture;
use platform::Tx;
use platform::web::guard::Principal;
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use platform::work::idempotency;
use uuid::Uuid;

pub use http::routes;
pub use migration::table::Table;
pub use migration::{Kind, Mapping, MigrationReport, Source};
pub use roles::mandates::NewMandate;

use crate::Identity;
use crate::directory::Snapshot;
use crate::store::{directory, staff as staff_rows};
use rights::{Member, World};

/// Code of the problem that undoes a trial run.
pub(crate) const TRIAL_OVER: &str = "trial_over";

/// Who gives a command: a signed-in administrator, or the machine's operator at the command line.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "made once a request and borrowed from then on")]
pub enum Giver {
    /// Judged by mandate and role; with the key of the request, when it brought one.
    Caller(Principal, Option<String>),
    /// Trusted: whoever runs the binary has the database anyway.
    Operator,
}

impl Giver {
    /// Whoever sends the same request again gets what the first one made.
    #[must_use]
    pub fn once(self, key: Option<String>) -> Self {
        match self {
            Self::Caller(caller, _) => Self::Caller(caller, key),
            Self::Operator => Self::Operator,
        }
    }

    fn key(&self) -> Option<(Uuid, String)> {
        match self {
            Self::Caller(caller, Some(key)) => Some((caller.id, key.clone())),
            _ => None,
        }
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Self::Caller(caller, _) => caller.name.clone(),
            Self::Operator => "命令行".to_owned(),
        }
    }

    pub(crate) fn id(&self) -> Option<Uuid> {
        match self {
            Self::Caller(caller, _) => Some(caller.id),
            Self::Operator => None,
        }
    }

    pub(crate) fn line(&self, id: Uuid, action: &'static str, subject: String, detail: serde_json::Value) -> Line {
        Line { id, actor_id: self.id(), actor_name: self.name(), action, subject, detail }
    }
}

impl From<&Principal> for Giver {
    fn from(caller: &Principal) -> Self {
        Self::Caller(caller.clone(), None)
    }
}

/// Everything rights depend on, read in one go.
pub(crate) async fn world(conn: &impl sea_orm::ConnectionTrait, now: time::OffsetDateTime) -> Result<World> {
    let mut held = directory::all_held(conn).await?;
    let members = staff_rows::all(conn)
        .await?
        .into_iter()
        .map(|staff| Member { windows: held.remove(&staff.id).unwrap_or_default(), staff });
    Ok(World { members: members.collect(), directory: Snapshot::read(conn).await?, now })
}

impl Identity {
    /// Runs an administrative command, one at a time, and undoes it when it gave anybody more than
    /// the giver may give, when the giver widened the own rights, or when duties came together that
    /// exclude each other.
    pub(crate) async fn govern<T, F>(&self, giver: &Giver, act: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Tx, &'t World) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        self.govern_trial(giver, false, act).await
    }

    /// The same for a command that makes something and returns its id: the request's key makes one
    /// thing only, and asked again gives the id of the first.
    pub(crate) async fn govern_new<F>(&self, giver: &Giver, action: &'static str, act: F) -> Result<Uuid>
    where
        F: for<'t> FnOnce(&'t Tx, &'t World) -> BoxFuture<'t, Result<Uuid>> + Send + 'static,
    {
        let once = giver.key();
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                let Some((caller, key)) = once else { return act(tx, world).await };
                // Commands come one at a time here, so nobody takes the key in between.
                if let Some(made) = idempotency::earlier(tx, caller, action, &key).await? {
                    return Ok(made);
                }
                let made = act(tx, world).await?;
                idempotency::remember(tx, caller, action, &key, made).await?;
                Ok(made)
            })
        })
        .await
    }

    /// The same; a trial run is judged like the real one and then undone with [`TRIAL_OVER`].
    pub(crate) async fn govern_trial<T, F>(&self, giver: &Giver, trial: bool, act: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Tx, &'t World) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let platform = &self.platform;
        let now = platform.now();
        let giver = giver.id();
        let done = platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    // Two commands at the same moment could together give what neither may.
                    store::lock(tx.conn()).await?;
                    let before = world(tx.conn(), now).await?;
                    let value = act(tx, &before).await?;
                    let after = world(tx.conn(), now).await?;
                    let clashes = rights::clashes(&before, &after);
                    if !clashes.is_empty() {
                        let message = format!("这些职责不能在同一个账号上。{}", clashes.join("；"));
                        return Err(Problem::invalid_field("/roles", "exclusive", message));
                    }
                    if let Some(giver) = giver {
                        if !rights::own_gains(&before, &after, giver).is_empty() {
                            return Err(own_rights());
                        }
                        let beyond = rights::judge(&before, &after, giver);
                        if !beyond.is_empty() {
                            return Err(grant_beyond_own().errors(rights::explain(&beyond, &after)));
                        }
                    }
                    if trial { Err(Problem::conflict(TRIAL_OVER, "试运行，没有保存。")) } else { Ok(value) }
                })
            })
            .await?;
        self.directory_changed();
        Ok(done)
    }

    /// After a change of what rights depend on: this node asks anew at the next request.
    pub(crate) fn directory_changed(&self) {
        self.directory.forget();
        self.platform.sessions.forget_all();
    }

    /// Whether somebody holds a mandate.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn has_mandate(&self, staff: Uuid) -> Result<bool> {
        Ok(self.directory.snapshot(&self.platform).await?.mandates.iter().any(|mandate| mandate.staff_id == staff))
    }

    /// The world as it is, for lists and pages.
    pub(crate) async fn world(&self) -> Result<World> {
        world(self.platform.db.read(), self.platform.now()).await
    }

    /// The part of the tree a caller sees in the administration: what the caller administers, or for
    /// those who only look (auditor, hall manager) what the caller sees.
    pub(crate) async fn part_of(&self, caller: &Principal) -> Result<std::collections::HashSet<Uuid>> {
        let snapshot = self.directory.snapshot(&self.platform).await?;
        let Some(staff) = self.staff(caller.id).await? else { return Ok(Default::default()) };
        let member = Member { staff, windows: Vec::new() };
        let world = World { directory: (*snapshot).clone(), members: Vec::new(), now: self.platform.now() };
        let part = world.part(&member);
        Ok(if part.is_empty() { caller.visible_orgs.iter().copied().collect() } else { part })
    }
}

/// The giver's part inside a command; the operator has all of it.
pub(crate) fn part(world: &World, giver: &Giver) -> std::collections::HashSet<Uuid> {
    match giver {
        Giver::Operator => world.directory.tree.all().iter().map(|org| org.id).collect(),
        Giver::Caller(caller, _) => world.member(caller.id).map(|member| world.part(member)).unwrap_or_default(),
    }
}

fn grant_beyond_own() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "grant_beyond_own", "您只能授予自己有权授予的权限，没有保存。")
        .detail("请去掉下面列出的权限或机构，或者请上级管理员来授。")
}

fn own_rights() -> Problem {
    Problem::conflict("own_rights", "不能给自己加权限，没有保存。请让另一位管理员来授。")
}

pub(crate) fn no_org() -> Problem {
    Problem::not_found("没有找到这个机构，或者它不在您的管理范围。")
}

/// A reason people will read later.
pub(crate) fn reason(text: &str) -> Result<String> {
    let text = text.trim();
    if (2..=200).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err(Problem::invalid_field("/reason", "required", "请写明原因，2 到 200 个字"))
    }
}

/// A name: trimmed, not empty, no control characters.
pub(crate) fn name(pointer: &str, text: &str, most: usize) -> Result<String, platform::web::problem::FieldProblem> {
    let text = text.trim();
    if (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        let message = format!("请填写 1 到 {most} 个字");
        Err(platform::web::problem::FieldProblem::new(pointer, "length", message))
    }
}
