//! Thirty thousand items on offer: the published ones of the packs copied under other names, codes and bodies.
//!
//! Only rows that the product itself leaves when it publishes: head with its card, frozen version, what it holds, its
//! places in the catalogue, who answers for it. Forms, flows and papers are those of the original.

use anyhow::Context;
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement, TransactionTrait, Value};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

/// Items on offer.
pub(super) const ITEMS: usize = 30_000;

/// What people type: whole names, parts of them, words of their own, initials, departments, and what nobody offers.
pub(super) const SEARCHED: &[&str] = &[
    "食品经营许可证核发",
    "开饭店",
    "养老保险",
    "高龄津贴",
    "护士执业",
    "货车司机",
    "spjy",
    "gtgshsldj",
    "许可",
    "变更登记",
    "医疗机构执业许可证延续",
    "特种设备使用登记",
    "烟花爆竹",
    "dllkys",
    "幼儿园 备案",
    "我要办民宿",
    "市场监督管理局",
    "不动产抵押",
    "驾驶员培训",
    "没有这样的事项",
];

/// What is dealt with.
const SUBJECTS: &[&str] = &[
    "医疗机构执业",
    "药品经营",
    "医疗器械经营",
    "公共场所卫生",
    "生活饮用水供水",
    "放射诊疗",
    "母婴保健技术服务",
    "医师执业",
    "托育机构",
    "民办学校办学",
    "幼儿园办园",
    "校外培训机构",
    "教师资格",
    "民办职业培训",
    "劳务派遣经营",
    "人力资源服务",
    "工伤保险待遇",
    "失业保险待遇",
    "就业困难人员",
    "创业担保贷款",
    "社会团体",
    "民办非企业单位",
    "基金会",
    "养老机构",
    "殡葬设施",
    "低保对象",
    "临时救助",
    "残疾人证",
    "道路旅客运输",
    "危险货物运输",
    "机动车维修经营",
    "机动车驾驶员培训",
    "港口经营",
    "水路运输",
    "占用城市道路",
    "城市建筑垃圾处置",
    "户外广告设施",
    "临时建设工程",
    "建设用地规划",
    "建设工程规划",
    "建筑工程施工",
    "商品房预售",
    "房地产开发企业资质",
    "建筑业企业资质",
    "燃气经营",
    "城镇污水排放",
    "取水",
    "河道采砂",
    "水土保持方案",
    "林木采伐",
    "采矿权",
    "探矿权",
    "国有土地使用权",
    "不动产抵押",
    "农药经营",
    "兽药经营",
    "种子生产经营",
    "动物防疫条件",
    "动物诊疗",
    "渔业捕捞",
    "水产苗种生产",
    "农业机械驾驶",
    "旅行社业务经营",
    "民宿经营",
    "营业性演出",
    "娱乐场所经营",
    "互联网上网服务场所",
    "出版物零售",
    "印刷经营",
    "电影放映",
    "高危险性体育项目经营",
    "文物保护工程",
    "烟花爆竹经营",
    "危险化学品经营",
    "特种设备使用",
    "计量器具检定",
    "检验检测机构",
    "污染物排放",
    "危险废物经营",
    "辐射安全",
    "粮食收购",
];

/// What is done about it.
const ACTS: &[&str] = &[
    "许可证核发",
    "许可证变更",
    "许可证延续",
    "许可证补发",
    "许可证注销",
    "备案",
    "备案变更",
    "备案注销",
    "登记",
    "变更登记",
    "注销登记",
    "审批",
    "年度检查",
    "资格认定",
    "资质核定",
    "信息变更",
    "法定代表人变更",
    "地址变更",
    "名称变更",
    "范围变更",
    "证书换发",
    "证明出具",
    "验收",
    "核准",
    "信用修复",
];

/// Values by row.
type Rows = Vec<Vec<Value>>;

/// Rows of one statement.
const AT_ONCE: usize = 100;
/// Copies held in memory at once: each carries its whole content.
const PART: usize = 500;

/// A published item of the packs.
struct Original {
    item_type: String,
    card: serde_json::Value,
    content: serde_json::Value,
    definitions: serde_json::Value,
    held: Vec<(String, String, i64)>,
    at: OffsetDateTime,
}

/// A body that offers.
struct Body {
    id: Uuid,
    name: String,
    uscc: String,
    region: String,
}

/// What one copy is.
struct Offer<'a> {
    no: usize,
    original: &'a Original,
    body: &'a Body,
}

/// Copies items until there are [`ITEMS`], in one transaction. The server must not run: it would have to be told.
///
/// # Errors
/// When the database refuses.
pub(super) async fn fill(conn: &DatabaseConnection) -> anyhow::Result<()> {
    let originals = originals(conn).await?;
    let bodies = bodies(conn).await?;
    anyhow::ensure!(!originals.is_empty() && !bodies.is_empty(), "a loaded city offers items");
    let tx = conn.begin().await?;
    let numbers: Vec<usize> = (0..ITEMS.saturating_sub(originals.len())).collect();
    for part in numbers.chunks(PART) {
        let copies: Vec<Offer<'_>> = part
            .iter()
            .filter_map(|no| {
                let (original, body) = (originals.get(no % originals.len())?, bodies.get(no % bodies.len())?);
                Some(Offer { no: *no, original, body })
            })
            .collect();
        // A name goes round the bodies before the next one comes.
        let names: Vec<(String, &str)> = part.iter().map(|no| name(no / bodies.len())).collect();
        write(&tx, &copies, &names).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The n-th name and the word people find it by.
fn name(number: usize) -> (String, &'static str) {
    let subject = SUBJECTS.get(number % SUBJECTS.len()).copied().unwrap_or_default();
    let act = ACTS.get(number / SUBJECTS.len() % ACTS.len()).copied().unwrap_or_default();
    (format!("{subject}{act}"), subject)
}

/// Codes of a copy: its place in the catalogue, ten below each node, and its basic code.
fn codes(number: usize) -> (String, String) {
    (format!("449{:06}000", number / 10), format!("449{:06}{:03}", number / 10, number % 10 + 1))
}

async fn write(conn: &impl ConnectionTrait, copies: &[Offer<'_>], names: &[(String, &str)]) -> anyhow::Result<()> {
    let [mut heads, mut versions, mut held, mut nodes, mut answering]: [Rows; 5] = Default::default();
    for (copy, (name, word)) in copies.iter().zip(names) {
        let Offer { no, original, body } = copy;
        let slug = format!("copy-{no:05}");
        let (above, basic) = codes(*no);
        let task = format!("{}4{basic}", body.uscc);
        let mut card = original.card.clone();
        card["name"] = json!(name);
        card["keywords"] = json!([word]);
        let mut content = original.content.clone();
        content["slug"] = json!(slug);
        content["name"] = json!(name);
        content["keywords"] = json!([word]);
        content["region"] = json!(body.region);
        content["version"] = json!(1);
        content["codes"]["basic"] = json!(basic);
        content["codes"]["task"] = json!(task);
        content["catalogue"] = json!({ "code": above, "name": word, "sub": { "code": basic, "name": name } });
        content["body"]["name"] = json!(body.name);
        content["body"]["uscc"] = json!(body.uscc);
        let (at, one) = (original.at, 1_i64);
        if no.is_multiple_of(10) {
            let top = Option::<String>::None;
            nodes.push(vec![
                above.clone().into(),
                "catalogue".into(),
                (*word).into(),
                top.into(),
                one.into(),
                at.into(),
            ]);
        }
        nodes.push(vec![
            basic.clone().into(),
            "sub".into(),
            name.clone().into(),
            Some(above).into(),
            one.into(),
            at.into(),
        ]);
        heads.push(vec![
            slug.clone().into(),
            task.into(),
            basic.into(),
            name.clone().into(),
            body.id.into(),
            body.region.clone().into(),
            original.item_type.clone().into(),
            "1".into(),
            one.into(),
            card.into(),
            one.into(),
            at.into(),
        ]);
        versions.push(vec![
            slug.clone().into(),
            one.into(),
            content.into(),
            original.definitions.clone().into(),
            // Differs from every other, as digests do; nobody compares it before the next publication.
            slug.clone().into(),
            at.into(),
            "bench".into(),
        ]);
        for (kind, key, version) in &original.held {
            held.push(vec![
                slug.clone().into(),
                one.into(),
                kind.clone().into(),
                key.clone().into(),
                (*version).into(),
            ]);
        }
        answering.push(vec![slug.into(), body.id.into()]);
    }
    let heads_of = "slug, task_code, basic_code, name, org_id, region, item_type, state, version, card, draft_version, \
         updated_at";
    insert(conn, "items", heads_of, &heads).await?;
    let versions_of = "slug, version, content, definitions, digest, published_at, published_by";
    insert(conn, "item_versions", versions_of, &versions).await?;
    insert(conn, "item_definitions", "slug, item_version, kind, key, version", &held).await?;
    insert(conn, "catalogue_nodes", "code, kind, name, parent_code, version, updated_at", &nodes).await?;
    insert(conn, "item_orgs", "item_slug, org_id", &answering).await
}

async fn insert(conn: &impl ConnectionTrait, table: &str, columns: &str, rows: &[Vec<Value>]) -> anyhow::Result<()> {
    for rows in rows.chunks(AT_ONCE) {
        let mut number = 0;
        let tuples: Vec<String> = rows
            .iter()
            .map(|row| {
                let marks: Vec<String> = row
                    .iter()
                    .map(|_| {
                        number += 1;
                        format!("${number}")
                    })
                    .collect();
                format!("({})", marks.join(", "))
            })
            .collect();
        let sql = format!("INSERT INTO {table} ({columns}) VALUES {}", tuples.join(", "));
        let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, rows.concat());
        conn.execute_raw(statement).await.with_context(|| table.to_owned())?;
    }
    Ok(())
}

async fn rows(conn: &DatabaseConnection, sql: &str) -> anyhow::Result<Vec<QueryResult>> {
    Ok(conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await?)
}

async fn originals(conn: &DatabaseConnection) -> anyhow::Result<Vec<Original>> {
    let held = rows(
        conn,
        "SELECT d.slug AS slug, d.kind AS kind, d.key AS key, d.version AS version FROM item_definitions d \
         JOIN items i ON i.slug = d.slug AND i.version = d.item_version",
    )
    .await?;
    let found = rows(
        conn,
        "SELECT i.slug AS slug, i.item_type AS item_type, i.card AS card, i.updated_at AS at, \
         v.content AS content, v.definitions AS definitions FROM items i \
         JOIN item_versions v ON v.slug = i.slug AND v.version = i.version WHERE i.state = '1' ORDER BY i.slug",
    )
    .await?;
    let mut originals = Vec::with_capacity(found.len());
    for row in found {
        let slug: String = row.try_get("", "slug")?;
        let mut own = Vec::new();
        for row in &held {
            if row.try_get::<String>("", "slug")? == slug {
                own.push((row.try_get("", "kind")?, row.try_get("", "key")?, row.try_get("", "version")?));
            }
        }
        originals.push(Original {
            item_type: row.try_get("", "item_type")?,
            card: row.try_get("", "card")?,
            content: row.try_get("", "content")?,
            definitions: row.try_get("", "definitions")?,
            held: own,
            at: row.try_get("", "at")?,
        });
    }
    Ok(originals)
}

async fn bodies(conn: &DatabaseConnection) -> anyhow::Result<Vec<Body>> {
    let sql = "SELECT id, name, uscc, region FROM orgs WHERE uscc IS NOT NULL AND kind = 'department' ORDER BY key";
    let mut bodies = Vec::new();
    for row in rows(conn, sql).await? {
        bodies.push(Body {
            id: row.try_get("", "id")?,
            name: row.try_get("", "name")?,
            uscc: row.try_get("", "uscc")?,
            region: row.try_get("", "region")?,
        });
    }
    Ok(bodies)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Codes are keys: no two copies may share one, and they have the length of real ones.
    #[test]
    fn every_copy_has_codes_of_its_own() {
        let all: BTreeSet<String> = (0..ITEMS).map(|no| codes(no).1).collect();
        assert_eq!(all.len(), ITEMS);
        let nodes: BTreeSet<String> = (0..ITEMS).map(|no| codes(no).0).collect();
        assert_eq!(nodes.len(), ITEMS / 10);
        assert!(all.iter().chain(&nodes).all(|code| code.len() == 12) && all.is_disjoint(&nodes));
    }

    /// As many names as a large place needs, so that words are neither rare nor everywhere.
    #[test]
    fn names_differ_until_all_are_used() {
        let count = SUBJECTS.len() * ACTS.len();
        let names: BTreeSet<String> = (0..count).map(|number| name(number).0).collect();
        assert_eq!(names.len(), count);
        assert!(count >= 2_000, "{count}");
    }
}
