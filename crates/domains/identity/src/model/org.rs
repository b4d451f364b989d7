//! Organisations as a tree, and regions.

use std::collections::{HashMap, HashSet};

use base::region::RegionCode;
use serde::{Deserialize, Serialize};
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
}

/// All organisations with their order.
#[derive(Debug, Default)]
pub struct OrgTree {
    orgs: Vec<Org>,
    by_id: HashMap<Uuid, usize>,
    by_key: HashMap<String, usize>,
    by_uscc: HashMap<String, usize>,
    children: HashMap<Uuid, Vec<usize>>,
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
        let own = self.get(id)?;
        if own.uscc.is_some() {
            return Some(own);
        }
        Some(self.ancestors(id).into_iter().find(|org| org.uscc.is_some()).unwrap_or(own))
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
        }
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
