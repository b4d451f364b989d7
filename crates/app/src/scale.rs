//! Accounts in scale (OPS-040): a fictional administration of full size beside the demo city, so that lists, trees,
//! reach and sign-in are tried with as many organisations and people as a real one has.
//!
//! Everything is drawn from tables and numbers, never from chance: the same size is the same administration each
//! time. Nothing here acts: who has to be played is in `demo`.

use std::fmt::Write;

use base::codes::Uscc;
use platform::{Problem, Result};

use crate::App;

/// How large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Size {
    /// One district: 20 bureaus, 24 towns, ten villages each.
    District,
    /// Five districts of the city: ten bureaus, six towns, five villages each; five levels from province to village.
    City,
}

/// What was brought in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// Regions.
    pub regions: usize,
    /// Organisations.
    pub orgs: usize,
    /// People.
    pub staff: usize,
}

/// Numbers of each district.
#[derive(Debug, Clone, Copy)]
struct Plan {
    bureaus: usize,
    towns: usize,
    villages: usize,
}

/// People altogether: those of the register.
const CLERKS: usize = 300;
const APPROVERS: usize = 500;
const MANAGERS: usize = 40;
/// One of each kind of administrator.
const ADMINISTRATORS: [(&str, &str); 8] = [
    ("sys_admin", "系统管理员"),
    ("operator", "运维员"),
    ("sec_admin", "安全管理员"),
    ("data_steward", "数据管理员"),
    ("key_keeper", "密钥管理员"),
    ("auditor", "审计员"),
    ("privacy_officer", "个人信息保护负责人"),
    ("org_admin", "单位管理员"),
];
const BUREAUS: [&str; 20] = [
    "政务服务和数据管理局",
    "发展和改革局",
    "教育局",
    "科技和工业信息化局",
    "民政局",
    "司法局",
    "财政局",
    "人力资源和社会保障局",
    "自然资源局",
    "生态环境局",
    "住房和城乡建设局",
    "交通运输局",
    "水务局",
    "农业农村局",
    "商务局",
    "文化广电旅游体育局",
    "卫生健康局",
    "退役军人事务局",
    "应急管理局",
    "市场监督管理局",
];
const DISTRICTS: [&str; 5] = ["南川区", "北岸区", "云台区", "平湖区", "远山县"];
const TOWNS: [&str; 24] = [
    "河东", "河西", "城南", "城北", "大桥", "石门", "白沙", "新丰", "永和", "长乐", "太平", "三水", "龙泉", "凤凰",
    "松岗", "竹园", "梅岭", "桂花", "双溪", "清湾", "高田", "金沙", "银坑", "望海",
];
const VILLAGES: [&str; 10] = ["一", "上", "下", "前进", "向阳", "新塘", "旧墟", "东头", "西坑", "大岭"];
const SURNAMES: [&str; 25] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "周", "吴", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "罗",
    "郑", "梁", "谢", "宋", "唐", "许",
];
const GIVEN: [&str; 36] = [
    "建国", "秀英", "志强", "丽华", "文斌", "晓燕", "海涛", "雪梅", "国栋", "玉兰", "俊杰", "春霞", "永康", "美玲",
    "立新", "佳怡", "光明", "淑珍", "伟东", "思远", "慧敏", "子轩", "红梅", "向东", "明哲", "雅婷", "振华", "若曦",
    "家豪", "静怡", "宏伟", "欣然", "世杰", "婉清", "泽宇", "晨曦",
];

impl Size {
    /// Word of the command line's report.
    pub fn label(self) -> &'static str {
        match self {
            Self::District => "一个区",
            Self::City => "五个区县",
        }
    }

    fn districts(self) -> usize {
        match self {
            Self::District => 1,
            Self::City => 5,
        }
    }

    fn plan(self) -> Plan {
        match self {
            Self::District => Plan { bureaus: 20, towns: 24, villages: 10 },
            Self::City => Plan { bureaus: 10, towns: 6, villages: 5 },
        }
    }
}

/// Above all of them, in the demo city.
const CITY: &str = "449900000000";
const CITY_GOV: &str = "city-gov";

/// Six digits of a district: after those of the demo city's own.
fn district_code(district: usize) -> usize {
    449_911 + district
}

fn org_key(district: usize, part: &str) -> String {
    format!("s{}-{part}", district + 1)
}

/// An organisation as the importer reads it.
struct Org<'a> {
    key: String,
    name: String,
    short: String,
    kind: &'a str,
    level: u8,
    region: String,
    parent: String,
    uscc: Option<String>,
}

impl Org<'_> {
    fn write(&self, out: &mut String) {
        let Self { key, name, short, kind, level, region, parent, uscc } = self;
        let uscc = uscc.as_ref().map(|code| format!(", uscc: {code}")).unwrap_or_default();
        // Writing to a string can't fail.
        let _ = writeln!(
            out,
            "  - {{key: {key}, name: {name}, short_name: {short}, kind: {kind}, level: '{level}', region: '{region}', \
             parent: {parent}{uscc}}}"
        );
    }
}

/// A code of a made-up body, with a valid check character.
fn uscc(district: usize, number: usize) -> Result<String> {
    let body = format!("11{}MB{number:07}", district_code(district));
    Uscc::build(&body).map(|code| code.as_str().to_owned()).map_err(Problem::internal)
}

/// Regions of a size (`tongban-city/1`).
fn regions(size: Size) -> String {
    let plan = size.plan();
    let mut out = "schema: tongban-city/1\nregions:\n".to_owned();
    let mut row = |code: String, name: &str, parent: &str| {
        let _ = writeln!(out, "  - {{code: '{code}', name: {name}, parent: '{parent}'}}");
    };
    for district in 0..size.districts() {
        let six = district_code(district);
        let above = format!("{six}000000");
        row(above.clone(), DISTRICTS[district % DISTRICTS.len()], CITY);
        for town in 0..plan.towns {
            let code = format!("{six}{:03}", 101 + town);
            row(format!("{code}000"), &format!("{}镇", TOWNS[town % TOWNS.len()]), &above);
            for village in 0..plan.villages {
                let name = format!("{}村", VILLAGES[village % VILLAGES.len()]);
                row(format!("{code}{:03}", 201 + village), &name, &format!("{code}000"));
            }
        }
    }
    out
}

/// Organisations of a size (`tongban-orgs/1`).
fn orgs(size: Size) -> Result<String> {
    let plan = size.plan();
    let mut out = "schema: tongban-orgs/1\norgs:\n".to_owned();
    for district in 0..size.districts() {
        let (six, area) = (district_code(district), DISTRICTS[district % DISTRICTS.len()]);
        let region = format!("{six}000000");
        let gov = org_key(district, "gov");
        let place = |level: u8, kind: &'static str, key: String, name: String, region: String, parent: &str| Org {
            short: name.clone(),
            key,
            name,
            kind,
            level,
            region,
            parent: parent.to_owned(),
            uscc: None,
        };
        let mut number = 9_000_001;
        let mut body = |org: Org<'static>| -> Result<Org<'static>> {
            number += 1;
            Ok(Org { uscc: Some(uscc(district, number)?), ..org })
        };
        let name = format!("{area}人民政府");
        body(place(4, "government", gov.clone(), name, region.clone(), CITY_GOV))?.write(&mut out);
        for (at, bureau) in BUREAUS.iter().take(plan.bureaus).enumerate() {
            let key = org_key(district, &format!("bureau-{}", at + 1));
            let name = format!("{area}{bureau}");
            body(place(4, "department", key.clone(), name, region.clone(), &gov))?.write(&mut out);
            let section = place(4, "section", format!("{key}-approval"), "行政审批科".to_owned(), region.clone(), &key);
            section.write(&mut out);
        }
        let hall = org_key(district, "hall");
        body(place(4, "hall", hall, format!("{area}政务服务中心"), region.clone(), &org_key(district, "bureau-1")))?
            .write(&mut out);
        for town in 0..plan.towns {
            let key = org_key(district, &format!("town-{}", town + 1));
            let (name, code) = (TOWNS[town % TOWNS.len()], format!("{six}{:03}", 101 + town));
            let above =
                place(5, "government", key.clone(), format!("{area}{name}镇人民政府"), format!("{code}000"), &gov);
            body(above)?.write(&mut out);
            for village in 0..plan.villages {
                let own = format!("{key}-{}", village + 1);
                let name = format!("{name}镇{}村村民委员会", VILLAGES[village % VILLAGES.len()]);
                place(6, "community", own, name, format!("{code}{:03}", 201 + village), &key).write(&mut out);
            }
        }
    }
    Ok(out)
}

/// People of a size (`tongban-staff/1`): clerks at halls and in towns, approvers in the bureaus' sections and in
/// towns, managers at the bureaus, one administrator of each kind.
fn staff(size: Size) -> String {
    let (plan, districts) = (size.plan(), size.districts());
    let all = |part: &dyn Fn(usize) -> Vec<String>| (0..districts).flat_map(part).collect::<Vec<String>>();
    let towns = |district: usize| (1..=plan.towns).map(move |at| org_key(district, &format!("town-{at}")));
    let bureaus = |district: usize| (1..=plan.bureaus).map(move |at| org_key(district, &format!("bureau-{at}")));
    // Every third clerk sits at a hall, every tenth approver in a town.
    let halls = all(&|district| vec![org_key(district, "hall")]);
    let all_towns = all(&|district| towns(district).collect());
    let all_bureaus = all(&|district| bureaus(district).collect());
    let sections = all(&|district| bureaus(district).map(|key| format!("{key}-approval")).collect());
    let turn = |list: &[String], at: usize| list.get(at % list.len().max(1)).cloned().unwrap_or_default();
    let mut out = "schema: tongban-staff/1\nstaff:\n".to_owned();
    let mut number = 0;
    let mut person = |login: String, org: String, title: &str, role: &str| {
        let surname = SURNAMES[number % SURNAMES.len()];
        let given = GIVEN[(number / SURNAMES.len() + number * 7) % GIVEN.len()];
        let _ = writeln!(
            out,
            "  - {{login: {login}, name: {surname}{given}, employee_no: GM{number:04}, org: {org}, title: {title}, \
             phone: '1990000{:04}', roles: [{role}]}}",
            2_000 + number
        );
        number += 1;
    };
    for at in 0..CLERKS {
        let org = if at % 3 == 0 { turn(&halls, at / 3) } else { turn(&all_towns, at - at / 3 - 1) };
        person(format!("s-clerk-{:03}", at + 1), org, "窗口受理员", "clerk");
    }
    for at in 0..APPROVERS {
        let org = if at % 10 == 9 { turn(&all_towns, at / 10) } else { turn(&sections, at - at / 10) };
        person(format!("s-approver-{:03}", at + 1), org, "审批员", "approver");
    }
    for at in 0..MANAGERS {
        person(format!("s-manager-{:03}", at + 1), turn(&all_bureaus, at), "业务主管", "manager");
    }
    for (at, (role, title)) in ADMINISTRATORS.iter().enumerate() {
        person(format!("s-admin-{}", at + 1), turn(&all_bureaus, 0), title, role);
    }
    out
}

impl App {
    /// Brings an administration of a size in, beside the demo city that has to be there. Doing it again changes
    /// nothing. The people share one password hash: for trials only.
    ///
    /// # Errors
    /// When the city is not there, or the database refuses.
    pub async fn load_scale(&self, size: Size, password: &str) -> Result<Made> {
        let regions = self.identity.import_regions(identity::import::regions_from_city(&regions(size))?).await?;
        let orgs = self.identity.import_orgs(&orgs(size)?).await?;
        let staff = self.identity.import_demo_staff(&staff(size), password).await?;
        Ok(Made { regions, orgs, staff })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn lines(text: &str) -> Vec<&str> {
        text.lines().filter(|line| line.starts_with("  - ")).collect()
    }

    fn keys<'a>(text: &'a str, field: &str) -> Vec<&'a str> {
        let mark = format!("{{{field}: ");
        lines(text).iter().map(|line| line.split(mark.as_str()).nth(1).unwrap().split(',').next().unwrap()).collect()
    }

    /// req: OPS-040
    #[test]
    fn a_size_has_the_numbers_of_the_register_and_is_the_same_each_time() {
        let district = orgs(Size::District).unwrap();
        let of =
            |text: &str, kind: &str| lines(text).iter().filter(|line| line.contains(&format!("kind: {kind},"))).count();
        // The district's own government and those of its towns.
        assert_eq!((of(&district, "department"), of(&district, "government")), (20, 1 + 24));
        assert_eq!((of(&district, "community"), of(&district, "hall"), of(&district, "section")), (240, 1, 20));
        assert_eq!(lines(&regions(Size::District)).len(), 1 + 24 + 240);
        let city = orgs(Size::City).unwrap();
        assert_eq!((of(&city, "government"), of(&city, "department"), of(&city, "community")), (5 + 30, 50, 150));
        assert_eq!(lines(&regions(Size::City)).len(), 5 + 30 + 150);
        for size in [Size::District, Size::City] {
            let people = staff(size);
            let role =
                |key: &str| lines(&people).iter().filter(|line| line.contains(&format!("roles: [{key}]"))).count();
            assert_eq!((role("clerk"), role("approver"), role("manager")), (300, 500, 40));
            assert_eq!(lines(&people).len(), 848);
            let logins = keys(&people, "login");
            assert_eq!(logins.iter().collect::<BTreeSet<_>>().len(), 848);
            let bodies = orgs(size).unwrap();
            let known: BTreeSet<&str> = keys(&bodies, "key").into_iter().collect();
            assert_eq!(known.len(), lines(&bodies).len(), "no key twice");
            for org in known.iter().filter(|key| key.ends_with("-approval") || key.ends_with("-hall")) {
                assert!(people.contains(&format!(" org: {org},")), "nobody works at {org}");
            }
            let towns = known.iter().filter(|key| key.split('-').nth(1) == Some("town") && key.split('-').count() == 3);
            for org in towns {
                assert!(people.contains(&format!(" org: {org},")), "nobody works at {org}");
            }
            for line in lines(&people) {
                let org = line.split(" org: ").nth(1).unwrap().split(',').next().unwrap();
                assert!(known.contains(org), "{line}");
            }
            assert_eq!(
                (staff(size), orgs(size).unwrap(), regions(size)),
                (people.clone(), bodies.clone(), regions(size))
            );
        }
    }
}
