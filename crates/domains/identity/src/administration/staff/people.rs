//! Add, change, grant, disable, recover, remove.

use base::codes::Phone;
use platform::disclosure::{Ask, Field};
use platform::passwords;
use platform::sessions::Sessions;
use platform::web::guard::{Audience, Principal};
use platform::web::problem::{FieldProblem, Problem, Result};
use platform::{Platform, Tx};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::organisations::{Faults, region_within};
use super::super::rights::World;
use super::super::store::role_rows;
use super::super::{Giver, name, no_org, part, reason};
use super::{login, no_staff, one_time, own, place};
use crate::Identity;
use crate::model::org::OrgState;
use crate::model::staff::ONE_TIME_FOR;
use crate::store::directory;
use crate::store::staff::row;

/// Roles, items and windows of somebody.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct Grants {
    /// Role keys.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Item slugs the person is limited to; empty = no limit.
    #[serde(default)]
    pub items: Vec<String>,
    /// Windows held.
    #[serde(default)]
    pub windows: Vec<Uuid>,
}

/// Who somebody is.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Number of employment.
    #[serde(default)]
    pub employee_no: Option<String>,
    /// Post.
    #[serde(default)]
    pub title: Option<String>,
    /// Organisation.
    pub org_id: Uuid,
    /// Region, 12 digits; the organisation's when absent.
    #[serde(default)]
    pub region: Option<String>,
    /// 11 digits; absent leaves it, empty takes it away.
    #[serde(default)]
    pub phone: Option<String>,
    /// Absent leaves it, empty takes it away.
    #[serde(default)]
    pub email: Option<String>,
    /// Id of the linked mobile identity; absent leaves it, empty takes it away.
    #[serde(default)]
    pub mobile_identity: Option<String>,
}

/// A new staff user.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct NewPerson {
    /// Name to sign in with.
    pub login: String,
    /// Who it is.
    #[serde(flatten)]
    pub person: Person,
    /// Roles, items, windows.
    #[serde(flatten)]
    pub grants: Grants,
}

/// A password shown once.
#[derive(Debug, Clone)]
pub struct OneTime {
    /// Whose.
    pub id: Uuid,
    /// The password.
    pub password: String,
    /// Until when it opens.
    pub valid_until: OffsetDateTime,
}

fn trimmed(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Checks the data of a person against the giver's part.
pub(crate) fn check_person(world: &World, giver: &Giver, person: &Person, faults: &mut Faults) {
    faults.keep(name("/name", &person.name, 30));
    let org = world.directory.tree.get(person.org_id).filter(|org| part(world, giver).contains(&org.id));
    match org {
        None => faults.add("/org_id", "unknown", "请选择您管理的机构"),
        Some(org) if org.state != OrgState::Active => {
            faults.add("/org_id", "not_active", format!("“{}”已经{}，请选择别的机构", org.name, org.state.label()));
        }
        Some(org) => {
            if let Some(region) = person.region.as_deref().filter(|text| !text.is_empty()) {
                faults.keep(region_within("/region", region, Some(&org.region)));
            }
        }
    }
    if let Some(phone) = person.phone.as_deref().filter(|text| !text.is_empty())
        && Phone::parse_mobile(phone).is_err()
    {
        faults.add("/phone", "format", "请填写 11 位手机号码");
    }
    if let Some(email) = person.email.as_deref().filter(|text| !text.is_empty())
        && !crate::model::account::is_email(email)
    {
        faults.add("/email", "format", "请检查邮箱，例如 name@example.com");
    }
}

/// Checks roles and windows; returns the keys of the windows.
pub(crate) async fn check_grants(
    tx: &Tx,
    world: &World,
    org: Uuid,
    grants: &Grants,
    faults: &mut Faults,
) -> Result<Vec<String>> {
    for key in &grants.roles {
        match world.directory.roles.get(key).filter(|role| role.audience == Audience::Desk) {
            None => faults.add("/roles", "unknown", format!("没有“{key}”这个岗位")),
            Some(role) => {
                // A role made for one part of the tree is used there only.
                let home = role_rows::Entity::find_by_id(key.clone()).one(tx.conn()).await?.and_then(|row| row.org_id);
                if home.is_some_and(|home| !world.directory.tree.subtree(home).contains(&org)) {
                    faults.add("/roles", "elsewhere", format!("岗位“{}”是别的机构自己的，这里不能用", role.label));
                }
            }
        }
    }
    let mut keys = Vec::new();
    for id in &grants.windows {
        match world.directory.windows.values().find(|window| window.id == *id) {
            Some(window) => keys.push(window.key.clone()),
            None => faults.add("/windows", "unknown", "有的窗口已经不在了，请重新选择"),
        }
    }
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// A new row.
pub(crate) fn new_row(
    platform: &Platform,
    id: Uuid,
    new: &NewPerson,
    region: String,
    hash: String,
    now: OffsetDateTime,
) -> row::ActiveModel {
    let person = &new.person;
    let sealed =
        |value: Option<String>, field: &str| trimmed(value).map(|text| platform.seal(&text, &place(id, field)));
    row::ActiveModel {
        id: Set(id),
        login: Set(new.login.clone()),
        name: Set(person.name.trim().to_owned()),
        employee_no: Set(trimmed(person.employee_no.clone())),
        title: Set(trimmed(person.title.clone())),
        org_id: Set(person.org_id),
        region: Set(region),
        phone_sealed: Set(sealed(person.phone.clone(), "phone")),
        password_hash: Set(hash),
        roles: Set(json!(new.grants.roles)),
        items: Set(json!(new.grants.items)),
        failed_count: Set(0),
        locked_until: Set(None),
        disabled: Set(false),
        email_sealed: Set(sealed(person.email.clone(), "email")),
        mobile_identity_index: Set(trimmed(person.mobile_identity.clone()).map(|text| platform.blind_index(&text))),
        mobile_identity_sealed: Set(sealed(person.mobile_identity.clone(), "mobile_identity")),
        must_change_password: Set(true),
        password_set_at: Set(Some(now)),
        one_time_until: Set(Some(now + ONE_TIME_FOR)),
        disabled_reason: Set(None),
        last_sign_in_at: Set(None),
        removed_at: Set(None),
        version: Set(1),
    }
}

/// Columns of a person's data as they shall be.
pub(crate) fn person_columns(
    platform: &Platform,
    id: Uuid,
    person: Person,
    region: String,
) -> Vec<(row::Column, SimpleExpr)> {
    let mut columns: Vec<(row::Column, SimpleExpr)> = vec![
        (row::Column::Name, Expr::value(person.name.trim().to_owned())),
        (row::Column::EmployeeNo, Expr::value(trimmed(person.employee_no))),
        (row::Column::Title, Expr::value(trimmed(person.title))),
        (row::Column::OrgId, Expr::value(person.org_id)),
        (row::Column::Region, Expr::value(region)),
    ];
    let seal = |text: Option<String>, field: &str| trimmed(text).map(|text| platform.seal(&text, &place(id, field)));
    if person.phone.is_some() {
        columns.push((row::Column::PhoneSealed, Expr::value(seal(person.phone, "phone"))));
    }
    if person.email.is_some() {
        columns.push((row::Column::EmailSealed, Expr::value(seal(person.email, "email"))));
    }
    if let Some(linked) = person.mobile_identity {
        let index = trimmed(Some(linked.clone())).map(|text| platform.blind_index(&text));
        columns.push((row::Column::MobileIdentityIndex, Expr::value(index)));
        columns.push((row::Column::MobileIdentitySealed, Expr::value(seal(Some(linked), "mobile_identity"))));
    }
    columns
}

/// Writes columns of one row when its version is still the one given.
pub(crate) async fn update(tx: &Tx, id: Uuid, version: i64, columns: Vec<(row::Column, SimpleExpr)>) -> Result<()> {
    let mut update = row::Entity::update_many()
        .col_expr(row::Column::Version, Expr::value(version + 1))
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::Version.eq(version));
    for (column, value) in columns {
        update = update.col_expr(column, value);
    }
    if update.exec(tx.conn()).await?.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}

fn made_before() -> Problem {
    Problem::conflict("already_made", "这个账号刚才已经建好，没有再建一个。")
        .detail("一次性口令只显示一次。没有记下的话，请在人员页面重置密码。")
}

fn yourself() -> Problem {
    Problem::conflict("own_account", "不能这样操作自己的账号。请让另一位管理员来办。")
}

impl Identity {
    /// Region of a person: the one given, else the organisation's.
    pub(crate) fn region_of(world: &World, person: &Person) -> String {
        let own = || world.directory.tree.get(person.org_id).map(|org| org.region.clone()).unwrap_or_default();
        person.region.clone().filter(|text| !text.is_empty()).unwrap_or_else(own)
    }

    /// Adds a staff user with a one-time password.
    ///
    /// # Errors
    /// 422 names the wrong fields, 403 when more is granted than the giver may give.
    pub async fn create_staff(&self, giver: &Giver, mut new: NewPerson) -> Result<OneTime> {
        let platform = self.platform.clone();
        let password = one_time(platform.randomness.as_ref());
        let hash = passwords::hash(password.clone(), self.salt()).await?;
        let (id, line_id) = (platform.new_id(), platform.new_id());
        let who = giver.clone();
        let valid_until = platform.now() + ONE_TIME_FOR;
        let made = self.govern_new(giver, "staff.create", move |tx, world| {
            Box::pin(async move {
                let mut faults = Faults::default();
                if let Some(login) = faults.keep(login(&new.login)) {
                    new.login = login;
                }
                let taken =
                    row::Entity::find().filter(row::Column::Login.eq(new.login.clone())).count(tx.conn()).await?;
                if taken > 0 {
                    faults.add("/login", "taken", "这个登录名已经有人用了，请换一个");
                }
                check_person(world, &who, &new.person, &mut faults);
                let windows = check_grants(tx, world, new.person.org_id, &new.grants, &mut faults).await?;
                faults.check()?;
                let region = Self::region_of(world, &new.person);
                let made = new_row(&platform, id, &new, region, hash, tx.now());
                row::Entity::insert(made).exec_without_returning(tx.conn()).await?;
                directory::hold_windows(tx.conn(), id, windows).await?;
                let detail = json!({ "org": new.person.org_id, "roles": new.grants.roles, "items": new.grants.items });
                tx.audit(who.line(line_id, "staff.create", format!("staff:{id}"), detail));
                Ok(id)
            })
        });
        // The password is told once and kept nowhere: it can't be told again.
        if made.await? == id { Ok(OneTime { id, password, valid_until }) } else { Err(made_before()) }
    }

    /// Changes the data of a person; who moves to another organisation keeps the roles and loses the
    /// windows.
    ///
    /// # Errors
    /// 404 outside the part, 409 for an old page, 422 names the wrong fields.
    pub async fn edit_staff(&self, giver: &Giver, id: Uuid, version: i64, person: Person) -> Result<()> {
        let platform = self.platform.clone();
        let line_id = platform.new_id();
        let who = giver.clone();
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                let old = own(world, &who, id, version)?;
                let mut faults = Faults::default();
                check_person(world, &who, &person, &mut faults);
                faults.check()?;
                if old.staff.org_id != person.org_id {
                    directory::hold_windows(tx.conn(), id, Vec::new()).await?;
                }
                let detail = json!({ "phone": person.phone.is_some() });
                let before = json!({ "name": old.staff.name, "org": old.staff.org_id });
                let after = json!({ "name": person.name.trim(), "org": person.org_id });
                let region = Self::region_of(world, &person);
                update(tx, id, version, person_columns(&platform, id, person, region)).await?;
                let line = who.line(line_id, "staff.edit", format!("staff:{id}"), detail);
                tx.audit(line.entry().changed(before, after));
                Ok(())
            })
        })
        .await
    }

    /// Gives and takes roles, items and windows.
    ///
    /// # Errors
    /// 403 beyond the giver's powers, 409 for the own account, 422 for duties that exclude each other.
    pub async fn grant_staff(&self, giver: &Giver, id: Uuid, version: i64, grants: Grants) -> Result<()> {
        let line_id = self.platform.new_id();
        let who = giver.clone();
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                let old = own(world, &who, id, version)?;
                if who.id() == Some(id) {
                    return Err(yourself());
                }
                let mut faults = Faults::default();
                let windows = check_grants(tx, world, old.staff.org_id, &grants, &mut faults).await?;
                faults.check()?;
                let before = json!({ "roles": old.staff.roles, "items": old.staff.items, "windows": old.windows });
                let after = json!({ "roles": grants.roles, "items": grants.items, "windows": windows });
                let columns = vec![
                    (row::Column::Roles, Expr::value(json!(grants.roles))),
                    (row::Column::Items, Expr::value(json!(grants.items))),
                ];
                update(tx, id, version, columns).await?;
                directory::hold_windows(tx.conn(), id, windows).await?;
                let line = who.line(line_id, "staff.grant", format!("staff:{id}"), json!({}));
                tx.audit(line.entry().changed(before, after));
                Ok(())
            })
        })
        .await
    }

    /// Disables somebody; every session ends in the same moment.
    ///
    /// # Errors
    /// 409 for the own account and an old page.
    pub async fn disable_staff(&self, giver: &Giver, id: Uuid, version: i64, why: &str) -> Result<()> {
        let why = reason(why)?;
        let line_id = self.platform.new_id();
        let who = giver.clone();
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                own(world, &who, id, version)?;
                if who.id() == Some(id) {
                    return Err(yourself());
                }
                let columns = vec![
                    (row::Column::Disabled, Expr::value(true)),
                    (row::Column::DisabledReason, Expr::value(Some(why.clone()))),
                ];
                update(tx, id, version, columns).await?;
                let ended = Sessions::end_all_of(tx, Audience::Desk, id, None).await?;
                let detail = json!({ "reason": why, "sessions": ended });
                tx.audit(who.line(line_id, "staff.disable", format!("staff:{id}"), detail));
                Ok(())
            })
        })
        .await
    }

    /// Enables somebody, or ends the lock after wrong passwords.
    ///
    /// # Errors
    /// 403 when the account holds more than the giver may give.
    pub async fn recover_staff(&self, giver: &Giver, id: Uuid, version: i64, enable: bool) -> Result<()> {
        let line_id = self.platform.new_id();
        let who = giver.clone();
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                own(world, &who, id, version)?;
                covered(world, &who, id)?;
                let mut columns = vec![
                    (row::Column::FailedCount, Expr::value(0_i64)),
                    (row::Column::LockedUntil, Expr::value(None::<OffsetDateTime>)),
                ];
                if enable {
                    columns.push((row::Column::Disabled, Expr::value(false)));
                    columns.push((row::Column::DisabledReason, Expr::value(None::<String>)));
                }
                update(tx, id, version, columns).await?;
                let action = if enable { "staff.enable" } else { "staff.unlock" };
                tx.audit(who.line(line_id, action, format!("staff:{id}"), json!({})));
                Ok(())
            })
        })
        .await
    }

    /// A new one-time password; sessions end.
    ///
    /// # Errors
    /// 403 when the account holds more than the giver may give: whoever sets the password could use it.
    pub async fn reset_password(&self, giver: &Giver, id: Uuid, version: i64, why: &str) -> Result<OneTime> {
        let why = reason(why)?;
        let password = one_time(self.platform.randomness.as_ref());
        let hash = passwords::hash(password.clone(), self.salt()).await?;
        let line_id = self.platform.new_id();
        let valid_until = self.platform.now() + ONE_TIME_FOR;
        let who = giver.clone();
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                own(world, &who, id, version)?;
                if who.id() == Some(id) {
                    return Err(yourself());
                }
                covered(world, &who, id)?;
                let columns = vec![
                    (row::Column::PasswordHash, Expr::value(hash)),
                    (row::Column::MustChangePassword, Expr::value(true)),
                    (row::Column::PasswordSetAt, Expr::value(Some(tx.now()))),
                    (row::Column::OneTimeUntil, Expr::value(Some(valid_until))),
                    (row::Column::FailedCount, Expr::value(0_i64)),
                    (row::Column::LockedUntil, Expr::value(None::<OffsetDateTime>)),
                ];
                update(tx, id, version, columns).await?;
                Sessions::end_all_of(tx, Audience::Desk, id, None).await?;
                tx.audit(who.line(line_id, "staff.reset_password", format!("staff:{id}"), json!({ "reason": why })));
                Ok(())
            })
        })
        .await?;
        Ok(OneTime { id, password, valid_until })
    }

    /// Takes an account away: the login is free again, the name stays in the history.
    ///
    /// # Errors
    /// 409 for the own account.
    pub async fn remove_staff(&self, giver: &Giver, id: Uuid, version: i64, why: &str) -> Result<()> {
        let why = reason(why)?;
        let line_id = self.platform.new_id();
        let who = giver.clone();
        self.govern(giver, move |tx, world| {
            Box::pin(async move {
                let old = own(world, &who, id, version)?;
                if who.id() == Some(id) {
                    return Err(yourself());
                }
                let columns = vec![
                    (row::Column::Login, Expr::value(format!("#{id}"))),
                    (row::Column::Disabled, Expr::value(true)),
                    (row::Column::DisabledReason, Expr::value(Some(why.clone()))),
                    (row::Column::RemovedAt, Expr::value(Some(tx.now()))),
                    (row::Column::Roles, Expr::value(json!([]))),
                    (row::Column::Items, Expr::value(json!([]))),
                ];
                update(tx, id, version, columns).await?;
                directory::hold_windows(tx.conn(), id, Vec::new()).await?;
                Sessions::end_all_of(tx, Audience::Desk, id, None).await?;
                let detail = json!({ "login": old.staff.login, "reason": why });
                tx.audit(who.line(line_id, "staff.remove", format!("staff:{id}"), detail));
                Ok(())
            })
        })
        .await
    }

    /// A raw value of a staff user within the part; the look is logged with its reason.
    ///
    /// # Errors
    /// 404 outside the part, 422 for another field or without a reason, 403 below the field's level.
    pub async fn reveal_staff(&self, caller: &Principal, id: Uuid, field: &str, why: &str) -> Result<String> {
        let (column, name) = match field {
            "phone" => (row::Column::PhoneSealed, "phone_sealed"),
            "mobile_identity" => (row::Column::MobileIdentitySealed, "mobile_identity_sealed"),
            _ => {
                return Err(Problem::invalid_field(
                    "/field",
                    "unknown",
                    "只能看手机号（phone）和移动身份（mobile_identity）",
                ));
            }
        };
        let giver = Giver::from(caller);
        let world = self.world().await?;
        let member =
            world.member(id).filter(|one| part(&world, &giver).contains(&one.staff.org_id)).ok_or_else(no_staff)?;
        let ask = Ask {
            right: "staff.reveal",
            field: Field::column("staff", name),
            name: field,
            subject: format!("staff:{id}"),
            reason: why,
        };
        let permit = self.platform.disclosure.permit(&self.platform, caller, ask).await?;
        let found =
            row::Entity::find_by_id(member.staff.id).one(self.platform.db.read()).await?.ok_or_else(no_staff)?;
        let sealed = if column as usize == row::Column::PhoneSealed as usize {
            found.phone_sealed
        } else {
            found.mobile_identity_sealed
        };
        let value =
            sealed.map(|sealed| self.platform.unseal(&sealed, &place(id, field))).transpose()?.unwrap_or_default();
        permit.used(&self.platform).await?;
        Ok(value)
    }
}

/// Refuses to take over an account that holds more than the giver may give.
fn covered(world: &World, giver: &Giver, id: Uuid) -> Result<()> {
    let Giver::Caller(caller, _) = giver else { return Ok(()) };
    let (Some(own), Some(target)) = (world.member(caller.id), world.member(id)) else { return Err(no_org()) };
    if world.covers(own, target) {
        return Ok(());
    }
    Err(Problem::forbidden("这个账号的权限比您能授予的多，您不能替它重置口令、解锁或启用。")
        .detail("请上级管理员来办。")
        .errors(vec![FieldProblem::new("/id", "beyond_own", "账号的权限超出您的授权范围")]))
}
