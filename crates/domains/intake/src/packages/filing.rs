//! What is offered at the caller's windows, checking an application for a package, and filing it.

use std::collections::{BTreeMap, BTreeSet};

use casework::cases::service::counter::{CounterApplicant, CounterApplication};
use casework::cases::service::judge::StepProblem;
use casework::cases::service::submit::{HandedMaterial, Receipt};
use casework::cases::service::taking::{PreparedTaking, at_item};
use casework::cases::service::{Agent, Delivery};
use catalogue::items::resolve::Answers;
use platform::web::guard::Principal;
use platform::web::problem::FieldProblem;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::work::outbox::Event;
use platform::{Problem, Result, Tx};
use recognition::identifying::IDENTIFICATION_OVER;
use sea_orm::entity::prelude::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::FILED;
use super::definition::{LEAST, Package};
use super::store::{self, member, package};
use crate::Intake;

/// An item of a package, as the caller's windows offer it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CounterPackageItem {
    /// Item.
    pub item_slug: String,
    /// Its name.
    pub item_name: String,
    /// The only handling item; chosen at the counter when absent.
    pub handle_item: Option<String>,
    /// Department.
    pub org_name: String,
    /// Promised limit in words.
    pub promise_text: String,
    /// Whether it can't be left out.
    pub required: bool,
    /// Whether the caller's windows take it in.
    pub here: bool,
}

/// A package, as the caller's windows offer it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CounterPackage {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// What it is for.
    pub intro: String,
    /// `person` or `enterprise`.
    pub object: String,
    /// Whether the caller's windows take in whatever can't be left out, and at least two items.
    pub open: bool,
    /// Items that others take in, each with the place.
    pub missing: Vec<String>,
    /// Items, in the order they are asked for.
    pub items: Vec<CounterPackageItem>,
}

/// Packages at the counter.
#[derive(Debug, Serialize, ToSchema)]
pub struct CounterPackages {
    /// In the order of the pack.
    pub items: Vec<CounterPackage>,
}

/// What is asked for one item.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PackageItem {
    /// Item.
    pub item_slug: String,
    /// Handling item.
    pub handle_item: String,
    /// Answers to situations.
    #[serde(default)]
    pub situations: Answers,
    /// Form data.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub form: Map<String, Value>,
    /// Materials checked off: `paper`, `scan`, `licence`, `later`.
    #[serde(default)]
    pub materials: BTreeMap<String, HandedMaterial>,
    /// How this certificate goes.
    #[serde(default)]
    pub delivery: Delivery,
    /// The licence the application is about.
    #[serde(default)]
    pub old_licence: Option<Uuid>,
    /// Where the applicant is at home, for an item that every hall takes in.
    #[serde(default)]
    pub area: Option<String>,
}

/// An application for several items of a package.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PackageApplication {
    /// Package.
    pub package: String,
    /// Who applies.
    pub applicant: CounterApplicant,
    /// Who came for the applicant.
    #[serde(default)]
    pub agent: Option<Agent>,
    /// Who was identified by card or code.
    #[serde(default)]
    pub identification: Option<Uuid>,
    /// The ticket with which the visitor was called.
    #[serde(default)]
    pub ticket: Option<Uuid>,
    /// `ready`: each certificate as it is ready; `together`: all at the end (CASE-029).
    pub collect: String,
    /// The items wanted, 2 to 10.
    pub items: Vec<PackageItem>,
}

/// A material that several of the items ask for.
#[derive(Debug, Serialize, ToSchema)]
pub struct SharedMaterial {
    /// Its name.
    pub name: String,
    /// Where it is asked for.
    pub uses: Vec<MaterialUse>,
}

/// Where a material is asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaterialUse {
    /// Item.
    pub item_slug: String,
    /// Key of the material there.
    pub key: String,
}

/// What is still missing.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackageCheck {
    /// To mend; places of an item begin with `/items/<n>`.
    pub problems: Vec<StepProblem>,
    /// What rules say that only warn.
    pub warnings: Vec<StepProblem>,
    /// Materials that one paper serves.
    pub shared: Vec<SharedMaterial>,
}

/// A case of a filed package, as the applicant takes it away.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackageReceiptCase {
    /// Case.
    pub case_id: Uuid,
    /// Its number.
    pub case_number: String,
    /// Query code 查询密码.
    pub query_code: String,
    /// Item.
    pub item_slug: String,
    /// Its name.
    pub item_name: String,
    /// Department.
    pub org_name: String,
    /// The promise in words.
    pub promise_text: String,
    /// Day by which the application is answered, in China.
    pub answer_by: Option<String>,
    /// The receipt as a document.
    pub receipt_document_id: Option<Uuid>,
}

/// What the applicant takes away.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackageReceipt {
    /// Package.
    pub id: Uuid,
    /// Its number.
    pub number: String,
    /// Name of the package.
    pub name: String,
    /// `ready` or `together`.
    pub collect: String,
    /// Cases, in the order of the items.
    pub cases: Vec<PackageReceiptCase>,
}

fn step_problem(pointer: &str, code: &str, message: impl Into<String>) -> StepProblem {
    StepProblem { pointer: pointer.into(), code: code.into(), message: message.into(), step: 1 }
}

impl PackageApplication {
    /// One application at the counter for each item, all by the same people at the same visit.
    fn applications(&self) -> Vec<CounterApplication> {
        self.items
            .iter()
            .map(|one| CounterApplication {
                item_slug: one.item_slug.clone(),
                handle_item: one.handle_item.clone(),
                applicant: self.applicant.clone(),
                agent: self.agent.clone(),
                situations: one.situations.clone(),
                form: one.form.clone(),
                materials: one.materials.clone(),
                delivery: one.delivery.clone(),
                old_licence: one.old_licence,
                read_licence: false,
                fill: false,
                identification: self.identification,
                area: one.area.clone(),
                instant: false,
                ticket: self.ticket,
            })
            .collect()
    }

    /// What of the choice itself is wrong.
    fn wrong_choice(&self, package: &Package) -> Vec<StepProblem> {
        let mut wrong = Vec::new();
        let mut chosen = BTreeSet::new();
        for (n, one) in self.items.iter().enumerate() {
            let part = package.items.iter().find(|part| part.item == one.item_slug);
            let place = format!("/items/{n}/item_slug");
            let Some(part) = part else {
                wrong.push(step_problem(&place, "not_in_package", "这个事项不在套餐里，请刷新页面再选"));
                continue;
            };
            if !chosen.insert(one.item_slug.as_str()) {
                wrong.push(step_problem(&place, "twice", "同一个事项选了两次，去掉一个"));
            }
            if part.handle_item.as_ref().is_some_and(|only| *only != one.handle_item) {
                let message = "这个套餐里只能办规定的那一种业务，请刷新页面再选";
                wrong.push(step_problem(&format!("/items/{n}/handle_item"), "not_in_package", message));
            }
        }
        if package.items.iter().any(|part| part.required && !chosen.contains(part.item.as_str())) {
            wrong.push(step_problem("/items", "required_item", "套餐里必办的事项不能去掉"));
        }
        if chosen.len() < LEAST {
            wrong.push(step_problem("/items", "too_few", "至少选两个事项；只办一件的，从“收件登记”收"));
        }
        if self.applicant.kind != package.object {
            let message =
                if package.object == "person" { "这个套餐由个人申请" } else { "这个套餐由企业申请" };
            wrong.push(step_problem("/applicant/kind", "option", message));
        }
        if !matches!(self.collect.as_str(), "ready" | "together") {
            wrong.push(step_problem("/collect", "option", "选择办好一件领一件，还是全部办好一起领"));
        }
        wrong
    }
}

impl Intake {
    fn package(&self, key: &str) -> Result<&Package> {
        let found = self.packages.iter().find(|one| one.key == key);
        found.ok_or_else(|| Problem::not_found("没有这个套餐，请刷新页面再选。"))
    }

    /// All packages, and which of them the caller's windows can take in.
    ///
    /// # Authorisation
    /// `case.intake`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn counter_packages(&self, caller: &Principal) -> Result<CounterPackages> {
        let slugs: BTreeSet<&str> =
            self.packages.iter().flat_map(|one| one.items.iter().map(|part| part.item.as_str())).collect();
        let mut standing = BTreeMap::new();
        for slug in slugs {
            standing.insert(slug, self.casework.at_counter(caller, slug).await?);
        }
        let mut items = Vec::with_capacity(self.packages.len());
        for one in self.packages.iter() {
            let (mut parts, mut missing) = (Vec::new(), Vec::new());
            for part in &one.items {
                // An item taken off the list is no part any more.
                let Some(at) = standing.get(part.item.as_str()).and_then(Option::as_ref) else {
                    if part.required {
                        missing.push(format!("{}：已经停办", part.item));
                    }
                    continue;
                };
                if !at.here {
                    let place = if at.places.is_empty() { &at.org_name } else { &at.places };
                    missing.push(format!("{}：{place}", at.item_name));
                }
                parts.push(CounterPackageItem {
                    item_slug: part.item.clone(),
                    item_name: at.item_name.clone(),
                    handle_item: part.handle_item.clone(),
                    org_name: at.org_name.clone(),
                    promise_text: at.promise_text.clone(),
                    required: part.required,
                    here: at.here,
                });
            }
            let here = |slug: &str| parts.iter().any(|part| part.here && part.item_slug == slug);
            let whole = one.items.iter().filter(|part| part.required).all(|part| here(&part.item));
            items.push(CounterPackage {
                key: one.key.clone(),
                name: one.name.clone(),
                intro: one.intro.clone(),
                object: one.object.clone(),
                open: whole && parts.iter().filter(|part| part.here).count() >= LEAST,
                missing,
                items: parts,
            });
        }
        Ok(CounterPackages { items })
    }

    /// Judges without writing.
    ///
    /// # Authorisation
    /// `case.intake`.
    ///
    /// # Errors
    /// 404 for no such package, or an item outside the caller's windows.
    pub async fn check_package(&self, caller: &Principal, application: &PackageApplication) -> Result<PackageCheck> {
        let mut problems = application.wrong_choice(self.package(&application.package)?);
        let (mut warnings, mut uses) = (Vec::new(), BTreeMap::<String, Vec<MaterialUse>>::new());
        let placed = |n: usize, one: StepProblem| StepProblem { pointer: at_item(n, &one.pointer), ..one };
        for (n, one) in application.applications().iter().enumerate() {
            let check = Box::pin(self.casework.counter_check(caller, one)).await?;
            problems.extend(check.problems.into_iter().map(|problem| placed(n, problem)));
            warnings.extend(check.warnings.into_iter().map(|problem| placed(n, problem)));
            for material in check.materials.into_iter().filter(|material| !material.generated) {
                let item_slug = one.item_slug.clone();
                uses.entry(material.name).or_default().push(MaterialUse { item_slug, key: material.key });
            }
        }
        // What is wrong with the people is found once for each item, and told once.
        let mut seen = BTreeSet::new();
        problems.retain(|one| seen.insert((one.pointer.clone(), one.message.clone())));
        let shared = uses.into_iter().filter(|(_, uses)| uses.len() > 1);
        let shared = shared.map(|(name, uses)| SharedMaterial { name, uses }).collect();
        Ok(PackageCheck { problems, warnings, shared })
    }

    /// Files every item as a case of its own, in one command or none. The same key files once.
    ///
    /// # Authorisation
    /// `case.intake`.
    ///
    /// # Errors
    /// 422 naming what to mend; 404 for no such package, or an item outside the caller's windows.
    pub async fn file_package(
        &self,
        caller: &Principal,
        application: PackageApplication,
        key: Option<String>,
    ) -> Result<PackageReceipt> {
        let definition = self.package(&application.package)?;
        let wrong = application.wrong_choice(definition);
        if !wrong.is_empty() {
            let wrong = wrong.into_iter().map(|one| FieldProblem::new(one.pointer, one.code, one.message));
            return Err(Problem::invalid(wrong.collect()));
        }
        let prepared = self.casework.prepare_together(caller, application.applications()).await;
        // A second click finds the identification used: by the first one, whose receipt it then gets.
        let (prepared, refusal) = match prepared {
            Ok(prepared) => (prepared, None),
            Err(problem) if key.is_some() && problem.code() == IDENTIFICATION_OVER => (Vec::new(), Some(problem)),
            Err(problem) => return Err(problem),
        };
        let (id, now) = (self.platform.new_id(), self.platform.now());
        let day = base::zone::china_date(now).to_string().replace('-', "");
        let running = self.platform.numbers.next(&self.platform, &format!("package:{day}")).await?;
        let number = application.applicant.id_number.trim().to_uppercase();
        let row = package::Model {
            id,
            number: format!("TC{day}{running:04}"),
            package_key: definition.key.clone(),
            name: definition.name.clone(),
            applicant_kind: definition.object.clone(),
            applicant_name: application.applicant.name.trim().to_owned(),
            applicant_index: self.platform.blind_index(&number),
            collect: application.collect,
            ticket_number: prepared.first().and_then(PreparedTaking::ticket_number).map(str::to_owned),
            window_name: prepared.first().map(|one| one.window_name().to_owned()).unwrap_or_default(),
            filed_at: now,
            filed_by: caller.id,
            filed_by_name: caller.name.clone(),
        };
        let detail = json!({ "package": row.package_key, "number": row.number, "cases": prepared.len() });
        let line = Line::by(caller, self.platform.new_id(), "case.intake", format!("package:{id}"), detail);
        let (intake, who, taken_at) = (self.clone(), caller.id, caller.org_id);
        let filed = self
            .platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if let Some(key) = key.as_deref()
                        && let Some(before) = idempotency::claim(tx, who, "package.file", key, id).await?
                    {
                        return Ok(before);
                    }
                    match refusal {
                        Some(refusal) => Err(refusal),
                        None => {
                            intake.write_package(tx, row, prepared, taken_at).await?;
                            tx.audit(line);
                            Ok(id)
                        }
                    }
                })
            })
            .await?;
        self.package_receipt(filed).await
    }

    async fn write_package(
        &self,
        tx: &Tx,
        row: package::Model,
        prepared: Vec<PreparedTaking>,
        taken_at: Option<Uuid>,
    ) -> Result<()> {
        let mut members = Vec::with_capacity(prepared.len());
        for (place, one) in prepared.into_iter().enumerate() {
            let (case_id, org_id) = (one.case_id(), one.org_id());
            let (item_slug, item_name) = (one.item().slug.clone(), one.item().item.name.clone());
            let receipt = self.casework.write_taking(tx, one, place == 0).await?;
            members.push(member::Model {
                case_id,
                package_id: row.id,
                place: i64::try_from(place).unwrap_or(i64::MAX),
                case_number: receipt.case_number,
                item_slug,
                item_name,
                org_id,
                taken_at,
                ended_at: None,
            });
        }
        tx.publish(Event {
            id: self.platform.new_id(),
            topic: FILED,
            subject: format!("package:{}", row.id),
            payload: json!({
                "package_id": row.id,
                "name": row.name,
                "collect": row.collect,
                "case_ids": members.iter().map(|one| one.case_id).collect::<Vec<_>>(),
            }),
        });
        store::insert(tx.conn(), row, members).await
    }

    /// What the applicant takes away of a package that was filed.
    async fn package_receipt(&self, id: Uuid) -> Result<PackageReceipt> {
        let conn = self.platform.db.read();
        let row = store::find(conn, id).await?.ok_or_else(super::list::not_found)?;
        let orgs = self.identity.orgs().await?;
        let mut cases = Vec::new();
        for one in store::members(conn, &[id]).await? {
            let receipt: Receipt = self.casework.receipt_for(one.case_id).await?;
            cases.push(PackageReceiptCase {
                case_id: one.case_id,
                case_number: one.case_number,
                query_code: receipt.query_code,
                item_slug: one.item_slug,
                item_name: one.item_name,
                org_name: orgs.name_at(one.org_id, row.filed_at).unwrap_or_default().to_owned(),
                promise_text: receipt.promise_text,
                answer_by: receipt.answer_by,
                receipt_document_id: receipt.receipt_document_id,
            });
        }
        Ok(PackageReceipt { id, number: row.number, name: row.name, collect: row.collect, cases })
    }
}
