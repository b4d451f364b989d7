//! A holder's own licences.

use axum::extract::State;
use axum::response::Response;
use platform::web::extract::{Json, Path};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, SignedOut};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::model::{Licence, State as LicenceState};
use crate::permissions::ReadMyLicence;
use crate::{Licences, Standing};

/// A licence in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = LicenceRow)]
pub(crate) struct Row {
    id: Uuid,
    /// Name of its type, 食品经营许可证.
    name: String,
    number: String,
    /// 电子证照标识 (GB/T 36904).
    identifier: String,
    holder_name: String,
    issuer: String,
    item_name: String,
    case_id: Uuid,
    case_number: String,
    /// `YYYY-MM-DD`.
    issued_at: String,
    /// Last day, `YYYY-MM-DD`; null without end.
    expires_at: Option<String>,
    state: LicenceState,
    /// 有效, 已过期, 已废止.
    state_label: &'static str,
    /// Why it was abolished.
    abolish_reason: Option<String>,
    /// The licence it took the place of.
    replaces: Option<Uuid>,
    /// Public page about it.
    verify_url: String,
}

impl Row {
    pub(crate) fn new(licences: &Licences, licence: Licence) -> Self {
        let expired = licences.standing(&licence) == Standing::Expired;
        Self {
            verify_url: licences.verify_url(&licence.verify_code),
            id: licence.id,
            name: licence.name,
            number: licence.number,
            identifier: licence.identifier,
            holder_name: licence.holder_name,
            issuer: licence.issuer_name,
            item_name: licence.item_name,
            case_id: licence.case_id,
            case_number: licence.case_number,
            issued_at: licence.issued_on.to_string(),
            expires_at: licence.expires_on.map(|last| last.to_string()),
            abolish_reason: licence.abolish_reason,
            replaces: licence.replaces,
            state: licence.state,
            state_label: licence.state.label(expired),
        }
    }

    pub(crate) fn id(&self) -> Uuid {
        self.id
    }
}

/// The caller's licences, newest first, at most 200.
#[utoipa::path(get, path = "/api/v1/my/licences", tag = "licences", operation_id = "list_my_licences",
    responses((status = 200, body = List<Row>), SignedOut),
    security(("portal" = ["my_licence.read"])))]
pub(crate) async fn list_my_licences(
    State(licences): State<Licences>,
    caller: Allowed<ReadMyLicence>,
) -> Result<Json<List<Row>>> {
    let items: Vec<Row> =
        licences.my_licences(&caller).await?.into_iter().map(|one| Row::new(&licences, one)).collect();
    let total = u64::try_from(items.len()).unwrap_or(u64::MAX);
    Ok(Json(List { items, total, next: None, as_of: licences.platform.now() }))
}

/// The sealed PDF of an own licence.
#[utoipa::path(get, path = "/api/v1/my/licences/{id}/file", tag = "licences", operation_id = "get_my_licence_file",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), SignedOut, Absent),
    security(("portal" = ["my_licence.read"])))]
pub(crate) async fn get_my_licence_file(
    State(licences): State<Licences>,
    caller: Allowed<ReadMyLicence>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let (file, bytes) = licences.my_file(&caller, id).await?;
    Ok(platform::files::respond(&file, bytes))
}
