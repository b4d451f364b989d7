//! What stays of cases: the provable file of an ended case, the case library with its sharing service, and the cases
//! of an earlier system.

use std::io::Read;

use archive::sets::package;
use reqwest::{Method, StatusCode};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::main_job::{complete, draft_version, filled_draft, version};
use crate::world::{Caller, World};

const FOOD: &str = "food-operation-permit";

/// Files a restaurant's application, takes it to its end; id and number.
pub(crate) async fn closed(world: &World) -> (String, String) {
    let citizen = world.citizen("haiyan").await;
    let id = filled_draft(&citizen).await;
    let body = json!({ "version": draft_version(&citizen, &id).await });
    let receipt = citizen.post(&format!("/my/cases/{id}/submit"), body).await;
    let clerk = world.staff("clerk").await;
    let accept = json!({ "version": version(&clerk, &id).await, "note": "", "tolerated": [] });
    clerk.post(&format!("/cases/{id}/accept"), accept).await;
    complete(&world.staff("reviewer").await, &id, "pass", "材料齐全").await;
    complete(&world.staff("inspector").await, &id, "pass", "现场与布局图一致").await;
    complete(&world.staff("approver").await, &id, "granted", "同意").await;
    world.settle().await;
    (id, receipt["case_number"].as_str().unwrap().to_owned())
}

/// The night in which files are made has passed.
async fn night(world: &World) {
    world.clock.advance(time::Duration::days(1));
    world.settle().await;
}

pub(crate) async fn run_sql(world: &World, sql: &str) {
    let db = &world.app.platform.db;
    let statement = Statement::from_string(db.backend(), sql.to_owned());
    let now = world.app.platform.now();
    db.write(now, move |tx| {
        Box::pin(async move {
            tx.conn().execute_raw(statement).await?;
            Ok(())
        })
    })
    .await
    .unwrap();
}

async fn download(caller: &Caller, path: &str) -> Vec<u8> {
    let body = json!({ "reason": "移交区档案馆" });
    let answer = caller.request(Method::POST, &format!("{path}/download"), Some(body)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "application/zip");
    answer.bytes().await.unwrap().to_vec()
}

/// In the night after its end a case gets one file with form, materials, documents, result, log and metadata. It is
/// proven without the product, taken away by right and with a reason only, and followed by a second one when the
/// result has been handed over.
///
/// req: CASE-044, CASE-041
#[tokio::test(flavor = "multi_thread")]
async fn an_ended_case_gets_one_file_that_proves_itself() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (id, number) = closed(&world).await;
        let approver = world.staff("approver").await;
        let path = format!("/archive-sets?case_id={id}");
        assert_eq!(approver.get(&path).await["total"], 0, "nothing is changed under the hands of who delivers");
        night(&world).await;
        let approver = world.staff("approver").await;
        let listed = approver.get(&path).await;
        assert_eq!((&listed["total"], &listed["items"][0]["ended_as"]), (&json!(1), &json!("closed")), "{listed}");
        let set = approver.get(&format!("/archive-sets/{}", listed["items"][0]["id"].as_str().unwrap())).await;
        let parts = set["parts"].as_array().unwrap();
        for kind in ["metadata", "record", "form", "log", "material", "document", "result", "guide"] {
            assert!(parts.iter().any(|part| part["kind"] == kind), "{kind}: {set}");
        }
        let case = approver.get(&format!("/cases/{id}")).await;
        let event = case["events"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(event["kind"], "archive_file");
        assert!(event["text"].as_str().unwrap().contains(&format!("{} 个", parts.len())), "{event}");

        // Asked for again, nothing is made twice.
        let admin = world.staff("sysadmin").await;
        admin.post("/archive-sets/make-missing", json!({})).await;
        world.settle().await;
        assert_eq!(approver.get(&path).await["total"], 1);

        let set_path = format!("/archive-sets/{}", set["id"].as_str().unwrap());
        let (status, problem) =
            approver.refused(Method::POST, &format!("{set_path}/download"), Some(json!({ "reason": " " }))).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/reason")));
        let stranger = world.staff("approver-pension").await;
        let why = Some(json!({ "reason": "移交区档案馆" }));
        let (status, _) = stranger.refused(Method::POST, &format!("{set_path}/download"), why).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "another department");
        assert_eq!(stranger.get(&path).await["total"], 0);

        let file = download(&approver, &set_path).await;
        assert_eq!(base::encoding::to_hex(&base::crypto::sm3(&file)), set["digest"].as_str().unwrap());
        let kept = world.app.audit_key.public().to_pem().unwrap();
        let verdict = package::verify(&file, Some(&kept)).unwrap();
        assert_eq!((verdict.faults.as_slice(), verdict.case_number.as_str()), ([].as_slice(), number.as_str()));
        assert_eq!(json!(verdict.events), set["covers"]);
        // What a person would read in it: the metadata, the words of the form, the files as they were handed in.
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&file)).unwrap();
        let text = |zip: &mut zip::ZipArchive<std::io::Cursor<&Vec<u8>>>, name: &str| {
            let mut text = String::new();
            zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        let metadata = text(&mut zip, "metadata.xml");
        assert!(metadata.contains(&format!("<办件编号>{number}</办件编号>")), "{metadata}");
        assert!(metadata.contains("<立档单位统一社会信用代码>11449902MB9900128N<"), "{metadata}");
        assert!(text(&mut zip, "form/form.json").contains("示例区海燕小厨餐饮店"));
        // One changed byte in a material is told with its name.
        let at = file.windows(8).position(|part| part == b"%PDF-1.4").unwrap();
        let mut forged = file.clone();
        forged[at + 7] = b'5';
        let faults = package::verify(&forged, Some(&kept)).unwrap().faults;
        assert!(faults.iter().any(|fault| fault.contains("materials/")), "{faults:?}");

        // Logged for the auditor, and told to the person whose case it is.
        world.settle().await;
        let auditor = world.staff("auditor").await;
        let lines = auditor.get("/security/audit?action=archive.download").await;
        let line = auditor.get(&format!("/security/audit/{}", lines["items"][0]["id"].as_str().unwrap())).await;
        assert!(line["detail"].to_string().contains("移交区档案馆"), "{line}");

        // Handed over: a second file follows the first and names it; the first stays as it was.
        let desk = world.staff("delivery").await;
        let deliver = json!({ "version": version(&desk, &id).await, "receiver_name": "王海燕",
            "receiver_id_number": "449902198803120267", "way": "self", "note": "" });
        desk.post(&format!("/cases/{id}/deliver"), deliver).await;
        world.settle().await;
        night(&world).await;
        let approver = world.staff("approver").await;
        let both = approver.get(&path).await;
        assert_eq!(both["total"], 2, "{both}");
        assert_eq!(
            (&both["items"][0]["ended_as"], &both["items"][0]["replaces"]),
            (&json!("delivered"), &set["digest"])
        );
        assert_eq!(download(&approver, &set_path).await, file);
        world.close().await;
    }
}

/// A case that never was accepted is kept as well, and cases that ended before the files were made get theirs when
/// they are asked for.
///
/// req: CASE-044
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_application_is_kept_too_and_missing_files_are_made() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let citizen = world.citizen("haiyan").await;
        let id = filled_draft(&citizen).await;
        citizen.post(&format!("/my/cases/{id}/submit"), json!({ "version": draft_version(&citizen, &id).await })).await;
        let clerk = world.staff("clerk").await;
        let body = json!({ "version": version(&clerk, &id).await, "reason": "不属于本机关职权范围" });
        clerk.post(&format!("/cases/{id}/not-accept"), body).await;
        // Not planned by its event, as cases are that ended before there was an archive.
        world.settle().await;
        run_sql(&world, "DELETE FROM jobs WHERE kind = 'archive.make'").await;
        world.staff("sysadmin").await.post("/archive-sets/make-missing", json!({})).await;
        world.settle().await;
        let manager = world.staff("manager").await;
        let listed = manager.get(&format!("/archive-sets?case_id={id}")).await;
        assert_eq!((&listed["total"], &listed["items"][0]["ended_label"]), (&json!(1), &json!("不予受理")), "{listed}");
        let csv = manager.bytes("/archive-sets/export").await;
        assert!(String::from_utf8(csv).unwrap().contains(listed["items"][0]["digest"].as_str().unwrap()));
        world.close().await;
    }
}

/// One record per case with all its parts, found across departments and levels by who may see them, masked.
///
/// req: CASE-040
#[tokio::test(flavor = "multi_thread")]
async fn the_library_finds_and_shows_whole_records_within_reach() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (id, number) = closed(&world).await;
        let supervisor = world.staff("supervisor").await;
        let total = async |caller: &Caller, query: &str| {
            caller.get(&format!("/library/cases?{query}")).await["total"].as_u64().unwrap()
        };
        // By number, by item, state, channel, area, time, and by the applicant's whole number.
        for (query, found) in [
            (format!("q={number}"), 1),
            (format!("q={number}&item={FOOD}&state=closed&channel=web"), 1),
            (format!("q={number}&state=open"), 0),
            (format!("q={number}&region=449902000000"), 1),
            (format!("q={number}&region=449903000000"), 0),
            (format!("q={number}&from=2026-09-21&to=2026-09-21"), 1),
            (format!("q={number}&from=2026-09-22"), 0),
            ("q=92449902MA9900KX9E".to_owned(), 1),
            ("q=92449902MA9900KX9".to_owned(), 0),
        ] {
            assert_eq!(total(&supervisor, &query).await, found, "{query}");
        }
        let (status, problem) = supervisor.refused(Method::GET, "/library/cases?region=somewhere", None).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/region")));

        let record = supervisor.get(&format!("/library/cases/{id}")).await;
        assert_eq!((&record["case_number"], &record["acceptance"]["title"]), (&json!(number), &json!("办件受理")));
        let steps = record["steps"].as_array().unwrap();
        let by: Vec<&str> = steps.iter().filter_map(|step| step["done_by_name"].as_str()).collect();
        for name in ["陈志远", "周敏", "何平", "刘文斌"] {
            assert!(by.contains(&name), "{name}: {by:?}");
        }
        for part in ["materials", "documents", "events"] {
            assert!(!record[part].as_array().unwrap().is_empty(), "{part}");
        }
        assert_eq!(record["result"]["label"], "准予");
        assert!(!record.to_string().contains("19900000001"), "masked");
        assert!(record["applicant"]["id_number"].as_str().unwrap().contains('*'), "{}", record["applicant"]);

        let stranger = world.staff("approver-pension").await;
        assert_eq!(total(&stranger, &format!("q={number}")).await, 0);
        let (status, _) = stranger.refused(Method::GET, &format!("/library/cases/{id}"), None).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let csv = supervisor.bytes(&format!("/library/cases/export?q={number}")).await;
        assert!(String::from_utf8(csv).unwrap().contains(&number));
        world.close().await;
    }
}

/// A registered system that may read the library.
async fn reader(world: &World, app_id: &str, items: &[&str], fields: &[&str]) -> String {
    let identity = &world.app.identity;
    let admin = identity.staff_by_login("sysadmin").await.unwrap().unwrap();
    let caller = platform::sessions::PrincipalSource::principal(
        identity,
        &world.app.platform,
        platform::web::guard::Audience::Desk,
        admin.id,
    );
    let caller = caller.await.unwrap().unwrap();
    let draft = identity::systems::SystemDraft {
        app_id: app_id.into(),
        name: "数据共享平台".into(),
        owner_org_id: admin.org_id,
        contact_name: "林晓".into(),
        contact_phone: "13800138000".into(),
        description: String::new(),
        callbacks: Vec::new(),
        environment: "production".into(),
        networks: vec!["127.0.0.0/8".into()],
        formula: identity::systems::Formula::Tif,
    };
    let strings = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect();
    let grant = identity::systems::Grant {
        interface: "cases".into(),
        items: strings(items),
        fields: strings(fields),
        valid_until: None,
    };
    let id = identity.add_system(&caller, draft, vec![grant], true).await.unwrap();
    identity.add_secret(&caller, id, Default::default()).await.unwrap().secret
}

/// A registered system reads the items and the parts it is granted, signed; every call is in the ledger.
///
/// req: CASE-040
#[tokio::test(flavor = "multi_thread")]
async fn a_registered_system_reads_what_it_is_granted_and_no_more() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (_, number) = closed(&world).await;
        let all = ["progress", "applicant", "form", "materials", "steps", "documents"];
        let few = reader(&world, "share-few", &[FOOD], &["progress", "steps"]).await;
        let full = reader(&world, "share-all", &["*"], &all).await;
        let other = reader(&world, "share-other", &["resident-pension-enrolment"], &all).await;
        let mut nonce = 0;
        let mut call = async |app: &str, secret: &str, path: &str, body: Value| {
            nonce += 1;
            world.signed(app, secret, &format!("lib-{nonce}"), &format!("/exchange/library/{path}"), &body).await
        };
        let one = json!({ "case_number": number });
        let (status, record) = call("share-few", &few, "record", one.clone()).await;
        assert_eq!((status, &record["state"]), (StatusCode::OK, &json!("closed")), "{record}");
        assert!(record["steps"].is_array() && record.get("form").is_none() && record.get("applicant").is_none());
        let (_, record) = call("share-all", &full, "record", one.clone()).await;
        assert!(record["form"]["data"].is_object() && record["documents"].is_array());
        assert!(!record.to_string().contains("19900000001"), "personal values are covered for other systems too");
        let (status, _) = call("share-other", &other, "record", one.clone()).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "an item that is not granted is not there");
        let (status, _) = call("share-few", "wrong", "record", one).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);

        // By time of change, page by page, each row once.
        let (mut numbers, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let (status, page) = call("share-few", &few, "query", json!({ "limit": 2, "cursor": cursor })).await;
            assert_eq!(status, StatusCode::OK, "{page}");
            for row in page["items"].as_array().unwrap() {
                assert_eq!((&row["item_slug"], &row["applicant_name"]), (&json!(FOOD), &json!("")));
                numbers.push(row["case_number"].as_str().unwrap().to_owned());
            }
            cursor = page["next"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(numbers.iter().filter(|one| **one == number).count(), 1, "{numbers:?}");
        let (_, later) =
            call("share-few", &few, "query", json!({ "changed_since": "2030-01-01T00:00:00+08:00" })).await;
        assert_eq!(later["items"], json!([]));
        let (status, problem) =
            call("share-few", &few, "query", json!({ "item_slug": "resident-pension-enrolment" })).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::NOT_FOUND, Some("not_found")));

        let ledger = world.staff("sysadmin").await.get("/exchange/ledger?system=share-few").await;
        let rows = ledger["items"].as_array().unwrap();
        assert!(
            rows.iter().any(|row| row["operation"] == "办件库读取" && row["case_number"] == json!(number)),
            "{ledger}"
        );
        assert!(rows.iter().any(|row| row["result"] == "refused"));
        world.close().await;
    }
}

fn base64(text: &str) -> String {
    base::encoding::to_base64url(text.as_bytes())
}

const HEAD: &str = "流水号,事项,部门,申请人,证件号码,手机,申请时间,办结时间,结论,经办科室\n";

fn table(lines: &[String]) -> String {
    format!("{HEAD}{}\n", lines.join("\n"))
}

fn row(number: usize, name: &str) -> String {
    format!("SP-{number},食品经营许可,原食药监局,{name},,13800138001,2019-03-04,2019-03-2{},同意,许可科", number % 9)
}

fn mapping() -> Value {
    json!({
        "columns": { "流水号": "source_number", "部门": "org", "手机": "phone", "结论": "result" },
        "values": { "org": { "原食药监局": "qscj" }, "result": { "同意": "granted" } },
    })
}

/// Begins a run and waits for its end.
async fn run(world: &World, admin: &Caller, text: &str, more: Value) -> Value {
    let mut body = json!({ "source": "老审批系统", "file_name": "办件.csv", "content_base64": base64(text) });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    let begun = admin.post("/legacy-runs", body).await;
    over(world, admin, begun["id"].as_str().unwrap()).await
}

/// Waits for the end of a run: each part leaves the job of the next.
async fn over(world: &World, admin: &Caller, id: &str) -> Value {
    for _ in 0..200 {
        world.settle().await;
        let run = admin.get(&format!("/legacy-runs/{id}")).await;
        if run["state"] != "running" && run["state"] != "comparing" {
            return run;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the run {id} does not end");
}

async fn problems(admin: &Caller, run: &Value, kind: &str) -> Vec<(u64, String)> {
    let path = format!("/legacy-runs/{}/problems?kind={kind}&limit=100", run["id"].as_str().unwrap());
    let list = admin.get(&path).await;
    let rows = list["items"].as_array().unwrap().iter();
    rows.map(|row| (row["line"].as_u64().unwrap(), row["message"].as_str().unwrap().to_owned())).collect()
}

/// Cases of an earlier system: tried first (nothing is taken, what is wrong is told by line), run in parts, taken once
/// by number, changed when the file changes, and compared afterwards by counts and sums. They are found in the library.
///
/// req: CASE-044
#[tokio::test(flavor = "multi_thread")]
async fn earlier_cases_come_in_by_a_mapping_and_are_compared() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let admin = world.staff("sysadmin").await;
        let mut lines: Vec<String> = (1..=1_201).map(|number| row(number, "王海燕")).collect();
        lines[4] = "SP-5,食品经营许可,没有的局,王海燕,,,2019-03-04,,同意,".into();
        lines[5] = "SP-6,食品经营许可,qscj,王海燕,449902198803120268,,昨天,,同意,".into();
        lines[6] = "SP-4,食品经营许可,qscj,王海燕,,,2019-03-04,2019-03-01,同意,".into();
        let file = table(&lines);

        // Without a mapping the columns that nobody can guess are named.
        let body =
            json!({ "source": "老审批系统", "file_name": "办件.csv", "content_base64": base64(&file), "trial": true });
        let (status, problem) = admin.refused(Method::POST, "/legacy-runs", Some(body)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(problem["errors"][0]["message"].as_str().unwrap().contains("原编号、办理部门"), "{problem}");

        let tried = run(&world, &admin, &file, json!({ "mapping": mapping(), "trial": true })).await;
        assert_eq!(
            [&tried["state"], &tried["created"], &tried["failed"], &tried["rows_done"]],
            [&json!("done"), &json!(1_198), &json!(3), &json!(1_201)],
            "{tried}"
        );
        let told = problems(&admin, &tried, "line").await;
        assert_eq!(told.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [6, 7, 8]);
        assert!(told[0].1.contains("没有“没有的局”这个机构") && told[1].1.contains("证件号码"), "{told:?}");
        assert!(told[2].1.contains("第 5 行是同一个编号"), "{told:?}");
        let manager = world.staff("manager").await;
        assert_eq!(manager.get("/legacy-cases").await["total"], 0, "a trial takes nothing");

        // The mapping was kept: the run itself needs none. A second click makes no second run.
        let real = run(&world, &admin, &file, json!({})).await;
        assert_eq!([&real["created"], &real["failed"]], [&json!(1_198), &json!(3)], "{real}");
        assert_eq!(
            [&real["report"]["source_rows"], &real["report"]["target_rows"], &real["report"]["differences"]],
            [&json!(1_201), &json!(1_198), &json!(3)]
        );
        let found = manager.get("/legacy-cases?q=SP-12").await;
        assert_eq!(found["items"][0]["applicant_name"], "王*燕");
        assert_eq!(found["items"][0]["phone_masked"], "138****8001");
        assert_eq!(world.staff("approver-pension").await.get("/legacy-cases").await["total"], 0);
        assert_eq!(manager.get("/legacy-cases").await["total"], 1_198);

        // Mended, the same file takes only what was missing, and the sums agree.
        lines[4] = row(5, "王海燕");
        lines[5] = row(6, "王海燕");
        lines[6] = row(7, "李明");
        let mended = run(&world, &admin, &table(&lines), json!({})).await;
        let counts = ["created", "updated", "unchanged", "failed"].map(|key| mended[key].as_i64().unwrap());
        assert_eq!(counts, [3, 0, 1_198, 0], "{mended}");
        let report = &mended["report"];
        assert_eq!((&report["differences"], &report["source_sum"]), (&json!(0), &report["target_sum"]));
        assert_eq!((&report["totals"][0]["source"], &report["totals"][0]["target"]), (&json!(1_201), &json!(1_201)));
        lines[6] = row(7, "李明明");
        let changed = run(&world, &admin, &table(&lines), json!({})).await;
        assert_eq!((&changed["updated"], &changed["unchanged"]), (&json!(1), &json!(1_200)), "{changed}");

        // A record somebody altered behind the product's back is found when file and database are compared again.
        run_sql(&world, "UPDATE legacy_cases SET applicant_name = '王小燕' WHERE source_number = 'SP-9'").await;
        let id = changed["id"].as_str().unwrap();
        run_sql(
            &world,
            "UPDATE legacy_runs SET state = 'stopped', next_row = 1000, finished_at = NULL WHERE state = 'done'",
        )
        .await;
        let stopped = admin.get(&format!("/legacy-runs/{id}")).await;
        let path = format!("/legacy-runs/{id}/continue");
        let (status, _) = admin.refused(Method::POST, &path, Some(json!({ "version": 1 }))).await;
        assert_eq!(status, StatusCode::CONFLICT, "an old page");
        admin.post(&path, json!({ "version": stopped["version"] })).await;
        let again = over(&world, &admin, id).await;
        assert_eq!(again["unchanged"], json!(1_200 + 201), "it went on where it stopped: {again}");
        assert_eq!(again["report"]["differences"], 1);
        assert_ne!(again["report"]["source_sum"], again["report"]["target_sum"]);
        let told = problems(&admin, &again, "difference").await;
        assert_eq!(told, [(10, "库里的内容和文件不一样".to_owned())]);

        // What is covered is shown by right and with a reason.
        let one = manager.get("/legacy-cases?q=SP-12").await["items"][0]["id"].as_str().unwrap().to_owned();
        let ask = json!({ "field": "phone", "reason": "核对当年的联系电话" });
        let (status, _) = manager.refused(Method::POST, &format!("/legacy-cases/{one}/reveal"), Some(ask)).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "reading the library does not open raw values");
        world.close().await;
    }
}

/// Who goes on with a long import need not watch it: when it stops again that is told, with the way out and the page.
///
/// req: OPS-006
#[tokio::test(flavor = "multi_thread")]
async fn who_goes_on_with_an_import_is_told_when_it_stops_and_what_to_do() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let admin = world.staff("sysadmin").await;
        let lines: Vec<String> = (1..=3).map(|number| row(number, "王海燕")).collect();
        let done = run(&world, &admin, &table(&lines), json!({ "mapping": mapping() })).await;
        let id = done["id"].as_str().unwrap();
        // The columns of the file fit no more: nothing that trying again would mend.
        run_sql(&world, "UPDATE legacy_runs SET state = 'stopped', next_row = 0, mapping = '{}'").await;
        let stopped = admin.get(&format!("/legacy-runs/{id}")).await;
        admin.post(&format!("/legacy-runs/{id}/continue"), json!({ "version": stopped["version"] })).await;
        assert_eq!(over(&world, &admin, id).await["state"], "stopped");
        world.settle().await;
        let told = admin.get("/staff/me/notices").await;
        let text = told["items"][0]["text"].as_str().unwrap();
        assert!(text.starts_with("导入“办件.csv”没有成功：") && text.contains("从停下的地方继续"), "{told}");
        assert_eq!((&told["items"][0]["link"], &told["running"]), (&json!(format!("/legacy/{id}")), &json!([])));
        let others = world.staff("manager").await.get("/staff/me/notices").await;
        assert!(!others.to_string().contains("办件.csv"), "told to who asked alone: {others}");
        world.close().await;
    }
}
