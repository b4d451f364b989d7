//! Looking after the running system: a slow request leads through its chain to the jobs it caused, a fault is
//! worked on under its clocks, settings are shown without secrets, and monitoring programs read the numbers.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::main_job::{draft_version, filled_draft};
use crate::world::World;

/// req: OPS-019
/// req: OPS-033
/// req: OPS-032
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_how_the_system_runs_and_follows_a_request_to_its_jobs() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        // Every chain is kept, so that the story needs no slow request.
        world.app.platform.metrics.keep(60_000, 1);
        let citizen = world.citizen("haiyan").await;
        let id = filled_draft(&citizen).await;
        let body = json!({ "version": draft_version(&citizen, &id).await });
        citizen.post(&format!("/my/cases/{id}/submit"), body).await;
        world.settle().await;
        world.clock.advance(time::Duration::MINUTE);
        world.app.operations.upkeep().await.unwrap();

        let operator = world.staff("operator").await;
        let state = operator.get("/operations/state").await;
        let node = &state["nodes"][0];
        let part = |key: &str| {
            let found = node["parts"].as_array().unwrap().iter().find(|part| part["key"] == key).cloned();
            found.unwrap_or_else(|| panic!("{key} in {node}"))
        };
        for key in [
            "application",
            "database",
            "jobs",
            "files",
            "disk",
            "memory",
            "clock",
            "passwords",
            "calendar",
            "keys",
            "certificate",
            "backup",
        ] {
            assert!(!part(key)["said"].as_str().unwrap().is_empty(), "{key}");
        }
        assert_eq!((part("database")["state"].as_str(), part("backup")["state"].as_str()), (Some("ok"), Some("off")));
        assert_eq!(part("certificate")["state"], "warn");
        assert!(part("certificate")["advice"].as_str().unwrap().contains("证书"));
        assert!(part("connector:sms")["said"].as_str().unwrap().contains("次调用"), "{}", part("connector:sms"));
        assert!(state["links"].as_array().unwrap().iter().any(|link| link["to"] == "database"));
        let outside = state["places"].as_array().unwrap().iter().find(|place| place["key"] == "connector:sms").cloned();
        assert_eq!(outside.unwrap()["zone"], "outside");

        let history = operator.get("/operations/history?group=应用&span=hour").await;
        let requests = history["items"].as_array().unwrap().iter().find(|one| one["key"] == "http.requests").cloned();
        assert!(requests.unwrap()["points"][0]["value"].as_i64().unwrap() > 5);
        let (status, refused) = operator.refused(Method::GET, "/operations/history?group=没有", None).await;
        assert_eq!(
            (status, refused["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/group"))
        );

        // The submission, found by its route, and what it caused: jobs under the same id, a call of the SMS gateway.
        let found = operator.get("/operations/traces?q=submit&kind=request").await;
        let submitted = &found["items"][0];
        assert_eq!(submitted["name"], "POST /api/v1/my/cases/{id}/submit", "{found}");
        let chain = operator.get(&format!("/operations/traces/{}", submitted["trace"].as_str().unwrap())).await;
        let links = chain["links"].as_array().unwrap();
        assert_eq!(links[0]["kind"], "request");
        let parts = links[0]["parts"].as_array().unwrap();
        assert!(parts.iter().any(|part| part["kind"] == "write") && parts.iter().any(|part| part["kind"] == "read"));
        assert!(links.iter().skip(1).all(|link| link["kind"] == "job") && links.len() > 1, "{chain}");
        let text = chain.to_string();
        assert!(text.contains("call") && text.contains("sms"), "a job's call of the gateway is a part of the chain");
        assert!(!text.contains("海燕") && !text.contains("1990000"), "no value of anybody is in a chain");
        let weakest = operator.get("/operations/weakest").await;
        let kinds: Vec<&str> =
            weakest["items"].as_array().unwrap().iter().filter_map(|one| one["kind"].as_str()).collect();
        for kind in ["request", "job", "call"] {
            assert!(kinds.contains(&kind), "{kind} in {weakest}");
        }

        // Settings: every one, none of them secret.
        let settings = operator.get("/operations/settings").await;
        let of =
            |key: &str| settings["items"].as_array().unwrap().iter().find(|one| one["key"] == key).cloned().unwrap();
        assert_eq!(of("database_url")["value"], "已设置");
        assert_eq!(of("listen")["origin"], "default");
        let clerk = world.staff("clerk").await;
        for path in ["/operations/state", "/operations/settings", "/operations/traces", "/faults"] {
            assert_eq!(clerk.refused(Method::GET, path, None).await.0, StatusCode::FORBIDDEN, "{path}");
        }

        // A monitoring program on the machine reads; one behind an unnamed proxy, or from elsewhere, does not.
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let metrics = client.get(format!("{}/metrics", world.base)).send().await.unwrap();
        assert_eq!(metrics.status(), StatusCode::OK);
        let text = metrics.text().await.unwrap();
        assert!(
            text.contains("tongban_http_requests_seconds_count{route=\"POST /api/v1/my/cases/{id}/submit\"} 1"),
            "{text}"
        );
        assert!(text.contains("tongban_jobs_dead 0") || text.contains("tongban_jobs_dead"), "{text}");
        let elsewhere = client.get(format!("{}/metrics", world.base)).header("x-forwarded-for", "203.0.113.9");
        assert_eq!(elsewhere.send().await.unwrap().status(), StatusCode::FORBIDDEN);
        world.close().await;
    }
}

/// req: OPS-013
/// req: OPS-035
#[tokio::test(flavor = "multi_thread")]
async fn a_fault_is_reported_worked_on_and_closed_and_an_inspection_tells_of_it() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let operator = world.staff("operator").await;
        let new = json!({ "title": "窗口打不开受理页面", "description": "九点起三号厅的窗口都打不开", "part": "window",
            "grade": "general", "extent": "partial" });
        let mut bare = new.clone();
        bare["title"] = json!(" ");
        bare["part"] = json!("nowhere");
        let (status, refused) = operator.refused(Method::POST, "/faults", Some(bare)).await;
        assert_eq!(
            (status, refused["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/title"))
        );
        let fault = operator.post_once("/faults", "fault-once-1", new.clone()).await;
        let again = operator.post_once("/faults", "fault-once-1", new.clone()).await;
        assert_eq!(fault["id"], again["id"]);
        let core = json!({ "title": "数据库变慢", "description": "查询要十秒", "part": "database", "grade": "general",
            "extent": "warning" });
        operator.post("/faults", core).await;
        world.settle().await;
        let list = operator.get("/faults?state=down").await;
        assert_eq!(
            (list["total"].as_i64(), list["items"][0]["title"].as_str()),
            (Some(2), Some("数据库变慢")),
            "core first"
        );
        assert_eq!(list["items"][1]["restore_due"], "2026-09-22T01:00:00Z");
        let bench = operator.get("/workbench").await;
        assert!(bench.to_string().contains("窗口打不开受理页面"), "told on the workbench");

        let path = format!("/faults/{}", fault["id"].as_str().unwrap());
        let step = async |act: &str, version: i64, more: Value| {
            let mut body = json!({ "version": version });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            operator.post(&format!("{path}/{act}"), body).await
        };
        let taken = step("acknowledge", 1, json!({})).await;
        assert_eq!((taken["state"].as_str(), taken["assignee_name"].as_str()), (Some("working"), Some("高峰")));
        let (status, low) = operator
            .refused(
                Method::POST,
                &format!("{path}/raise"),
                Some(json!({ "version": 2, "grade": "general", "text": "试" })),
            )
            .await;
        assert_eq!((status, low["errors"][0]["pointer"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("/grade")));
        step("raise", 2, json!({ "grade": "severe", "text": "全厅都受影响" })).await;
        step("note", 3, json!({ "text": "换了交换机" })).await;
        let restored = step("restore", 4, json!({ "text": "窗口都能打开了" })).await;
        assert_eq!(restored["can"]["close"], true);
        let closed = step("close", 5, json!({ "text": "交换机电源老化，已更换，列入季度检查" })).await;
        assert_eq!(closed["steps"].as_array().unwrap().len(), 6);
        assert!(closed["marks"].as_array().unwrap().iter().all(|mark| mark["late"] == false), "{closed}");
        let figures = operator.get("/faults/figures").await;
        assert_eq!((figures["tickets"].as_i64(), figures["down"].as_i64()), (Some(2), Some(1)));
        let file = operator.request(Method::GET, "/faults/export?state=closed", None).await;
        assert!(file.text().await.unwrap().contains("交换机电源老化"));

        // An inspection by hand names the other one and the drills that were never held.
        let found = operator.post("/operations/inspections", json!({})).await;
        assert_eq!(found["verdict"], "problems");
        let text = found.to_string();
        assert!(text.contains("数据库变慢") && text.contains("数据恢复演练") && text.contains("服务器"), "{text}");
        let drill =
            json!({ "drill": "restore", "day": "2026-09-20", "minutes": 20, "passed": true, "text": "按预案恢复" });
        operator.post("/operations/drills", drill.clone()).await;
        let mut late = drill;
        late["day"] = json!("2026-09-30");
        let (_, refused) = operator.refused(Method::POST, "/operations/drills", Some(late)).await;
        assert_eq!(refused["errors"][0]["pointer"], "/day");
        let stand = operator.get("/operations/drills").await;
        assert_eq!(
            (stand["stand"][0]["state"].as_str(), stand["stand"][1]["state"].as_str()),
            (Some("ok"), Some("warn"))
        );
        let listed = operator.get("/operations/inspections?kind=drill").await;
        assert_eq!(listed["total"], 1);
        let id = found["id"].as_str().unwrap();
        let file = operator.request(Method::GET, &format!("/operations/inspections/{id}/export"), None).await;
        assert!(file.text().await.unwrap().contains("要注意"));
        // Left alone over night the other one is severe in the morning, and the log says who did what.
        world.clock.advance(time::Duration::hours(25));
        world.app.operations.upkeep().await.unwrap();
        let operator = world.staff("operator").await;
        let list = operator.get("/faults?state=down&grade=severe").await;
        assert_eq!((list["total"].as_i64(), list["items"][0]["raised"].as_bool()), (Some(1), Some(true)));
        world.close().await;
    }
}

/// A citizen reports a problem from a page, an operator answers it and makes a frequent question of it; what was
/// written is sealed, the page is noted without what was searched for.
///
/// req: OPS-038
/// req: OPS-043
#[tokio::test(flavor = "multi_thread")]
async fn a_problem_is_reported_answered_and_becomes_a_frequent_question() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let citizen = world.citizen("haiyan").await;
        let words = "上传照片总是失败，电话 19900000001";
        let asked = json!({ "kind": "problem", "category": "fill", "text": words,
            "page": "/my/drafts/1?q=440106199003071234" });
        let mut bare = asked.clone();
        bare["text"] = json!("");
        let (_, refused) = citizen.refused(Method::POST, "/my/questions", Some(bare)).await;
        assert_eq!(refused["errors"][0]["pointer"], "/text");
        let one = citizen.post_once("/my/questions", "question-once-1", asked.clone()).await;
        let again = citizen.post_once("/my/questions", "question-once-1", asked).await;
        assert_eq!((one["id"].as_str(), one["page"].as_str()), (again["id"].as_str(), Some("/my/drafts/1")));
        let db = &world.app.platform.db;
        let stored = sea_orm::Statement::from_string(db.backend(), "SELECT text_sealed FROM questions".to_owned());
        let stored = sea_orm::ConnectionTrait::query_one_raw(db.read(), stored).await.unwrap().unwrap();
        assert!(!stored.try_get::<String>("", "text_sealed").unwrap().contains("照片"));

        let operator = world.staff("operator").await;
        let list = operator.get("/questions?state=open").await;
        assert_eq!((list["total"].as_i64(), list["items"][0]["asker"].as_str()), (Some(1), Some("公众")));
        let path = format!("/questions/{}", one["id"].as_str().unwrap());
        let body =
            json!({ "version": 1, "category": "fill", "outcome": "mended", "text": "已改好，20 MB 以内都能上传。" });
        let answered = operator.post(&format!("{path}/answer"), body.clone()).await;
        assert_eq!(
            (answered["state"].as_str(), answered["outcome_label"].as_str()),
            (Some("answered"), Some("已改好"))
        );
        let (status, _) = operator.refused(Method::POST, &format!("{path}/answer"), Some(body)).await;
        assert_eq!(status, StatusCode::CONFLICT);
        world.settle().await;
        let mine = citizen.get("/my/questions").await;
        assert_eq!(mine["items"][0]["answer"], "已改好，20 MB 以内都能上传。");
        let id = world.citizen("zhao-jianguo").await.get("/my/questions").await;
        assert_eq!(id["items"].as_array().unwrap().len(), 0, "nobody reads another's");

        let kept = json!({ "version": 0, "side": "portal", "category": "fill", "question": "照片传不上去怎么办",
            "answer": "20 MB 以内的 JPG、PNG、PDF 都可以。", "published": true });
        let faqs = operator.post("/questions/faqs", kept.clone()).await;
        let shown = world.nobody().get("/faqs").await;
        assert_eq!(shown["items"][0]["question"], "照片传不上去怎么办");
        let mut hidden = kept;
        (hidden["version"], hidden["published"]) = (json!(1), json!(false));
        operator.put(&format!("/questions/faqs/{}", faqs["items"][0]["id"].as_str().unwrap()), hidden).await;
        assert_eq!(world.nobody().get("/faqs").await["items"].as_array().unwrap().len(), 0);
        let figures = operator.get("/questions/figures").await;
        let fill = figures["items"].as_array().unwrap().iter().find(|one| one["category"] == "fill").cloned().unwrap();
        assert_eq!(
            (fill["problems"].as_i64(), fill["mended"].as_i64(), fill["open"].as_i64()),
            (Some(1), Some(1), Some(0))
        );
        let file = operator.request(Method::GET, "/questions/export", None).await.text().await.unwrap();
        assert!(file.contains("已改好") && !file.contains("19900000001"));
        let clerk = world.staff("clerk").await;
        assert_eq!(clerk.refused(Method::GET, &path, None).await.0, StatusCode::FORBIDDEN);
        clerk
            .post(
                "/questions/own",
                json!({ "kind": "opinion", "category": "simple", "text": "受理页少点两下", "page": "/desk/tasks" }),
            )
            .await;
        assert_eq!(clerk.get("/questions/own").await["items"].as_array().unwrap().len(), 1);

        // The table of standards tells gaps as gaps.
        let table = operator.get("/operations/standards").await;
        let standards = table["items"].as_array().unwrap();
        assert!(standards.len() >= 15);
        for standard in standards {
            let stands =
                |key: &str| standard["points"].as_array().unwrap().iter().filter(|one| one["stand"] == key).count();
            assert_eq!(standard["gaps"].as_u64(), Some(stands("gap") as u64));
        }
        let file = operator.request(Method::GET, "/operations/standards/export", None).await.text().await.unwrap();
        assert!(file.contains("GB/T 39786-2021"));
        world.close().await;
    }
}

/// The manual is read by everybody, changed by who may, after a report of a citizen, who then sees it; a page's help
/// leads to its chapter.
///
/// req: OPS-037
#[tokio::test(flavor = "multi_thread")]
async fn the_manual_is_changed_after_a_report_and_who_reported_sees_it() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let citizen = world.citizen("haiyan").await;
        let operator = world.staff("operator").await;
        let clerk = world.staff("clerk").await;
        let public = world.nobody().get("/manual").await;
        let keys: Vec<&str> =
            public["items"].as_array().unwrap().iter().filter_map(|one| one["key"].as_str()).collect();
        assert!(keys.contains(&"apply") && !keys.contains(&"desk-intake"), "{keys:?}");
        assert_eq!(world.nobody().request(Method::GET, "/manual/desk", None).await.status(), StatusCode::UNAUTHORIZED);
        let desk = clerk.get("/manual/desk?q=收件凭证").await;
        assert_eq!(
            (desk["items"][0]["key"].as_str(), desk["items"].as_array().unwrap().len()),
            (Some("desk-intake"), 1)
        );
        let help = clerk.get("/help/intake").await;
        assert_eq!(help["chapter"]["key"], "desk-intake");

        let asked =
            json!({ "kind": "problem", "category": "fill", "text": "不知道照片能多大", "page": "/help/manual" });
        let report = citizen.post("/my/questions", asked).await;
        let path = format!("/questions/{}/manual", report["id"].as_str().unwrap());
        let mark = json!({ "chapter": "apply", "note": "内部：写明照片大小" });
        assert_eq!(clerk.refused(Method::POST, &path, Some(mark.clone())).await.0, StatusCode::FORBIDDEN);
        operator.post(&path, mark).await;
        let mine = citizen.get("/my/questions").await;
        assert_eq!(
            (mine["items"][0]["manual"]["state"].as_str(), mine["items"][0]["manual"]["note"].as_str()),
            (Some("open"), Some(""))
        );
        let list = operator.get("/manual/chapters?state=waiting").await;
        assert_eq!((list["total"].as_i64(), list["items"][0]["waiting"].as_i64()), (Some(1), Some(1)));

        let chapter = operator.get("/manual/chapters/apply").await;
        let body = json!({ "version": 0, "title": chapter["title"], "body": "照片不超过 20 MB。",
            "reason": "写明照片大小", "questions": [report["id"]] });
        assert_eq!(
            clerk.refused(Method::PUT, "/manual/chapters/apply", Some(body.clone())).await.0,
            StatusCode::FORBIDDEN
        );
        let changed = operator.put("/manual/chapters/apply", body.clone()).await;
        assert_eq!((changed["edited"].as_bool(), changed["waiting"].as_i64()), (Some(true), Some(0)));
        assert_eq!(operator.refused(Method::PUT, "/manual/chapters/apply", Some(body)).await.0, StatusCode::CONFLICT);
        world.settle().await;
        let mine = citizen.get("/my/questions").await;
        assert_eq!(
            (mine["items"][0]["manual"]["state"].as_str(), mine["items"][0]["manual"]["version"].as_i64()),
            (Some("done"), Some(1))
        );
        let public = world.nobody().get("/manual?q=20 MB 照片").await;
        assert_eq!(
            (public["items"][0]["key"].as_str(), public["changes"][0]["reason"].as_str()),
            (Some("apply"), Some("写明照片大小"))
        );
        assert!(!public.to_string().contains("高峰"), "readers learn what was changed, not by whom");

        let pack = operator.get("/manual/chapters/apply/versions/0").await;
        assert_eq!(pack["body"], chapter["pack_body"]);
        let back = json!({ "version": 1, "to": 0, "reason": "原来的更清楚" });
        let restored = operator.post("/manual/chapters/apply/restore", back).await;
        assert_eq!((restored["body"] == chapter["pack_body"], restored["version"].as_i64()), (true, Some(2)));
        world.close().await;
    }
}
