//! What testers from outside get (OPS-031): one folder with everything that docs/operations/testing.md names, made
//! from a test installation.
//!
//! ```text
//! testers/
//!   README.md          how a round begins, ends and begins anew
//!   accounts.csv       who can sign in at the desk, with roles and permissions
//!   citizens.yaml      who can sign in at the portal (people that do not exist)
//!   permissions.md     every permission by role
//!   interfaces/        openapi.json, api.md
//!   settings.csv       how this installation is set, secrets left out
//!   cases.csv          a case of each item and state, to begin with
//!   logs/              log.csv, audit.csv with audit-key.pem to verify it
//!   reset.sh           the same city again
//!   SM3SUMS            digests of all of it
//! ```
//!
//! Start at [`bundle`].

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use platform::logs::store;
use platform::settings;
use platform::web::csv::cell;
use platform::web::guard::Audience;
use security::audit::proof::Format;

use crate::App;

/// Log lines in the bundle, the newest.
const LINES: u64 = 5_000;
/// Cases of each item and state.
const EACH: u64 = 3;
/// List of digests.
const SUMS: &str = "SM3SUMS";

const TESTING: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations/testing.md"));
const API: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api.md"));

/// What was put into a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Files below the folder, with `/`.
    pub files: Vec<String>,
    /// Accounts of the desk.
    pub accounts: usize,
    /// Cases named.
    pub cases: usize,
    /// Lines of log and audit log.
    pub lines: u64,
}

/// A CSV file as spreadsheets open it.
fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = format!("\u{feff}{}\r\n", head.join(","));
    for row in rows {
        text.push_str(&row.iter().map(|one| cell(one)).collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    text
}

struct Folder {
    root: PathBuf,
    files: Vec<String>,
}

impl Folder {
    fn put(&mut self, name: &str, content: impl AsRef<[u8]>) -> anyhow::Result<()> {
        let path = self.root.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&path, content).with_context(|| format!("写不了 {}", path.display()))?;
        self.files.push(name.to_owned());
        Ok(())
    }
}

/// Makes the bundle in a folder that is empty or not there yet.
///
/// # Errors
/// In production, where accounts and logs of real people would leave; when the folder holds something or can't be
/// written.
pub async fn bundle(app: &App, root: &Path) -> anyhow::Result<Bundle> {
    let config = &app.platform.config;
    ensure!(
        config.environment != "production",
        "这是正式环境，账号和日志是真实的，不能交给外部测试。请在测试环境（TONGBAN_ENVIRONMENT=test）运行"
    );
    let empty = !root.exists() || std::fs::read_dir(root)?.next().is_none();
    ensure!(empty, "{} 里已经有内容，请换一个空目录", root.display());
    std::fs::create_dir_all(root).with_context(|| format!("目录 {} 建不了", root.display()))?;
    let mut folder = Folder { root: root.to_owned(), files: Vec::new() };
    folder.put("README.md", readme(app))?;
    let accounts = accounts(app, &mut folder).await?;
    let citizens = config.packs_dir.join("city/citizens.yaml");
    folder.put("citizens.yaml", std::fs::read(&citizens).with_context(|| format!("读不到 {}", citizens.display()))?)?;
    folder.put("permissions.md", identity::roles::matrix())?;
    folder.put("interfaces/openapi.json", app.openapi().to_pretty_json()?)?;
    folder.put("interfaces/api.md", API)?;
    let rows = settings::read(config)?.into_iter().map(|one| {
        let says = one.about.says.to_owned();
        vec![one.about.group.to_owned(), one.about.key.to_owned(), says, one.value, one.default, one.origin.to_owned()]
    });
    folder.put("settings.csv", table(&["分组", "设置", "含义", "现在的值", "默认", "来源"], rows))?;
    let cases = cases(app, &mut folder).await?;
    let lines = logs(app, &mut folder).await?;
    folder.put("reset.sh", RESET)?;
    seal(&mut folder)?;
    Ok(Bundle { files: folder.files, accounts, cases, lines })
}

/// Gives the same city again, as the first day.
const RESET: &str = r#"#!/bin/sh
# 恢复成第一天的示例市：停服务，清空数据，重新装入。只用于测试环境。
# TONGBAN 程序；TONGBAN_DATA_DIR 数据目录；CASES 历史办件数；PASSWORD 工作人员口令。
set -eu
: "${TONGBAN:=tongban}" "${CASES:=500}" "${PASSWORD:=Tongban-2026}"
: "${TONGBAN_DATA_DIR:?请写明数据目录}"
[ "${TONGBAN_ENVIRONMENT:-}" = test ] || { echo "只能在测试环境运行：TONGBAN_ENVIRONMENT=test" >&2; exit 2; }
case "${TONGBAN_DATABASE_URL:-}" in postgres*)
  echo "用的是 PostgreSQL：请先停服务、删库重建，再运行 $TONGBAN demo --cases $CASES" >&2; exit 2 ;;
esac
find "$TONGBAN_DATA_DIR" -mindepth 1 -delete
exec "$TONGBAN" demo --cases "$CASES" --password "$PASSWORD"
"#;

fn readme(app: &App) -> String {
    let config = &app.platform.config;
    let day = base::zone::china_date(app.platform.now());
    format!(
        "# 测试资料包\n\n\
         版本 {}，{day} 从环境“{}”取出，网址 {}。里面的人和企业都是虚构的。\n\n\
         1. 打开 {}（公众）和 {}/desk/（工作人员），用 accounts.csv 里的登录名和约定的口令登录；公众用 citizens.yaml 里的人，\
         在模拟的省平台上选人登录。\n\
         2. 接口看 interfaces/openapi.json 和 api.md；工作台“接口文档”里可以试调用。\n\
         3. 从 cases.csv 里的办件开始看，或者自己申请。\n\
         4. 每一轮结束后运行 reset.sh，回到同一个示例市。\n\
         5. 看日志：logs/；核对审计记录没有被改过：`tongban audit verify logs/audit.csv --key logs/audit-key.pem`。\n\
         6. 核对这个包没有被改过：{SUMS} 里是每个文件的 SM3。\n\n---\n\n{TESTING}",
        env!("CARGO_PKG_VERSION"),
        config.environment,
        config.public_url,
        config.public_url,
        config.public_url,
    )
}

/// Who can sign in at the desk.
async fn accounts(app: &App, folder: &mut Folder) -> anyhow::Result<usize> {
    let orgs = app.identity.orgs().await?;
    let mut staff = app.identity.active_staff().await?;
    staff.sort_by(|one, other| one.login.cmp(&other.login));
    let roles = identity::roles::all();
    let rows: Vec<Vec<String>> = staff
        .into_iter()
        .map(|one| {
            let labels = one.roles.iter().map(|key| roles.get(key).map_or(key.as_str(), |role| role.label.as_str()));
            let labels = labels.collect::<Vec<_>>().join("、");
            let permissions = identity::roles::permissions(Audience::Desk, &one.roles).len().to_string();
            let org = orgs.get(one.org_id).map(|org| org.name.clone()).unwrap_or_default();
            vec![one.login, one.name, org, one.title.unwrap_or_default(), labels, permissions, one.items.join("、")]
        })
        .collect();
    let count = rows.len();
    folder.put("accounts.csv", table(&["登录名", "姓名", "单位", "职务", "岗位", "权限数", "只办这些事项"], rows))?;
    Ok(count)
}

/// Some cases of each item and state.
async fn cases(app: &App, folder: &mut Folder) -> anyhow::Result<usize> {
    let rows = app.casework.examples(EACH).await?;
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(number, item, state)| vec![number, item, state]).collect();
    let count = rows.len();
    folder.put("cases.csv", table(&["办件编号", "事项", "状态"], rows))?;
    Ok(count)
}

/// The newest lines of the log, and the whole audit log with what proves it.
async fn logs(app: &App, folder: &mut Folder) -> anyhow::Result<u64> {
    store::flush(&app.platform).await?;
    let (lines, _) = store::search(app.platform.db.read(), &store::Wanted::default(), None, LINES).await?;
    let mut count = lines.len() as u64;
    let rows = lines.into_iter().map(|line| {
        let at = line.at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
        vec![at, line.source, line.origin, line.level, line.event, line.message, line.actor, line.address, line.trace]
    });
    let head = ["时间", "来源", "出处", "级别", "事件", "内容", "人", "地址", "跟踪号"];
    folder.put("logs/log.csv", table(&head, rows))?;
    let mut audit = String::new();
    let search = security::Search::default();
    count += app
        .security
        .export("测试资料包", &search, Format::Csv, None, |piece| {
            audit.push_str(piece);
            Ok(())
        })
        .await?;
    folder.put("logs/audit.csv", audit)?;
    folder.put("logs/audit-key.pem", app.audit_key.public().to_pem()?)?;
    Ok(count)
}

/// Writes the digests of all files, as `sm3sum` writes them.
fn seal(folder: &mut Folder) -> anyhow::Result<()> {
    let mut sums = String::new();
    for name in &folder.files {
        let bytes = std::fs::read(folder.root.join(name))?;
        sums.push_str(&format!("{}  {name}\n", base::encoding::to_hex(&base::crypto::sm3(&bytes))));
    }
    folder.put(SUMS, sums)
}
