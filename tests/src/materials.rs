//! Papers kept of people and bodies: what a case delivered lies in the disk and is used again, the centre and its
//! sources, proofs between bodies, papers given to connected systems.

use std::io::Write;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::archive::{closed, run_sql};
use crate::main_job::{draft_version, filled_draft, version};
use crate::world::{Caller, World};

const OWNER_USCC: &str = "92449902MA9900KX9E";
const FIRE: &str = "fire-safety-opinion";

/// A Word file that is harmless and yet of no use here.
fn word() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(b"<w:document/>").unwrap();
    zip.finish().unwrap().into_inner()
}

async fn uploaded(caller: &Caller, path: &str, name: &str, bytes: Vec<u8>) -> Value {
    let answer = caller.upload(path, name, bytes).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    answer.json::<Value>().await.unwrap()["id"].clone()
}

/// The pointer and code of the first field a refusal names.
fn named(problem: &Value) -> (&str, &str) {
    let first = &problem["errors"][0];
    (first["pointer"].as_str().unwrap_or_default(), first["code"].as_str().unwrap_or_default())
}

fn find<'a>(list: &'a Value, key: &str, value: &str) -> &'a Value {
    let found = list["items"].as_array().unwrap().iter().find(|one| one[key] == value);
    found.unwrap_or_else(|| panic!("no {key} {value} in {list}"))
}

async fn reminded(staff: &Caller, words: &str) -> bool {
    let bench = staff.get("/workbench").await;
    bench["reminders"].as_array().unwrap().iter().any(|one| one["text"].as_str().unwrap().contains(words))
}

/// A closed case leaves its licence and its materials in the applicant's disk, sorted by the rules. One adds one's own,
/// is told before it ends, takes a marked copy, hands it in for the next application, and deletes it. Nobody else's
/// disk is there.
///
/// req: CASE-045
#[tokio::test(flavor = "multi_thread")]
async fn what_a_case_delivered_lies_in_the_disk_and_is_used_again() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (_, number) = closed(&world).await;
        let citizen = world.citizen("haiyan").await;
        let disk = citizen.get("/my/disk").await;
        let licence = find(&disk, "source", "licence");
        assert_eq!((&licence["name"], &licence["category"]), (&json!("食品经营许可证"), &json!("certificate")));
        assert!(licence["valid_until"].is_string() && licence["standing"] == "valid" && licence["own"] == false);
        let of_layout = |one: &&Value| one["name"].as_str().unwrap().starts_with("主要设备");
        let layout = disk["items"].as_array().unwrap().iter().find(of_layout).unwrap();
        assert_eq!((&layout["category"], &layout["source_name"]), (&json!("case"), &json!("食品经营许可证核发")));
        let labels: Vec<&str> =
            disk["categories"].as_array().unwrap().iter().map(|one| one["label"].as_str().unwrap()).collect();
        assert_eq!(labels, ["基本信息", "办件材料", "职业资格", "认证证书"]);
        let detail = citizen.get(&format!("/my/disk/{}", layout["id"].as_str().unwrap())).await;
        assert!(detail["versions"][0]["came_from"].as_str().unwrap().contains(&number), "{detail}");

        // What was closed and issued before there was a disk is taken in by itself, once.
        for table in ["material_versions", "materials", "material_intakes"] {
            run_sql(&world, &format!("DELETE FROM {table}")).await;
        }
        assert!(world.app.materials.take_earlier().await.unwrap() >= 2);
        assert_eq!(world.app.materials.take_earlier().await.unwrap(), 0, "all is in");
        let again = citizen.get("/my/disk").await;
        assert_eq!(again["total"], disk["total"], "{again}");
        let licence = find(&again, "source", "licence");

        // Own papers: a Word file is refused with the way out, a PDF is sorted by its name; the same key keeps one.
        let file = uploaded(&citizen, "/files", "说明.docx", word()).await;
        let (status, problem) = citizen.refused(Method::POST, "/my/disk", Some(json!({ "file": file }))).await;
        assert_eq!((status, named(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, ("/file", "unsupported_type")));
        let paper = world.app.casework.sample_paper("质量管理体系认证证书").await.unwrap();
        let file = uploaded(&citizen, "/files", "质量管理体系认证.pdf", paper).await;
        let until = (base::zone::china_date(world.app.platform.now()) + time::Duration::days(20)).to_string();
        let add = json!({ "file": file, "valid_until": until });
        let own = citizen.keyed("/my/disk", "disk-added-1", add.clone()).await;
        assert_eq!(
            own["id"],
            citizen.keyed("/my/disk", "disk-added-1", add).await["id"],
            "a second click keeps nothing more"
        );
        assert_eq!((&own["category"], &own["standing"]), (&json!("certificate"), &json!("expiring")), "{own}");
        assert_eq!(own["days_left"], 20);
        let path = format!("/my/disk/{}", own["id"].as_str().unwrap());
        let change =
            json!({ "version": own["version"], "name": "体系认证", "category": "qualification", "valid_until": until });
        let changed = citizen.put(&path, change.clone()).await;
        assert_eq!((&changed["name"], &changed["category_label"]), (&json!("体系认证"), &json!("职业资格")));
        let (status, _) = citizen.refused(Method::PUT, &path, Some(change)).await;
        assert_eq!(status, StatusCode::CONFLICT, "an old page");
        let change = json!({ "version": licence["version"], "name": "许可证", "category": "certificate", "valid_until": "2040-01-01" });
        let licence_path = format!("/my/disk/{}", licence["id"].as_str().unwrap());
        let (status, problem) = citizen.refused(Method::PUT, &licence_path, Some(change)).await;
        assert_eq!((status, named(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, ("/valid_until", "not_own")));

        // Another's disk is not there.
        let other = world.citizen("li-ming").await;
        assert_eq!(other.get("/my/disk").await["total"], 0);
        for (method, tail, body) in [
            (Method::GET, "", None),
            (Method::GET, "/file", None),
            (Method::POST, "/copy", Some(json!({ "purpose": "看看别人的" }))),
            (Method::DELETE, "?version=1", None),
        ] {
            let (status, _) = other.refused(method, &format!("{path}{tail}"), body).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{tail}");
        }

        // A copy says what for; the owner is told of the end once.
        let (status, problem) =
            citizen.refused(Method::POST, &format!("{path}/copy"), Some(json!({ "purpose": " " }))).await;
        assert_eq!((status, named(&problem).0), (StatusCode::UNPROCESSABLE_ENTITY, "/purpose"));
        for one in [&path, &licence_path] {
            let purpose = Some(json!({ "purpose": "办理店铺贷款" }));
            let copy = citizen.request(Method::POST, &format!("{one}/copy"), purpose).await;
            assert_eq!(copy.status(), StatusCode::OK);
            let copy = copy.bytes().await.unwrap();
            assert!(copy.starts_with(b"%PDF") && copy.as_ref() != citizen.bytes(&format!("{one}/file")).await, "{one}");
        }
        assert_eq!(world.app.materials.watch().await.unwrap(), 1);
        assert_eq!(world.app.materials.watch().await.unwrap(), 0, "once");
        assert!(world.sms().await.iter().any(|text| text.contains("体系认证") && text.contains("到期")));

        // The next application is offered what suits; using it is handing it in, with all its checks.
        let draft = filled_draft(&citizen).await;
        let offers = citizen.get(&format!("/my/disk/offers?case_id={draft}")).await;
        let offer = find(&offers, "material_key", "m03");
        let kept = offer["items"][0]["id"].as_str().unwrap();
        let give = json!({ "case_id": draft, "material_key": "m03", "version": draft_version(&citizen, &draft).await });
        citizen.post(&format!("/my/disk/{kept}/use"), give.clone()).await;
        let after = citizen.get(&format!("/my/cases/{draft}/draft")).await;
        let slot = after["materials"].as_array().unwrap().iter().find(|one| one["key"] == "m03").unwrap();
        assert_eq!((slot["files"].as_array().unwrap().len(), &slot["handing"]), (2, &json!("upload")));
        let (status, _) = citizen.refused(Method::POST, &format!("/my/disk/{kept}/use"), Some(give.clone())).await;
        assert_eq!(status, StatusCode::CONFLICT, "an old page of the draft");
        let (status, _) = other.refused(Method::POST, &format!("/my/disk/{kept}/use"), Some(give)).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        // For a correction it is taken as an uploaded file.
        let taken = citizen.post(&format!("/my/disk/{kept}/take"), json!({})).await;
        assert!(taken["id"].is_string() && taken["media_type"] == slot["files"][0]["media_type"], "{taken}");
        assert_eq!(other.refused(Method::POST, &format!("/my/disk/{kept}/take"), None).await.0, StatusCode::NOT_FOUND);
        world.clock.advance(time::Duration::days(30));
        let citizen = world.citizen("haiyan").await;
        let give = json!({ "case_id": draft, "material_key": "m03", "version": draft_version(&citizen, &draft).await });
        let (status, problem) = citizen.refused(Method::POST, &format!("{path}/use"), Some(give)).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("paper_over")), "expired");
        assert_eq!(citizen.get("/my/disk?standing=expired").await["total"], 1);

        // Taken out: an own upload is gone, what was delivered stays in the centre.
        let total = citizen.get("/my/disk").await["total"].as_u64().unwrap();
        for one in [&path, &licence_path] {
            let now = citizen.get(one).await["item"]["version"].clone();
            assert_eq!(
                citizen.request(Method::DELETE, &format!("{one}?version={now}"), None).await.status(),
                StatusCode::NO_CONTENT
            );
            assert_eq!(citizen.refused(Method::GET, one, None).await.0, StatusCode::NOT_FOUND);
        }
        assert_eq!(citizen.get("/my/disk").await["total"], total - 2);
        let clerk = world.staff("clerk").await;
        assert_eq!(clerk.get("/materials?source=licence").await["total"], 1);
        assert_eq!(clerk.get(&format!("/materials?q={OWNER_USCC}&source=own")).await["total"], 0);
        world.close().await;
    }
}

/// Staff find papers masked within reach, or by a holder's whole number; open one with a reason that its owner reads;
/// pull papers from sources that answer, lack, delay, forge or are down; systems read the kinds they are granted.
///
/// req: CASE-045
#[tokio::test(flavor = "multi_thread")]
async fn the_centre_is_searched_filled_and_shared_by_right() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        world.connect().await;
        let (case, number) = closed(&world).await;
        let clerk = world.staff("clerk").await;
        let all = clerk.get("/materials").await;
        let count = all["total"].as_u64().unwrap();
        assert!(count >= 4, "{all}");
        let licence = find(&all, "source", "licence");
        assert!(licence["digest"].as_str().unwrap().len() == 64 && licence["versions"] == 1);
        assert_eq!(clerk.get("/materials?category=certificate&standing=valid").await["total"], 1);
        assert_eq!(clerk.get("/materials?q=%E9%A3%9F%E5%93%81&source=licence").await["total"], 1);
        let path = format!("/materials/{}", licence["id"].as_str().unwrap());

        // Another body sees nothing without the whole number; a role without the right nothing at all.
        let stranger = world.staff("clerk-social").await;
        assert_eq!(stranger.get("/materials").await["total"], 0);
        assert_eq!(stranger.refused(Method::GET, &path, None).await.0, StatusCode::NOT_FOUND);
        assert_eq!(stranger.get(&format!("/materials?q={OWNER_USCC}")).await["total"], count);
        assert_eq!(stranger.get(&format!("{path}?number={OWNER_USCC}")).await["material"]["name"], "食品经营许可证");
        let maker = world.staff("maker").await;
        assert_eq!(maker.refused(Method::GET, "/materials", None).await.0, StatusCode::FORBIDDEN);
        let why = |reason: &str| Some(json!({ "reason": reason }));
        let manager = world.staff("manager").await;
        let (status, _) = manager.refused(Method::POST, &format!("{path}/open"), why("核对许可证内容")).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "may find, not open");
        let (status, problem) = clerk.refused(Method::POST, &format!("{path}/open"), why(" ")).await;
        assert_eq!((status, named(&problem).0), (StatusCode::UNPROCESSABLE_ENTITY, "/reason"));
        let opened = clerk.request(Method::POST, &format!("{path}/open"), why("核对许可证内容")).await;
        assert!(opened.status() == StatusCode::OK && opened.bytes().await.unwrap().starts_with(b"%PDF"));
        let csv = String::from_utf8(manager.bytes("/materials/export").await).unwrap();
        assert!(csv.contains("食品经营许可证") && csv.contains(licence["digest"].as_str().unwrap()));
        assert_eq!(clerk.refused(Method::GET, "/materials/export", None).await.0, StatusCode::FORBIDDEN);
        let owner = world.citizen("haiyan").await;
        let looks = owner.get(&format!("/my/disk/{}", licence["id"].as_str().unwrap())).await;
        assert_eq!(looks["looks"][0]["reason"], "核对许可证内容", "{looks}");
        assert_eq!(looks["looks"][0]["who"], "陈志远");

        // Sources: what is got is kept with its validity; the same again adds no version.
        let ask = |source: &str, kind: &str| json!({ "source": source, "kind": kind, "case_id": case, "reason": "核对经营场所消防条件" });
        let fire = clerk.post("/material-pulls", ask("department-licences", FIRE)).await;
        assert_eq!((&fire["state"], &fire["case_number"]), (&json!("done"), &json!(number)), "{fire}");
        clerk.post("/material-pulls", ask("department-licences", FIRE)).await;
        let opinion = find(&clerk.get("/materials?source=pull").await, "kind", FIRE).clone();
        assert_eq!((&opinion["versions"], &opinion["source_name"]), (&json!(1), &json!("部门证照库")));
        assert!(opinion["valid_until"].is_string(), "{opinion}");
        let give = Some(json!({ "case_id": case, "material_key": "m03" }));
        let at = format!("/materials/{}/use", opinion["id"].as_str().unwrap());
        let (status, problem) = clerk.refused(Method::POST, &at, give).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("case_over")), "a closed case");
        let said = |pull: &Value| pull["problem"].as_str().unwrap().to_owned();
        let (status, problem) =
            clerk.refused(Method::POST, "/material-pulls", Some(ask("big-data", "marriage-record"))).await;
        assert_eq!((status, named(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, ("/kind", "holder_kind")));
        let (status, problem) = clerk.refused(Method::POST, "/material-pulls", Some(ask("big-data", FIRE))).await;
        assert_eq!((status, named(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, ("/kind", "option")));
        let nobody = base::codes::CitizenId::build("449902", time::macros::date!(1990 - 02 - 03), 77).unwrap();
        let person = |number: &str| {
            json!({ "source": "authority", "kind": "no-crime-record", "holder_kind": "person",
            "holder_name": "查无此人", "number": number, "reason": "核对从业人员条件" })
        };
        let (status, problem) =
            clerk.refused(Method::POST, "/material-pulls", Some(person("449902199002030771"))).await;
        if nobody.as_str() != "449902199002030771" {
            assert_eq!((status, named(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, ("/number", "format")));
        }
        let none = clerk.post("/material-pulls", person(nobody.as_str())).await;
        assert_eq!(none["state"], "not_found");
        assert!(said(&none).contains("没有查到") && none["holder_number"].as_str().unwrap().contains('*'), "{none}");
        let gateway = world.outside("materials");
        let way = async |kind: &str, how: &str| {
            world.post_outside(&format!("{gateway}/answer"), &json!({ "kind": kind, "how": how })).await
        };
        way("real-estate-certificate", "forged").await;
        let forged = clerk.post("/material-pulls", ask("department-licences", "real-estate-certificate")).await;
        assert!(forged["state"] == "failed" && said(&forged).contains("对不上"), "{forged}");
        way("tax-record", "later").await;
        let later = clerk.post("/material-pulls", ask("big-data", "tax-record")).await;
        assert!(later["state"] == "waiting" && later["next_at"].is_string() && said(&later).contains("人工核对"));
        way("tax-record", "normal").await;
        world.post_outside(&format!("{gateway}/control"), &json!({ "down": true })).await;
        let down = clerk.post("/material-pulls", ask("authority", "real-estate-record")).await;
        assert!(down["state"] == "waiting" && said(&down).contains("没有回应"), "{down}");
        world.post_outside(&format!("{gateway}/control"), &json!({ "down": false })).await;
        world.clock.advance(time::Duration::minutes(3));
        world.settle().await;
        let pulls = clerk.get(&format!("/material-pulls?case_id={case}")).await;
        for kind in ["tax-record", "real-estate-record"] {
            assert_eq!(find(&pulls, "kind", kind)["state"], "done", "asked again by itself: {pulls}");
        }
        let over = find(&pulls, "kind", "real-estate-certificate");
        let again = format!("/material-pulls/{}/retry", over["id"].as_str().unwrap());
        way("real-estate-certificate", "normal").await;
        assert_eq!(clerk.post(&again, json!({ "version": over["version"] })).await["state"], "done");
        let (status, _) = clerk.refused(Method::POST, &again, Some(json!({ "version": over["version"] }))).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert_eq!(stranger.get("/material-pulls").await["total"], 0);

        // Systems: the interface, then each kind; what is read is in the ledger and on the owner's page.
        let admin = world.staff("sysadmin").await;
        let interface = |key: &str| identity::systems::Grant {
            interface: key.into(),
            items: Vec::new(),
            fields: Vec::new(),
            valid_until: None,
        };
        let (_, secret) = world.system_with("loans", None, vec![interface("materials")], Vec::new()).await;
        let (_, _) = world.system_with("closed", None, vec![interface("logs")], Vec::new()).await;
        let grant =
            |app: &str, kind: &str| json!({ "app_id": app, "kind": kind, "reason": "数据共享申请批复〔2026〕12 号" });
        for (app, code) in [("nobody", "unknown_system"), ("closed", "interface")] {
            let (status, problem) = admin.refused(Method::POST, "/material-grants", Some(grant(app, FIRE))).await;
            assert_eq!((status, named(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, ("/app_id", code)));
        }
        let given = admin.post("/material-grants", grant("loans", FIRE)).await;
        let (status, _) = admin.refused(Method::POST, "/material-grants", Some(grant("loans", FIRE))).await;
        assert_eq!(status, StatusCode::CONFLICT);
        let mut nonce = 0;
        let mut call = async |path: &str, body: Value| {
            nonce += 1;
            let path = format!("/exchange/materials/{path}");
            world.signed("loans", &secret, &format!("material-{nonce}"), &path, &body).await
        };
        let holder = json!({ "holder_kind": "enterprise", "number": OWNER_USCC });
        let (status, list) = call("query", holder.clone()).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "only what is granted: {list}");
        let reading = |id: &Value| json!({ "id": id, "holder_kind": "enterprise", "number": OWNER_USCC, "purpose": "核定店铺贷款额度" });
        let (status, content) = call("read", reading(&opinion["id"])).await;
        assert_eq!(status, StatusCode::OK, "{content}");
        let bytes = base::encoding::from_base64url(content["content"].as_str().unwrap()).unwrap();
        assert_eq!(base::encoding::to_hex(&base::crypto::sm3(&bytes)), content["material"]["sm3"].as_str().unwrap());
        let (status, _) = call("read", reading(&licence["id"])).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "a kind that is not granted is not there");
        let end = format!("/material-grants/{}/end", given["id"].as_str().unwrap());
        admin.post(&end, json!({ "version": given["version"] })).await;
        assert_eq!(call("read", reading(&opinion["id"])).await.0, StatusCode::NOT_FOUND, "ended at once");
        let ledger = admin.get("/exchange/ledger?system=loans").await;
        assert!(ledger["items"].as_array().unwrap().iter().any(|row| row["operation"] == "材料调用"), "{ledger}");
        let seen = clerk.get(&format!("/materials/{}", opinion["id"].as_str().unwrap())).await;
        assert_eq!(seen["looks"][0]["reason"], "核定店铺贷款额度", "{seen}");
        world.settle().await;
        let disclosed = owner.get("/my/privacy/disclosures").await;
        assert!(disclosed.to_string().contains("核定店铺贷款额度"), "{disclosed}");
        world.close().await;
    }
}

/// A clerk asks the body that owns a proof, online, for a case; its staff answer with a file or refuse with a reason;
/// the answer is received into the case's material. Each side sees its own, nobody else any.
///
/// req: CASE-045
#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_asked_of_the_body_that_owns_it_and_received_into_the_case() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let citizen = world.citizen("haiyan").await;
        let case = filled_draft(&citizen).await;
        let body = json!({ "version": draft_version(&citizen, &case).await });
        citizen.post(&format!("/my/cases/{case}/submit"), body).await;
        let clerk = world.staff("clerk").await;
        let fire = world.staff("clerk-fire").await;
        let words = clerk.get("/materials/words").await;
        let kind = words["kinds"].as_array().unwrap().iter().find(|one| one["key"] == FIRE).unwrap();
        let today = base::zone::china_date(world.app.platform.now());
        let due = |days: i64| (today + time::Duration::days(days)).to_string();
        let ask = |days: i64| {
            json!({ "kind": FIRE, "to_org_id": kind["owner_id"], "purpose": "审查食品经营许可的消防条件",
            "due_on": due(days), "case_id": case, "material_key": "m03" })
        };
        let (status, problem) = clerk.refused(Method::POST, "/proof-requests", Some(ask(-1))).await;
        assert_eq!((status, named(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, ("/due_on", "range")));
        let mut wrong = ask(5);
        wrong["material_key"] = json!("m99");
        let (status, problem) = clerk.refused(Method::POST, "/proof-requests", Some(wrong)).await;
        assert_eq!((status, named(&problem).0), (StatusCode::UNPROCESSABLE_ENTITY, "/material_key"));
        let asked = clerk.keyed("/proof-requests", "proof-asked-1", ask(5)).await;
        assert_eq!(asked["id"], clerk.keyed("/proof-requests", "proof-asked-1", ask(5)).await["id"]);
        assert_eq!(
            (&asked["state"], &asked["days_left"], &asked["may_end"]),
            (&json!("open"), &json!(5), &json!(true))
        );
        let path = format!("/proof-requests/{}", asked["id"].as_str().unwrap());
        world.settle().await;
        assert!(reminded(&fire, "请我们出具").await);

        // The body sees it in its list, whose it is only with a reason; others see nothing.
        let received = fire.get("/proof-requests?side=received&state=open").await;
        assert_eq!((&received["total"], &received["items"][0]["may_answer"]), (&json!(1), &json!(true)), "{received}");
        assert_eq!(received["items"][0]["case_id"], Value::Null, "the case itself is not theirs");
        let (status, problem) =
            fire.refused(Method::POST, &format!("{path}/reveal"), Some(json!({ "reason": "" }))).await;
        assert_eq!((status, named(&problem).0), (StatusCode::UNPROCESSABLE_ENTITY, "/reason"));
        let holder = fire.post(&format!("{path}/reveal"), json!({ "reason": "查这家店的消防检查记录" })).await;
        assert_eq!(holder["number"], OWNER_USCC);
        let stranger = world.staff("clerk-social").await;
        assert_eq!(stranger.get("/proof-requests").await["total"], 0);
        for (method, tail, body) in [
            (Method::GET, "", None),
            (Method::GET, "/file", None),
            (Method::POST, "/refuse", Some(json!({ "version": 1, "reason": "不归我们管" }))),
        ] {
            assert_eq!(stranger.refused(method, &format!("{path}{tail}"), body).await.0, StatusCode::NOT_FOUND);
        }
        let (status, _) = clerk
            .refused(Method::POST, &format!("{path}/refuse"), Some(json!({ "version": 1, "reason": "自己答自己" })))
            .await;
        assert_eq!(status, StatusCode::NOT_FOUND, "who asks does not answer");

        // A file of a wrong kind, an over day, an old page; then the answer.
        let answer = |version: &Value, file: &Value, until: Option<String>| json!({ "version": version, "file": file, "valid_until": until, "note": "现场检查合格" });
        let at = format!("{path}/answer");
        let file = uploaded(&fire, "/desk/files", "意见书.docx", word()).await;
        let (status, problem) = fire.refused(Method::POST, &at, Some(answer(&asked["version"], &file, None))).await;
        assert_eq!((status, named(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, ("/file", "unsupported_type")));
        let paper = world.app.casework.sample_paper("消防安全检查意见书").await.unwrap();
        let file = uploaded(&fire, "/desk/files", "意见书.pdf", paper).await;
        let (status, problem) =
            fire.refused(Method::POST, &at, Some(answer(&asked["version"], &file, Some(due(-3))))).await;
        assert_eq!((status, named(&problem).0), (StatusCode::UNPROCESSABLE_ENTITY, "/valid_until"));
        let (status, _) = fire.refused(Method::POST, &at, Some(answer(&json!(7), &file, None))).await;
        assert_eq!(status, StatusCode::CONFLICT, "an old page");
        let answered = fire.post(&at, answer(&asked["version"], &file, Some(due(365)))).await;
        assert_eq!((&answered["state"], &answered["valid_until"]), (&json!("answered"), &json!(due(365))));
        let (status, problem) = fire.refused(Method::POST, &at, Some(answer(&answered["version"], &file, None))).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("proof_not_open")));
        world.settle().await;
        assert!(reminded(&clerk, "已出具").await);
        assert!(clerk.bytes(&format!("{path}/file")).await.starts_with(b"%PDF"));

        // Received into the material the case named, with an event in its chain; kept in the centre and the disk.
        let receive = json!({ "version": answered["version"] });
        let done = clerk.post(&format!("{path}/receive"), receive.clone()).await;
        assert_eq!(done["state"], "received");
        assert_eq!(
            clerk.refused(Method::POST, &format!("{path}/receive"), Some(receive)).await.0,
            StatusCode::CONFLICT
        );
        let seen = clerk.get(&format!("/cases/{case}")).await;
        let slot = seen["materials"].as_array().unwrap().iter().find(|one| one["key"] == "m03").unwrap();
        assert_eq!(slot["files"].as_array().unwrap().len(), 2, "beside what the applicant handed in: {slot}");
        assert!(
            seen["events"].to_string().contains("消防救援") || seen["events"].to_string().contains("出具的"),
            "{}",
            seen["events"]
        );
        assert!(version(&clerk, &case).await.as_i64().unwrap() > 1);
        let own = citizen.get("/my/disk").await;
        let kept = find(&own, "source", "proof");
        assert_eq!(kept["valid_until"], json!(due(365)));
        let looks = citizen.get(&format!("/my/disk/{}", kept["id"].as_str().unwrap())).await;
        assert_eq!(looks["looks"][0]["reason"], "审查食品经营许可的消防条件", "{looks}");

        // A paper of the centre goes into another material of its holder's case as well; an unknown one is told.
        let at = format!("/materials/{}/use", kept["id"].as_str().unwrap());
        let give = |key: &str| json!({ "case_id": case, "material_key": key });
        let (status, problem) = clerk.refused(Method::POST, &at, Some(give("m99"))).await;
        assert_eq!((status, named(&problem).0), (StatusCode::UNPROCESSABLE_ENTITY, "/material_key"));
        clerk.post(&at, give("m04")).await;
        let seen = clerk.get(&format!("/cases/{case}")).await;
        let slot = seen["materials"].as_array().unwrap().iter().find(|one| one["key"] == "m04").unwrap();
        assert_eq!(slot["files"].as_array().unwrap().len(), 2, "{slot}");

        // Refused with a reason, withdrawn before an answer, reminded of when it is due.
        let second = clerk.post("/proof-requests", ask(5)).await;
        let at = format!("/proof-requests/{}", second["id"].as_str().unwrap());
        let refuse = |reason: &str| Some(json!({ "version": second["version"], "reason": reason }));
        let (status, problem) = fire.refused(Method::POST, &format!("{at}/refuse"), refuse("不")).await;
        assert_eq!((status, named(&problem).0), (StatusCode::UNPROCESSABLE_ENTITY, "/reason"));
        let refused = fire.post(&format!("{at}/refuse"), refuse("这家店不属于公众聚集场所").unwrap()).await;
        assert_eq!((&refused["state"], &refused["reason"]), (&json!("refused"), &json!("这家店不属于公众聚集场所")));
        let third = clerk.post("/proof-requests", ask(1)).await;
        assert_eq!(world.app.materials.watch().await.unwrap(), 1, "the body is told the day before");
        assert_eq!(world.app.materials.watch().await.unwrap(), 0);
        let at = format!("/proof-requests/{}", third["id"].as_str().unwrap());
        let end = json!({ "version": third["version"], "reason": "申请人自己补交了" });
        assert_eq!(clerk.post(&format!("{at}/withdraw"), end).await["state"], "withdrawn");
        let late = json!({ "version": third["version"], "file": file, "note": "" });
        assert_eq!(fire.refused(Method::POST, &format!("{at}/answer"), Some(late)).await.0, StatusCode::CONFLICT);
        let csv = String::from_utf8(clerk.bytes("/proof-requests/export?side=asked").await).unwrap();
        assert_eq!(csv.lines().count(), 4, "{csv}");
        world.close().await;
    }
}
