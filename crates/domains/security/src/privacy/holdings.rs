//! What is held about one person, who looked at it, who outside got it.

use platform::personal::{DISCLOSED, Disclosure, Found, Given, HeldData, Object, Person};
use platform::web::guard::Principal;
use platform::work::audit::chain::Record;
use platform::work::audit::read::{self, Filter};
use platform::work::outbox::Subscriptions;
use platform::{Problem, Result, messages};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{QueryOrder, QuerySelect, Set};
use serde_json::Value;

use super::store::disclosure;
use crate::Security;
use crate::transfer::outbox::TOPICS;
use crate::transfer::{CONSUME_JOB, FORWARD_JOB, RECEIVED};

/// Job that writes down what a command gave out.
pub const DISCLOSE_JOB: &str = "security.disclosed";
/// Disclosures shown at most; older ones are given on request.
pub(crate) const MOST: usize = 200;
/// Rows of one insert: SQLite takes 32,766 parameters in one statement.
const ROWS: usize = 1_000;

/// Somebody looked.
pub(crate) struct Look {
    pub(crate) record: Record,
    /// What at.
    pub(crate) about: String,
    /// The looker's organisation.
    pub(crate) org: String,
}

impl Security {
    /// The person behind a portal account.
    pub(crate) async fn person(&self, account: Uuid) -> Result<Person> {
        let found = self.identity.account(account).await?;
        let found = found.ok_or_else(|| Problem::not_found("没有这个账号。"))?;
        Ok(Person {
            account,
            number_index: self.platform.blind_index(&found.id_number),
            phone_index: found.phone.as_deref().map(|phone| self.platform.blind_index(phone)).unwrap_or_default(),
            name: found.name,
        })
    }

    /// Every kind of data held about a person, those of which there is something.
    pub(crate) async fn held(&self, person: &Person) -> Result<Vec<(HeldData, Found)>> {
        let mut all = Vec::new();
        for kind in &self.personal.held {
            let found = kind.find(self.platform.db.read(), person).await?;
            if found.count > 0 {
                all.push((*kind, found));
            }
        }
        Ok(all)
    }

    async fn objects(&self, person: &Person) -> Result<Vec<Object>> {
        let mut all = Vec::new();
        for source in &self.personal.sources {
            all.extend(source.objects(person).await?);
        }
        Ok(all)
    }

    /// Looks of others at the person's data, newest first, before an id; with the exact total.
    pub(crate) async fn looks(&self, caller: &Principal, before: Option<Uuid>, limit: u64) -> Result<(Vec<Look>, u64)> {
        let person = self.person(caller.id).await?;
        let objects = self.objects(&person).await?;
        if objects.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let filter = Filter {
            subjects: objects.iter().map(|object| object.subject.clone()).collect(),
            kinds: ["access", "reveal", "export"].map(str::to_owned).to_vec(),
            result: Some("ok".to_owned()),
            not_actor: Some(caller.id),
            ..Filter::default()
        };
        let conn = self.platform.db.read();
        let total = read::count(conn, &filter).await?;
        let mut looks = Vec::new();
        for record in read::newest(conn, &filter, before, limit).await? {
            let org = match record.org_id {
                Some(id) => self.identity.org(id).await?.map(|org| org.name).unwrap_or_default(),
                None => String::new(),
            };
            let about = objects.iter().find(|object| object.subject == record.subject);
            looks.push(Look { about: about.map(|object| object.label.clone()).unwrap_or_default(), org, record });
        }
        Ok((looks, total))
    }

    /// What others outside got, newest first, at most [`MOST`].
    pub(crate) async fn disclosed(&self, caller: &Principal) -> Result<Vec<Disclosure>> {
        let person = self.person(caller.id).await?;
        let objects = self.objects(&person).await?;
        let conn = self.platform.db.read();
        let label = |subject: &str| {
            objects
                .iter()
                .find(|object| object.subject == subject)
                .map(|object| object.label.clone())
                .unwrap_or_default()
        };
        let mut all = Vec::new();
        for source in &self.personal.sources {
            all.extend(source.disclosed(&person).await?);
        }
        let subjects: Vec<String> = objects.iter().map(|object| object.subject.clone()).collect();
        if !subjects.is_empty() {
            let rows = disclosure::Entity::find()
                .filter(disclosure::Column::Object.is_in(subjects.iter().cloned()))
                .order_by_desc(disclosure::Column::Id)
                .limit(MOST as u64)
                .all(conn)
                .await?;
            all.extend(rows.into_iter().map(|row| Disclosure {
                at: row.at,
                receiver: row.receiver,
                what: row.what,
                way: row.way,
                about: label(&row.object),
            }));
            let used = Filter { actions: vec!["licence.use".to_owned()], subjects, ..Filter::default() };
            for record in read::newest(conn, &used, None, MOST as u64).await? {
                all.push(self.licence_use(&record, label(&record.subject))?);
            }
        }
        if !person.phone_index.is_empty() {
            let sent = messages::sms_sent(conn, &person.phone_index, MOST as u64).await?;
            all.extend(sent.into_iter().map(|(at, _)| Disclosure {
                at,
                receiver: "短信通道".to_owned(),
                what: "手机号码和短信内容".to_owned(),
                way: "发送短信".to_owned(),
                about: "办件提醒".to_owned(),
            }));
        }
        all.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.receiver.cmp(&b.receiver)));
        all.truncate(MOST);
        Ok(all)
    }

    fn licence_use(&self, record: &Record, about: String) -> Result<Disclosure> {
        let detail: Value = serde_json::from_str(&record.detail)?;
        let under = if detail.get("grant").is_some_and(|grant| !grant.is_null()) {
            "凭您的授权由代办人使用"
        } else {
            "您本人选择用证照代替材料"
        };
        Ok(Disclosure {
            at: time::OffsetDateTime::from_unix_timestamp(record.at).map_err(Problem::internal)?,
            receiver: "承办部门".to_owned(),
            what: "电子证照".to_owned(),
            way: under.to_owned(),
            about,
        })
    }

    /// Which event wakes which job.
    #[must_use]
    pub fn subscriptions(&self, subscriptions: Subscriptions) -> Subscriptions {
        let all = subscriptions.on(DISCLOSED, DISCLOSE_JOB).on(RECEIVED, CONSUME_JOB);
        // Without a zone no event needs a job.
        let topics: &'static [&'static str] = if self.transfer.is_some() { &TOPICS } else { &[] };
        topics.iter().fold(all, |all, topic| all.on(topic, FORWARD_JOB))
    }

    /// Writes down what a command gave out; run again it adds nothing.
    ///
    /// # Errors
    /// When the database refuses; tried again.
    pub async fn note_disclosed(&self, payload: Value) -> Result<()> {
        let given: Given = serde_json::from_value(payload)?;
        let now = self.platform.now();
        let source_key = given.source_key.clone();
        let rows: Vec<disclosure::ActiveModel> = given
            .objects
            .into_iter()
            .map(|object| disclosure::ActiveModel {
                id: Set(self.platform.new_id()),
                object: Set(object),
                at: Set(now),
                receiver: Set(given.receiver.clone()),
                what: Set(given.what.clone()),
                way: Set(given.way.clone()),
                source_key: Set(source_key.clone()),
            })
            .collect();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    for part in rows.chunks(ROWS) {
                        disclosure::Entity::insert_many(part.iter().cloned())
                            .on_conflict(
                                OnConflict::columns([disclosure::Column::SourceKey, disclosure::Column::Object])
                                    .do_nothing()
                                    .to_owned(),
                            )
                            .try_insert()
                            .exec_without_returning(tx.conn())
                            .await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}
