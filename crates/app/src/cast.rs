//! Who plays when samples are filed: citizens, staff of every role, materials. Used by the demo and
//! by `tongban pack test`; everything goes through the real services.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use casework::cases::service::documents::DRAW_JOB;
use casework::cases::service::notify;
use casework::cases::service::review::CompleteTaskRequest;
use casework::cases::service::submit::{HandedMaterial, WholeApplication};
use catalogue::packs::Pack;
use fulfilment::fees::model::FeeState;
use fulfilment::fees::{BankPayment, Review};
use identity::{Account, Profile};
use platform::sessions::PrincipalSource;
use platform::web::guard::{Allowed, Audience, Principal};
use platform::work::jobs::Handlers;
use platform::{Platform, Problem, Result};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::App;

/// A citizen with an account.
pub struct Citizen {
    /// Account.
    pub account: Account,
    /// The caller.
    pub principal: Principal,
}

/// The players.
pub struct Cast<'a> {
    /// The product.
    pub app: &'a App,
    /// Jobs, without the drawing of documents (they are drawn when somebody opens them) and without
    /// messages: nobody is told today about the past.
    pub handlers: Handlers,
    staff: Mutex<HashMap<(Uuid, String), Option<Principal>>>,
    pdfs: Mutex<HashMap<String, Vec<u8>>>,
}

impl<'a> Cast<'a> {
    /// For a product with a loaded city.
    pub fn new(app: &'a App) -> Self {
        let handlers = app
            .handlers()
            .with(DRAW_JOB, |_: Platform, _: Value| Box::pin(async { Ok(()) }))
            .with(notify::JOB, |_: Platform, _: Value| Box::pin(async { Ok(()) }))
            .with(identity::delegation::NOTIFY_JOB, |_: Platform, _: Value| Box::pin(async { Ok(()) }));
        Self { app, handlers, staff: Mutex::default(), pdfs: Mutex::default() }
    }

    /// Mirrors a citizen as the provincial identity service would give it.
    ///
    /// # Errors
    /// When the profile is not whole.
    pub async fn citizen(&self, profile: Profile) -> Result<Citizen> {
        let account = self.app.identity.mirror(profile).await?;
        let principal = self
            .app
            .identity
            .principal(&self.app.platform, Audience::Portal, account.id)
            .await?
            .ok_or_else(|| Problem::internal("a mirrored account without a caller"))?;
        Ok(Citizen { account, principal })
    }

    /// Somebody of a role for the case's organisation.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn actor(&self, case: Uuid, role: &str) -> Result<Option<Principal>> {
        let (org, item) = self.app.casework.org_and_item_of(case).await?;
        let key = (org, format!("{role} {item}"));
        let known = self.staff.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let mut found = None;
        for staff in self.app.identity.staff_for(org, role, &item).await? {
            let principal = self.app.identity.principal(&self.app.platform, Audience::Desk, staff.id).await?;
            if let Some(principal) = principal.filter(|one| one.reaches(org, &item)) {
                found = Some(principal);
                break;
            }
        }
        if found.is_none() {
            tracing::warn!(%org, role, "nobody of this role for the organisation");
        }
        self.staff.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(key, found.clone());
        Ok(found)
    }

    /// A whole application out of a sample.
    ///
    /// # Errors
    /// When a material can't be stored.
    pub async fn application(
        &self,
        pack: &Pack,
        sample: &Value,
        form: Value,
        citizen: &Citizen,
        way: &str,
    ) -> Result<WholeApplication> {
        let handle_item = sample.get("handle_item").and_then(Value::as_str).unwrap_or_default();
        let mut whole: WholeApplication = serde_json::from_value(json!({
            "item_slug": pack.slug,
            "handle_item": handle_item,
            "situations": sample.get("situations"),
            "conditions": conditions(pack, handle_item),
            "consents": { "authorised": true, "agreed": true },
            "form": form,
            "delivery": { "way": way },
        }))?;
        whole.materials = self.materials(pack, sample, citizen).await?;
        Ok(whole)
    }

    async fn materials(
        &self,
        pack: &Pack,
        sample: &Value,
        citizen: &Citizen,
    ) -> Result<BTreeMap<String, HandedMaterial>> {
        let mut handed = BTreeMap::new();
        let keys = sample.get("materials").and_then(Value::as_array).cloned().unwrap_or_default();
        for key in keys.iter().filter_map(Value::as_str) {
            let Some(material) = pack.item.as_ref().and_then(|item| item.material(key)) else { continue };
            let picture = !material.file_types.iter().any(|kind| kind == "pdf");
            let file = self.file(citizen, &material.name, picture).await?;
            handed.insert(key.to_owned(), HandedMaterial { handing: "upload".into(), files: vec![file] });
        }
        Ok(handed)
    }

    /// A material that says of itself that it is a sample.
    ///
    /// # Errors
    /// When it can't be stored.
    pub async fn file(&self, citizen: &Citizen, name: &str, picture: bool) -> Result<Uuid> {
        let (bytes, kind) = if picture {
            (include_bytes!("demo.png").to_vec(), "png")
        } else {
            let known = self.pdfs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(name).cloned();
            let bytes = match known {
                Some(bytes) => bytes,
                None => {
                    let made = self.app.casework.sample_paper(name).await?;
                    self.pdfs
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .insert(name.to_owned(), made.clone());
                    made
                }
            };
            (bytes, "pdf")
        };
        let owner = Some(citizen.account.id);
        let stored =
            platform::files::store(&self.app.platform, owner, "material", &format!("{name}.{kind}"), bytes.into())
                .await?;
        Ok(stored.id)
    }

    /// Reviews and takes the fee of a case at the window, when its item charges one.
    ///
    /// # Errors
    /// What the service refuses.
    pub async fn settle_fee(&self, case: Uuid) -> Result<()> {
        let Some(clerk) = self.actor(case, "clerk").await? else { return Ok(()) };
        let fulfilment = &self.app.fulfilment;
        let Some(fee) = fulfilment.case_fee(&clerk, case).await?.fee else { return Ok(()) };
        let mut fee = fee;
        if fee.state == FeeState::ToReview {
            let review =
                Review { version: fee.version, reductions: Vec::new(), amounts: Vec::new(), reason: String::new() };
            fee = fulfilment.review_fee(&Allowed::trusted(clerk.clone()), case, review).await?;
        }
        if fee.state == FeeState::Due {
            let receipt_number = format!("YH{}", fee.id.simple());
            let paid = BankPayment { version: fee.version, receipt_number };
            fulfilment.confirm_bank(&Allowed::trusted(clerk), case, paid).await?;
        }
        Ok(())
    }

    /// Does the open task of a case as the sample says; returns the step done.
    ///
    /// # Errors
    /// What the service refuses.
    pub async fn do_task(&self, case: Uuid, sample: &Value) -> Result<Option<String>> {
        let casework = &self.app.casework;
        let Some((task, element, role)) = casework.open_flow_task(case).await? else { return Ok(None) };
        let Some(handler) = self.actor(case, &role).await? else { return Ok(None) };
        let outcome = sample
            .pointer(&format!("/expect/task_answers/{element}/outcome"))
            .and_then(Value::as_str)
            .unwrap_or(if role == "approver" { "granted" } else { "pass" })
            .to_owned();
        let opinion = match outcome.as_str() {
            "granted" => "符合法定条件，同意。",
            "refused" => "现场条件不符合法定要求，不予批准。",
            "fail" => "经核查，条件不符合要求。",
            _ => "材料齐全，符合要求。",
        };
        let request = CompleteTaskRequest {
            version: casework.version_of(case).await?,
            outcome,
            opinion: opinion.to_owned(),
            return_to: None,
            checks: Map::new(),
            files: Vec::new(),
            signature: None,
            written_opinion: None,
            next: Default::default(),
        };
        self.settle_fee(case).await?;
        let request = CompleteTaskRequest { version: casework.version_of(case).await?, ..request };
        casework.complete_task(&handler, case, task, request).await?;
        self.app.settle(&self.handlers).await?;
        Ok(Some(element))
    }
}

/// Every condition answered with its met option.
fn conditions(pack: &Pack, handle_item: &str) -> Value {
    let Some(item) = &pack.item else { return json!({}) };
    let met = item
        .conditions
        .iter()
        .filter(|one| one.handle_items.is_empty() || one.handle_items.iter().any(|key| key == handle_item))
        .filter_map(|one| {
            Some((one.key.clone(), Value::from(one.options.iter().find(|option| option.met)?.key.clone())))
        })
        .collect::<Map<_, _>>();
    Value::Object(met)
}
