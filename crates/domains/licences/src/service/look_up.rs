//! Who may see which licence.

use bytes::Bytes;
use platform::files::FileRef;
use platform::web::guard::Allowed;
use platform::web::page::PageQuery;
use platform::web::problem::Result;
use serde_json::json;
use uuid::Uuid;

use super::line;
use crate::model::{HolderKind, Licence, State};
use crate::permissions::{ReadLicence, ReadMyLicence};
use crate::store::licence_row::Model;
use crate::store::{self, Reach};
use crate::{Licences, error};

/// Most licences of one holder shown.
const MAX_OWN: u64 = 200;

/// How a licence stands today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Valid and within its term.
    Valid,
    /// Valid, but past its last day.
    Expired,
    /// Abolished.
    Abolished,
}

impl Standing {
    /// For the one who asked.
    pub fn text(self) -> &'static str {
        match self {
            Self::Valid => "有效",
            Self::Expired => "已过期",
            Self::Abolished => "已废止",
        }
    }
}

impl Licences {
    /// Licences of a case, drafts included: for the case page.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn of_case(&self, case: Uuid) -> Result<Vec<Licence>> {
        store::of_case(self.platform.db.read(), case).await?.iter().map(Model::licence).collect()
    }

    /// The sealed file of a case's licence, for the domain above, which has decided who may take it.
    ///
    /// # Errors
    /// 404 before there is one.
    pub async fn file_of_case(&self, case: Uuid) -> Result<(FileRef, Bytes)> {
        let found = self.of_case(case).await?;
        let sealed = found.iter().find(|one| one.state != State::Draft && one.file_id.is_some());
        self.file(sealed.ok_or_else(error::no_licence)?).await
    }

    /// A licence by id, for the domains above, which have decided who may see it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn licence(&self, id: Uuid) -> Result<Option<Licence>> {
        store::find(self.platform.db.read(), id).await?.map(|row| row.licence()).transpose()
    }

    /// Licences in force, the newest first, before a given one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn valid_before(&self, before: Option<Uuid>, limit: u64) -> Result<Vec<Uuid>> {
        store::valid_before(self.platform.db.read(), before, limit).await
    }

    /// Number of who holds a licence, raw, for the domains above, which decide who may see it.
    ///
    /// # Errors
    /// When the database refuses or the sealed value was altered.
    pub async fn holder_number(&self, id: Uuid) -> Result<Option<String>> {
        let Some(row) = store::find(self.platform.db.read(), id).await? else { return Ok(None) };
        Ok(Some(self.platform.unseal(&row.holder_id_sealed, &store::place(id, "holder"))?))
    }

    /// Valid licences of a type held by an account's owner: to fill in forms and spare materials.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn valid_of(&self, account: Uuid, type_key: &str) -> Result<Vec<Licence>> {
        let today = self.today();
        let mut own = self.own(account).await?;
        own.retain(|one| one.type_key == type_key && one.state == State::Valid && !one.is_expired(today));
        Ok(own)
    }

    /// Valid licences of a type held by an id number: what a change or renewal takes the place of, also
    /// when it is applied for at a counter.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn valid_of_holder(&self, kind: HolderKind, id: &str, type_key: &str) -> Result<Vec<Licence>> {
        let (today, index) = (self.today(), self.platform.blind_index(id.trim()));
        let rows = store::newest(self.platform.db.read(), store::held_by_number(kind, index), MAX_OWN).await?;
        let mut held = rows.iter().map(Model::licence).collect::<Result<Vec<_>>>()?;
        held.retain(|one| one.type_key == type_key && one.state == State::Valid && !one.is_expired(today));
        Ok(held)
    }

    /// Types of which an account's owner holds a valid licence: key and name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn held_types(&self, account: Uuid) -> Result<Vec<(String, String)>> {
        let today = self.today();
        let mut own = self.own(account).await?;
        own.retain(|one| one.state == State::Valid && !one.is_expired(today));
        Ok(own.into_iter().map(|one| (one.type_key, one.name)).collect())
    }

    /// What stands on a licence, by field key: for `old` and for prefilling.
    ///
    /// # Errors
    /// When the database refuses or a sealed value was altered.
    pub async fn fields_of(&self, id: Uuid) -> Result<Option<serde_json::Map<String, serde_json::Value>>> {
        store::find(self.platform.db.read(), id).await?.map(|row| row.values(&self.platform)).transpose()
    }

    /// How a licence stands today.
    pub fn standing(&self, licence: &Licence) -> Standing {
        match licence.state {
            State::Valid if licence.is_expired(self.today()) => Standing::Expired,
            State::Valid => Standing::Valid,
            State::Draft | State::Abolished => Standing::Abolished,
        }
    }

    /// The caller's sealed licences, newest first.
    ///
    /// # Authorisation
    /// `my_licence.read`; only licences of this account or of its owner's id number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn my_licences(&self, caller: &Allowed<ReadMyLicence>) -> Result<Vec<Licence>> {
        self.own(caller.id).await
    }

    /// File of an own licence.
    ///
    /// # Authorisation
    /// `my_licence.read`; another's licence is 404.
    ///
    /// # Errors
    /// 404.
    pub async fn my_file(&self, caller: &Allowed<ReadMyLicence>, id: Uuid) -> Result<(FileRef, Bytes)> {
        let own = self.own(caller.id).await?;
        let licence = own.iter().find(|one| one.id == id).ok_or_else(error::no_licence)?;
        self.file(licence).await
    }

    /// Licences of cases in the caller's reach.
    ///
    /// # Authorisation
    /// `case.read`; only organisations and items the caller sees.
    ///
    /// # Errors
    /// 400 for a made-up cursor.
    pub async fn licences(
        &self,
        caller: &Allowed<ReadLicence>,
        case: Option<Uuid>,
        page: &PageQuery,
    ) -> Result<(Vec<Licence>, u64)> {
        let reach = Reach { within: store::within(caller), case, drafts: false, before: before(page)? };
        let (rows, total) = store::page(self.platform.db.read(), &reach, page.limit()).await?;
        Ok((rows.iter().map(Model::licence).collect::<Result<_>>()?, total))
    }

    /// File of a licence in the caller's reach; the look is logged.
    ///
    /// # Authorisation
    /// `case.read`; outside the caller's organisations it is 404.
    ///
    /// # Errors
    /// 404, also for a draft.
    pub async fn desk_file(&self, caller: &Allowed<ReadLicence>, id: Uuid) -> Result<(FileRef, Bytes)> {
        let platform = &self.platform;
        let row = store::find(platform.db.read(), id).await?;
        let row = row.filter(|row| row.within(caller)).ok_or_else(error::no_licence)?;
        let file = self.file(&row.licence()?).await?;
        let audit = line(Some(caller), platform.new_id(), "licence.read_file", id, json!({ "number": row.number }));
        platform
            .db
            .write(platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(audit);
                    Ok(())
                })
            })
            .await?;
        Ok(file)
    }

    async fn file(&self, licence: &Licence) -> Result<(FileRef, Bytes)> {
        let file = licence.file_id.ok_or_else(error::no_licence)?;
        platform::files::read(&self.platform, file).await
    }

    /// By account, and by the owner's number: a licence applied for at a counter has no account.
    async fn own(&self, account: Uuid) -> Result<Vec<Licence>> {
        let owner = self.identity.account(account).await?.filter(|owner| owner.real_name).map(|owner| {
            match &owner.enterprise {
                Some(body) => (HolderKind::Enterprise, self.platform.blind_index(&body.uscc)),
                None => (HolderKind::Person, self.platform.blind_index(&owner.id_number)),
            }
        });
        let rows = store::newest(self.platform.db.read(), store::held_by(account, owner), MAX_OWN).await?;
        rows.iter().map(Model::licence).collect()
    }
}

/// The id a page's cursor names.
pub(crate) fn before(page: &PageQuery) -> Result<Option<Uuid>> {
    let Some(parts) = page.cursor_parts(1)? else { return Ok(None) };
    let id = parts.first().and_then(|part| Uuid::parse_str(part).ok());
    id.map(Some).ok_or_else(|| {
        platform::Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")
    })
}
