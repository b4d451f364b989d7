//! HTTP of card reads and card readers.

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{IdempotencyKey, Json, Path};
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::devices::NewCardDevice;
use super::service::SignedRead;
use crate::Recognition;
use crate::identifying::Purpose;
use crate::identifying::http::View;
use crate::permissions::{EditCardDevices, IdentifyPerson, ReadCardDevices};

/// A card read that begins.
#[derive(Deserialize, ToSchema)]
pub(crate) struct BeginCardRead {
    /// What the person is identified for.
    purpose: Purpose,
}

/// The challenge for the device gateway.
#[derive(Serialize, ToSchema)]
pub(crate) struct CardChallenge {
    /// To be handed to the gateway; it stands in what the gateway signs.
    challenge: String,
    /// Where the browser finds the gateway of its own computer.
    gateway_url: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: OffsetDateTime,
}

/// What the device gateway answered, unchanged.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CardRead {
    /// Code of the device.
    device: String,
    /// The signed text, letter by letter.
    payload: String,
    /// SM2 signature over it, hex.
    signature: String,
}

/// A card reader.
#[derive(Serialize, ToSchema)]
pub(crate) struct CardDevice {
    id: Uuid,
    code: String,
    name: String,
    window_id: Uuid,
    window_name: String,
    /// SM3 of the public key, first 16 digits, to compare with what the gateway shows.
    key_print: String,
    enabled: bool,
    state_label: &'static str,
    version: i64,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_read_at: Option<OffsetDateTime>,
}

/// Card readers.
#[derive(Serialize, ToSchema)]
pub(crate) struct CardDevices {
    items: Vec<CardDevice>,
}

/// The registered reader.
#[derive(Serialize, ToSchema)]
pub(crate) struct AddedCardDevice {
    id: Uuid,
}

/// Version of the page a switch was made on.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CardDeviceVersion {
    version: i64,
}

/// Begins to read a card: the challenge the device gateway has to sign
#[utoipa::path(post, path = "/api/v1/identifications/card-reads", tag = "identification", operation_id = "begin_card_read",
    request_body = BeginCardRead, responses((status = 201, body = CardChallenge)),
    security(("desk" = ["identify.person"])))]
pub(crate) async fn begin_card_read(
    State(recognition): State<Recognition>,
    caller: Allowed<IdentifyPerson>,
    Json(wanted): Json<BeginCardRead>,
) -> Result<(StatusCode, Json<CardChallenge>)> {
    let begun = recognition.begin_read(&caller, wanted.purpose).await?;
    let gateway_url = recognition.platform.config.device_gateway_url.trim_end_matches('/').to_owned();
    let view = CardChallenge { challenge: begun.challenge, gateway_url, expires_at: begun.expires_at };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Identifies somebody by what a registered reader has read and signed
#[utoipa::path(post, path = "/api/v1/identifications/cards", tag = "identification", operation_id = "identify_by_card",
    request_body = CardRead,
    responses((status = 201, body = View), Outdated, Unreadable),
    security(("desk" = ["identify.person"])))]
pub(crate) async fn identify_by_card(
    State(recognition): State<Recognition>,
    caller: Allowed<IdentifyPerson>,
    Json(read): Json<CardRead>,
) -> Result<(StatusCode, Json<View>)> {
    let signed = SignedRead { device: read.device, payload: read.payload, signature: read.signature };
    let (found, photo) = recognition.finish_read(&caller, signed).await?;
    Ok((StatusCode::CREATED, Json(View::new(found, photo))))
}

/// Card readers of one's organisations
#[utoipa::path(get, path = "/api/v1/card-devices", tag = "identification", operation_id = "list_card_devices",
    responses((status = 200, body = CardDevices)), security(("desk" = ["card_device.read"])))]
pub(crate) async fn list_card_devices(
    State(recognition): State<Recognition>,
    caller: Allowed<ReadCardDevices>,
) -> Result<Json<CardDevices>> {
    let mut items = Vec::new();
    for row in recognition.card_devices(&caller).await? {
        let print = base::encoding::to_hex(&base::crypto::sm3(row.public_key.as_bytes()));
        items.push(CardDevice {
            window_name: recognition.window_name(row.window_id).await?,
            key_print: print.chars().take(16).collect(),
            state_label: if row.enabled { "在用" } else { "停用" },
            id: row.id,
            code: row.code,
            name: row.name,
            window_id: row.window_id,
            enabled: row.enabled,
            version: row.version,
            last_read_at: row.last_read_at,
        });
    }
    Ok(Json(CardDevices { items }))
}

/// Registers a card reader with the key of its gateway
#[utoipa::path(post, path = "/api/v1/card-devices", tag = "identification", operation_id = "add_card_device",
    params(IdempotencyKey), request_body = NewCardDevice,
    responses((status = 201, body = AddedCardDevice), Unreadable),
    security(("desk" = ["card_device.edit"])))]
pub(crate) async fn add_card_device(
    State(recognition): State<Recognition>,
    caller: Allowed<EditCardDevices>,
    IdempotencyKey(once): IdempotencyKey,
    Json(new): Json<NewCardDevice>,
) -> Result<(StatusCode, Json<AddedCardDevice>)> {
    let id = recognition.add_card_device(&caller, new, once).await?;
    Ok((StatusCode::CREATED, Json(AddedCardDevice { id })))
}

/// Switches a card reader on
#[utoipa::path(post, path = "/api/v1/card-devices/{id}/enable", tag = "identification", operation_id = "enable_card_device",
    params(("id" = Uuid, Path, description = "Card reader")), request_body = CardDeviceVersion,
    responses((status = 204), Absent, Outdated),
    security(("desk" = ["card_device.edit"])))]
pub(crate) async fn enable_card_device(
    State(recognition): State<Recognition>,
    caller: Allowed<EditCardDevices>,
    Path(id): Path<Uuid>,
    Json(page): Json<CardDeviceVersion>,
) -> Result<StatusCode> {
    recognition.switch_card_device(&caller, id, page.version, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Switches a card reader off; what it reads from then on is refused
#[utoipa::path(post, path = "/api/v1/card-devices/{id}/disable", tag = "identification", operation_id = "disable_card_device",
    params(("id" = Uuid, Path, description = "Card reader")), request_body = CardDeviceVersion,
    responses((status = 204), Absent, Outdated),
    security(("desk" = ["card_device.edit"])))]
pub(crate) async fn disable_card_device(
    State(recognition): State<Recognition>,
    caller: Allowed<EditCardDevices>,
    Path(id): Path<Uuid>,
    Json(page): Json<CardDeviceVersion>,
) -> Result<StatusCode> {
    recognition.switch_card_device(&caller, id, page.version, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
