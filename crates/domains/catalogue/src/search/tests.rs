//! A province's worth of items in memory.

use std::time::Instant;

use super::*;
use crate::navigation::Navigation;

fn province(items: usize) -> Snapshot {
    let navigation = Navigation::parse(include_str!("../../../../../packs/platform/themes.yaml")).unwrap();
    let names = [
        "食品经营",
        "道路运输",
        "护士执业",
        "建设工程",
        "医疗器械",
        "民办学校",
        "危险化学品",
        "排水",
        "出版物",
        "林木采伐",
    ];
    let acts = ["许可证核发", "变更登记", "延续", "注销", "备案", "资格认定", "年度报告", "信息更正"];
    let sources = (0..items)
        .map(|at| Source {
            slug: format!("item-{at}"),
            basic_code: format!("4401{at:05}000"),
            org_id: Uuid::from_u128(at as u128 % 400),
            org_name: format!("示例市第{}局", at % 400),
            region: format!("4499{:02}000000", at % 30),
            card: Card {
                name: format!("{}{}（第{at}类）", names[at % names.len()], acts[at / 10 % acts.len()]),
                summary: "带齐材料来办，当场受理。".into(),
                keywords: vec!["开店".into()],
                item_type: "01".into(),
                filing: false,
                natural: vec![navigation.natural.themes[at % 26].key.clone()],
                legal: vec![navigation.legal.themes[at % 31].key.clone()],
                objects: vec!["1".into(), "2".into()],
                scopes: vec![],
                handle_items: vec![],
                promise: base::deadline::TimeLimit::working_days(5),
                on_site_times: 0,
                charge: false,
                online: true,
                forms: vec![("m01".into(), "申请表".into())],
            },
        })
        .collect();
    Snapshot::build(sources, &navigation).unwrap()
}

/// The time is printed, not asserted: a loaded machine would make it fail for no fault of ours.
///
/// req: ITEM-001, PORTAL-008
#[test]
fn thirty_thousand_items_are_searched_with_exact_totals() {
    let begun = Instant::now();
    let snapshot = province(30_000);
    println!("built 30,000 in {:?}", begun.elapsed());
    let ask = |q: &str, theme: Option<&str>| {
        let query = Query { q: Some(q.into()), theme: theme.map(str::to_owned), ..Query::default() };
        let begun = Instant::now();
        let found = snapshot.find(&query);
        println!("{q:?} {theme:?}: {} in {:?}", found.total, begun.elapsed());
        found.total
    };
    assert_eq!(ask("", None), 30_000);
    assert_eq!(ask("食品经营", None), 3_000);
    assert_eq!(ask("spjy", None), 3_000);
    assert_eq!(ask("护士 许可证", None), 3_000 / 8);
    assert_eq!(ask("示例市第7局", None), 75);
    assert!(ask("食品经营", Some("transport")) < 3_000);
    let begun = Instant::now();
    assert_eq!(snapshot.suggest("hszy", 8).len(), 8);
    println!("suggest in {:?}", begun.elapsed());
}
