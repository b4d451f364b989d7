//! Ask for a check, decide a review.

use platform::calls;
use platform::web::guard::{Allowed, Principal};
use platform::web::page::PageQuery;
use platform::web::problem::{FieldProblem, Problem, Result};
use platform::work::audit::Line;
use serde_json::json;
use uuid::Uuid;

use super::store::{self, row};
use crate::permissions::{EditAccount, ReviewRealName};
use crate::provider::RealName;
use crate::store::accounts;
use crate::{AccountKind, Identity, error};

fn place(id: Uuid) -> String {
    format!("real_name_review:{id}")
}

impl Identity {
    /// Asks the authority whether name and number belong together: passed at once, failed with the
    /// reason, or left to staff when it can't say.
    ///
    /// # Errors
    /// 409 when there is nothing to check, 422 when the number is not the account's.
    pub(crate) async fn check_real_name(
        &self,
        caller: &Allowed<EditAccount>,
        name: &str,
        id_number: &str,
    ) -> Result<()> {
        let account = self.known_account(caller.id).await?;
        let conn = self.platform.db.read();
        if account.kind != AccountKind::Person || account.real_name {
            return Err(Problem::conflict("real_name_passed", "这个账号已经实名，不用再核验。"));
        }
        if store::latest(conn, caller.id).await?.is_some_and(|last| last.state == "pending") {
            return Err(Problem::conflict("real_name_pending", "您的实名核验正在人工审核，请等结果。"));
        }
        let (name, id_number) = (name.trim().to_owned(), id_number.trim().to_uppercase());
        let mut errors = Vec::new();
        if !(2..=50).contains(&name.chars().count()) {
            errors.push(FieldProblem::new("/name", "length", "请填写证件上的姓名"));
        }
        if id_number != account.id_number.to_uppercase() {
            errors.push(FieldProblem::new("/id_number", "differs", "和您在省统一身份认证登记的证件号码不一致"));
        }
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        let (state, reason, says) = match self.ask_authority(&name, &id_number).await {
            Ok(RealName::Same) => ("passed", String::new(), "一致"),
            Ok(RealName::Different) => ("failed", "姓名和身份证号码不一致，请核对后再试。".to_owned(), "不一致"),
            Ok(RealName::Unknown) => ("pending", String::new(), "查无此人"),
            Err(problem) => {
                tracing::warn!(cause = %problem, "the real-name authority does not answer");
                ("pending", String::new(), "没有回应")
            }
        };
        let (id, now) = (self.platform.new_id(), self.platform.now());
        let decided = state != "pending";
        let new = row::Model {
            id,
            account_id: caller.id,
            name,
            id_number_sealed: self.platform.seal(&id_number, &place(id)),
            state: state.to_owned(),
            reason,
            source: if decided { "authority" } else { "staff" }.to_owned(),
            authority_says: says.to_owned(),
            submitted_at: now,
            decided_at: decided.then_some(now),
            decided_by: decided.then(|| "公安实名核验".to_owned()),
            version: 1,
        };
        let detail = json!({ "state": state, "authority": says });
        let line =
            Line::by(caller, self.platform.new_id(), "real_name.check", format!("account:{}", caller.id), detail);
        let account_id = caller.id;
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    let passed = new.state == "passed";
                    store::keep(tx.conn(), new).await?;
                    if passed {
                        accounts::set_real_name(tx.conn(), account_id, true).await?;
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    /// Asks the authority; the call is in the ledger.
    async fn ask_authority(&self, name: &str, id_number: &str) -> Result<RealName> {
        let started = self.platform.clock.now();
        let mut entry = calls::Entry::new(&self.platform, calls::Direction::Out);
        entry.party = "identity".to_owned();
        entry.party_name = "省统一身份认证".to_owned();
        entry.operation = "实名核验".to_owned();
        entry.address.clone_from(&self.platform.config.identity_url);
        // A digest of a number alone could be undone by trying all numbers.
        entry.payload(self.platform.blind_index(&format!("{name}{id_number}")).as_bytes());
        let answer = self.provider.real_name(name, id_number).await;
        match &answer {
            Ok(_) => entry.succeeded(200, ""),
            Err(problem) => entry.refused(problem),
        }
        calls::write(&self.platform, entry, started).await?;
        answer
    }

    /// The review of an account that counts.
    pub(crate) async fn real_name_review_of(&self, account: Uuid) -> Result<Option<row::Model>> {
        store::latest(self.platform.db.read(), account).await
    }

    /// Reviews for staff, newest first.
    pub(crate) async fn real_name_reviews(
        &self,
        state: Option<&str>,
        q: &str,
        page: &PageQuery,
    ) -> Result<(Vec<row::Model>, u64)> {
        let before = page.cursor_parts(1)?.and_then(|parts| parts.first().and_then(|id| id.parse().ok()));
        store::list(self.platform.db.read(), state, q, page.limit() + 1, before).await
    }

    /// How many reviews are in each state.
    pub(crate) async fn real_name_counts(&self) -> Result<Vec<(String, i64)>> {
        store::counts(self.platform.db.read()).await
    }

    /// One review.
    ///
    /// # Errors
    /// 404 when there is none.
    pub(crate) async fn real_name_review(&self, id: Uuid) -> Result<row::Model> {
        let found = store::find(self.platform.db.read(), id).await?;
        found.ok_or_else(|| Problem::not_found("没有找到这条实名审核。"))
    }

    /// Number of the paper of a review.
    pub(crate) fn number_of_review(&self, review: &row::Model) -> Result<String> {
        self.platform.unseal(&review.id_number_sealed, &place(review.id))
    }

    /// Staff decide: passed, or failed with a reason the person reads. A decision may be changed.
    ///
    /// # Authorisation
    /// `real_name.review`.
    ///
    /// # Errors
    /// 409 when the page is old, when a newer review counts or the state is the same already; 422
    /// when a failure gives no reason.
    pub(crate) async fn decide_real_name(
        &self,
        caller: &Allowed<ReviewRealName>,
        id: Uuid,
        version: i64,
        passed: bool,
        reason: &str,
    ) -> Result<row::Model> {
        let review = self.real_name_review(id).await?;
        let reason = if passed { String::new() } else { crate::sign_ins::http::checked_reason(reason)? };
        let state = if passed { "passed" } else { "failed" };
        let latest = self.real_name_review_of(review.account_id).await?;
        if latest.is_some_and(|latest| latest.id != id) {
            return Err(Problem::conflict("newer_review", "这个人后来又提交了核验，请审核最新的一条。"));
        }
        if review.state == state {
            return Err(Problem::conflict("decided_already", "这条审核已经是这个结果。"));
        }
        let (by, account, now) = (caller.name.clone(), review.account_id, self.platform.now());
        let line = decision(caller, self.platform.new_id(), &review, state, &reason);
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if !store::decide(tx.conn(), id, version, state, reason, by, now).await? {
                        return Err(Problem::stale());
                    }
                    accounts::set_real_name(tx.conn(), account, passed).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.real_name_review(id).await
    }

    /// Masked telephone of the person under review.
    pub(crate) async fn phone_of_review(&self, review: &row::Model) -> Result<String> {
        let account = self.account(review.account_id).await?.ok_or_else(error::no_account)?;
        Ok(account.phone.as_deref().map(base::mask::phone).unwrap_or_default())
    }
}

fn decision(caller: &Principal, line: Uuid, review: &row::Model, state: &str, reason: &str) -> Line {
    let detail = json!({ "review": review.id, "before": review.state, "after": state, "reason": reason });
    Line::by(caller, line, "real_name.decide", format!("account:{}", review.account_id), detail)
}
