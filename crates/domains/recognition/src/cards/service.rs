//! Read a card: the challenge before, the proof after.

use axum::http::StatusCode;
use base::crypto::Sm2PublicKey;
use platform::web::guard::{Allowed, Principal};
use platform::web::problem::{Problem, Result};
use platform::work::audit::{Line, Outcome};
use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::model::{LONGEST, Read};
use super::store::{self, row};
use crate::Recognition;
use crate::identifying::service::New;
use crate::identifying::{Found, Purpose, Seen};
use crate::once::{self, Kind};
use crate::permissions::IdentifyPerson;

/// How long a card may be looked for after the challenge.
const LASTS: Duration = Duration::minutes(2);

/// A read that may begin.
pub(crate) struct Begun {
    pub(crate) challenge: String,
    pub(crate) expires_at: OffsetDateTime,
}

/// What a gateway answered, as the page hands it over.
pub(crate) struct SignedRead {
    pub(crate) device: String,
    pub(crate) payload: String,
    pub(crate) signature: String,
}

impl Recognition {
    /// Issues the challenge of one read, for this clerk and purpose.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn begin_read(&self, caller: &Allowed<IdentifyPerson>, purpose: Purpose) -> Result<Begun> {
        let detail = json!({ "purpose": purpose.as_str() });
        let challenge = once::issue(&self.platform, Kind::CardRead, Some(caller.id), detail, LASTS).await?;
        Ok(Begun { challenge, expires_at: self.platform.now() + LASTS })
    }

    /// Identifies somebody by a signed read of a card; the portrait beside it.
    ///
    /// # Errors
    /// 422 `read_refused` for an unknown device, one switched off, one of another hall, a signature that
    /// does not fit; 409 `read_over` for a challenge that is not this clerk's, over or used; 422 for a
    /// card that does not count.
    pub(crate) async fn finish_read(
        &self,
        caller: &Allowed<IdentifyPerson>,
        signed: SignedRead,
    ) -> Result<(Found, Option<String>)> {
        let (device, read) = match self.prove_read(caller, &signed).await? {
            Ok(proven) => proven,
            Err(reason) => return Err(self.note_read(caller, &signed.device, reason, read_refused()).await?),
        };
        let (challenge, clerk, now) = (read.challenge.clone(), caller.id, self.platform.now());
        let id = device.id;
        let issued = self
            .platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    store::note_read(tx.conn(), id, now).await?;
                    once::redeem(tx, Kind::CardRead, &challenge).await
                })
            })
            .await?;
        let issued = issued.filter(|issued| issued.owner_id == Some(clerk));
        let purpose = issued.and_then(|issued| Purpose::parse(issued.detail.get("purpose")?.as_str()?));
        let Some(purpose) = purpose else {
            return Err(self.note_read(caller, &signed.device, "challenge", read_over()).await?);
        };
        let card = read.card.checked(base::zone::china_date(now))?;
        let seen = Seen { person: card.person, enterprise: None };
        let new = New { way: card.way, purpose, seen, device: Some(device.id), spent: None };
        Ok((self.keep(caller, new).await?, card.photo))
    }

    /// The device and what it read, or the reason why the read proves nothing.
    async fn prove_read(
        &self,
        caller: &Principal,
        signed: &SignedRead,
    ) -> Result<Result<(row::Model, Read), &'static str>> {
        if signed.payload.len() > LONGEST || signed.signature.len() > 200 || signed.device.len() > 40 {
            return Ok(Err("too_long"));
        }
        let Some(device) = store::by_code(self.platform.db.read(), &signed.device).await? else {
            return Ok(Err("device_unknown"));
        };
        if !device.enabled {
            return Ok(Err("device_disabled"));
        }
        // A read made in another hall was not made in front of this clerk.
        let windows = self.identity.windows_of(caller.id).await?;
        if !windows.iter().any(|window| window.hall_key == device.hall_key) {
            return Ok(Err("device_elsewhere"));
        }
        let key = Sm2PublicKey::from_pem(&device.public_key).map_err(Problem::internal)?;
        let Some(signature) = base::encoding::from_hex(&signed.signature) else { return Ok(Err("signature")) };
        if key.verify(signed.payload.as_bytes(), &signature).is_err() {
            return Ok(Err("signature"));
        }
        let Ok(read) = serde_json::from_str::<Read>(&signed.payload) else { return Ok(Err("unreadable")) };
        if read.device != device.code {
            return Ok(Err("device_other"));
        }
        Ok(Ok((device, read)))
    }

    async fn note_read(
        &self,
        caller: &Principal,
        device: &str,
        reason: &'static str,
        problem: Problem,
    ) -> Result<Problem> {
        let device: String = device.chars().filter(|one| one.is_ascii_graphic()).take(40).collect();
        let subject = format!("card_device:{device}");
        let detail = json!({ "reason": reason, "code": problem.code() });
        let line = Line::by(caller, self.platform.new_id(), "identify.refused", subject, detail);
        let entry = line.entry().result(Outcome::Refused);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(entry);
                    Ok(())
                })
            })
            .await?;
        Ok(problem)
    }

    /// A window as people name it, for lists of devices.
    pub(crate) async fn window_name(&self, id: Uuid) -> Result<String> {
        let window = self.identity.window(id).await?;
        Ok(window.map(|window| format!("{} {} 号窗口", window.hall_name, window.number)).unwrap_or_default())
    }
}

fn read_refused() -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "read_refused", "读卡结果没有通过核对，没有核验。")
        .detail("请用本大厅登记过的读卡器再读一次。一直不行的话，请系统管理员核对设备登记；可以先扫码或者手工输入。")
}

fn read_over() -> Problem {
    Problem::conflict("read_over", "这次读卡已经失效，没有核验。")
        .detail("读卡要在 2 分钟内完成，每次只算一回。请再点一次“读身份证”。")
}
