//! A province's worth of items in memory.

use std::time::Instant;

use super::*;
use crate::navigation::Navigation;

fn navigation() -> Arc<Navigation> {
    Arc::new(Navigation::parse(include_str!("../../../../../packs/platform/themes.yaml")).unwrap())
}

fn snapshot(sources: Vec<Source>) -> Snapshot {
    let mut builder = Builder::new(&navigation());
    for source in sources {
        builder.add(source);
    }
    builder.finish()
}

fn province(items: usize) -> Vec<Source> {
    let navigation = navigation();
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
    (0..items)
        .map(|at| Source {
            slug: format!("item-{at}"),
            basic_code: format!("4401{at:05}000"),
            draft_version: 1,
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
        .collect()
}

/// The time is printed, not asserted: a loaded machine would make it fail for no fault of ours.
///
/// req: ITEM-001, PORTAL-008
#[test]
fn thirty_thousand_items_are_searched_with_exact_totals() {
    let begun = Instant::now();
    let snapshot = snapshot(province(30_000));
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

fn answers(snapshot: &Snapshot) -> serde_json::Value {
    let ask = |q: &str, theme: Option<&str>, region: Option<&str>| {
        let (theme, region) = (theme.map(str::to_owned), region.map(str::to_owned));
        let query = Query { q: Some(q.into()), theme, region, limit: Some(100), ..Query::default() };
        serde_json::to_value(snapshot.find(&query)).unwrap()
    };
    let forms = snapshot.sample_forms(&FormQuery { q: Some("申请".into()), limit: Some(100), offset: None });
    serde_json::json!({
        "all": ask("", None, None),
        "words": ask("护士 许可证", None, None),
        "initials": ask("spjy", Some("transport"), None),
        "department": ask("示例市第7局", None, Some("449902000000")),
        "nothing": ask("食品精营许可", None, None),
        "suggested": snapshot.suggest("hszy", 8),
        "popular": snapshot.popular(8),
        "themes": [snapshot.themes(true), snapshot.themes(false)],
        "forms": forms,
    })
}

/// req: PORTAL-008
#[test]
fn a_snapshot_made_upon_another_answers_like_one_made_anew() {
    let whole = province(600);
    let anew = answers(&snapshot(whole.clone()));
    // Every fourth is missing at first, every third is another item, and some are there that will be withdrawn.
    let mut before: Vec<Source> =
        whole.iter().enumerate().filter(|(at, _)| at % 4 != 0).map(|(_, source)| source.clone()).collect();
    for source in before.iter_mut().step_by(3) {
        source.card.name = "排水户登记".into();
        source.card.keywords = vec!["下水道".into()];
        source.org_name = "示例市水务局".into();
    }
    let withdrawn = province(650).split_off(600);
    let first = snapshot(before.iter().cloned().chain(withdrawn.iter().cloned()).collect());
    let mut builder = Builder::upon(&first);
    for source in &withdrawn {
        builder.remove(&source.slug);
    }
    for source in &whole {
        builder.add(source.clone());
    }
    let second = builder.finish();
    assert_eq!(answers(&second), anew);
    assert_eq!(second.slots.len(), 600, "more than a quarter had gone, so the ranks were closed");

    // One item more leaves the others where they are.
    let mut builder = Builder::upon(&second);
    builder.add(Source { slug: "one-more".into(), basic_code: "440000000000".into(), ..whole[7].clone() });
    let third = builder.finish();
    assert_eq!(third.find(&Query { limit: Some(1), ..Query::default() }).items[0].slug, "one-more");
    assert_eq!(answers(&second), anew, "what was handed out before is untouched");
    let shared = |slug: &str| {
        let entry = |of: &Snapshot| Arc::clone(of.slots[of.by_slug[slug] as usize].as_ref().unwrap());
        Arc::ptr_eq(&entry(&second), &entry(&third))
    };
    assert!(shared("item-7") && shared("item-599"));
}

/// req: PORTAL-008
#[test]
fn names_that_share_words_are_told_when_nothing_is_found() {
    let [mut food, mut nurse]: [Source; 2] = province(2).try_into().unwrap();
    food.card.name = "食品经营许可证核发".into();
    food.card.keywords = vec!["餐饮".into(), "饭店".into()];
    nurse.card.name = "护士执业证书核发".into();
    let snapshot = snapshot(vec![food, nurse]);
    let told = |q: &str| snapshot.find(&Query { q: Some(q.into()), ..Query::default() }).did_you_mean;
    assert_eq!(told("食品流通许可").first().map(String::as_str), Some("食品经营许可证核发"));
    assert_eq!(told("饭店执照年检").first().map(String::as_str), Some("食品经营许可证核发"));
    assert!(told("，。").is_empty());
}
