//! Organisations as a tree, and regions.

use std::collections::{HashMap, HashSet};

use base::region::RegionCode;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// An organisation 机构: government, department, section, hall or community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Org {
    /// Id.
    pub id: Uuid,
    /// Stable key of the content pack.
    pub key: String,
    /// Full name.
    pub name: String,
    /// Name for lists.
    pub short_name: String,
    /// `government`, `department`, `section`, `hall`, `community`.
    pub kind: String,
    /// Unified social credit code; a section has none, it acts in the name of its body.
    pub uscc: Option<String>,
    /// Organisation above.
    pub parent_id: Option<Uuid>,
    /// Region, 12 digits.
    pub region: String,
    /// 行使层级 (GB/T 39046 A.2): 1 country … 6 village.
    pub level: i64,
    /// Public phone.
    pub phone: Option<String>,
    /// Whether it still works.
    pub state: OrgState,
    /// Organisation it was merged into.
    pub merged_into: Option<Uuid>,
    /// Order among its neighbours.
    pub sort: i64,
    /// Grows with every change.
    pub version: i64,
}

/// Whether an organisation still works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrgState {
    /// 在用.
    Active,
    /// 停用: takes nothing new, keeps its cases.
    Disabled,
    /// 已合并: another one has taken it over.
    Merged,
}

impl OrgState {
    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Merged => "merged",
        }
    }

    /// Word of the pages.
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "在用",
            Self::Disabled => "停用",
            Self::Merged => "已合并",
        }
    }

    pub(crate) fn from_column(text: &str) -> Self {
        match text {
            "disabled" => Self::Disabled,
            "merged" => Self::Merged,
            _ => Self::Active,
        }
    }
}

/// A change of an organisation's name or place: what held until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgChange {
    /// Which one.
    pub org_id: Uuid,
    /// When it changed.
    pub at: OffsetDateTime,
    /// Name until then.
    pub name_before: String,
    /// Organisation above until then.
    pub parent_before: Option<Uuid>,
}

/// All organisations with their order.
#[derive(Debug, Default, Clone)]
pub struct OrgTree {
    orgs: Vec<Org>,
    by_id: HashMap<Uuid, usize>,
    by_key: HashMap<String, usize>,
    by_uscc: HashMap<String, usize>,
    children: HashMap<Uuid, Vec<usize>>,
    /// Changes of each, oldest first.
    changes: HashMap<Uuid, Vec<OrgChange>>,
}

impl OrgTree {
    /// Orders organisations; they keep the order given.
    pub fn new(orgs: Vec<Org>) -> Self {
        let mut tree = Self::default();
        for (at, org) in orgs.iter().enumerate() {
            tree.by_id.insert(org.id, at);
            tree.by_key.insert(org.key.clone(), at);
            if let Some(uscc) = &org.uscc {
                tree.by_uscc.insert(uscc.clone(), at);
            }
            if let Some(parent) = org.parent_id {
                tree.children.entry(parent).or_default().push(at);
            }
        }
        tree.orgs = orgs;
        tree
    }

    /// The same with the changes of the past, oldest first.
    #[must_use]
    pub fn with_changes(mut self, changes: Vec<OrgChange>) -> Self {
        for change in changes {
            self.changes.entry(change.org_id).or_default().push(change);
        }
        self
    }

    fn as_of(&self, id: Uuid, at: OffsetDateTime) -> Option<(&str, Option<Uuid>)> {
        let org = self.get(id)?;
        let later = self.changes.get(&id).into_iter().flatten().find(|change| change.at > at);
        Some(
            later.map_or((org.name.as_str(), org.parent_id), |change| {
                (change.name_before.as_str(), change.parent_before)
            }),
        )
    }

    /// Name an organisation had at a moment: an old case keeps the old name (IDENT-026).
    pub fn name_at(&self, id: Uuid, at: OffsetDateTime) -> Option<&str> {
        self.as_of(id, at).map(|(name, _)| name)
    }

    /// Names from the top down to the organisation, `/`-separated, as they were at a moment.
    pub fn path_at(&self, id: Uuid, at: OffsetDateTime) -> String {
        let mut seen = HashSet::new();
        let mut names = Vec::new();
        let mut next = Some(id);
        while let Some((name, parent)) = next.filter(|id| seen.insert(*id)).and_then(|id| self.as_of(id, at)) {
            names.push(name);
            next = parent;
        }
        names.reverse();
        names.join("/")
    }

    /// Names from the top down to the organisation, `/`-separated.
    pub fn path(&self, id: Uuid) -> String {
        let mut names: Vec<&str> = self.ancestors(id).into_iter().map(|org| org.name.as_str()).collect();
        names.reverse();
        names.extend(self.get(id).map(|org| org.name.as_str()));
        names.join("/")
    }

    /// Organisations directly below one, or the topmost ones.
    pub fn children(&self, parent: Option<Uuid>) -> Vec<&Org> {
        match parent {
            Some(id) => self.children.get(&id).into_iter().flatten().filter_map(|at| self.orgs.get(*at)).collect(),
            None => self.orgs.iter().filter(|org| org.parent_id.is_none()).collect(),
        }
    }

    /// All of them.
    pub fn all(&self) -> &[Org] {
        &self.orgs
    }

    /// By id.
    pub fn get(&self, id: Uuid) -> Option<&Org> {
        self.by_id.get(&id).and_then(|at| self.orgs.get(*at))
    }

    /// By key of the content pack.
    pub fn by_key(&self, key: &str) -> Option<&Org> {
        self.by_key.get(key).and_then(|at| self.orgs.get(*at))
    }

    /// By unified social credit code.
    pub fn by_uscc(&self, uscc: &str) -> Option<&Org> {
        self.by_uscc.get(uscc).and_then(|at| self.orgs.get(*at))
    }

    /// The organisation above and so on up, nearest first.
    pub fn ancestors(&self, id: Uuid) -> Vec<&Org> {
        let mut seen = HashSet::from([id]);
        let mut found = Vec::new();
        let mut next = self.get(id).and_then(|org| org.parent_id);
        // `seen` ends the walk should two rows ever name each other.
        while let Some(org) = next.filter(|id| seen.insert(*id)).and_then(|id| self.get(id)) {
            found.push(org);
            next = org.parent_id;
        }
        found
    }

    /// The body in whose name an organisation acts: itself, or for a section the nearest one above
    /// that has a social credit code.
    pub fn body(&self, id: Uuid) -> Option<&Org> {
        let mut own = self.get(id)?;
        // A merged one acts through the one that took it over; the bound ends a ring.
        for _ in 0..8 {
            match own.merged_into.and_then(|into| self.get(into)) {
                Some(into) => own = into,
                None => break,
            }
        }
        if own.uscc.is_some() {
            return Some(own);
        }
        Some(self.ancestors(own.id).into_iter().find(|org| org.uscc.is_some()).unwrap_or(own))
    }

    /// The organisation and everything below it.
    pub fn subtree(&self, id: Uuid) -> Vec<Uuid> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut waiting = vec![id];
        while let Some(id) = waiting.pop().filter(|_| self.by_id.contains_key(&id)) {
            if seen.insert(id) {
                found.push(id);
                let below = self.children.get(&id).into_iter().flatten().filter_map(|at| self.orgs.get(*at));
                waiting.extend(below.map(|org| org.id));
            }
        }
        found
    }

    /// Every organisation of a region and of the regions inside it.
    pub fn in_region(&self, region: &str) -> Vec<Uuid> {
        let Ok(outer) = RegionCode::parse(region) else { return Vec::new() };
        let inside = |org: &&Org| RegionCode::parse(&org.region).is_ok_and(|code| outer.contains(&code));
        self.orgs.iter().filter(inside).map(|org| org.id).collect()
    }
}

/// A region 区划.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// 12 digits.
    pub code: String,
    /// Name.
    pub name: String,
    /// Region above, 12 digits.
    pub parent: Option<String>,
    /// 行使层级: 2 province, 3 city, 4 county, 5 town, 6 village.
    pub level: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn org(number: u128, parent: Option<u128>, uscc: Option<&str>, region: &str) -> Org {
        Org {
            id: Uuid::from_u128(number),
            key: format!("org-{number}"),
            name: format!("机构{number}"),
            short_name: format!("机构{number}"),
            kind: "department".into(),
            uscc: uscc.map(str::to_owned),
            parent_id: parent.map(Uuid::from_u128),
            region: region.into(),
            level: 4,
            phone: None,
            state: OrgState::Active,
            merged_into: None,
            sort: 0,
            version: 1,
        }
    }

    /// req: IDENT-026
    #[test]
    fn an_organisation_has_the_name_and_path_of_the_time_asked_for() {
        let at = |hour| time::macros::datetime!(2026-09-21 00:00 UTC) + time::Duration::hours(hour);
        let change = |number: u128, hour, name: &str, parent: Option<u128>| OrgChange {
            org_id: Uuid::from_u128(number),
            at: at(hour),
            name_before: name.into(),
            parent_before: parent.map(Uuid::from_u128),
        };
        // 3 was renamed at 2 and moved from 4 to 2 at 5; 4 was renamed at 7.
        let tree = city().with_changes(vec![
            change(3, 2, "旧科", Some(4)),
            change(3, 5, "机构3", Some(4)),
            change(4, 7, "旧局", Some(1)),
        ]);
        let third = Uuid::from_u128(3);
        assert_eq!(tree.path_at(third, at(1)), "机构1/旧局/旧科");
        assert_eq!(tree.path_at(third, at(3)), "机构1/旧局/机构3");
        assert_eq!(tree.path_at(third, at(6)), "机构1/机构2/机构3");
        assert_eq!(tree.path(third), "机构1/机构2/机构3");
        assert_eq!(tree.name_at(Uuid::from_u128(4), at(8)), Some("机构4"));
    }

    #[test]
    fn a_merged_organisation_acts_through_the_one_that_took_it_over() {
        let mut orgs = city().orgs;
        orgs[3].merged_into = Some(Uuid::from_u128(2));
        assert_eq!(OrgTree::new(orgs).body(Uuid::from_u128(4)).unwrap().id, Uuid::from_u128(2));
    }

    fn city() -> OrgTree {
        OrgTree::new(vec![
            org(1, None, Some("GOV"), "449900000000"),
            org(2, Some(1), Some("BUREAU"), "449902000000"),
            org(3, Some(2), None, "449902000000"),
            org(4, Some(1), Some("OTHER"), "449901000000"),
        ])
    }

    #[test]
    fn a_section_acts_in_the_name_of_its_bureau() {
        let tree = city();
        assert_eq!(tree.body(Uuid::from_u128(3)).unwrap().uscc.as_deref(), Some("BUREAU"));
        assert_eq!(tree.body(Uuid::from_u128(4)).unwrap().uscc.as_deref(), Some("OTHER"));
        assert_eq!(tree.by_uscc("GOV").unwrap().key, "org-1");
    }

    #[test]
    fn a_subtree_holds_itself_and_what_is_below() {
        let tree = city();
        assert_eq!(tree.subtree(Uuid::from_u128(1)).len(), 4);
        assert_eq!(tree.subtree(Uuid::from_u128(2)), [Uuid::from_u128(2), Uuid::from_u128(3)]);
        assert!(tree.subtree(Uuid::from_u128(9)).is_empty());
    }

    #[test]
    fn a_region_holds_the_organisations_of_its_districts() {
        let tree = city();
        assert_eq!(tree.in_region("449900000000").len(), 4);
        assert_eq!(tree.in_region("449902000000").len(), 2);
    }

    #[test]
    fn two_rows_that_name_each_other_do_not_hang_the_walk() {
        let tree = OrgTree::new(vec![org(1, Some(2), None, ""), org(2, Some(1), None, "")]);
        assert_eq!(tree.ancestors(Uuid::from_u128(1)).len(), 1);
        assert_eq!(tree.subtree(Uuid::from_u128(1)).len(), 2);
    }
}
