//! Printing a case: its application and the print templates of its item, filled with its answers
//! (FORM-019, FORM-022).
//!
//! Nothing is stored: what is printed says what the case says now. A draft prints as a preview. Staff get masked
//! numbers; the full paper goes by right, level and reason, and is logged.

use std::collections::BTreeMap;
use std::sync::Arc;

use design::prints::{Around, Print, PrintFormat, Sources};
use design::{DefinitionRef, Kind};
use identity::delegation::Action;
use paper::print::PrintMode;
use platform::disclosure::{Ask, Field};
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result, files};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};

use super::documents::{DocumentKind, PrintData};
use super::{Casework, Loaded, Personal, reach};
use crate::cases::error::CaseError;
use crate::cases::model::{Channel, State};
use crate::cases::store::{case, documents};
use crate::papers::service::PaperStamp;
use crate::papers::{ItemPaper, PaperKind, PaperPurpose, StampAt, store};

/// The application itself among the papers of a case.
const APPLICATION: &str = "application";
/// Farthest a printer may be off, mm.
const MOST_OFFSET: f64 = 50.0;

/// A paper a case may be printed on.
#[derive(Debug, Serialize, ToSchema)]
pub struct PrintChoice {
    /// `application`, or the id of a paper of the item.
    pub id: String,
    /// What people read.
    pub title: String,
    /// `pdf`, `docx`.
    pub formats: Vec<PrintFormat>,
    /// Whether the values alone can be put on paper printed before.
    pub values_only: bool,
    /// Whether a clerk puts a seal on it.
    pub stamp: bool,
}

/// What a case may be printed on, what was stamped.
#[derive(Debug, Serialize, ToSchema)]
pub struct PrintMenu {
    /// Papers.
    pub papers: Vec<PrintChoice>,
    /// Documents that wait for a clerk's seal.
    pub documents: Vec<StampChoice>,
    /// Stamps, oldest first.
    pub stamps: Vec<PaperStamp>,
}

/// A document a clerk may put a seal on.
#[derive(Debug, Serialize, ToSchema)]
pub struct StampChoice {
    /// Document.
    pub id: Uuid,
    /// Name.
    pub name: String,
}

/// How to print.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct PrintAsk {
    /// `pdf` (also when absent) or `docx`.
    #[param(value_type = Option<String>)]
    pub format: Option<PrintFormat>,
    /// The values alone, for paper printed before.
    pub values_only: bool,
    /// Offset of the printer to the right, mm.
    pub x: f64,
    /// Offset of the printer downwards, mm.
    pub y: f64,
    /// With full numbers; staff say why.
    pub full: bool,
    /// Why the full paper is needed.
    pub reason: String,
}

/// A finished print.
pub struct Printed {
    /// Name for saving.
    pub name: String,
    /// Media type.
    pub media: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Casework {
    /// Papers of an item that fit a case.
    pub(crate) async fn fitting_papers(
        &self,
        loaded: &Loaded,
        situation: &Map<String, Value>,
    ) -> Result<Vec<ItemPaper>> {
        let all = self.papers_of_item(&loaded.row.item_slug).await?;
        Ok(all.iter().filter(|one| one.content.fits(&loaded.row.handle_item, situation)).cloned().collect())
    }

    /// Papers of an item, read once for a few seconds.
    pub(crate) async fn papers_of_item(&self, slug: &str) -> Result<Arc<Vec<ItemPaper>>> {
        if let Some(found) = self.papers.of_item.get(slug).await {
            return Ok(found);
        }
        let found = Arc::new(store::of_item(self.platform.db.read(), slug).await?);
        self.papers.of_item.insert(slug.to_owned(), found.clone()).await;
        Ok(found)
    }

    /// The latest version of a print template.
    pub(crate) async fn print_of(&self, key: &str) -> Result<(DefinitionRef, Arc<Print>)> {
        let of = self
            .design
            .latest(Kind::Print, key)
            .await?
            .ok_or_else(|| Problem::conflict("no_template", "这份打印模板还没有发布，请联系事项管理员。"))?;
        let print = self.design.print(&of).await?;
        Ok((of, print))
    }

    async fn situation_of(&self, loaded: &Loaded) -> Result<Map<String, Value>> {
        let form = self.form_of(self.platform.db.read(), loaded.row.id).await?;
        self.situation(loaded, &form)
    }

    async fn choices(&self, loaded: &Loaded) -> Result<Vec<PrintChoice>> {
        let form = self.design.form(&loaded.item.definitions.form).await?;
        let mut all = vec![PrintChoice {
            id: APPLICATION.to_owned(),
            title: form.title.clone(),
            formats: vec![PrintFormat::Pdf],
            values_only: false,
            stamp: false,
        }];
        let situation = self.situation_of(loaded).await?;
        for paper in self.fitting_papers(loaded, &situation).await? {
            if paper.content.kind != PaperKind::Print || paper.content.purpose != PaperPurpose::Print {
                continue;
            }
            let Some(of) = self.design.latest(Kind::Print, &paper.content.paper_key).await? else { continue };
            let pdf = self.design.print(&of).await?.format == PrintFormat::Pdf;
            all.push(PrintChoice {
                id: paper.id.to_string(),
                title: paper.content.title.clone(),
                formats: if pdf { vec![PrintFormat::Pdf] } else { vec![PrintFormat::Pdf, PrintFormat::Docx] },
                values_only: pdf,
                stamp: paper.content.stamp_at == StampAt::Window,
            });
        }
        Ok(all)
    }

    /// What a case within reach may be printed on.
    ///
    /// # Errors
    /// 404 outside one's reach.
    pub async fn print_menu(&self, caller: &Principal, id: Uuid) -> Result<PrintMenu> {
        let loaded = self.reached(caller, id).await?;
        let conn = self.platform.db.read();
        let stamps = store::stamps_of(conn, id).await?;
        let papers = self.papers_of_item(&loaded.row.item_slug).await?;
        let at_window = |kind: &str| {
            papers.iter().any(|one| one.content.paper_key == kind && one.content.stamp_at == StampAt::Window)
        };
        let documents = documents(conn, id).await?;
        Ok(PrintMenu {
            papers: self.choices(&loaded).await?,
            documents: documents
                .into_iter()
                .filter(|one| at_window(&one.kind) && stamps.iter().all(|stamp| stamp.document_id != one.id))
                .map(|one| StampChoice { id: one.id, name: one.name })
                .collect(),
            stamps: stamps.into_iter().map(PaperStamp::from).collect(),
        })
    }

    /// What an own case or draft may be printed on.
    ///
    /// # Errors
    /// 404 for another's.
    pub async fn my_print_menu(&self, caller: &Principal, id: Uuid) -> Result<Vec<PrintChoice>> {
        let (row, _) = self.mine(caller, id, Action::Read).await?;
        let loaded = self.with_item(row).await?;
        let mut all = self.choices(&loaded).await?;
        all.iter_mut().for_each(|one| one.stamp = false);
        Ok(all)
    }

    async fn reached(&self, caller: &Principal, id: Uuid) -> Result<Loaded> {
        let row = case::Entity::find_by_id(id).one(self.platform.db.read()).await?.ok_or(CaseError::NotFound)?;
        reach(caller, &row)?;
        self.with_item(row).await
    }

    /// Prints a case within reach. With full numbers only by right, level and reason; every print is logged.
    ///
    /// # Errors
    /// 404 outside one's reach, 403 below the level, 422 naming the field.
    pub async fn print_case(&self, caller: &Principal, id: Uuid, paper: &str, ask: PrintAsk) -> Result<Printed> {
        let loaded = self.reached(caller, id).await?;
        let permit = if ask.full {
            let field = Field { table: "cases", column: "personal_sealed", part: "id_number" };
            let subject = format!("case:{id}");
            let asked = Ask { right: "case.reveal", field, name: "print", subject, reason: &ask.reason };
            Some(self.platform.disclosure.permit(&self.platform, caller, asked).await?)
        } else {
            None
        };
        let detail = json!({ "paper": paper, "values_only": ask.values_only, "full": ask.full });
        let printed = self.print(&loaded, paper, &ask, !ask.full).await?;
        if let Some(permit) = permit {
            permit.used(&self.platform).await?;
        }
        let line = Line::by(caller, self.platform.new_id(), "case.print", format!("case:{id}"), detail);
        self.platform.leave(line).await?;
        Ok(printed)
    }

    /// Prints an own case or draft; a draft is marked as a preview.
    ///
    /// # Errors
    /// 404 for another's.
    pub async fn print_mine(&self, caller: &Principal, id: Uuid, paper: &str, ask: PrintAsk) -> Result<Printed> {
        let (row, _) = self.mine(caller, id, Action::Read).await?;
        let loaded = self.with_item(row).await?;
        self.print(&loaded, paper, &ask, false).await
    }

    async fn print(&self, loaded: &Loaded, paper: &str, ask: &PrintAsk, masked: bool) -> Result<Printed> {
        for (at, offset) in [("/x", ask.x), ("/y", ask.y)] {
            if !offset.is_finite() || offset.abs() > MOST_OFFSET {
                return Err(Problem::invalid_field(at, "range", "打印机的偏移写 -50 到 50 之间的毫米数"));
            }
        }
        let draft = loaded.state()? == State::Draft;
        if paper == APPLICATION {
            return self.print_application(loaded, masked, draft).await;
        }
        let missing = || Problem::not_found("这个办件没有这份打印件，可能刚刚停用。请刷新后再选。");
        let situation = self.situation_of(loaded).await?;
        let papers = self.fitting_papers(loaded, &situation).await?;
        let wanted = papers.iter().find(|one| {
            one.id.to_string() == paper
                && one.content.kind == PaperKind::Print
                && one.content.purpose == PaperPurpose::Print
        });
        let wanted = wanted.ok_or_else(missing)?;
        let (_, print) = self.print_of(&wanted.content.paper_key).await?;
        let format = ask.format.unwrap_or(PrintFormat::Pdf);
        if ask.values_only && print.format != PrintFormat::Pdf {
            return Err(Problem::invalid_field("/values_only", "format", "Word 模板不能套打，请整份打印"));
        }
        let data = self.print_data(loaded, masked).await?;
        let values = self.print_values(&print, &data).await?;
        let title = wanted.content.title.clone();
        if format == PrintFormat::Docx {
            let bytes = tokio::task::spawn_blocking(move || print.docx(&values))
                .await
                .map_err(Problem::internal)?
                .map_err(Problem::internal)?
                .ok_or_else(|| Problem::invalid_field("/format", "format", "PDF 模板只能导出 PDF"))?;
            return Ok(Printed { name: format!("{title}.docx"), media: paper::print::DOCX, bytes });
        }
        let mode = if ask.values_only { PrintMode::ValuesOnly { x: ask.x, y: ask.y } } else { PrintMode::Whole };
        let options = self.options_for(&title);
        let pdf = tokio::task::spawn_blocking(move || print.pdf(&values, mode, draft, &options))
            .await
            .map_err(Problem::internal)?
            .map_err(Problem::internal)?;
        Ok(Printed { name: format!("{title}.pdf"), media: "application/pdf", bytes: pdf.bytes })
    }

    pub(crate) fn options_for(&self, title: &str) -> paper::Options {
        paper::Options { fonts: self.papers.fonts().clone(), produced_at: self.platform.now(), title: title.to_owned() }
    }

    /// 申请书 as it would be printed now.
    async fn print_application(&self, loaded: &Loaded, masked: bool, draft: bool) -> Result<Printed> {
        let (form, outcome) = self.applicants_view(loaded).await?;
        let words = self.application_words(&loaded.row, &form, &outcome.data, &outcome.visible, masked).await?;
        let mut content = self.application_data(&loaded.row, &loaded.item, words).await?;
        if draft {
            content.insert("mark".into(), json!("预览。还没有提交，不作办事依据；内容有误请返回修改。"));
        }
        let template = self.template_ref(&loaded.item.slug, DocumentKind::Form.as_str()).await?;
        let template = self.design.paper(&template).await?;
        let title = form.title.clone();
        let pdf = self.render_signed(&template, Value::Object(content), &title, self.platform.now()).await?;
        Ok(Printed { name: format!("{title}.pdf"), media: "application/pdf", bytes: pdf.bytes })
    }

    /// The form of a case as its applicant sees it.
    pub(crate) async fn applicants_view(&self, loaded: &Loaded) -> Result<(Arc<form::Form>, form::Outcome)> {
        let form = self.design.form(&loaded.item.definitions.form).await?;
        let row = self.form_of(self.platform.db.read(), loaded.row.id).await?;
        let data: Map<String, Value> = self.open(&row.form_sealed, loaded.row.id, "form")?;
        let day = loaded.row.submitted_at.unwrap_or_else(|| self.platform.now());
        let context = form::Context {
            handle_item: Some(loaded.row.handle_item.clone()),
            situation: self.situation(loaded, &row)?,
            applicant: super::judge::applicant(&loaded.row.applicant_kind, &loaded.row.applicant_name),
            today: base::zone::china_date(day).to_string(),
        };
        let none = Map::new();
        let input = form::Input {
            data: &data,
            context: &context,
            role: "applicant",
            step: "",
            channel: if loaded.row.channel == Channel::Window.as_str() { "window" } else { "web" },
            locked: &none,
        };
        let outcome = form.evaluate(self.design.expressions(), &input);
        Ok((form, outcome))
    }

    /// Everything a print of a case may say.
    pub(crate) async fn print_data(&self, loaded: &Loaded, masked: bool) -> Result<PrintData> {
        let (form, outcome) = self.applicants_view(loaded).await?;
        let regions = self.region_names(&outcome.data).await?;
        let words = form.words(&form::Sheet {
            data: Some(&outcome.data),
            visible: &outcome.visible,
            masked,
            region: &|code| regions.get(code).cloned(),
        });
        Ok(PrintData { words, around: self.around_case(loaded, masked).await? })
    }

    /// The values for a template, with the pictures of signatures.
    pub(crate) async fn print_values(&self, print: &Print, data: &PrintData) -> Result<paper::print::Values> {
        let form = match self.design.latest(Kind::Form, &print.form).await? {
            Some(of) if !print.form.is_empty() => Some(self.design.form(&of).await?),
            _ => None,
        };
        let mut pictures = BTreeMap::new();
        for (path, id) in &data.words.signatures {
            if let Some(picture) = self.picture(id).await? {
                pictures.insert(path.clone(), picture);
            }
        }
        Ok(print.values(&Sources::of(form.as_deref()), &data.words, &data.around, &pictures))
    }

    /// A picture of a form; none when it is no picture a paper can show.
    pub(crate) async fn picture(&self, id: &str) -> Result<Option<Vec<u8>>> {
        let Ok(id) = id.parse::<Uuid>() else { return Ok(None) };
        let (_, bytes) = match files::read(&self.platform, id).await {
            Ok(found) => found,
            Err(problem) if problem.status() == axum::http::StatusCode::NOT_FOUND => return Ok(None),
            Err(problem) => return Err(problem),
        };
        let shown = matches!(files::sniff(&bytes), Some("image/png" | "image/jpeg"));
        Ok(shown.then(|| bytes.to_vec()))
    }

    async fn around_case(&self, loaded: &Loaded, masked: bool) -> Result<Around> {
        let (row, item) = (&loaded.row, &loaded.item.item);
        let personal: Personal = self.personal(row)?;
        let today = base::zone::china_date(self.platform.now());
        let day =
            |at: Option<time::OffsetDateTime>| at.map(|at| words_of(base::zone::china_date(at))).unwrap_or_default();
        let id = |id: &str, enterprise: bool| {
            if masked && !enterprise { base::mask::citizen_id(id) } else { id.to_owned() }
        };
        let phone = |phone: &str| if masked { base::mask::phone(phone) } else { phone.to_owned() };
        let agent = personal.agent.clone().unwrap_or_default();
        let issuer = self.identity.org(row.org_id).await?.map_or_else(|| item.body.name.clone(), |org| org.name);
        let due = row
            .accepted_at
            .and(row.due_at)
            .map(|due| words_of(base::zone::china_date(due - time::Duration::seconds(1))));
        let texts = [
            ("case.number", row.case_number.clone().unwrap_or_default()),
            ("case.item", row.item_name.clone()),
            ("case.handle_item", row.handle_item_name.clone()),
            ("case.submitted_on", day(row.submitted_at)),
            ("case.accepted_on", day(row.accepted_at)),
            ("case.decided_on", day(row.decided_at)),
            ("case.due_on", due.unwrap_or_default()),
            ("case.channel", Channel::label_of(&row.channel).to_owned()),
            ("applicant.name", row.applicant_name.clone()),
            ("applicant.id", id(&personal.id_number, row.applicant_kind == "enterprise")),
            ("applicant.phone", phone(&personal.phone)),
            ("applicant.legal_person", personal.legal_person.clone().unwrap_or_default()),
            ("agent.name", agent.name.clone()),
            ("agent.id", if agent.id_number.is_empty() { String::new() } else { id(&agent.id_number, false) }),
            ("agent.phone", if agent.phone.is_empty() { String::new() } else { phone(&agent.phone) }),
            ("issuer", issuer),
            ("contact.phone", item.consult_phone.clone()),
            ("date", words_of(today)),
            ("date.digits", today.to_string()),
        ];
        let mut around = Around {
            texts: texts.into_iter().map(|(key, text)| (key.to_owned(), text)).collect(),
            ..Around::default()
        };
        for (key, answer) in self.situation_of(loaded).await? {
            let keys: Vec<String> = match &answer {
                Value::String(one) => vec![one.clone()],
                Value::Array(many) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                _ => continue,
            };
            let asked = item.situations.iter().find(|one| one.key == key);
            let label = |option: &String| {
                let found = asked.and_then(|asked| asked.options.iter().find(|one| one.key == *option));
                found.map_or_else(|| option.clone(), |found| found.label.clone())
            };
            let labels: Vec<String> = keys.iter().map(label).collect();
            around.texts.insert(format!("situation.{key}"), labels.join("、"));
            around.chosen.insert(format!("situation.{key}"), keys.into_iter().chain(labels).collect());
        }
        Ok(around)
    }
}

/// 2026年3月5日
fn words_of(day: time::Date) -> String {
    format!("{}年{}月{}日", day.year(), u8::from(day.month()), day.day())
}
