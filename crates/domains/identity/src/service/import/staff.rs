//! Staff (`tongban-staff/1`). Passwords are never in a file.

use futures::StreamExt;
use platform::passwords;
use platform::web::guard::Audience;
use platform::web::problem::Result;
use serde::Deserialize;

use super::{Mistakes, read};
use crate::Identity;
use crate::model::staff::Staff;
use crate::store::{directory, staff};

#[derive(Deserialize)]
struct File {
    staff: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    login: String,
    name: String,
    employee_no: Option<String>,
    org: String,
    title: Option<String>,
    phone: Option<String>,
    roles: Vec<String>,
    #[serde(default)]
    windows: Vec<String>,
    #[serde(default)]
    items: Vec<String>,
    region: Option<String>,
}

struct Ready {
    new: staff::NewStaff,
    windows: Vec<String>,
}

impl Identity {
    /// Makes or updates staff; returns how many. A login that is new gets `password`, one that
    /// exists keeps its own.
    ///
    /// # Errors
    /// 422 names every unknown organisation, role and window, or what the password lacks.
    pub async fn import_staff(&self, yaml: &str, password: &str) -> Result<usize> {
        self.bring_in(yaml, password, false).await
    }

    /// The same for demonstrations at full size: all new logins share one hash of `password`, so that hundreds are
    /// made in the time of one. Whoever reads the database sees that their passwords are equal; for people who work
    /// with the product use [`Identity::import_staff`].
    ///
    /// # Errors
    /// Like [`Identity::import_staff`].
    pub async fn import_demo_staff(&self, yaml: &str, password: &str) -> Result<usize> {
        self.bring_in(yaml, password, true).await
    }

    async fn bring_in(&self, yaml: &str, password: &str, one_hash: bool) -> Result<usize> {
        passwords::check_strength(password)?;
        let file: File = read(yaml, "tongban-staff/1")?;
        let snapshot = self.directory.snapshot(&self.platform).await?;
        let mut mistakes = Mistakes::default();
        let mut ready = Vec::new();
        let logins: Vec<String> = file.staff.iter().map(|row| row.login.clone()).collect();
        let existing = staff::known(self.platform.db.read(), &logins).await?;
        for (at, row) in file.staff.into_iter().enumerate() {
            for key in &row.roles {
                let role = snapshot.roles.get(key).filter(|role| role.audience == Audience::Desk);
                mistakes.known(role, || format!("/staff/{at}/roles"), key);
            }
            for key in &row.windows {
                mistakes.known(snapshot.window(key), || format!("/staff/{at}/windows"), key);
            }
            let org = mistakes.known(snapshot.tree.by_key(&row.org), || format!("/staff/{at}/org"), &row.org);
            let Some(org) = org else { continue };
            let known = existing.get(&row.login).copied();
            let id = known.unwrap_or_else(|| self.platform.new_id());
            let place = format!("staff:{id}:phone");
            ready.push((
                known.is_none(),
                Ready {
                    windows: row.windows,
                    new: staff::NewStaff {
                        employee_no: row.employee_no,
                        phone_sealed: row.phone.map(|phone| self.platform.seal(&phone, &place)),
                        password_hash: None,
                        staff: Staff {
                            id,
                            login: row.login,
                            name: row.name,
                            title: row.title,
                            org_id: org.id,
                            region: row.region.unwrap_or_else(|| org.region.clone()),
                            roles: row.roles,
                            items: row.items,
                            disabled: false,
                            must_change_password: false,
                            password_set_at: None,
                            version: 1,
                        },
                    },
                },
            ));
        }
        mistakes.check()?;
        let shared = if one_hash && ready.iter().any(|(is_new, _)| *is_new) {
            Some(passwords::hash(password.to_owned(), self.salt()).await?)
        } else {
            None
        };
        let hashed = futures::stream::iter(ready.into_iter().map(|(is_new, mut ready)| {
            let shared = shared.clone();
            async move {
                if is_new {
                    ready.new.password_hash = match shared {
                        Some(hash) => Some(hash),
                        None => Some(passwords::hash(password.to_owned(), self.salt()).await?),
                    };
                }
                Ok::<_, platform::Problem>(ready)
            }
        }));
        let ready: Vec<Result<Ready>> = hashed.buffered(4).collect().await;
        let ready: Vec<Ready> = ready.into_iter().collect::<Result<_>>()?;
        let count = ready.len();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut seats = Vec::new();
                    let mut people = Vec::new();
                    for row in ready {
                        // Who is new and holds no window has nothing to be taken from.
                        if row.new.password_hash.is_none() || !row.windows.is_empty() {
                            seats.push((row.new.staff.id, row.windows));
                        }
                        people.push(row.new);
                    }
                    staff::save(tx.conn(), people).await?;
                    for (id, windows) in seats {
                        directory::hold_windows(tx.conn(), id, windows).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        self.directory_changed();
        Ok(count)
    }
}
