//! Accesses noted beside the commands: written together, bounded for strangers, cheap.

use std::sync::Arc;

use platform::web::context::Context;
use platform::work::audit::read::{self, Filter};
use platform::work::audit::{Kind, Line, Outcome};
use serde_json::json;
use testkit::backends;

use crate::{fresh, rows};

fn line(platform: &platform::Platform, actor: Option<uuid::Uuid>) -> Line {
    Line {
        id: platform.new_id(),
        actor_id: actor,
        actor_name: String::new(),
        action: "case.read",
        subject: "case:1".into(),
        detail: json!({ "method": "GET", "route": "/api/v1/cases/{id}", "status": 200 }),
    }
}

/// A flood of strangers fills no disk: some refusals are kept, the rest is counted.
///
/// req: DATASEC-007
#[tokio::test]
async fn refusals_of_strangers_are_kept_up_to_a_bound_and_then_counted() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        let context = Arc::new(Context::new("203.0.113.7".parse().ok(), "curl/8"));
        for _ in 0..350 {
            let entry = line(platform, None).entry().kind(Kind::Refusal).result(Outcome::Refused);
            platform.audit.note(platform, Arc::clone(&context), entry, false).await;
        }
        platform.audit.flush(platform).await.unwrap();
        assert_eq!(rows(platform, "audit_log").await, 201, "{backend:?}");
        let more = Filter { actions: vec!["audit.unknown_callers".into()], ..Filter::default() };
        let found = read::newest(platform.db.read(), &more, None, 10).await.unwrap();
        assert_eq!((found.len(), found[0].detail.as_str()), (1, r#"{"more":150}"#));
        let kept = read::newest(platform.db.read(), &Filter::default(), None, 500).await.unwrap();
        assert!(kept.iter().all(|record| record.computed_hash() == record.hash), "every line fits its hash");
        assert!(kept.iter().any(|record| record.address == "203.0.113.7" && record.device == "curl/8"));
        test.close().await;
    }
}
