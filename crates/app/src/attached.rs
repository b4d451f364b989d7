//! Views of the product that business tables may be attached to: organisations, items, cases by item. None of
//! them names a person.

use async_trait::async_trait;
use casework::Casework;
use catalogue::Catalogue;
use identity::Identity;
use platform::Result;
use serde_json::{Map, Value, json};
use tables::{Source, SourceRow};

/// Every view that may be attached.
pub fn sources(identity: &Identity, catalogue: &Catalogue, casework: &Casework) -> Vec<Box<dyn Source>> {
    vec![
        Box::new(Organisations(identity.clone())),
        Box::new(Items { identity: identity.clone(), catalogue: catalogue.clone() }),
        Box::new(CasesByItem { identity: identity.clone(), catalogue: catalogue.clone(), casework: casework.clone() }),
    ]
}

fn form(key: &str, title: &str, fields: &Value) -> Value {
    json!({ "schema": "tongban-form/1", "key": key, "title": title, "sections": [{ "key": "main", "title": title, "fields": fields }] })
}

fn text(key: &str, label: &str) -> Value {
    json!({ "key": key, "type": "text", "label": label, "required": false })
}

fn count(key: &str, label: &str, unit: &str) -> Value {
    json!({ "key": key, "type": "number", "label": label, "unit": unit, "decimals": 0, "required": false })
}

fn data(pairs: impl IntoIterator<Item = (&'static str, Value)>) -> Map<String, Value> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Organisations in use.
struct Organisations(Identity);

#[async_trait]
impl Source for Organisations {
    fn key(&self) -> &'static str {
        "organisations"
    }
    fn title(&self) -> &'static str {
        "机构"
    }
    fn says(&self) -> &'static str {
        "在用的机构：名称、上级、统一社会信用代码、区划"
    }
    fn form(&self) -> Value {
        let fields = json!([
            text("name", "机构名称"),
            text("short_name", "简称"),
            text("parent", "上级机构"),
            text("kind", "类型"),
            text("uscc", "统一社会信用代码"),
            json!({ "key": "region", "type": "region", "label": "区划", "required": false }),
        ]);
        form(self.key(), self.title(), &fields)
    }
    async fn rows(&self) -> Result<Vec<SourceRow>> {
        let tree = self.0.orgs().await?;
        let kind = |kind: &str| match kind {
            "government" => "政府",
            "department" => "部门",
            "section" => "科室",
            "hall" => "政务大厅",
            "community" => "村居",
            _ => "其他",
        };
        let active = tree.all().iter().filter(|org| org.state == identity::OrgState::Active);
        let row = |org: &identity::Org| SourceRow {
            key: org.key.clone(),
            org_id: Some(org.id),
            data: data([
                ("name", json!(org.name)),
                ("short_name", json!(org.short_name)),
                ("parent", json!(org.parent_id.and_then(|id| tree.get(id)).map(|parent| &parent.name))),
                ("kind", json!(kind(&org.kind))),
                ("uscc", json!(org.uscc)),
                ("region", json!(org.region)),
            ]),
        };
        Ok(active.map(row).collect())
    }
}

/// Items that are offered.
struct Items {
    identity: Identity,
    catalogue: Catalogue,
}

#[async_trait]
impl Source for Items {
    fn key(&self) -> &'static str {
        "items"
    }
    fn title(&self) -> &'static str {
        "事项"
    }
    fn says(&self) -> &'static str {
        "正在办理的事项：名称、实施主体、到现场次数、是否收费、能否网办"
    }
    fn form(&self) -> Value {
        let yes = |key: &str, label: &str| json!({ "key": key, "type": "yesno", "label": label, "required": false });
        let fields = json!([
            text("name", "事项名称"),
            text("org", "实施主体"),
            count("visits", "到现场次数", "次"),
            yes("charge", "是否收费"),
            yes("online", "能否网办"),
        ]);
        form(self.key(), self.title(), &fields)
    }
    async fn rows(&self) -> Result<Vec<SourceRow>> {
        let tree = self.identity.orgs().await?;
        let row = |one: catalogue::search::Offered<'_>| SourceRow {
            key: one.slug.to_owned(),
            org_id: Some(one.org_id),
            data: data([
                ("name", json!(one.name)),
                ("org", json!(tree.get(one.org_id).map(|org| &org.name))),
                ("visits", json!(one.on_site_times)),
                ("charge", json!(one.charge)),
                ("online", json!(one.online)),
            ]),
        };
        Ok(self.catalogue.snapshot().await?.offered().into_iter().map(row).collect())
    }
}

/// How many cases each item has.
struct CasesByItem {
    identity: Identity,
    catalogue: Catalogue,
    casework: Casework,
}

#[async_trait]
impl Source for CasesByItem {
    fn key(&self) -> &'static str {
        "cases-by-item"
    }
    fn title(&self) -> &'static str {
        "事项办件量"
    }
    fn says(&self) -> &'static str {
        "每个事项有多少办件，只有数量，没有申请人"
    }
    fn form(&self) -> Value {
        let fields = json!([text("item_name", "事项名称"), text("org", "实施主体"), count("cases", "办件量", "件")]);
        form(self.key(), self.title(), &fields)
    }
    async fn rows(&self) -> Result<Vec<SourceRow>> {
        let tree = self.identity.orgs().await?;
        let counts = self.casework.count_by_item().await?;
        let row = |one: catalogue::search::Offered<'_>| SourceRow {
            key: one.slug.to_owned(),
            org_id: Some(one.org_id),
            data: data([
                ("item_name", json!(one.name)),
                ("org", json!(tree.get(one.org_id).map(|org| &org.name))),
                ("cases", json!(counts.get(one.slug).copied().unwrap_or_default())),
            ]),
        };
        Ok(self.catalogue.snapshot().await?.offered().into_iter().map(row).collect())
    }
}
