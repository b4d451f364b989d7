//! Long work that somebody asked for and that goes on in the background: who asked is told once when it has ended,
//! and when it failed, with the way out (OPS-006).
//!
//! [`Tx::ask`] leaves the first job; a job that leaves further parts of the same work does so with [`Tx::go_on`]. The
//! work has ended when none of its jobs waits any more, so no domain has to know which part is the last one. What
//! the result is in words a domain says in the command that ends it ([`Tx::came_out`]). Whoever waited no longer
//! than [`WAITED`] has seen the end on the page and is not told; a failure is always told.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, Set};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Tx, jobs};
use crate::Platform;
use crate::messages::{self, Channel, Message};
use crate::web::context;
use crate::web::problem::{Problem, Result};

/// How long somebody may wait for an operation, seconds: what took longer was not waited for.
pub const WAITED: i64 = 3;
/// Works under way that a page lists at most.
const LISTED: u64 = 20;
/// Template of the messages, as the log of messages shows it.
const TEMPLATE: &str = "work_ended";

/// What somebody asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Id of its own.
    pub id: Uuid,
    /// Staff user who asked.
    pub by: Uuid,
    /// What it is, as the message begins, for example `导入“旧系统.csv”`; no name of a citizen.
    pub title: String,
    /// Page of the desk that shows the result, for example `/legacy/…`.
    pub link: String,
}

impl Asked {
    /// What the staff user `by` asked for.
    pub fn new(id: Uuid, by: Uuid, title: impl Into<String>, link: impl Into<String>) -> Self {
        Self { id, by, title: title.into(), link: link.into() }
    }
}

mod row {
    use super::*;
    /// `asked`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "asked")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub staff_id: Uuid,
        pub title: String,
        pub link: String,
        /// `running`, `done`, `failed`.
        pub state: String,
        /// Grows when it goes on after a failure: its next end is told anew.
        pub round: i64,
        pub failed: bool,
        pub said: String,
        pub asked_at: OffsetDateTime,
        pub ended_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Work under way as who asked for it sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WorkUnderWay {
    /// Id.
    pub id: Uuid,
    /// What it is.
    pub title: String,
    /// Page of the desk that shows how far it is.
    pub link: String,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub since: OffsetDateTime,
}

/// Writes down what was asked for; what a job stands for that was there already is not asked for twice.
pub(super) async fn insert(conn: &impl ConnectionTrait, now: OffsetDateTime, all: Vec<(Uuid, Asked)>) -> Result<()> {
    for (job, asked) in all {
        if !jobs::is_there(conn, job).await? {
            continue;
        }
        row::Entity::insert(row::ActiveModel {
            id: Set(asked.id),
            staff_id: Set(asked.by),
            title: Set(asked.title),
            link: Set(asked.link),
            state: Set("running".to_owned()),
            round: Set(1),
            failed: Set(false),
            said: Set(String::new()),
            asked_at: Set(now),
            ended_at: Set(None),
        })
        .exec_without_returning(conn)
        .await?;
    }
    Ok(())
}

/// A refusal as a sentence, so that another one can follow it.
pub fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['。', '！', '？']) { text.to_owned() } else { format!("{text}。") }
}

/// Why a job goes no further, and the way out.
pub(super) fn why(problem: &Problem) -> String {
    if problem.status().is_server_error() {
        let title = if problem.code() == "internal" { "系统出了问题" } else { problem.title() };
        return format!("{}运维人员已经收到告警，修好以后接着办，不用重新发起。", sentence(title));
    }
    let way = problem.detail_text().unwrap_or("请打开看看停在哪里，改好后重新发起。");
    format!("{}{way}", sentence(problem.title()))
}

/// After a job of it was done or failed for good (`why`): tells who asked, when nothing of it is left.
pub(super) async fn settled(platform: &Platform, tx: &Tx, id: Uuid, why: Option<String>) -> Result<()> {
    // Changed before the others are looked at: two nodes that end the last two parts take turns here, and the second
    // one sees that nothing is left.
    let mut change = row::Entity::update_many()
        .col_expr(row::Column::Round, Expr::col(row::Column::Round).add(0_i64))
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::State.eq("running"));
    if let Some(why) = why {
        change = change.col_expr(row::Column::Failed, Expr::value(true)).col_expr(row::Column::Said, Expr::value(why));
    }
    let running = change.exec(tx.conn()).await?.rows_affected == 1;
    if !running || jobs::is_left(tx.conn(), id).await? {
        return Ok(());
    }
    let Some(row) = row::Entity::find_by_id(id).one(tx.conn()).await? else { return Ok(()) };
    row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(if row.failed { "failed" } else { "done" }))
        .col_expr(row::Column::EndedAt, Expr::value(Some(tx.now())))
        .filter(row::Column::Id.eq(id))
        .exec(tx.conn())
        .await?;
    if !row.failed && tx.now() - row.asked_at < time::Duration::seconds(WAITED) {
        return Ok(());
    }
    let asked = Asked { id, by: row.staff_id, title: row.title, link: row.link };
    send(platform, tx, &asked, row.round, (row.failed, &row.said)).await
}

/// Work of somebody whose dead jobs are tried again: it is under way again, and its end is told anew.
pub(super) async fn go_on_with(tx: &Tx, ids: Vec<Uuid>) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value("running"))
        .col_expr(row::Column::Round, Expr::col(row::Column::Round).add(1_i64))
        .col_expr(row::Column::Failed, Expr::value(false))
        .col_expr(row::Column::Said, Expr::value(""))
        .col_expr(row::Column::EndedAt, Expr::value(None::<OffsetDateTime>))
        .filter(row::Column::Id.is_in(ids))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Tells somebody of work that nobody waited for at a page and that is not counted by its jobs, such as a file made
/// by a timetable; in the command that ends it. The same id told twice is told once.
///
/// # Errors
/// When the database refuses.
pub async fn tell(platform: &Platform, tx: &Tx, asked: &Asked, failed: bool, said: &str) -> Result<()> {
    send(platform, tx, asked, 1, (failed, said)).await
}

async fn send(platform: &Platform, tx: &Tx, asked: &Asked, round: i64, (failed, said): (bool, &str)) -> Result<()> {
    let body = match (failed, said) {
        (true, why) => format!("{}没有成功：{why}", asked.title),
        (false, "") => format!("{}办完了。", asked.title),
        (false, said) => format!("{}办完了：{said}", asked.title),
    };
    let message = Message {
        event_key: format!("asked:{}:{round}", asked.id),
        recipient: format!("staff:{}", asked.by),
        phone: None,
        account: None,
        channel: Channel::InApp,
        template: TEMPLATE.to_owned(),
        body,
    };
    messages::leave(platform, tx, &message, &asked.link).await
}

impl Tx {
    /// Says how the work came out that the job under way belongs to, for the message at its end. Says nothing when
    /// nobody asked for it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn came_out(&self, failed: bool, said: impl Into<String>) -> Result<()> {
        let Some(id) = self.asked() else { return Ok(()) };
        row::Entity::update_many()
            .col_expr(row::Column::Failed, Expr::value(failed))
            .col_expr(row::Column::Said, Expr::value(said.into()))
            .filter(row::Column::Id.eq(id))
            .filter(row::Column::State.eq("running"))
            .exec(self.conn())
            .await?;
        Ok(())
    }
}

/// Who asked for the work that the job under way belongs to; for a job that tells others and must not tell twice.
///
/// # Errors
/// When the database refuses.
pub async fn asker(platform: &Platform) -> Result<Option<Uuid>> {
    let Some(id) = context::current().and_then(|context| context.asked()) else { return Ok(None) };
    Ok(row::Entity::find_by_id(id).one(platform.db.read()).await?.map(|row| row.staff_id))
}

/// Work under way that a staff user asked for, the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn under_way(platform: &Platform, staff: Uuid) -> Result<Vec<WorkUnderWay>> {
    let rows = row::Entity::find()
        .filter(row::Column::StaffId.eq(staff))
        .filter(row::Column::State.eq("running"))
        .order_by_desc(row::Column::Id)
        .limit(LISTED)
        .all(platform.db.read())
        .await?;
    let view = |row: row::Model| WorkUnderWay { id: row.id, title: row.title, link: row.link, since: row.asked_at };
    Ok(rows.into_iter().map(view).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-006
    #[test]
    fn a_failure_says_the_way_out() {
        let down = why(&Problem::unavailable("短信通道没有回应。", "timeout"));
        assert_eq!(down, "短信通道没有回应。运维人员已经收到告警，修好以后接着办，不用重新发起。");
        assert!(!why(&Problem::internal("secret@host")).contains("secret"), "the inner text stays in the log");
        let own = why(&Problem::conflict("too_many", "一次最多 500 行。").detail("请分几次导入。"));
        assert_eq!(own, "一次最多 500 行。请分几次导入。");
        assert!(why(&Problem::conflict("gone", "事项已经下线。")).contains("重新发起"));
    }
}
