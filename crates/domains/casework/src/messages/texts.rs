//! The texts of messages, edited at the desk (CASE-031): versioned, checked, previewed, given back to the pack's text.
//!
//! Words are previewed with the pack's samples, or with what a case says that the editor may see, masked.
//!
//! The pack says which texts there are, for which event, result and delivery, and what each may name; the desk changes
//! the words only. What is edited counts from the next message on; a message that was written keeps its words.

use std::collections::{BTreeMap, BTreeSet};

use platform::web::guard::Principal;
use platform::web::page::List;
use platform::web::problem::FieldProblem;
use platform::work::audit::{Kind, Line};
use platform::{Problem, Result, messages};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::Casework;
use crate::cases::service::message_texts::Text;
use crate::cases::service::notify::TOPICS;
use crate::cases::store::case;

/// Characters of an SMS at most; two of the gateway's parts with the signature.
const SMS: usize = 130;
/// Characters of a message in the account at most.
const IN_APP: usize = 500;
/// Versions shown of one text.
const SHOWN: u64 = 50;
/// Events told besides those of [`TOPICS`]: by the domains above.
const BESIDE: [&str; 5] = ["fee_due", "fee_paid", "fee_refunded", "shipped", "collection_ready"];

mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "message_texts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub text_key: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub sms: Option<String>,
        pub in_app: Option<String>,
        pub reason: String,
        pub by_id: Uuid,
        pub by_name: String,
        pub at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Something a text may name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TextValue {
    /// Written in the text as `{name}`.
    pub name: String,
    /// In words.
    pub label: String,
    /// What it looks like in the sample case.
    pub sample: String,
}

/// A text of messages.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MessageText {
    /// Key.
    pub key: String,
    /// When it is sent.
    pub title: String,
    /// For which result and delivery; empty for all.
    pub condition: String,
    /// `in_app`, `sms`.
    pub channels: Vec<String>,
    /// SMS as it counts now.
    pub sms: String,
    /// Message in the account as it counts now.
    pub in_app: String,
    /// SMS of the content pack.
    pub pack_sms: String,
    /// Message of the content pack.
    pub pack_in_app: String,
    /// What it may name.
    pub values: Vec<TextValue>,
    /// Whether it was edited.
    pub edited: bool,
    /// Version to send back; 0 before the first edit.
    pub version: i64,
    /// Who edited it last; empty for nobody.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<OffsetDateTime>,
}

/// A version of a text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TextVersion {
    /// Which.
    pub version: i64,
    /// SMS; absent for the pack's.
    pub sms: Option<String>,
    /// Message in the account; absent for the pack's.
    pub in_app: Option<String>,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
}

/// A text with its versions, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MessageTextWhole {
    /// The text.
    #[serde(flatten)]
    pub text: MessageText,
    /// At most fifty.
    pub versions: Vec<TextVersion>,
}

/// Which texts.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct TextFilter {
    /// Words of the title or the text.
    pub q: Option<String>,
    /// `edited` or `pack`; all when absent.
    pub state: Option<String>,
}

/// Words to look at.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PreviewText {
    /// SMS.
    pub sms: String,
    /// Message in the account.
    pub in_app: String,
    /// Number of a case whose values are filled in, masked; the sample case when absent.
    #[serde(default)]
    pub case_number: Option<String>,
}

/// Words to keep.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct EditText {
    /// Version of the page.
    pub version: i64,
    /// SMS.
    pub sms: String,
    /// Message in the account.
    pub in_app: String,
    /// Why, 4 to 200 characters.
    pub reason: String,
}

/// Back to the text of the content pack.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ResetText {
    /// Version of the page.
    pub version: i64,
    /// Why, 4 to 200 characters.
    pub reason: String,
}

/// How the words read in the sample case, or in one of the caller's.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TextPreview {
    /// SMS with the signature.
    pub sms: String,
    /// Its characters.
    pub sms_length: usize,
    /// Message in the account.
    pub in_app: String,
    /// Names the case says nothing for at its present step: filled with the samples.
    pub from_samples: Vec<String>,
}

/// What of a case nobody reads in a preview as it is: names of people, and the code that opens the progress.
fn hidden(name: &str, value: String) -> String {
    match name {
        "applicant_name" | "receiver" => base::mask::name(&value),
        "query_code" => "*".repeat(value.chars().count()),
        "tracking_number" => base::mask::certificate(&value),
        _ => value,
    }
}

fn unknown() -> Problem {
    Problem::not_found("没有这个消息模板。")
}

/// The names a text uses; none for a brace that does not close.
fn names(text: &str) -> Option<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let inside = rest.get(at..)?.strip_prefix('{')?;
        let end = inside.find('}')?;
        found.insert(inside.get(..end)?.to_owned());
        rest = inside.get(end + 1..)?;
    }
    Some(found)
}

fn reason(text: &str) -> Result<String> {
    let text = text.trim();
    match text.chars().count() {
        4..=200 => Ok(text.to_owned()),
        _ => Err(Problem::invalid_field("/reason", "required", "写明为什么改，4 到 200 字")),
    }
}

fn check(text: &Text, labels: &BTreeMap<String, String>, sms: &str, in_app: &str) -> Result<()> {
    let mut problems = Vec::new();
    for (pointer, words, most) in [("/sms", sms, SMS), ("/in_app", in_app, IN_APP)] {
        let length = words.trim().chars().count();
        if length == 0 {
            problems.push(FieldProblem::new(pointer, "required", "写上内容"));
            continue;
        }
        if length > most {
            problems.push(FieldProblem::new(pointer, "length", format!("最多 {most} 字，现在 {length} 字")));
        }
        let Some(used) = names(words) else {
            problems.push(FieldProblem::new(pointer, "brace", "大括号没有成对，要填入的写成 {名称} 这样"));
            continue;
        };
        if let Some(wrong) = used.iter().find(|name| !text.placeholders.contains(name)) {
            let may: Vec<String> = text
                .placeholders
                .iter()
                .map(|name| format!("{{{name}}} {}", labels.get(name).map_or("", String::as_str)))
                .collect();
            let message = format!("这条消息填不出“{{{wrong}}}”，可以用：{}", may.join("、"));
            problems.push(FieldProblem::new(pointer, "placeholder", message));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Problem::invalid(problems)) }
}

async fn latest(conn: &impl ConnectionTrait, key: &str) -> Result<Option<row::Model>> {
    let found = row::Entity::find().filter(row::Column::TextKey.eq(key));
    Ok(found.order_by_desc(row::Column::Version).limit(1).one(conn).await?)
}

impl Casework {
    /// Texts that are sent: those of the pack whose event something tells.
    fn sent_texts(&self) -> impl Iterator<Item = &Text> {
        self.texts.all().iter().filter(|text| {
            BESIDE.contains(&text.event.as_str())
                || TOPICS
                    .iter()
                    .any(|topic| *topic != "case.urged" && topic.strip_prefix("case.") == Some(text.event.as_str()))
        })
    }

    fn sent_text(&self, key: &str) -> Result<&Text> {
        self.sent_texts().find(|text| text.key() == key).ok_or_else(unknown)
    }

    /// The words of a text as they count now: SMS and message in the account.
    pub(crate) async fn words_of(&self, text: &Text) -> Result<(String, String)> {
        let edited = latest(self.platform.db.read(), &text.key()).await?;
        let (sms, in_app) = edited.map(|row| (row.sms, row.in_app)).unwrap_or_default();
        Ok((sms.unwrap_or_else(|| text.sms.clone()), in_app.unwrap_or_else(|| text.in_app.clone())))
    }

    fn text_view(&self, text: &Text, edited: Option<&row::Model>) -> MessageText {
        let known = self.texts.values();
        let values = text.placeholders.iter().map(|name| TextValue {
            name: name.clone(),
            label: known.get(name).map_or_else(|| name.clone(), |value| value.label.clone()),
            sample: known.get(name).map(|value| value.sample.clone()).unwrap_or_default(),
        });
        let words = |own: Option<&String>, pack: &String| own.cloned().unwrap_or_else(|| pack.clone());
        MessageText {
            key: text.key(),
            title: text.title.clone(),
            condition: text.condition(),
            channels: text.channels.clone(),
            sms: words(edited.and_then(|row| row.sms.as_ref()), &text.sms),
            in_app: words(edited.and_then(|row| row.in_app.as_ref()), &text.in_app),
            pack_sms: text.sms.clone(),
            pack_in_app: text.in_app.clone(),
            values: values.collect(),
            edited: edited.is_some_and(|row| row.sms.is_some() || row.in_app.is_some()),
            version: edited.map_or(0, |row| row.version),
            by: edited.map(|row| row.by_name.clone()).unwrap_or_default(),
            at: edited.map(|row| row.at),
        }
    }

    /// All texts, in the order of the pack; there are a few dozen.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn message_texts(&self, filter: &TextFilter) -> Result<List<MessageText>> {
        // Few texts are ever edited, and each seldom: all versions are one small read.
        let rows = row::Entity::find().order_by_asc(row::Column::Version).all(self.platform.db.read()).await?;
        let newest: BTreeMap<&str, &row::Model> = rows.iter().map(|row| (row.text_key.as_str(), row)).collect();
        let q = filter.q.as_deref().unwrap_or_default().trim();
        let fits = |one: &MessageText| {
            let words = q.is_empty() || [&one.title, &one.sms, &one.in_app].iter().any(|text| text.contains(q));
            words
                && match filter.state.as_deref() {
                    Some("edited") => one.edited,
                    Some("pack") => !one.edited,
                    _ => true,
                }
        };
        let items: Vec<MessageText> = self
            .sent_texts()
            .map(|text| self.text_view(text, newest.get(text.key().as_str()).copied()))
            .filter(fits)
            .collect();
        Ok(List { total: items.len() as u64, items, next: None, as_of: self.platform.now() })
    }

    /// One text with its versions.
    ///
    /// # Errors
    /// 404 for an unknown one.
    pub async fn message_text(&self, key: &str) -> Result<MessageTextWhole> {
        let text = self.sent_text(key)?;
        let rows = row::Entity::find()
            .filter(row::Column::TextKey.eq(key))
            .order_by_desc(row::Column::Version)
            .limit(SHOWN)
            .all(self.platform.db.read())
            .await?;
        let view = self.text_view(text, rows.first());
        let versions = rows.into_iter().map(|row| TextVersion {
            version: row.version,
            sms: row.sms,
            in_app: row.in_app,
            reason: row.reason,
            by: row.by_name,
            at: row.at,
        });
        Ok(MessageTextWhole { text: view, versions: versions.collect() })
    }

    /// How words read in the sample case, or in a case that the caller may see: with its values, personal ones
    /// masked. Whose case was looked into is noted.
    ///
    /// # Errors
    /// 404 for an unknown text, 422 for words that can't be filled in and for a case out of the caller's reach.
    pub async fn preview_text(&self, caller: &Principal, key: &str, words: &PreviewText) -> Result<TextPreview> {
        let text = self.sent_text(key)?;
        check(text, &self.value_labels(), &words.sms, &words.in_app)?;
        let number = words.case_number.as_deref().map(str::trim).filter(|number| !number.is_empty());
        let own: BTreeMap<&str, String> = match number {
            Some(number) => self.values_shown(caller, key, number).await?,
            None => BTreeMap::new(),
        };
        // A case says only what happened to it: the rest reads as in the sample, and is named.
        let mut from_samples = Vec::new();
        let mut values: Vec<(&str, &str)> = Vec::new();
        for (name, sample) in self.texts.values() {
            let said = own.get(name.as_str()).map(String::as_str).filter(|value| !value.is_empty());
            let used = text.placeholders.contains(name)
                && [&words.sms, &words.in_app].iter().any(|one| one.contains(&format!("{{{name}}}")));
            if said.is_none() && used && number.is_some() {
                from_samples.push(sample.label.clone());
            }
            values.push((name.as_str(), said.unwrap_or(sample.sample.as_str())));
        }
        let sms = format!("{}{}", self.texts.signature(), messages::fill(words.sms.trim(), &values));
        Ok(TextPreview {
            sms_length: sms.chars().count(),
            sms,
            in_app: messages::fill(words.in_app.trim(), &values),
            from_samples,
        })
    }

    /// What a case within reach says, personal values masked; the look is an audit line.
    async fn values_shown(
        &self,
        caller: &Principal,
        key: &str,
        number: &str,
    ) -> Result<BTreeMap<&'static str, String>> {
        let conn = self.platform.db.read();
        let absent =
            || Problem::invalid_field("/case_number", "unknown", "没有这个办件，或者不在您能看的范围，请重新选。");
        let found = case::Entity::find().filter(case::Column::CaseNumber.eq(number)).one(conn).await?;
        let Some(row) = found.filter(|_| caller.may("case.read")) else { return Err(absent()) };
        if self.reaches(conn, caller, &row).await.is_err() {
            return Err(absent());
        }
        let values = self.values(&row).await?;
        let (line_id, caller, key, id) = (self.platform.new_id(), caller.clone(), key.to_owned(), row.id);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let detail = json!({ "text": key });
                    let line = Line::by(&caller, line_id, "message_text.preview", format!("case:{id}"), detail);
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        Ok(values.into_iter().map(|(name, value)| (name, hidden(name, value))).collect())
    }

    fn value_labels(&self) -> BTreeMap<String, String> {
        self.texts.values().iter().map(|(name, value)| (name.clone(), value.label.clone())).collect()
    }

    /// Keeps new words; they count from the next message on.
    ///
    /// # Errors
    /// 404 for an unknown text, 409 for an old page, 422 for words that can't be filled in or no reason.
    pub async fn edit_text(&self, caller: &Principal, key: &str, asked: &EditText) -> Result<MessageTextWhole> {
        let text = self.sent_text(key)?;
        let why = reason(&asked.reason)?;
        check(text, &self.value_labels(), &asked.sms, &asked.in_app)?;
        let words = (Some(asked.sms.trim().to_owned()), Some(asked.in_app.trim().to_owned()));
        self.put_text(caller, (key, asked.version), words, why).await
    }

    /// Gives a text back to the words of the content pack.
    ///
    /// # Errors
    /// 404 for an unknown text, 409 for an old page or one that was not edited, 422 without a reason.
    pub async fn reset_text(&self, caller: &Principal, key: &str, asked: &ResetText) -> Result<MessageTextWhole> {
        self.sent_text(key)?;
        let why = reason(&asked.reason)?;
        self.put_text(caller, (key, asked.version), (None, None), why).await
    }

    async fn put_text(
        &self,
        caller: &Principal,
        (key, version): (&str, i64),
        (sms, in_app): (Option<String>, Option<String>),
        reason: String,
    ) -> Result<MessageTextWhole> {
        let text = self.sent_text(key)?;
        let (pack_sms, pack_in_app) = (text.sms.clone(), text.in_app.clone());
        let line_id = self.platform.new_id();
        let caller = caller.clone();
        let text_key = key.to_owned();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let before = latest(tx.conn(), &text_key).await?;
                    if before.as_ref().map_or(0, |row| row.version) != version {
                        return Err(Problem::stale());
                    }
                    let was = before.map(|row| (row.sms, row.in_app)).unwrap_or_default();
                    if sms.is_none() && was.0.is_none() {
                        return Err(Problem::conflict("not_edited", "这条消息没有改过，用的就是原来的内容。"));
                    }
                    let shown = |sms: &Option<String>, in_app: &Option<String>| {
                        json!({ "sms": sms.as_ref().unwrap_or(&pack_sms), "in_app": in_app.as_ref().unwrap_or(&pack_in_app) })
                    };
                    let act = if sms.is_some() { "message_text.edit" } else { "message_text.reset" };
                    let detail = json!({ "reason": reason });
                    let line = Line::by(&caller, line_id, act, format!("message_text:{text_key}"), detail);
                    let (old, new) = (shown(&was.0, &was.1), shown(&sms, &in_app));
                    tx.audit(line.entry().kind(Kind::Change).changed(old, new));
                    let row = row::Model {
                        text_key,
                        version: version + 1,
                        sms,
                        in_app,
                        reason,
                        by_id: caller.id,
                        by_name: caller.name.clone(),
                        at: tx.now(),
                    };
                    row::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.conn()).await?;
                    Ok(())
                })
            })
            .await?;
        self.message_text(key).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: CASE-031
    /// req: IDENT-034
    #[test]
    fn a_preview_shows_no_persons_name_and_no_code() {
        let shown = |name: &str, value: &str| hidden(name, value.to_owned());
        assert_eq!(
            (shown("applicant_name", "王海燕"), shown("receiver", "张三")),
            ("王*燕".to_owned(), "张*".to_owned())
        );
        assert_eq!(shown("query_code", "K7M2PX"), "******");
        assert_eq!(shown("item_name", "食品经营许可证核发"), "食品经营许可证核发");
    }

    /// req: CASE-031
    #[test]
    fn names_are_found_and_broken_braces_told() {
        let found = names("“{item_name}”（{case_tail}）").unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["case_tail", "item_name"]);
        assert_eq!(names("没有要填的").unwrap().len(), 0);
        for broken in ["{item_name", "item_name}", "}{", "{a}}"] {
            assert!(names(broken).is_none(), "{broken}");
        }
    }
}
