//! An export and its proof, pure: `tongban audit verify` needs nothing but the file.
//!
//! JSON lines: a header, one line a record, one line a root, and an end. The end signs SM3 over all
//! bytes before it, so that a line removed, altered, added or moved is found in any export. In a
//! complete export (whole days, no filter) the chains are followed too, and each finished day is
//! compared with its signed root. CSV has the same fields and the same end, for people with a
//! spreadsheet. The steps by hand are told in `docs/operations/audit.md`.

use std::collections::BTreeMap;

use base::crypto::{Sm2Key, Sm2PublicKey, Sm3Hasher};
use platform::work::audit::chain::{GENESIS, Record};
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Name of the form.
pub const SCHEMA: &str = "tongban-audit-log/1";

/// Faults told by name; the rest is counted.
const TOLD: usize = 100;

/// First line of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`SCHEMA`].
    pub schema: String,
    /// Key that signs roots and end, PEM.
    pub public_key: String,
    /// Whether every line of the days is there.
    pub complete: bool,
    /// First day (China).
    pub from: String,
    /// Last day, inclusive.
    pub until: String,
    /// Filter in words.
    pub filter: String,
    /// Who took it out.
    pub exported_by: String,
    /// Unix seconds.
    pub exported_at: i64,
}

/// A day's root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// Day in China.
    pub day: String,
    /// Lines of that day.
    pub lines: i64,
    /// Chains of that day.
    pub chains: i64,
    /// SM3 over the chains' ends.
    pub root: String,
    /// Root of the day before.
    pub previous_root: String,
    /// SM2 signature over `previous_root|day|lines|root`, hex.
    pub signature: String,
}

impl Root {
    /// Text that is signed.
    pub fn signed_text(&self) -> String {
        format!("{}|{}|{}|{}", self.previous_root, self.day, self.lines, self.root)
    }
}

#[derive(Serialize, Deserialize)]
struct RootLine {
    root: Root,
}

#[derive(Serialize, Deserialize)]
struct End {
    lines: u64,
    digest: String,
    signature: String,
}

#[derive(Serialize, Deserialize)]
struct EndLine {
    end: End,
}

/// SM3 over the ends of a day's chains (chain, number and hash of its last line), sorted by chain.
pub fn root_of<'a>(ends: impl Iterator<Item = (Uuid, i64, &'a str)>) -> String {
    let mut hasher = Sm3Hasher::new();
    for (chain, no, hash) in ends {
        hasher.update(format!("{chain} {no} {hash}\n").as_bytes());
    }
    base::encoding::to_hex(&hasher.finish())
}

/// Form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON lines.
    Jsonl,
    /// CSV.
    Csv,
}

/// Writes an export piece by piece.
pub struct Writer {
    format: Format,
    hasher: Sm3Hasher,
    lines: u64,
    public_key: String,
}

/// Columns of the CSV.
const COLUMNS: [&str; 18] = [
    "id",
    "at",
    "actor_id",
    "actor_name",
    "org_id",
    "address",
    "device",
    "kind",
    "action",
    "subject",
    "detail",
    "before",
    "after",
    "result",
    "chain",
    "no",
    "previous_hash",
    "hash",
];

impl Writer {
    /// Begins; the text is the first piece of the file.
    ///
    /// # Errors
    /// Never in practice: a header serialises.
    pub fn begin(format: Format, header: &Header) -> Result<(Self, String)> {
        let mut writer = Self { format, hasher: Sm3Hasher::new(), lines: 0, public_key: header.public_key.clone() };
        let first = match format {
            Format::Jsonl => serde_json::to_string(header)? + "\n",
            Format::Csv => format!("\u{feff}{}\r\n", COLUMNS.map(cell).join(",")),
        };
        writer.hasher.update(first.as_bytes());
        Ok((writer, first))
    }

    /// One record.
    ///
    /// # Errors
    /// Never in practice.
    pub fn record(&mut self, record: &Record) -> Result<String> {
        let line = match self.format {
            Format::Jsonl => serde_json::to_string(record)? + "\n",
            Format::Csv => csv_line(record),
        };
        self.lines += 1;
        self.hasher.update(line.as_bytes());
        Ok(line)
    }

    /// One root; the CSV has none.
    ///
    /// # Errors
    /// Never in practice.
    pub fn root(&mut self, root: &Root) -> Result<String> {
        if self.format == Format::Csv {
            return Ok(String::new());
        }
        let line = serde_json::to_string(&RootLine { root: root.clone() })? + "\n";
        self.hasher.update(line.as_bytes());
        Ok(line)
    }

    /// The end, signed.
    ///
    /// # Errors
    /// When the key refuses.
    pub fn finish(self, key: &Sm2Key) -> Result<String> {
        let digest = base::encoding::to_hex(&self.hasher.finish());
        let signature = key.sign(end_text(self.lines, &digest).as_bytes()).map_err(Problem::internal)?;
        let end = End { lines: self.lines, digest, signature: base::encoding::to_hex(&signature) };
        Ok(match self.format {
            Format::Jsonl => serde_json::to_string(&EndLine { end })? + "\n",
            Format::Csv => {
                let key = base::encoding::to_base64url(self.public_key.as_bytes());
                let cells = ["#end", &end.lines.to_string(), &end.digest, &end.signature, &key].map(cell);
                format!("{}\r\n", cells.join(","))
            }
        })
    }
}

fn end_text(lines: u64, digest: &str) -> String {
    format!("{SCHEMA}|{lines}|{digest}")
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Records looked at.
    pub lines: u64,
    /// Chains followed.
    pub chains: usize,
    /// Roots looked at.
    pub roots: usize,
    /// Whether every line of the days was there to be followed.
    pub complete: bool,
    /// SM3 of the key that signed, first 16 characters: compare with the one you keep.
    pub key: String,
    /// Every fault, in words.
    pub faults: Vec<String>,
}

/// Number, hash before, hash, Unix seconds.
type Link = (i64, String, String, i64);

/// Follows records and roots as they come.
#[derive(Default)]
pub struct Checker {
    lines: u64,
    complete: bool,
    last: Option<Uuid>,
    /// By chain: number, hash before, hash, day. Lines come in the order of their ids, which is not
    /// the order on the chain: a line is numbered when its command commits.
    chains: BTreeMap<Uuid, Vec<Link>>,
    roots: Vec<Root>,
    faults: Vec<String>,
    more: usize,
}

impl Checker {
    /// `complete`: every line of the days comes, so the chains can be followed.
    pub fn new(complete: bool) -> Self {
        Self { complete, ..Self::default() }
    }

    fn fault(&mut self, text: String) {
        if self.faults.len() < TOLD {
            self.faults.push(text);
        } else {
            self.more += 1;
        }
    }

    /// The next record, oldest first.
    pub fn record(&mut self, record: &Record) {
        self.lines += 1;
        let at = self.lines;
        if self.last.is_some_and(|last| record.id <= last) {
            self.fault(format!("第 {at} 条记录的次序被调换"));
        }
        self.last = Some(record.id);
        let Some(chain) = record.chain else { return };
        if record.computed_hash() != record.hash {
            self.fault(format!("第 {at} 条记录（{}）被改动", record.id));
        }
        if self.complete {
            let link = (record.no, record.previous_hash.clone(), record.hash.clone(), record.at);
            self.chains.entry(chain).or_default().push(link);
        }
    }

    /// Follows each chain from its first line; gives the ends by day.
    fn follow(&mut self) -> BTreeMap<String, Vec<(Uuid, i64, String)>> {
        let mut ends: BTreeMap<String, Vec<(Uuid, i64, String)>> = BTreeMap::new();
        for (chain, mut links) in std::mem::take(&mut self.chains) {
            links.sort_unstable();
            let (mut before, mut end) = (GENESIS.to_owned(), None);
            for (at, (no, previous, hash, moment)) in links.into_iter().enumerate() {
                if i64::try_from(at) != Ok(no - 1) {
                    self.fault(format!("链 {chain} 缺少第 {} 条，或有重复", at + 1));
                    break;
                }
                if previous != before {
                    self.fault(format!("链 {chain} 第 {no} 条没有接上前一条"));
                    break;
                }
                end = Some((moment, no, hash.clone()));
                before = hash;
            }
            if let Some((moment, no, hash)) = end {
                ends.entry(day_of(moment)).or_default().push((chain, no, hash));
            }
        }
        ends
    }

    /// The next root, oldest first.
    pub fn root(&mut self, root: Root) {
        self.roots.push(root);
    }

    /// The verdict; `from` is the first day that was looked at.
    pub fn finish(mut self, public_key: &str, from: &str) -> Verdict {
        let key = Sm2PublicKey::from_pem(public_key);
        let chains = self.chains.len();
        let ends = self.follow();
        let mut found = Vec::new();
        let mut previous: Option<&str> = None;
        for root in &self.roots {
            let signed = base::encoding::from_hex(&root.signature)
                .zip(key.as_ref().ok())
                .is_some_and(|(signature, key)| key.verify(root.signed_text().as_bytes(), &signature).is_ok());
            if !signed {
                found.push(format!("{} 的日根签名不对", root.day));
            }
            if previous.is_some_and(|previous| previous != root.previous_root) {
                found.push(format!("{} 的日根没有接上前一天", root.day));
            }
            previous = Some(&root.root);
            if !self.complete || root.day.as_str() < from {
                continue;
            }
            let day = ends.get(&root.day).map(Vec::as_slice).unwrap_or_default();
            let lines: i64 = day.iter().map(|(_, no, _)| no).sum();
            let own = root_of(day.iter().map(|(chain, no, hash)| (*chain, *no, hash.as_str())));
            if own != root.root || lines != root.lines {
                found.push(format!("{} 的记录与日根不符，有增删", root.day));
            }
        }
        for fault in found {
            self.fault(fault);
        }
        if self.more > 0 {
            self.faults.push(format!("还有 {} 处", self.more));
        }
        Verdict {
            lines: self.lines,
            chains,
            roots: self.roots.len(),
            complete: self.complete,
            key: fingerprint(public_key),
            faults: self.faults,
        }
    }
}

/// First 16 characters of the SM3 of a public key, hex.
pub fn fingerprint(public_key: &str) -> String {
    base::encoding::to_hex(&base::crypto::sm3(public_key.trim().as_bytes())).chars().take(16).collect()
}

fn day_of(at: i64) -> String {
    time::OffsetDateTime::from_unix_timestamp(at).map(|at| base::zone::china_date(at).to_string()).unwrap_or_default()
}

/// Whether a file is an export of the audit log (and not one of case events).
pub fn is_ours(text: &str) -> bool {
    let head = text.lines().next().unwrap_or_default();
    head.contains(SCHEMA) || head.trim_start_matches('\u{feff}').starts_with("\"id\",\"at\"")
}

/// Verifies an export alone. `trusted` is the public key kept outside the system; without it the
/// export's own key is used, and whoever can forge the file can forge that too.
///
/// # Errors
/// A sentence when the file is no export.
pub fn verify(text: &str, trusted: Option<&str>) -> Result<Verdict, String> {
    if text.starts_with('{') { verify_jsonl(text, trusted) } else { verify_csv(text, trusted) }
}

/// All before the last line, and the last line.
fn cut(text: &str) -> (&str, &str) {
    let whole = text.trim_end_matches(['\r', '\n']);
    let at = whole.rfind('\n').map_or(0, |at| at + 1);
    (text.get(..at).unwrap_or_default(), whole.get(at..).unwrap_or_default())
}

fn verify_jsonl(text: &str, trusted: Option<&str>) -> Result<Verdict, String> {
    let (before, last) = cut(text);
    let mut lines = before.lines();
    let header: Header = lines
        .next()
        .and_then(|first| serde_json::from_str(first).ok())
        .ok_or("第一行不是导出说明，这个文件不是审计导出")?;
    let key = trusted.unwrap_or(&header.public_key).to_owned();
    let mut checker = Checker::new(header.complete);
    for (at, line) in lines.enumerate() {
        if let Ok(record) = serde_json::from_str::<Record>(line) {
            checker.record(&record);
        } else if let Ok(root) = serde_json::from_str::<RootLine>(line) {
            checker.root(root.root);
        } else {
            checker.fault(format!("第 {} 行读不出来", at + 2));
        }
    }
    match serde_json::from_str::<EndLine>(last) {
        Ok(EndLine { end }) => check_end(&mut checker, &end, before, &key),
        Err(_) => checker.fault("结尾的签名不见了，文件被截断".to_owned()),
    }
    if trusted.is_some_and(|trusted| fingerprint(trusted) != fingerprint(&header.public_key)) {
        checker.fault("导出用的密钥不是您保存的那一把".to_owned());
    }
    Ok(checker.finish(&key, &header.from))
}

fn verify_csv(text: &str, trusted: Option<&str>) -> Result<Verdict, String> {
    let (before, last) = cut(text);
    let mut rows = csv_rows(before).into_iter();
    let head = rows.next().unwrap_or_default();
    if head.iter().map(|name| name.trim_start_matches('\u{feff}')).ne(COLUMNS) {
        return Err("第一行不是导出的列名，这个文件不是审计导出".to_owned());
    }
    let mut checker = Checker::new(false);
    for (at, row) in rows.enumerate() {
        match csv_record(&row) {
            Some(record) => checker.record(&record),
            None => checker.fault(format!("第 {} 行读不出来", at + 2)),
        }
    }
    let end = csv_rows(last).into_iter().next().unwrap_or_default();
    let own = end
        .get(4)
        .and_then(|key| base::encoding::from_base64url(key))
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_default();
    let key = trusted.unwrap_or(&own).to_owned();
    match end.as_slice() {
        [mark, lines, digest, signature, _] if mark == "#end" => {
            let end = End { lines: lines.parse().unwrap_or(0), digest: digest.clone(), signature: signature.clone() };
            check_end(&mut checker, &end, before, &key);
        }
        _ => checker.fault("结尾的签名不见了，文件被截断".to_owned()),
    }
    if trusted.is_some_and(|trusted| fingerprint(trusted) != fingerprint(&own)) {
        checker.fault("导出用的密钥不是您保存的那一把".to_owned());
    }
    Ok(checker.finish(&key, ""))
}

fn check_end(checker: &mut Checker, end: &End, before: &str, key: &str) {
    if end.lines != checker.lines {
        checker.fault(format!("结尾说有 {} 条记录，文件里有 {} 条", end.lines, checker.lines));
    }
    if base::encoding::to_hex(&base::crypto::sm3(before.as_bytes())) != end.digest {
        checker.fault("文件内容与结尾的摘要不符，有增删、改动或调换".to_owned());
    }
    let signed = base::encoding::from_hex(&end.signature)
        .zip(Sm2PublicKey::from_pem(key).ok())
        .is_some_and(|(signature, key)| key.verify(end_text(end.lines, &end.digest).as_bytes(), &signature).is_ok());
    if !signed {
        checker.fault("结尾的签名不对".to_owned());
    }
}

/// Quoted; a sign that a spreadsheet would run is disarmed by one quote before it, and a quote that was
/// there gets another, so that reading takes exactly one away.
fn cell(text: &str) -> String {
    let armed = text.trim_start().starts_with(['=', '+', '-', '@', '\'']) || text.starts_with(['\t', '\r', '\n']);
    format!("\"{}{}\"", if armed { "'" } else { "" }, text.replace('"', "\"\""))
}

fn csv_line(record: &Record) -> String {
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    // An absent content is told from an empty one: JSON text is never empty.
    let cells = [
        record.id.to_string(),
        record.at.to_string(),
        id(record.actor_id),
        record.actor_name.clone(),
        id(record.org_id),
        record.address.clone(),
        record.device.clone(),
        record.kind.clone(),
        record.action.clone(),
        record.subject.clone(),
        record.detail.clone(),
        record.before.clone().unwrap_or_default(),
        record.after.clone().unwrap_or_default(),
        record.result.clone(),
        id(record.chain),
        record.no.to_string(),
        record.previous_hash.clone(),
        record.hash.clone(),
    ]
    .map(|text| cell(&text));
    format!("{}\r\n", cells.join(","))
}

fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !quoted => {}
            other => field.push(other),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows.into_iter()
        .map(|row| row.into_iter().map(|text| text.strip_prefix('\'').map(str::to_owned).unwrap_or(text)).collect())
        .collect()
}

fn csv_record(row: &[String]) -> Option<Record> {
    let id = |text: &String| if text.is_empty() { Some(None) } else { Uuid::parse_str(text).ok().map(Some) };
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    let [
        own,
        at,
        actor,
        name,
        org,
        address,
        device,
        kind,
        action,
        subject,
        detail,
        before,
        after,
        result,
        chain,
        no,
        previous,
        hash,
    ] = row
    else {
        return None;
    };
    Some(Record {
        id: Uuid::parse_str(own).ok()?,
        at: at.parse().ok()?,
        actor_id: id(actor)?,
        actor_name: name.clone(),
        org_id: id(org)?,
        address: address.clone(),
        device: device.clone(),
        kind: kind.clone(),
        action: action.clone(),
        subject: subject.clone(),
        detail: detail.clone(),
        before: some(before),
        after: some(after),
        result: result.clone(),
        chain: id(chain)?,
        no: no.parse().ok()?,
        previous_hash: previous.clone(),
        hash: hash.clone(),
    })
}
