//! Approving on the phone, through the served product: the link, the stages, signatures, own files, the cockpit.

use reqwest::{Method, StatusCode};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::main_job::{complete, draft_version, filled_draft, version};
use crate::world::{Caller, World};

/// A picture nobody would take for anything else on a paper: 240 × 320.
const PICTURE: &[u8] = include_bytes!("../../crates/app/src/demo.png");

async fn submitted(world: &World) -> String {
    let citizen = world.citizen("haiyan").await;
    let id = filled_draft(&citizen).await;
    let body = json!({ "version": draft_version(&citizen, &id).await });
    citizen.post(&format!("/my/cases/{id}/submit"), body).await;
    id
}

async fn accept(clerk: &Caller, id: &str) {
    let body = json!({ "version": version(clerk, id).await, "note": "", "tolerated": [] });
    clerk.post(&format!("/cases/{id}/accept"), body).await;
}

/// Uploads at the desk; the id of the file.
async fn uploaded(staff: &Caller, name: &str, bytes: &[u8]) -> String {
    let answer = staff.upload("/desk/files", name, bytes.to_vec()).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let stored: Value = answer.json().await.unwrap();
    stored["id"].as_str().unwrap().to_owned()
}

async fn code(staff: &Caller, method: Method, path: &str, body: Value) -> (u16, String) {
    let (status, problem) = staff.refused(method, path, Some(body)).await;
    let named = problem["errors"][0]["pointer"].as_str().or(problem["code"].as_str()).unwrap_or_default();
    (status.as_u16(), named.to_owned())
}

/// Pictures of a size on the pages of a PDF.
fn pictures(pdf: &[u8], width: i64, height: i64) -> usize {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let size = |stream: &lopdf::Stream, key: &[u8]| stream.dict.get(key).and_then(lopdf::Object::as_i64).unwrap_or(0);
    let is_picture = |stream: &lopdf::Stream| {
        stream.dict.get(b"Subtype").and_then(lopdf::Object::as_name).is_ok_and(|name| name == b"Image")
    };
    document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .filter(|stream| is_picture(stream) && size(stream, b"Width") == width && size(stream, b"Height") == height)
        .count()
}

fn kinds(case: &Value) -> Vec<String> {
    case["events"].as_array().unwrap().iter().map(|event| event["title"].as_str().unwrap().to_owned()).collect()
}

/// From the phone a case is taken in, examined and decided as at the desk: the same events, papers and refusals. Without
/// a link nobody sees a case there; with one the to-dos stand by, and the applicant is told of the end.
///
/// req: CASE-032, CASE-033, CASE-035
#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_handled_on_the_phone_as_at_the_desk() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        world.connect().await;
        let id = submitted(&world).await;
        let other = submitted(&world).await;
        let people = [
            ("clerk", "yzy-chenzhiyuan"),
            ("reviewer", "yzy-zhoumin"),
            ("inspector", "yzy-heping"),
            ("approver", "yzy-liuwenbin"),
        ];
        let stranger = world.phone();
        let answer = stranger
            .request(Method::POST, "/staff/sign-in", Some(json!({ "login": "clerk", "password": app::demo::PASSWORD })))
            .await;
        let unlinked = stranger.signed_in_by(&answer);
        for path in ["/tasks".to_owned(), "/cases".to_owned(), format!("/cases/{id}"), "/supervisions".to_owned()] {
            let (status, problem) = unlinked.refused(Method::GET, &path, None).await;
            assert_eq!((status.as_u16(), problem["code"].as_str()), (403, Some("mobile_link_missing")), "{path}");
        }
        let mut phones = Vec::new();
        for (login, user) in people {
            let desk = world.staff(login).await;
            world.link_phone(&desk, user).await;
            assert_eq!(desk.get("/staff/me/mobile-link").await["linked"], true, "the link can be looked up");
            phones.push(world.on_the_phone(user).await);
        }
        let [clerk, reviewer, inspector, approver] = &phones[..] else { unreachable!() };
        let todo = clerk.get("/tasks").await;
        assert!(todo["items"].as_array().unwrap().iter().any(|task| task["case"]["id"] == json!(id)));
        let pre = json!({ "version": version(clerk, &id).await, "result": "pass", "note": "" });
        clerk.post(&format!("/cases/{id}/pre-review"), pre).await;
        accept(clerk, &id).await;
        let seen = reviewer.get(&format!("/cases/{id}")).await;
        assert!(kinds(&seen).len() >= 3, "what happened so far is there: {seen}");
        assert!(seen["my_task"]["outcomes"].as_array().unwrap().len() > 1);
        let photo = uploaded(inspector, "现场照片.png", PICTURE).await;
        complete(reviewer, &id, "pass", "材料齐全").await;
        let case = inspector.get(&format!("/cases/{id}")).await;
        let task = case["my_task"]["id"].as_str().unwrap();
        let path = format!("/cases/{id}/tasks/{task}/complete");
        let bare = json!({ "version": case["version"], "outcome": "fail", "opinion": "" });
        assert_eq!(code(inspector, Method::POST, &path, bare).await, (422, "/opinion".to_owned()), "the same rules");
        let done =
            json!({ "version": case["version"], "outcome": "pass", "opinion": "现场符合要求", "files": [photo] });
        inspector.post(&path, done).await;
        complete(approver, &id, "granted", "同意").await;
        world.settle().await;
        let ended = approver.get(&format!("/cases/{id}")).await;
        assert_eq!(ended["state"], "closed");
        assert_eq!(
            ended["opinions"].as_array().unwrap().iter().filter(|one| one["files"][0]["id"] == json!(photo)).count(),
            1
        );

        let [clerk, reviewer, inspector, approver] = [
            world.staff("clerk").await,
            world.staff("reviewer").await,
            world.staff("inspector").await,
            world.staff("approver").await,
        ];
        let pre = json!({ "version": version(&clerk, &other).await, "result": "pass", "note": "" });
        clerk.post(&format!("/cases/{other}/pre-review"), pre).await;
        accept(&clerk, &other).await;
        complete(&reviewer, &other, "pass", "材料齐全").await;
        complete(&inspector, &other, "pass", "现场符合要求").await;
        complete(&approver, &other, "granted", "同意").await;
        world.settle().await;
        let desk = approver.get(&format!("/cases/{other}")).await;
        assert_eq!(kinds(&ended), kinds(&desk), "one path on both");
        let papers = |case: &Value| -> Vec<String> {
            case["documents"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(papers(&ended), papers(&desk));
        let texts = world.sms().await;
        assert!(texts.iter().any(|text| text.contains("办结") || text.contains("准予")), "{texts:?}");
        let me = world.citizen("haiyan").await.get("/portal/me").await["account"].clone();
        let account = format!("account:{}", me["id"].as_str().unwrap());
        let inbox = platform::messages::inbox(&world.app.platform, &account, 50).await.unwrap();
        assert!(inbox.iter().any(|one| one.text.contains("准予") || one.text.contains("办结")), "{inbox:?}");
        world.close().await;
    }
}

/// A signature belongs to who proved himself; switched on and his own it signs a step, and the decision's paper shows it
/// with the opinion written by hand. The event of the case vouches for the picture. Switched off, deleted or another's
/// it signs nothing; what was signed stays signed.
///
/// req: CASE-038
#[tokio::test(flavor = "multi_thread")]
async fn a_signature_by_hand_stands_in_the_decision() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (id, plain) = (submitted(&world).await, submitted(&world).await);
        let [clerk, reviewer, inspector, approver] = [
            world.staff("clerk").await,
            world.staff("reviewer").await,
            world.staff("inspector").await,
            world.staff("approver").await,
        ];
        for case in [&id, &plain] {
            accept(&clerk, case).await;
            complete(&reviewer, case, "pass", "材料齐全").await;
            complete(&inspector, case, "pass", "现场符合要求").await;
        }
        let file = uploaded(&approver, "sign.png", PICTURE).await;
        let new =
            |password: &str, words: &str, file: &str| json!({ "words": words, "file": file, "password": password });
        let right = app::demo::PASSWORD;
        assert_eq!(
            code(&approver, Method::POST, "/signatures", new("wrong", "签名一", &file)).await,
            (422, "/password".into())
        );
        assert_eq!(code(&approver, Method::POST, "/signatures", new(right, "", &file)).await, (422, "/words".into()));
        let foreign = uploaded(&reviewer, "sign.png", PICTURE).await;
        assert_eq!(
            code(&approver, Method::POST, "/signatures", new(right, "签名一", &foreign)).await,
            (422, "/file".into())
        );
        let signature = approver.keyed("/signatures", "signature-1", new(right, "签名一", &file)).await;
        let twice = approver.keyed("/signatures", "signature-1", new(right, "签名一", &file)).await;
        assert_eq!(signature["id"], twice["id"], "the same key makes one signature");
        let path = format!("/signatures/{}", signature["id"].as_str().unwrap());
        assert_eq!(approver.bytes(&format!("{path}/picture")).await, PICTURE);
        let (status, _) = reviewer.refused(Method::GET, &format!("{path}/picture"), None).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "another's");
        let opinion = json!({ "words": "同意。注意后厨通风。", "file": file });
        let opinion = approver.keyed("/written-opinions", "opinion-1", opinion).await;

        let case = approver.get(&format!("/cases/{id}")).await;
        let act = format!("/cases/{id}/tasks/{}/complete", case["my_task"]["id"].as_str().unwrap());
        let word = |signature: &Value| json!({ "version": case["version"], "outcome": "granted", "opinion": "同意。注意后厨通风。", "signature": signature, "written_opinion": opinion["id"] });
        let off = approver.post(&format!("{path}/disable"), json!({ "version": signature["version"] })).await;
        assert_eq!((&off["enabled"], off["version"].as_i64()), (&json!(false), Some(2)));
        assert_eq!(code(&approver, Method::POST, &act, word(&signature["id"])).await, (422, "/signature".into()));
        let stale = json!({ "version": 1 });
        assert_eq!(
            code(&approver, Method::POST, &format!("{path}/enable"), stale).await,
            (409, "stale_version".into())
        );
        approver.post(&format!("{path}/enable"), json!({ "version": 2 })).await;
        let theirs = reviewer.keyed("/signatures", "signature-2", new(right, "签名", &foreign)).await;
        assert_eq!(code(&approver, Method::POST, &act, word(&theirs["id"])).await, (422, "/signature".into()));
        approver.post(&act, word(&signature["id"])).await;
        complete(&approver, &plain, "granted", "同意").await;
        world.settle().await;

        let grant = async |case: &str| {
            let seen = approver.get(&format!("/cases/{case}")).await;
            let paper = seen["documents"].as_array().unwrap().iter().find(|one| one["kind"] == "grant").cloned();
            let paper = paper.unwrap()["id"].as_str().unwrap().to_owned();
            approver.bytes(&format!("/cases/{case}/documents/{paper}")).await
        };
        assert!(pictures(&grant(&id).await, 240, 320) >= 1, "the picture stands in the paper");
        assert_eq!(pictures(&grant(&plain).await, 240, 320), 0);
        let sealed = grant(&id).await;
        assert!(sealed.windows(10).any(|part| part == b"/ByteRange"), "the paper is signed by the body as every other");

        let seen = approver.get(&format!("/cases/{id}")).await;
        let shown = seen["opinions"].as_array().unwrap().iter().find(|one| one["signature"].is_string()).unwrap();
        let picture = format!("/cases/{id}/files/{}", shown["signature"].as_str().unwrap());
        assert_eq!(clerk.bytes(&picture).await, PICTURE, "whoever sees the case sees who signed");
        let citizen = world.citizen("haiyan").await;
        let (status, _) = citizen
            .refused(Method::GET, &format!("/my/cases/{id}/files/{}", shown["signature"].as_str().unwrap()), None)
            .await;
        assert_eq!(status, StatusCode::NOT_FOUND, "citizens see it in the paper only");

        // Changed and deleted later: the case keeps what it was signed with.
        let renamed = json!({ "version": 3, "words": "签名（旧）" });
        assert_eq!(approver.put(&path, renamed).await["words"], "签名（旧）");
        approver.request(Method::DELETE, &format!("{path}?version=4"), None).await.error_for_status().unwrap();
        assert_eq!(approver.get("/signatures").await["total"], 0);
        assert_eq!(clerk.bytes(&picture).await, PICTURE);
        let changed = json!({ "version": 1, "words": "同意，注意通风" });
        let path = format!("/written-opinions/{}", opinion["id"].as_str().unwrap());
        assert_eq!(approver.put(&path, changed).await["version"], 2);
        approver.request(Method::DELETE, &format!("{path}?version=2"), None).await.error_for_status().unwrap();
        assert_eq!(approver.get("/written-opinions").await["total"], 0);
        world.close().await;
    }
}

/// Own files are found by name or note, opened, renamed, put to an opinion and deleted; nobody else sees them.
///
/// req: CASE-037
#[tokio::test(flavor = "multi_thread")]
async fn own_materials_are_ones_own() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (clerk, other) = (world.staff("clerk").await, world.staff("clerk2").await);
        let mut made = Vec::new();
        for (name, note) in [("现场核查表", "空表"), ("法规汇编", "食品安全法"), ("照片", "")] {
            let file = uploaded(&clerk, "a.png", PICTURE).await;
            made.push(
                clerk
                    .keyed(
                        "/own-materials",
                        &format!("own-material {}", name.len()),
                        json!({ "file": file, "name": name, "note": note }),
                    )
                    .await,
            );
        }
        let foreign = uploaded(&other, "b.png", PICTURE).await;
        assert_eq!(
            code(&clerk, Method::POST, "/own-materials", json!({ "file": foreign })).await,
            (422, "/file".into())
        );
        assert_eq!(clerk.get("/own-materials").await["total"], 3);
        let page = clerk.get("/own-materials?limit=2").await;
        let next = clerk.get(&format!("/own-materials?limit=2&cursor={}", page["next"].as_str().unwrap())).await;
        assert_eq!((page["items"].as_array().unwrap().len(), next["items"].as_array().unwrap().len()), (2, 1));
        assert_eq!(clerk.get("/own-materials?q=食品安全").await["items"][0]["name"], "法规汇编");
        assert_eq!(other.get("/own-materials").await["total"], 0);
        let path = format!("/own-materials/{}", made[0]["id"].as_str().unwrap());
        assert_eq!(clerk.bytes(&format!("{path}/file")).await, PICTURE);
        let (status, _) = other.refused(Method::GET, &format!("{path}/file"), None).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(code(&clerk, Method::PUT, &path, json!({ "version": 1, "name": "" })).await, (422, "/name".into()));
        clerk.put(&path, json!({ "version": 1, "name": "核查表（新）" })).await;
        assert_eq!(
            code(&clerk, Method::PUT, &path, json!({ "version": 1, "name": "旧" })).await,
            (409, "stale_version".into())
        );
        let (status, _) = other.refused(Method::DELETE, &format!("{path}?version=2"), None).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        clerk.request(Method::DELETE, &format!("{path}?version=2"), None).await.error_for_status().unwrap();
        assert_eq!(clerk.get("/own-materials").await["total"], 2);
        world.close().await;
    }
}

/// Handling adds materials of its own beside the applicant's: seen by whoever sees the case, changed and deleted by who
/// added them, with a reason and a line in the log, and not after the case has ended.
///
/// req: CASE-034
#[tokio::test(flavor = "multi_thread")]
async fn handling_adds_materials_beside_the_applicants() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let id = submitted(&world).await;
        let (clerk, reviewer) = (world.staff("clerk").await, world.staff("reviewer").await);
        accept(&clerk, &id).await;
        let path = format!("/cases/{id}/handling-materials");
        assert_eq!(code(&reviewer, Method::POST, &path, json!({ "name": "" })).await, (422, "/name".into()));
        assert_eq!(code(&reviewer, Method::POST, &path, json!({ "name": "电话记录" })).await, (422, "/text".into()));
        let file = uploaded(&reviewer, "现场.png", PICTURE).await;
        let photo = reviewer.keyed(&path, "handling-1", json!({ "name": "现场照片", "file": file })).await;
        let note =
            reviewer.keyed(&path, "handling-2", json!({ "name": "电话记录", "text": "申请人说明天补照片" })).await;
        let db = &world.app.platform.db;
        let sealed = "SELECT COUNT(*) AS raw FROM handling_materials WHERE text_sealed LIKE '%补照片%'";
        let row = db.read().query_one_raw(Statement::from_string(db.backend(), sealed)).await.unwrap().unwrap();
        assert_eq!(row.try_get::<i64>("", "raw").unwrap(), 0, "words that may name people lie sealed");
        let listed = clerk.get(&path).await;
        assert_eq!((listed["total"].as_u64(), listed["items"][0]["own"].as_bool()), (Some(2), Some(false)));
        let applicants = clerk.get(&format!("/cases/{id}")).await["materials"].as_array().unwrap().len();
        assert!(applicants >= 4, "the applicant's own stand in a list of their own");
        let one = format!("{path}/{}", photo["id"].as_str().unwrap());
        assert_eq!(clerk.bytes(&format!("{one}/file")).await, PICTURE);
        let other = json!({ "version": 1, "name": "照片" });
        assert_eq!(code(&clerk, Method::PUT, &one, other.clone()).await.0, 404, "another's is not changed");
        let replaced = uploaded(&reviewer, "现场2.png", PICTURE).await;
        let changed = reviewer.put(&one, json!({ "version": 1, "name": "现场照片（补拍）", "file": replaced })).await;
        assert_eq!((&changed["file"]["id"], changed["changed"].as_bool()), (&json!(replaced), Some(true)));
        assert_eq!(code(&reviewer, Method::PUT, &one, other).await, (409, "stale_version".into()));
        let delete = |version: i64, reason: &str| json!({ "version": version, "reason": reason });
        assert_eq!(
            code(&reviewer, Method::POST, &format!("{one}/delete"), delete(2, "")).await,
            (422, "/reason".into())
        );
        reviewer.post(&format!("{one}/delete"), delete(2, "照片拍错了地方")).await;
        assert_eq!(clerk.get(&path).await["total"], 1);
        let lines = platform::work::audit::about(world.app.platform.db.read(), &format!("case:{id}")).await.unwrap();
        for act in ["handling_material.add", "handling_material.change", "handling_material.delete"] {
            assert!(lines.iter().any(|(action, _)| action == act), "{act}: {lines:?}");
        }
        let stranger = world.staff("clerk-social").await;
        let (status, _) = stranger.refused(Method::GET, &path, None).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let abort = json!({ "version": version(&reviewer, &id).await, "reason": "申请人的场所已经拆除" });
        reviewer.post(&format!("/cases/{id}/abort"), abort).await;
        let one = format!("{path}/{}/delete", note["id"].as_str().unwrap());
        assert_eq!(code(&reviewer, Method::POST, &one, delete(1, "记录写错了")).await, (409, "case_closed".into()));
        world.close().await;
    }
}

/// A leader sees volume, completion, punctuality, ratings and activities of the departments of his reach, and behind a
/// department its cases. Activities are published by departments, each for itself.
///
/// req: CASE-039
#[tokio::test(flavor = "multi_thread")]
async fn leaders_see_the_departments_of_their_reach() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (done, _open) = (submitted(&world).await, submitted(&world).await);
        let [clerk, reviewer, inspector, approver] = [
            world.staff("clerk").await,
            world.staff("reviewer").await,
            world.staff("inspector").await,
            world.staff("approver").await,
        ];
        accept(&clerk, &done).await;
        complete(&reviewer, &done, "pass", "材料齐全").await;
        complete(&inspector, &done, "pass", "现场符合要求").await;
        complete(&approver, &done, "granted", "同意").await;
        world.settle().await;
        let citizen = world.citizen("haiyan").await;
        let asked = citizen.get(&format!("/my/cases/{done}/rating")).await;
        assert!(asked.is_object());
        citizen
            .put(&format!("/my/cases/{done}/rating"), json!({ "stars": 5, "reasons": ["510"], "text": "办得快" }))
            .await;

        let supervisor = world.staff("supervisor").await;
        let cockpit = supervisor.get("/cockpit").await;
        let total = &cockpit["total"];
        assert_eq!(
            [
                &total["filed"],
                &total["ended"],
                &total["completion"],
                &total["closed"],
                &total["on_time"],
                &total["punctuality"]
            ],
            [&json!(2), &json!(1), &json!(500), &json!(1), &json!(1), &json!(1000)],
            "{cockpit}"
        );
        assert_eq!([&total["ratings"], &total["stars"], &total["good"]], [&json!(1), &json!(50), &json!(1000)]);
        let department = &cockpit["departments"][0];
        let org = department["org_id"].as_str().unwrap();
        let behind = supervisor.get(&format!("/cases?org={org}")).await;
        assert_eq!(behind["total"], department["filed"], "the list behind the figure");
        assert_eq!(
            code(&supervisor, Method::GET, "/cockpit?from=2026-10-01&to=2026-09-01", Value::Null).await,
            (422, "/from".into())
        );
        assert_eq!(supervisor.get("/cockpit?from=2026-08-01&to=2026-08-31").await["total"]["filed"], 0);
        world.clock.advance(time::Duration::days(30));
        let supervisor = world.staff("supervisor").await;
        let later = supervisor.get("/cockpit?from=2026-09-01&to=2026-09-30").await;
        assert_eq!(later["total"]["overdue"], 1, "{later}");

        // By level: the bureau sees its own, another bureau's people see nothing of it.
        let manager = world.staff("manager").await;
        let own = manager.get("/cockpit?from=2026-09-01&to=2026-09-30").await;
        assert_eq!(own["total"]["filed"], 2);
        let new = |org: Option<&str>| json!({ "org_id": org, "held_on": "2026-09-25", "title": "主题党日", "text": "到社区宣讲" });
        let posted = manager.keyed("/party-activities", "activity-1", new(None)).await;
        let far = another_bureau(&world).await;
        assert_eq!(code(&manager, Method::POST, "/party-activities", new(Some(&far))).await, (422, "/org_id".into()));
        let listed = supervisor.get("/party-activities?q=党日").await;
        assert_eq!((listed["total"].as_u64(), listed["items"][0]["title"].as_str()), (Some(1), Some("主题党日")));
        let path = format!("/party-activities/{}", posted["id"].as_str().unwrap());
        let change = |version: i64| json!({ "version": version, "held_on": "2026-09-26", "title": "主题党日活动", "text": "到社区宣讲" });
        assert_eq!(manager.put(&path, change(1)).await["held_on"], "2026-09-26");
        assert_eq!(code(&manager, Method::PUT, &path, change(1)).await, (409, "stale_version".into()));
        assert_eq!(manager.get("/cockpit?from=2026-09-01&to=2026-09-30").await["total"]["activities"], 1);
        manager.request(Method::DELETE, &format!("{path}?version=2"), None).await.error_for_status().unwrap();
        assert_eq!(supervisor.get("/party-activities").await["total"], 0);
        world.close().await;
    }
}

/// A department outside the manager's reach: that of a clerk of another bureau.
async fn another_bureau(world: &World) -> String {
    let staff = world.app.identity.staff_by_login("clerk-social").await.unwrap().unwrap();
    staff.org_id.to_string()
}
