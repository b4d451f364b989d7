//! Business tables on both databases, with the example city's organisations.

mod definitions;
mod reports;
mod rows;

use std::sync::Arc;

use identity::Identity;
use platform::Result;
use platform::db::migrate::Migration;
use platform::sessions::PrincipalSource;
use platform::web::guard::{Allowed, Audience, Principal};
use serde_json::{Map, Value, json};
use testkit::{Backend, TestPlatform};

use crate::definitions::{DefinitionView, NewTable};
use crate::model::TableContent;
use crate::query::Wanted;
use crate::rows::list::Asked;
use crate::{Source, SourceRow, Tables};

/// FEEL for entry forms, as `app` plugs it in.
struct Feel(rule::Feel);

impl form::Expressions for Feel {
    fn evaluate(&self, expression: &str, context: &Map<String, Value>) -> std::result::Result<Value, String> {
        self.0.evaluate(expression, context).map_err(|error| error.to_string())
    }
    fn check(&self, expression: &str, names: &[String]) -> std::result::Result<(), String> {
        self.0.check(expression, names).map_err(|error| error.to_string())
    }
}

/// Two rows, of which the second belongs to nobody.
struct Fruits;

#[async_trait::async_trait]
impl Source for Fruits {
    fn key(&self) -> &'static str {
        "fruits"
    }
    fn title(&self) -> &'static str {
        "水果"
    }
    fn says(&self) -> &'static str {
        "两种水果"
    }
    fn form(&self) -> Value {
        json!({ "schema": "tongban-form/1", "key": "fruits", "title": "水果", "sections": [{ "key": "main", "title": "水果", "fields": [
            { "key": "name", "type": "text", "label": "名称" }, { "key": "n", "type": "number", "label": "数量" }] }] })
    }
    async fn rows(&self) -> Result<Vec<SourceRow>> {
        let row = |key: &str, name: &str, n: i64| SourceRow {
            key: key.into(),
            org_id: None,
            data: json!({ "name": name, "n": n }).as_object().unwrap().clone(),
        };
        Ok(vec![row("a", "苹果", 3), row("b", "梨", 5)])
    }
}

pub(super) struct Desk {
    pub test: TestPlatform,
    pub tables: Tables,
    pub identity: Identity,
}

fn file(path: &str) -> String {
    std::fs::read_to_string(format!("{}/../../../packs/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

impl Desk {
    /// `editor` defines tables, `clerk` and `reviewer` of one bureau work with them, `maker` sits in another.
    pub async fn new(backend: Backend) -> Self {
        let steps: Vec<Migration> = [identity::MIGRATIONS, crate::MIGRATIONS].concat();
        let test = TestPlatform::new(backend, &steps).await;
        let identity = Identity::new(test.platform.clone());
        identity.import_regions(identity::import::regions_from_city(&file("city/city.yaml")).unwrap()).await.unwrap();
        identity.import_orgs(&file("city/orgs.yaml")).await.unwrap();
        identity.import_windows(&file("city/windows.yaml")).await.unwrap();
        let staff = "schema: tongban-staff/1\nstaff:\n\
            - {login: editor, name: 林编辑, org: city-office, roles: [item_editor], windows: [], region: '449900000000'}\n\
            - {login: clerk, name: 陈志远, org: qscj-food, roles: [clerk], windows: []}\n\
            - {login: reviewer, name: 周敏, org: qscj-food, roles: [reviewer], windows: []}\n\
            - {login: maker, name: 邓洁, org: district-hall, roles: [maker], windows: []}\n";
        identity.import_staff(staff, "Open-Sesame-1").await.unwrap();
        let feel = Arc::new(Feel(rule::Feel::new()));
        let tables = Tables::new(test.platform.clone(), identity.clone(), feel, vec![Box::new(Fruits)]);
        Self { test, tables, identity }
    }

    pub async fn staff(&self, login: &str) -> Principal {
        let staff = self.identity.staff_by_login(login).await.unwrap().unwrap();
        let found = self.identity.principal(&self.test.platform, Audience::Desk, staff.id).await;
        found.unwrap().unwrap()
    }

    pub async fn allowed<P>(&self, login: &str) -> Allowed<P> {
        Allowed::trusted(self.staff(login).await)
    }

    /// Makes or changes a table and publishes it.
    pub async fn define(&self, key: &str, content: Value) -> DefinitionView {
        self.try_define(key, content).await.unwrap()
    }

    pub async fn try_define(&self, key: &str, content: Value) -> Result<DefinitionView> {
        let content: TableContent = serde_json::from_value(content).unwrap();
        let designer = self.allowed("editor").await;
        let one = match self.tables.definition(key).await {
            Ok(one) => one,
            Err(_) => {
                let new = NewTable { key: key.into(), title: content.title.clone(), source: content.source.clone() };
                self.tables.create(&designer, new, None).await?
            }
        };
        let one = self.tables.save_draft(&designer, key, one.revision, content).await?;
        self.tables.publish(&self.allowed("editor").await, key, one.revision).await
    }

    /// Enters a row as the clerk.
    pub async fn enter(&self, key: &str, data: Value) -> Result<uuid::Uuid> {
        let clerk = self.staff("clerk").await;
        self.tables.enter(&clerk, key, data.as_object().unwrap(), None).await
    }

    /// What the first column of a list says, top down.
    pub async fn listed(&self, login: &str, key: &str, asked: &Asked, column: &str) -> Vec<String> {
        let list = self.tables.list_rows(&self.staff(login).await, key, asked).await.unwrap();
        list.items.iter().map(|line| line.said.get(column).cloned().unwrap_or_default()).collect()
    }
}

pub(super) fn asked(q: &str, conditions: Value) -> Asked {
    let conditions = if conditions.is_null() { None } else { Some(conditions.to_string()) };
    Asked { wanted: Wanted::read(Some(q), conditions.as_deref()).unwrap(), ..Asked::default() }
}

/// A table of goods: text, option, number, money, day, several, sealed.
pub(super) fn goods() -> Value {
    let field =
        |key: &str, kind: &str, label: &str| json!({ "key": key, "type": kind, "label": label, "required": false });
    let with = |mut field: Value, part: Value| {
        field.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        field
    };
    let kinds = json!({ "options": [{ "value": "paper", "label": "纸张" }, { "value": "ink", "label": "墨粉" }] });
    json!({ "title": "物资台账", "form": { "schema": "tongban-form/1", "key": "goods", "title": "物资台账", "sections": [{ "key": "main", "title": "物资", "fields": [
            with(field("name", "text", "名称"), json!({ "required": true })),
            with(field("kind", "select", "类别"), kinds.clone()),
            field("stock", "number", "数量"),
            field("price", "money", "单价"),
            field("bought", "date", "入库日期"),
            with(field("uses", "checkboxes", "用途"), kinds),
            field("phone", "phone", "电话")] }] },
        "columns": ["name", "kind", "stock", "price", "bought", "uses", "phone"], "filters": ["kind"],
        "order": { "field": "name" },
        "rights": { "clerk": ["see", "enter", "change", "delete", "export"], "reviewer": ["see"] },
        "menu": { "group": "大厅管理" } })
}
