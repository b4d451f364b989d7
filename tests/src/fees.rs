//! What a case costs: computed from the item, reviewed at the window, paid online or at a bank, confirmed once,
//! given back, compared; unpaid cases wait.

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::main_job::{complete, met, version};
use crate::world::{Caller, World, packs_dir};

pub(crate) const ESTATE: &str = "real-estate-transfer";

/// Files the transfer of a home as its pack's sample has it, with changes to the form; the id.
pub(crate) async fn file(citizen: &Caller, change: Value) -> String {
    file_as(citizen, "valid", change, json!({ "way": "electronic" })).await
}

pub(crate) async fn file_as(citizen: &Caller, sample: &str, change: Value, delivery: Value) -> String {
    let path = packs_dir().join(format!("items/{ESTATE}/samples/{sample}.json"));
    let sample: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let guide = citizen.get(&format!("/items/{ESTATE}/guide")).await;
    let mut form = sample["form"].clone();
    for (key, value) in change.as_object().unwrap() {
        form[key] = value.clone();
    }
    let mut materials = json!({});
    for key in sample["materials"].as_array().unwrap().iter().filter_map(Value::as_str) {
        let file = citizen.pdf(&format!("{key}.pdf")).await;
        materials[key] = json!({ "handing": "upload", "files": [file] });
    }
    let whole = json!({
        "item_slug": ESTATE, "handle_item": sample["handle_item"], "situations": sample["situations"],
        "conditions": met(&guide), "consents": { "authorised": true, "agreed": true },
        "form": form, "delivery": delivery, "materials": materials,
    });
    citizen.post("/my/cases/file", whole).await["id"].as_str().unwrap().to_owned()
}

/// Files and accepts it; the fee is computed then.
pub(crate) async fn accepted(world: &World, citizen: &Caller, clerk: &Caller, change: Value) -> String {
    let id = file(citizen, change).await;
    accept(world, clerk, &id).await;
    id
}

pub(crate) async fn accept(world: &World, clerk: &Caller, id: &str) {
    let body = json!({ "version": version(clerk, id).await, "note": "", "tolerated": [] });
    clerk.post(&format!("/cases/{id}/accept"), body).await;
    world.settle().await;
}

async fn fee(staff: &Caller, id: &str) -> Value {
    staff.get(&format!("/cases/{id}/fee")).await["fee"].clone()
}

/// Reviews the amount as computed.
pub(crate) async fn reviewed(clerk: &Caller, id: &str) -> Value {
    let body = json!({ "version": fee(clerk, id).await["version"] });
    clerk.post(&format!("/cases/{id}/fee/review"), body).await
}

/// Tells the simulated payment platform something.
async fn outside(world: &World, path: &str, body: Value) -> Value {
    let client = Client::builder().no_proxy().build().unwrap();
    let answer = client.post(format!("{}{path}", world.outside("payment"))).json(&body).send().await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{path} {status} {text}");
    serde_json::from_str(&text).unwrap()
}

async fn decide(staff: &Caller, id: &str) -> (StatusCode, Value) {
    let case = staff.get(&format!("/cases/{id}")).await;
    let task = case["my_task"]["id"].as_str().unwrap();
    let body = json!({ "version": case["version"], "outcome": "granted", "opinion": "同意登记" });
    staff.refused(Method::POST, &format!("/cases/{id}/tasks/{task}/complete"), Some(body)).await
}

fn events(case: &Value, kind: &str) -> Vec<String> {
    let all = case["events"].as_array().unwrap();
    all.iter().filter(|one| one["kind"] == kind).map(|one| one["text"].as_str().unwrap().to_owned()).collect()
}

/// From the standard of the item to a receipt: computed, reviewed with a notice, paid on the platform's page,
/// confirmed twice and booked once; before that the case can't be decided.
///
/// req: CASE-026
#[tokio::test(flavor = "multi_thread")]
async fn a_fee_is_computed_reviewed_and_paid_online_before_the_decision() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        world.connect().await;
        let (citizen, clerk) = (world.citizen("li-ming").await, world.staff("clerk-estate").await);
        let id = accepted(&world, &citizen, &clerk, json!({ "co_ownership": "joint", "copies": 3 })).await;

        // Line by line, and nothing to pay while nobody has looked at it.
        let computed = fee(&clerk, &id).await;
        assert_eq!(computed["state"], "to_review", "{computed}");
        let lines = computed["lines"].as_array().unwrap();
        let amounts: Vec<_> =
            lines.iter().map(|line| (line["name"].as_str().unwrap(), line["amount_fen"].as_i64().unwrap())).collect();
        assert_eq!(amounts, [("不动产登记费（住宅）", 8000), ("证书工本费", 2000)]);
        assert_eq!(computed["basis"], "发改价格规〔2016〕2559号");
        let pay = format!("/my/cases/{id}/fee/pay");
        assert_eq!(citizen.refused(Method::POST, &pay, None).await.1["code"], "fee_not_reviewed");

        // Another amount wants a reason; a reduction the clerk can't grant and a fee that is none are named.
        let review = format!("/cases/{id}/fee/review");
        let wrong =
            json!({ "version": computed["version"], "amounts": [{ "name": "证书工本费", "amount_fen": 1000 }] });
        let (status, problem) = clerk.refused(Method::POST, &review, Some(wrong.clone())).await;
        assert_eq!(
            (status, problem["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/reason"))
        );
        let unknown =
            json!({ "version": computed["version"], "reductions": ["夫妻间不动产权利人变更"], "amounts": [] });
        assert_eq!(
            clerk.refused(Method::POST, &review, Some(unknown)).await.1["errors"][0]["pointer"],
            "/reductions/0"
        );
        let mut good = wrong;
        good["reason"] = json!("一本证书当场作废，只收一本工本费");
        let due = clerk.post(&review, good.clone()).await;
        assert_eq!(
            (due["state"].as_str(), due["amount_fen"].as_i64(), due["computed_fen"].as_i64()),
            (Some("due"), Some(9000), Some(10000))
        );
        assert!(due["notice_number"].as_str().unwrap().contains("缴〔2026〕"), "{due}");
        assert_eq!(clerk.refused(Method::POST, &review, Some(good)).await.1["code"], "stale_version");
        let notice = clerk.bytes(&format!("/cases/{id}/documents/{}", due["notice_id"].as_str().unwrap())).await;
        assert!(notice.starts_with(b"%PDF"));
        world.settle().await;
        assert!(world.sms().await.iter().any(|text| text.contains("要缴费90.00 元")), "{:?}", world.sms().await);

        // Unpaid, it can't be decided.
        let (reviewer, approver) = (world.staff("reviewer-estate").await, world.staff("approver-estate").await);
        complete(&reviewer, &id, "pass", "材料齐全").await;
        let (status, problem) = decide(&approver, &id).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("fee_unpaid")), "{problem}");
        assert!(problem["title"].as_str().unwrap().contains("90.00 元"), "{problem}");

        // Two presses, one order; the platform tells twice, it is booked once.
        let open = citizen.post(&pay, Value::Null).await;
        let again = citizen.post(&pay, Value::Null).await;
        assert_eq!(open, again);
        assert_eq!(open["amount_fen"], 9000);
        let number = open["order_number"].as_str().unwrap();
        let told = outside(&world, &format!("/orders/{number}/pay"), json!({ "times": 2 })).await;
        let results: Vec<_> =
            told["told"].as_array().unwrap().iter().map(|one| one["answer"]["result"].as_str()).collect();
        assert_eq!(results, [Some("paid"), Some("repeated")], "{told}");
        world.settle().await;
        let mine = citizen.get(&format!("/my/cases/{id}/fee")).await["fee"].clone();
        assert_eq!((mine["state"].as_str(), mine["way_label"].as_str()), (Some("paid"), Some("网上缴费")));
        assert!(mine["reviewed_by"].is_null() && mine["orders"] == json!([]), "the office's own business");
        assert!(
            citizen
                .bytes(&format!("/my/cases/{id}/documents/{}", mine["receipt_id"].as_str().unwrap()))
                .await
                .starts_with(b"%PDF")
        );
        assert_eq!(citizen.refused(Method::POST, &pay, None).await.1["code"], "fee_paid");

        // The standard's events, and the way to the decision is free.
        let case = clerk.get(&format!("/cases/{id}")).await;
        assert_eq!(events(&case, "fee_detail"), ["收费 2 项，共 90.00 元"]);
        assert_eq!(events(&case, "fee_order").len(), 2, "opened and paid, each once");
        complete(&approver, &id, "granted", "同意登记").await;
        world.settle().await;
        assert_eq!(clerk.get(&format!("/cases/{id}")).await["state"], "decided");

        // The invoice is noted; the chain is whole.
        let paid = fee(&clerk, &id).await;
        let invoice = json!({ "version": paid["version"], "code": "44060126", "number": "0000123456" });
        assert_eq!(clerk.post(&format!("/cases/{id}/fee/invoice"), invoice).await["invoice_number"], "0000123456");
        let export = world.app.casework.export_events(&world.app.audit_key).await.unwrap();
        assert_eq!(casework::cases::service::audit::verify(&export).faults, Vec::<String>::new());
        world.close().await;
    }
}

/// At the window the bank's receipt counts once; an order that is paid although it was cancelled goes back by
/// itself; what is not signed, not known or another amount books nothing.
///
/// req: CASE-026, OPS-018
#[tokio::test(flavor = "multi_thread")]
async fn a_bank_payment_stops_the_open_order_and_a_late_one_goes_back() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        world.connect().await;
        let (citizen, clerk) = (world.citizen("li-ming").await, world.staff("clerk-estate").await);
        let id = accepted(&world, &citizen, &clerk, json!({})).await;
        reviewed(&clerk, &id).await;
        let open = citizen.post(&format!("/my/cases/{id}/fee/pay"), Value::Null).await;
        let number = open["order_number"].as_str().unwrap().to_owned();

        // Not signed by the platform, another amount, an unknown order.
        let secret = simulators::payment::SECRET;
        let notice = json!({ "number": number, "provider_number": "ZF1", "amount_fen": 8000, "state": "paid" });
        let signed = async |secret: &str, nonce: &str, body: &Value| {
            let timestamp = world.app.platform.now().unix_timestamp().to_string();
            let text = format!("{}{timestamp}{nonce}{body}{secret}", simulators::payment::APP_ID);
            let answer = Client::builder()
                .no_proxy()
                .build()
                .unwrap()
                .post(format!("{}/api/v1/open/payments", world.base))
                .header("x-tif-paasid", simulators::payment::APP_ID)
                .header("x-tif-timestamp", timestamp)
                .header("x-tif-nonce", nonce)
                .header("x-tif-signature", base::encoding::to_hex(&base::crypto::sha256(text.as_bytes())))
                .header("content-type", "application/json")
                .body(body.to_string())
                .send()
                .await
                .unwrap();
            answer.status()
        };
        assert_eq!(signed("another-secret", "n-1", &notice).await, StatusCode::UNAUTHORIZED);
        let mut cheap = notice.clone();
        cheap["amount_fen"] = json!(1);
        assert_eq!(signed(secret, "n-2", &cheap).await, StatusCode::UNPROCESSABLE_ENTITY);
        let mut other = notice.clone();
        other["number"] = json!("JF20260921999999");
        assert_eq!(signed(secret, "n-3", &other).await, StatusCode::NOT_FOUND);
        assert_eq!(fee(&clerk, &id).await["state"], "due");

        // The window takes the bank's receipt; the open order is stopped over there.
        let bank = format!("/cases/{id}/fee/confirm-bank");
        let version = fee(&clerk, &id).await["version"].clone();
        let (status, problem) =
            clerk.refused(Method::POST, &bank, Some(json!({ "version": version, "receipt_number": "回单" }))).await;
        assert_eq!(
            (status, problem["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/receipt_number"))
        );
        let paid = clerk.post(&bank, json!({ "version": version, "receipt_number": "YH20260921-0007" })).await;
        assert_eq!(
            (paid["state"].as_str(), paid["way_label"].as_str(), paid["confirmed_by"].as_str()),
            (Some("paid"), Some("银行缴费"), Some("侯玲"))
        );
        let states: Vec<_> =
            paid["orders"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["cancelled", "paid"]);

        // Before the platform hears of it the payer pays all the same: late, and given back once.
        let told = outside(&world, &format!("/orders/{number}/pay"), json!({ "times": 2 })).await;
        let results: Vec<_> =
            told["told"].as_array().unwrap().iter().map(|one| one["answer"]["result"].as_str()).collect();
        assert_eq!(results, [Some("late"), Some("repeated")], "{told}");
        world.settle().await;
        let after = fee(&clerk, &id).await;
        assert_eq!(
            (after["state"].as_str(), after["orders"][0]["state"].as_str()),
            (Some("paid"), Some("refunded")),
            "{after}"
        );
        let listed: Value = Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .get(format!("{}/orders", world.outside("payment")))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let there = listed["items"].as_array().unwrap().iter().find(|one| one["number"] == number.as_str()).unwrap();
        assert_eq!(there["refunds"].as_array().unwrap().len(), 1);

        // One receipt pays one fee.
        let second = accepted(&world, &citizen, &clerk, json!({ "unit_number": "449902003001GB00012F00010002" })).await;
        let due = reviewed(&clerk, &second).await;
        let again = json!({ "version": due["version"], "receipt_number": "YH20260921-0007" });
        assert_eq!(
            clerk.refused(Method::POST, &format!("/cases/{second}/fee/confirm-bank"), Some(again)).await.1["code"],
            "receipt_used"
        );
        world.close().await;
    }
}

/// Reduced to nothing it needs no payment; paid and withdrawn it is marked and given back; days are compared; lists
/// keep to one's reach.
///
/// req: CASE-026
#[tokio::test(flavor = "multi_thread")]
async fn fees_are_waived_given_back_listed_and_compared() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        world.connect().await;
        let (citizen, clerk) = (world.citizen("li-ming").await, world.staff("clerk-estate").await);
        let approver = world.staff("approver-estate").await;
        let free = accepted(&world, &citizen, &clerk, json!({})).await;
        let body =
            json!({ "version": fee(&clerk, &free).await["version"], "reductions": ["小微企业（含个体工商户）"] });
        let waived = clerk.post(&format!("/cases/{free}/fee/review"), body).await;
        assert_eq!((waived["state"].as_str(), waived["notice_id"].as_str()), (Some("waived"), None), "{waived}");
        complete(&world.staff("reviewer-estate").await, &free, "pass", "材料齐全").await;
        complete(&approver, &free, "granted", "同意登记").await;

        // Paid, then withdrawn: somebody decides about the money.
        let id = accepted(&world, &citizen, &clerk, json!({})).await;
        reviewed(&clerk, &id).await;
        let open = citizen.post(&format!("/my/cases/{id}/fee/pay"), Value::Null).await;
        outside(&world, &format!("/orders/{}/pay", open["order_number"].as_str().unwrap()), json!({})).await;
        let mine = citizen.get(&format!("/my/cases/{id}")).await;
        citizen
            .post(&format!("/my/cases/{id}/withdraw"), json!({ "version": mine["version"], "reason": "房子不买了" }))
            .await;
        world.settle().await;
        let paid = fee(&approver, &id).await;
        assert_eq!((paid["state"].as_str(), paid["refund_due"].as_bool()), (Some("paid"), Some(true)));
        let refund = format!("/cases/{id}/fee/refund");
        let (status, problem) =
            approver.refused(Method::POST, &refund, Some(json!({ "version": paid["version"], "reason": "" }))).await;
        assert_eq!(
            (status, problem["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/reason"))
        );
        let going = approver.post(&refund, json!({ "version": paid["version"], "reason": "申请人撤回申请" })).await;
        assert_eq!(going["state"], "refunding");
        world.settle().await;
        let back = fee(&approver, &id).await;
        assert_eq!(
            (back["state"].as_str(), back["refund_reason"].as_str()),
            (Some("refunded"), Some("申请人撤回申请"))
        );

        // An unpaid fee ends with its case.
        let dropped = accepted(&world, &citizen, &clerk, json!({})).await;
        reviewed(&clerk, &dropped).await;
        let mine = citizen.get(&format!("/my/cases/{dropped}")).await;
        citizen
            .post(
                &format!("/my/cases/{dropped}/withdraw"),
                json!({ "version": mine["version"], "reason": "房子不买了" }),
            )
            .await;
        world.settle().await;
        assert_eq!(fee(&clerk, &dropped).await["state"], "cancelled");

        // A payment nobody told us of shows when the day is compared.
        let silent = accepted(&world, &citizen, &clerk, json!({})).await;
        reviewed(&clerk, &silent).await;
        let lost = citizen.post(&format!("/my/cases/{silent}/fee/pay"), Value::Null).await;
        let lost = lost["order_number"].as_str().unwrap();
        outside(&world, &format!("/orders/{lost}/pay"), json!({ "silent": true })).await;
        let day = json!({ "day": "2026-09-21" });
        let compared = approver.post("/fee-statements", day.clone()).await;
        assert_eq!(
            (compared["matched"].as_i64(), compared["theirs_fen"].as_i64()),
            (Some(1), Some(16000)),
            "{compared}"
        );
        assert_eq!(
            compared["differences"],
            json!([{ "number": lost, "kind": "missing_here", "label": "支付平台有，这里没有到账", "ours_fen": null, "theirs_fen": 8000 }])
        );
        outside(&world, &format!("/orders/{lost}/tell"), json!({})).await;
        assert_eq!(approver.post("/fee-statements", day).await["differences"], json!([]));
        assert_eq!(approver.get("/fee-statements").await["total"], 1, "a day compared again is one day");

        // Lists: by state, with sums, masked, within reach.
        let list = clerk.get("/fees?limit=2").await;
        assert_eq!((list["total"].as_u64(), list["items"].as_array().unwrap().len()), (Some(4), 2));
        assert_eq!(list["sums"]["paid"], json!({ "count": 1, "amount_fen": 8000 }));
        assert_eq!(list["items"][0]["applicant_name"], "李*");
        let next = clerk.get(&format!("/fees?limit=2&cursor={}", list["next"].as_str().unwrap())).await;
        assert_eq!((next["items"].as_array().unwrap().len(), next["next"].is_null()), (2, true));
        assert_eq!(clerk.get("/fees?state=cancelled").await["items"][0]["case_id"], dropped.as_str());
        assert_eq!(clerk.refused(Method::GET, "/fees?state=none", None).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        let csv = String::from_utf8(clerk.bytes("/fees/export?state=refunded").await).unwrap();
        assert_eq!(csv.lines().count(), 2, "{csv}");
        assert!(csv.contains("\"已退费\",\"80.00\"") && !csv.contains("李明"), "{csv}");
        let stranger = world.staff("clerk").await;
        assert_eq!(stranger.get("/fees").await["total"], 0);
        assert_eq!(stranger.refused(Method::GET, &format!("/cases/{id}/fee"), None).await.0, StatusCode::NOT_FOUND);
        let other = world.citizen("haiyan").await;
        assert_eq!(other.refused(Method::GET, &format!("/my/cases/{id}/fee"), None).await.0, StatusCode::NOT_FOUND);
        world.close().await;
    }
}
