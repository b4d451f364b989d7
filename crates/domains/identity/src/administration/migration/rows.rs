//! The rows of a table, one by one, inside the command's transaction.

use std::collections::{BTreeMap, HashMap, HashSet};

use base::region::RegionCode;
use platform::web::problem::{FieldProblem, Problem, Result};
use platform::{Platform, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::super::organisations::orgs::check;
use super::super::organisations::{Faults, Past, level, remember};
use super::super::rights::World;
use super::super::staff::people::{
    Grants, NewPerson, Person, check_grants, check_person, new_row, person_columns, update,
};
use super::super::staff::{login, place};
use super::super::{Giver, part};
use super::{Fields, FirstPassword, MigrationReport, Outcome, RowReport, Total, words};
use crate::Identity;
use crate::model::org::{Org, OrgState, OrgTree};
use crate::store::directory::{self, save_orgs};
use crate::store::staff::row;

/// What a row needs.
pub(super) struct Ready<'a> {
    pub(super) tx: &'a Tx,
    pub(super) world: &'a World,
    pub(super) giver: &'a Giver,
    pub(super) platform: &'a Platform,
    /// Password and hash of each new login.
    pub(super) passwords: &'a HashMap<String, (String, String)>,
    pub(super) may_grant: bool,
}

fn text(fields: &Fields, field: &str) -> Option<String> {
    fields.get(field).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The faults of one row in words.
fn reasons(faults: Vec<FieldProblem>) -> String {
    faults
        .into_iter()
        .map(|fault| format!("{}：{}", fault.pointer.trim_start_matches('/'), fault.message))
        .collect::<Vec<_>>()
        .join("；")
}

fn report(
    rows: Vec<RowReport>,
    source: &BTreeMap<String, u64>,
    target: &BTreeMap<String, u64>,
    all: &str,
) -> MigrationReport {
    let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count() as u64;
    let total = |name: &str, source: u64, target: u64| Total {
        name: name.to_owned(),
        source,
        target,
        difference: i64::try_from(source).unwrap_or(0) - i64::try_from(target).unwrap_or(0),
    };
    let failed = count(Outcome::Failed);
    let mut totals = vec![total(all, rows.len() as u64, rows.len() as u64 - failed)];
    totals.extend(source.iter().map(|(name, count)| total(name, *count, target.get(name).copied().unwrap_or(0))));
    MigrationReport {
        trial: false,
        id: None,
        source_rows: rows.len() as u64,
        created: count(Outcome::Created),
        updated: count(Outcome::Updated),
        unchanged: count(Outcome::Unchanged),
        failed,
        rows,
        passwords: Vec::new(),
        totals,
    }
}

impl Ready<'_> {
    /// Organisations. A row may name a parent that stands further down in the file.
    pub(super) async fn orgs(&self, rows: Vec<(usize, Fields)>) -> Result<MigrationReport> {
        let mut world = self.world.clone();
        let inside = part(self.world, self.giver);
        let mut waiting: Vec<(usize, Fields)> = rows;
        let mut done: Vec<RowReport> = Vec::new();
        let mut seen = HashSet::new();
        let (mut source, mut target) = (BTreeMap::new(), BTreeMap::new());
        let kind_of = |fields: &Fields| {
            super::super::organisations::kind_label(&text(fields, "kind").unwrap_or_default()).to_owned()
        };
        for (_, fields) in &waiting {
            *source.entry(kind_of(fields)).or_insert(0_u64) += 1;
        }
        let mut all_keys: HashSet<String> = waiting.iter().filter_map(|(_, fields)| text(fields, "key")).collect();
        loop {
            let before = waiting.len();
            let mut later = Vec::new();
            for (line, fields) in waiting {
                let parent = text(&fields, "parent");
                let known = parent.as_ref().and_then(|key| world.directory.tree.by_key(key)).map(|org| org.id);
                if known.is_none()
                    && parent
                        .as_ref()
                        .is_some_and(|key| all_keys.contains(key) && Some(key) != text(&fields, "key").as_ref())
                {
                    later.push((line, fields));
                    continue;
                }
                let (key, name) = (text(&fields, "key").unwrap_or_default(), text(&fields, "name").unwrap_or_default());
                let outcome = if seen.insert(key.clone()) {
                    self.org(&mut world, &inside, &fields, parent.as_deref(), known).await?
                } else {
                    Err("key：这个代码在文件里出现了两次".to_owned())
                };
                if outcome.is_ok() {
                    *target.entry(kind_of(&fields)).or_insert(0_u64) += 1;
                } else if world.directory.tree.by_key(&key).is_none() {
                    all_keys.remove(&key);
                }
                let (outcome, reason) = outcome.map_or_else(|why| (Outcome::Failed, Some(why)), |done| (done, None));
                done.push(RowReport { line, key, name, outcome, reason });
            }
            waiting = later;
            if waiting.is_empty() || waiting.len() == before {
                break;
            }
        }
        for (line, fields) in waiting {
            let (key, name) = (text(&fields, "key").unwrap_or_default(), text(&fields, "name").unwrap_or_default());
            let reason = Some("parent：上级机构没有导入成功，或者互为上级".to_owned());
            done.push(RowReport { line, key, name, outcome: Outcome::Failed, reason });
        }
        Ok(report(done, &source, &target, "机构"))
    }

    async fn org(
        &self,
        world: &mut World,
        inside: &HashSet<Uuid>,
        fields: &Fields,
        parent_key: Option<&str>,
        parent: Option<Uuid>,
    ) -> Result<Result<Outcome, String>> {
        let key = text(fields, "key").unwrap_or_default();
        let old = world.directory.tree.by_key(&key).cloned();
        let mut faults = Faults::default();
        let new_here = |id: Uuid| self.world.directory.tree.get(id).is_none();
        let within = |id: Uuid| inside.contains(&id) || new_here(id);
        if key.is_empty() || key.chars().count() > 60 {
            faults.add("key", "required", "请填写机构代码");
        }
        match (parent_key, parent) {
            (Some(key), None) => faults.add("parent", "unknown", format!("没有“{key}”这个上级机构")),
            (_, Some(id)) if !within(id) => faults.add("parent", "unknown", "上级机构不在您的管理范围"),
            (None, None) if matches!(self.giver, Giver::Caller(..)) && old.is_none() => {
                faults.add("parent", "required", "请填写上级机构");
            }
            _ => {}
        }
        if old.as_ref().is_some_and(|old| !within(old.id)) {
            faults.add("key", "taken", "这个代码是您管理范围以外的机构的");
        }
        let region = text(fields, "region").unwrap_or_default();
        let name = text(fields, "name").unwrap_or_default();
        let org = Org {
            id: old.as_ref().map_or_else(|| self.platform.new_id(), |old| old.id),
            short_name: text(fields, "short_name").unwrap_or_else(|| name.chars().take(30).collect()),
            name,
            kind: text(fields, "kind").unwrap_or_default(),
            uscc: text(fields, "uscc"),
            parent_id: parent.or_else(|| old.as_ref().and_then(|old| old.parent_id)),
            level: RegionCode::parse(&region).map_or(4, |code| level(&code)),
            region,
            phone: text(fields, "phone"),
            state: old.as_ref().map_or(OrgState::Active, |old| old.state),
            merged_into: old.as_ref().and_then(|old| old.merged_into),
            sort: old.as_ref().map_or(0, |old| old.sort),
            version: old.as_ref().map_or(1, |old| old.version),
            key,
        };
        if org.parent_id.is_some_and(|above| world.directory.tree.subtree(org.id).contains(&above)) {
            faults.add("parent", "cycle", "上级机构是它自己的下级");
        }
        check(world, &org, &mut faults);
        if let Err(problem) = faults.check() {
            return Ok(Err(reasons(problem.field_errors().to_vec())));
        }
        if old.as_ref() == Some(&org) {
            return Ok(Ok(Outcome::Unchanged));
        }
        let act = match &old {
            None => "created",
            Some(old) if old.name != org.name => "renamed",
            Some(old) if old.parent_id != org.parent_id => "moved",
            Some(_) => "edited",
        };
        let past = Past {
            id: self.platform.new_id(),
            at: self.tx.now(),
            act,
            org: old.as_ref().unwrap_or(&org),
            reason: "导入",
            giver: self.giver,
        };
        remember(self.tx.conn(), past).await?;
        save_orgs(self.tx.conn(), vec![org.clone()]).await?;
        let mut all: Vec<Org> = world.directory.tree.all().iter().filter(|one| one.id != org.id).cloned().collect();
        all.push(org);
        world.directory.tree = std::sync::Arc::new(OrgTree::new(all));
        Ok(Ok(if old.is_some() { Outcome::Updated } else { Outcome::Created }))
    }

    /// Staff accounts.
    pub(super) async fn staff(&self, rows: Vec<(usize, Fields)>) -> Result<MigrationReport> {
        let mut done = Vec::new();
        let mut passwords = Vec::new();
        let mut seen = HashSet::new();
        let (mut source, mut target) = (BTreeMap::new(), BTreeMap::new());
        for (line, fields) in rows {
            let org = text(&fields, "org").unwrap_or_default();
            let org_name = self.world.directory.tree.by_key(&org).map_or(org, |org| org.name.clone());
            *source.entry(org_name.clone()).or_insert(0_u64) += 1;
            let name = text(&fields, "name").unwrap_or_default();
            let (key, outcome) = match login(&text(&fields, "login").unwrap_or_default()) {
                Err(fault) => (text(&fields, "login").unwrap_or_default(), Err(reasons(vec![fault]))),
                Ok(login) if !seen.insert(login.clone()) => {
                    (login, Err("login：这个登录名在文件里出现了两次".to_owned()))
                }
                Ok(login) => (login.clone(), self.person(&login, &fields).await?),
            };
            if outcome == Ok(Outcome::Created)
                && let Some((password, _)) = self.passwords.get(&key)
            {
                passwords.push(FirstPassword { login: key.clone(), one_time_password: password.clone() });
            }
            if outcome.is_ok() {
                *target.entry(org_name).or_insert(0_u64) += 1;
            }
            let (outcome, reason) = outcome.map_or_else(|why| (Outcome::Failed, Some(why)), |done| (done, None));
            done.push(RowReport { line, key, name, outcome, reason });
        }
        Ok(MigrationReport { passwords, ..report(done, &source, &target, "人员") })
    }

    async fn person(&self, login: &str, fields: &Fields) -> Result<Result<Outcome, String>> {
        let directory_of = &self.world.directory;
        let org_key = text(fields, "org").unwrap_or_default();
        let mut faults = Faults::default();
        let Some(org) = directory_of.tree.by_key(&org_key) else {
            return Ok(Err(format!("org：没有“{org_key}”这个机构")));
        };
        let old = self.world.members.iter().find(|member| member.staff.login == login);
        let inside = part(self.world, self.giver);
        if old.is_some_and(|old| !inside.contains(&old.staff.org_id)) {
            faults.add("login", "taken", "这个登录名是您管理范围以外的人的");
        }
        let person = Person {
            name: text(fields, "name").unwrap_or_default(),
            employee_no: text(fields, "employee_no"),
            title: text(fields, "title"),
            org_id: org.id,
            region: text(fields, "region"),
            phone: text(fields, "phone"),
            email: text(fields, "email"),
            mobile_identity: None,
        };
        check_person(self.world, self.giver, &person, &mut faults);
        let list = |field: &str| fields.get(field).map(|cell| words(cell));
        let (roles, items, window_keys) = (list("roles"), list("items"), list("windows"));
        let granting = [&roles, &items, &window_keys].into_iter().flatten().any(|list| !list.is_empty());
        if granting && !self.may_grant {
            faults.add("roles", "not_allowed", "您不能授岗位、窗口和事项，请把这几列空着，由安全管理员来授");
        }
        if granting && old.is_some_and(|old| self.giver.id() == Some(old.staff.id)) {
            faults.add("roles", "own_account", "不能改自己的岗位");
        }
        let mut windows = Vec::new();
        for key in window_keys.iter().flatten() {
            match directory_of.window(key) {
                Some(window) => windows.push(window.id),
                None => faults.add("windows", "unknown", format!("没有“{key}”这个窗口")),
            }
        }
        // Columns that the file has not leave what is there.
        let grants = Grants {
            roles: roles.clone().unwrap_or_else(|| old.map(|old| old.staff.roles.clone()).unwrap_or_default()),
            items: items.clone().unwrap_or_else(|| old.map(|old| old.staff.items.clone()).unwrap_or_default()),
            windows,
        };
        let keys = check_grants(self.tx, self.world, org.id, &grants, &mut faults).await?;
        let disabled = match text(fields, "disabled").as_deref() {
            None | Some("false" | "0" | "否" | "启用") => false,
            Some("true" | "1" | "是" | "停用") => true,
            Some(other) => {
                faults.add("disabled", "unknown", format!("“{other}”看不懂，请填 是 或 否"));
                false
            }
        };
        if let Err(problem) = faults.check() {
            return Ok(Err(reasons(problem.field_errors().to_vec())));
        }
        let region = Identity::region_of(self.world, &person);
        let conn = self.tx.conn();
        let Some(old) = old else {
            let id = self.platform.new_id();
            let new = NewPerson { login: login.to_owned(), person, grants };
            // A trial run has made no password; the row is undone anyway.
            let hash = self.passwords.get(login).map(|(_, hash)| hash.clone()).unwrap_or_default();
            let mut made = new_row(self.platform, id, &new, region, hash, self.tx.now());
            made.disabled = sea_orm::Set(disabled);
            row::Entity::insert(made).exec_without_returning(conn).await?;
            directory::hold_windows(conn, id, keys).await?;
            return Ok(Ok(Outcome::Created));
        };
        if !self.changes(old.staff.id, &person, &region, &grants, window_keys.is_some().then_some(&keys)).await? {
            return Ok(Ok(Outcome::Unchanged));
        }
        let mut columns = person_columns(self.platform, old.staff.id, person, region);
        columns.push((row::Column::Roles, Expr::value(json!(grants.roles))));
        columns.push((row::Column::Items, Expr::value(json!(grants.items))));
        update(self.tx, old.staff.id, old.staff.version, columns).await?;
        if window_keys.is_some() {
            directory::hold_windows(conn, old.staff.id, keys).await?;
        }
        Ok(Ok(Outcome::Updated))
    }

    /// Whether a row says anything else than what is here.
    async fn changes(
        &self,
        id: Uuid,
        person: &Person,
        region: &str,
        grants: &Grants,
        windows: Option<&Vec<String>>,
    ) -> Result<bool> {
        let found = row::Entity::find().filter(row::Column::Id.eq(id)).one(self.tx.conn()).await?;
        let row = found.ok_or_else(|| Problem::internal("a staff user vanished during an import"))?;
        let open = |sealed: &Option<String>, field: &str| -> Result<Option<String>> {
            sealed.as_ref().map(|sealed| self.platform.unseal(sealed, &place(id, field))).transpose()
        };
        let held = self.world.member(id).map(|member| &member.windows);
        Ok(row.name != person.name
            || row.employee_no != person.employee_no
            || row.title != person.title
            || row.org_id != person.org_id
            || row.region != region
            || (person.phone.is_some() && open(&row.phone_sealed, "phone")? != person.phone)
            || (person.email.is_some() && open(&row.email_sealed, "email")? != person.email)
            || row.roles != json!(grants.roles)
            || row.items != json!(grants.items)
            || windows.is_some_and(|keys| Some(keys) != held))
    }
}
