//! A citizen's own account.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use base::mask;
use platform::web::extract::Json;
use platform::web::guard::{Allowed, Audience, cookie, set_cookie};
use platform::web::problem::Result;
use platform::web::refusals::{Outdated, SignedOut, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::model::account::{Account, AccountEdit, AccountKind};
use crate::permissions::{EditAccount, ReadAccount};
use crate::{Identity, error};

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    account: AccountView,
}

/// An account as its owner sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountView {
    id: Uuid,
    kind: AccountKind,
    /// Name of the person; of an enterprise account, of the person who acts for it.
    name: String,
    /// First three and last four digits.
    id_number_masked: String,
    /// Empty when no number is known.
    phone_masked: String,
    /// Empty when none is given.
    email: String,
    display_name: String,
    /// Whether the province has verified the person; online handling needs it.
    real_name: bool,
    enterprise: Option<EnterpriseView>,
    /// Send it back with a change.
    version: i64,
}

/// The enterprise an account acts for.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnterpriseView {
    name: String,
    uscc: String,
    legal_person: String,
    address: String,
}

/// A change of the own account.
#[derive(Deserialize, ToSchema)]
pub(crate) struct UpdateMe {
    /// How the pages greet the owner, 1 to 20 characters.
    display_name: String,
    /// Empty takes it away.
    email: String,
    /// 11 digits; the masked number as shown leaves it as it is; empty takes it away.
    phone: String,
    /// Version of the account on the page.
    version: i64,
}

impl From<Account> for Me {
    fn from(account: Account) -> Self {
        Self {
            account: AccountView {
                id: account.id,
                kind: account.kind,
                id_number_masked: mask::citizen_id(&account.id_number),
                phone_masked: account.phone.as_deref().map(mask::phone).unwrap_or_default(),
                email: account.email.unwrap_or_default(),
                name: account.name,
                display_name: account.display_name,
                real_name: account.real_name,
                enterprise: account.enterprise.map(|body| EnterpriseView {
                    name: body.name,
                    uscc: body.uscc,
                    legal_person: body.legal_person,
                    address: body.address,
                }),
                version: account.version,
            },
        }
    }
}

/// The signed-in account.
#[utoipa::path(get, path = "/api/v1/portal/me", tag = "account", operation_id = "get_me",
    responses((status = 200, body = Me), SignedOut),
    security(("portal" = ["account.read"])))]
pub(crate) async fn get_me(State(identity): State<Identity>, caller: Allowed<ReadAccount>) -> Result<Json<Me>> {
    Ok(Json(identity.known_account(caller.id).await?.into()))
}

/// Changes the signed-in account.
#[utoipa::path(put, path = "/api/v1/portal/me", tag = "account", operation_id = "update_me", request_body = UpdateMe,
    responses((status = 200, body = Me), SignedOut, Outdated, Unreadable),
    security(("portal" = ["account.edit"])))]
pub(crate) async fn update_me(
    State(identity): State<Identity>,
    caller: Allowed<EditAccount>,
    Json(change): Json<UpdateMe>,
) -> Result<Json<Me>> {
    let known = identity.account(caller.id).await?.ok_or_else(error::no_account)?;
    // The page only knows the masked number and may send it back untouched.
    let phone = match &known.phone {
        Some(phone) if mask::phone(phone) == change.phone => phone.clone(),
        _ => change.phone,
    };
    let edit = AccountEdit { display_name: change.display_name, email: change.email, phone };
    Ok(Json(identity.edit_account(&caller, change.version, edit).await?.into()))
}

/// Signs the citizen out.
#[utoipa::path(post, path = "/api/v1/portal/sign-out", tag = "sign-on", operation_id = "sign_out_portal",
    responses((status = 204), SignedOut),
    security(("portal" = ["account.read"])))]
pub(crate) async fn sign_out_portal(
    State(identity): State<Identity>,
    _caller: Allowed<ReadAccount>,
    parts: Parts,
) -> Result<impl IntoResponse> {
    let token = cookie(&parts, Audience::Portal.cookie()).unwrap_or_default();
    let cleared = identity.platform.sessions.end(&identity.platform, Audience::Portal, token).await?;
    Ok((StatusCode::NO_CONTENT, set_cookie(cleared)))
}
