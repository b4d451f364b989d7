//! Migration of earlier systems and the import of staff.

use axum::http::Method;
use serde_json::{Value, json};
use testkit::backends;

use super::administered;

/// Standard base64 of a text, as a browser makes it.
fn base64(text: &[u8]) -> String {
    base::encoding::to_base64url(text).replace('-', "+").replace('_', "/")
}

fn mapping() -> Value {
    json!({
        "columns": { "部门编号": "key", "部门名称": "name", "类型": "kind", "上级": "parent", "区划": "region", "信用代码": "uscc" },
        "values": { "kind": { "局": "department", "科": "section", "镇街": "government", "村": "community" } },
    })
}

/// A city of 39 departments, 24 streets and towns with their villages comes in; the report compares
/// the totals and names each row that failed.
///
/// req: IDENT-032, IDENT-026
#[tokio::test]
async fn an_earlier_systems_organisations_come_in_by_a_mapping_after_a_trial_run() {
    for backend in backends() {
        let city = administered(backend).await;
        let admin = city.desk("sysadmin").await;
        let mut rows = vec!["部门编号,部门名称,类型,上级,区划,信用代码".to_owned()];
        // Villages stand before their towns: the order of the file does not matter.
        for village in 0..48 {
            rows.push(format!("v{village},第{village}村,村,t{},449902101000,", village % 24));
        }
        for town in 0..24 {
            rows.push(format!("t{town},第{town}镇人民政府,镇街,district-gov,449902101000,"));
        }
        for bureau in 0..39 {
            rows.push(format!("b{bureau},第{bureau}局,局,city-gov,449900000000,"));
        }
        rows.push("bad1,没有上级的科,科,nowhere,449900000000,".into());
        rows.push("bad2,错代码局,局,city-gov,449900000000,11449900MB9900013X".into());
        rows.push("bad3,别区的科,科,district-gov,449901000000,".into());
        let file = base64(rows.join("\n").as_bytes());
        let body = |trial: bool| json!({ "kind": "orgs", "source": "旧审批系统", "file_name": "orgs.csv", "content_base64": file, "mapping": mapping(), "trial": trial });
        let before = city.identity.orgs().await.unwrap().all().len();
        let trial = city.done(Method::POST, "/admin/migrations", &admin, body(true)).await;
        assert_eq!((trial["created"].as_u64(), trial["failed"].as_u64()), (Some(111), Some(3)), "{trial}");
        assert_eq!(city.identity.orgs().await.unwrap().all().len(), before, "a trial run keeps nothing");
        let failed: Vec<&str> =
            trial["rows"].as_array().unwrap().iter().take(3).map(|row| row["key"].as_str().unwrap()).collect();
        assert_eq!(failed, ["bad1", "bad2", "bad3"]);
        assert!(trial["rows"][0]["reason"].as_str().unwrap().contains("nowhere"));
        let real = city.done(Method::POST, "/admin/migrations", &admin, body(false)).await;
        assert_eq!(real["totals"][0], json!({ "name": "机构", "source": 114, "target": 111, "difference": 3 }));
        let tree = city.identity.orgs().await.unwrap();
        assert_eq!(tree.all().len(), before + 111);
        assert_eq!(tree.path(tree.by_key("v25").unwrap().id).split('/').next_back(), Some("第25村"));
        assert_eq!(tree.ancestors(tree.by_key("v25").unwrap().id)[0].key, "t1");
        city.test.clock.advance(time::Duration::SECOND);
        let again = city.done(Method::POST, "/admin/migrations", &admin, body(false)).await;
        assert_eq!((again["unchanged"].as_u64(), again["created"].as_u64()), (Some(111), Some(0)));
        let list = city.shown("/admin/migrations", &admin).await;
        assert_eq!((list["total"].as_u64(), list["items"][1]["created"].as_u64()), (Some(2), Some(111)));
        let missing = json!({ "kind": "orgs", "source": "旧", "file_name": "a.csv", "content_base64": base64("甲,乙\n1,2".as_bytes()), "trial": true });
        city.refused(Method::POST, "/admin/migrations", &admin, missing, 422).await;
        city.test.close().await;
    }
}

/// req: IDENT-032, IDENT-025, OPS-036
#[tokio::test]
async fn staff_come_in_with_one_time_passwords_and_bad_rows_are_listed() {
    for backend in backends() {
        let city = administered(backend).await;
        let admin = city.desk("sysadmin").await;
        let text = "登录名,姓名,工号,机构代码,职务,手机,邮箱,岗位,窗口,事项,区划\n\
            zhang.san,张三,A1,qscj-food,受理员,19900000801,,,,,\n\
            li.si,李四,A2,nowhere,受理员,,,,,,\n\
            李,王五,A3,qscj-food,,,,,,,\n\
            zhao.liu,赵六,A4,qscj-reg,,123,,,,,\n\
            zhang.san,张三,A1,qscj-food,,,,,,,\n\
            qian.qi,钱七,A5,qscj-reg,,,,clerk,,,\n";
        let body =
            |trial: bool| json!({ "file_name": "人员.csv", "content_base64": base64(text.as_bytes()), "trial": trial });
        let trial = city.done(Method::POST, "/admin/staff/import", &admin, body(true)).await;
        assert_eq!(
            (trial["created"].as_u64(), trial["failed"].as_u64(), trial["source_rows"].as_u64()),
            (Some(1), Some(5), Some(6))
        );
        assert!(city.identity.staff_by_login("zhang.san").await.unwrap().is_none());
        let reasons: Vec<&str> =
            trial["rows"].as_array().unwrap().iter().filter_map(|row| row["reason"].as_str()).collect();
        assert!(reasons[4].contains("不能授岗位"), "the system administrator gives no rights: {reasons:?}");
        let real = city.done(Method::POST, "/admin/staff/import", &admin, body(false)).await;
        let first = real["passwords"][0]["one_time_password"].as_str().unwrap();
        let signed_in = city.sign_in("zhang.san", first).await;
        assert_eq!(signed_in.json()["must_change_password"], true, "{}", signed_in.text);
        let kept = city.shown(&format!("/admin/migrations/{}", real["id"].as_str().unwrap()), &admin).await;
        assert_eq!(kept["passwords"], json!([]), "passwords are told once and not kept");
        assert_eq!(city.shown("/admin/staff?q=zhang", &admin).await["total"], 1);
        // A department's administrator imports with the roles handed down, and not more.
        city.mandate("orgadmin", "qscj", &["clerk"], false).await;
        let own = city.desk("orgadmin").await;
        let rows = |role: &str| format!("登录名,姓名,机构代码,岗位\nsun.ba,孙八,qscj-reg,{role}\n");
        let body = |role: &str| json!({ "file_name": "a.csv", "content_base64": base64(rows(role).as_bytes()), "trial": false });
        let refused = city.refused(Method::POST, "/admin/staff/import", &own, body("approver"), 403).await;
        assert_eq!(refused["code"], "grant_beyond_own");
        assert_eq!(city.done(Method::POST, "/admin/staff/import", &own, body("clerk")).await["created"], 1);
        city.test.close().await;
    }
}
