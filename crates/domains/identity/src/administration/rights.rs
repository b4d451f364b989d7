//! Who holds which right over which organisation, and who may give it (IDENT-030). Pure.
//!
//! A *right* is a permission over an organisation (perhaps for listed items only). A *power* is what
//! an administrator may give: permissions over a part of the tree; it comes from a mandate or,
//! for a region's system and security administrators, from the role. Every administrative command is
//! judged by what it did: the rights and powers of everybody before and after are compared, and what
//! anybody gained must lie within the giver's powers ([`judge`]). So no new command can forget the rule.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use platform::web::guard::Audience;
use platform::web::problem::FieldProblem;
use time::OffsetDateTime;
use uuid::Uuid;

use super::policies::model::CrossGrant;
use crate::directory::Snapshot;
use crate::model::staff::Staff;
use crate::roles;

/// Marks who administers the whole region of the own organisation.
pub(crate) const REGION: &str = "admin.region";
/// Marks who may give every right.
pub(crate) const GRANT_ALL: &str = "admin.grant_all";

/// Permissions over a part of the tree that somebody may give.
#[derive(Debug, Clone)]
pub(crate) struct Power {
    pub(crate) orgs: BTreeSet<Uuid>,
    pub(crate) permissions: BTreeSet<String>,
    pub(crate) may_delegate: bool,
    pub(crate) mandate: Option<Uuid>,
}

/// Organisations; `None` = all items, else only those.
pub(crate) type Orgs = BTreeMap<Uuid, Option<BTreeSet<String>>>;

/// What somebody sees.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reach {
    /// Every case of these.
    pub(crate) whole: Orgs,
    /// Of these, beside the above, only what was taken in by the own side.
    pub(crate) intake: Orgs,
    /// The own side: the own body and everything below it.
    pub(crate) own: BTreeSet<Uuid>,
}

impl Reach {
    /// Whole or in part: what a right over an organisation is judged by.
    pub(crate) fn all(self) -> Orgs {
        let mut all = self.whole;
        for (org, items) in self.intake {
            widen(&mut all, org, items);
        }
        all
    }
}

/// Administrative level of a town; a village is below.
const TOWN: i64 = 5;

/// A staff user with the windows held.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) staff: Staff,
    pub(crate) windows: Vec<String>,
}

/// Everything rights depend on, at one moment.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) directory: Snapshot,
    pub(crate) members: Vec<Member>,
    pub(crate) now: OffsetDateTime,
}

/// Organisations whose cases somebody may see.
///
/// The own body with everything below it (a section handles the cases of its bureau), the bodies
/// linked to the windows held, for region-wide posts without an item list the whole region, and the
/// bodies of other regions that granted items for a time (IDENT-018). An item list narrows all but
/// the last.
///
/// A window of a town or village takes a higher body's items in for it (乡镇延伸, IDENT-028): whoever
/// sits there sees of that body what the own side took in, not what the rest of the district files.
pub(crate) fn reach(
    staff: &Staff,
    windows: &[String],
    directory: &Snapshot,
    counts: impl Fn(&CrossGrant) -> bool,
) -> Reach {
    let tree = &directory.tree;
    let narrowed = !staff.items.is_empty() || directory.roles.needs_items(&staff.roles);
    let own: Option<BTreeSet<String>> = narrowed.then(|| staff.items.iter().cloned().collect());
    let below = |org: Uuid| tree.body(org).map(|body| tree.subtree(body.id)).unwrap_or_default();
    let mut found = Reach { own: below(staff.org_id).into_iter().collect(), ..Reach::default() };
    let add = |to: &mut Orgs, org: Uuid, items: Option<BTreeSet<String>>| {
        for id in below(org) {
            widen(to, id, items.clone());
        }
    };
    add(&mut found.whole, staff.org_id, own.clone());
    let level = |org: Uuid| tree.get(org).map_or(0, |org| org.level);
    for key in windows {
        let seat = directory.window(key).map_or(0, |window| level(window.org_id));
        for link in directory.links_of_window(key) {
            let items = match (link.item, &own) {
                (None, own) => own.clone(),
                (Some(item), Some(own)) if !own.contains(&item) => continue,
                (Some(item), _) => Some([item].into()),
            };
            let extended = seat >= TOWN && level(link.org) < TOWN;
            add(if extended { &mut found.intake } else { &mut found.whole }, link.org, items);
        }
    }
    for grant in directory.cross.get(&staff.id).into_iter().flatten().filter(|grant| counts(grant)) {
        add(&mut found.whole, grant.org_id, Some(grant.items.iter().cloned().collect()));
    }
    if directory.roles.sees_region(&staff.roles) && staff.items.is_empty() {
        for id in directory.in_region_of(staff.org_id) {
            widen(&mut found.whole, id, None);
        }
    }
    found
}

pub(crate) fn widen(reach: &mut Orgs, org: Uuid, items: Option<BTreeSet<String>>) {
    match reach.entry(org) {
        std::collections::btree_map::Entry::Vacant(vacant) => {
            vacant.insert(items);
        }
        std::collections::btree_map::Entry::Occupied(mut held) => match (held.get_mut(), items) {
            (held, None) => *held = None,
            (Some(held), Some(more)) => held.extend(more),
            (None, _) => {}
        },
    }
}

impl World {
    pub(crate) fn member(&self, id: Uuid) -> Option<&Member> {
        self.members.iter().find(|member| member.staff.id == id)
    }

    pub(crate) fn permissions(&self, member: &Member) -> BTreeSet<String> {
        self.directory.roles.permissions(Audience::Desk, &member.staff.roles)
    }

    /// Reach as judged: a grant that begins later counts from the moment it is given.
    pub(crate) fn reach(&self, member: &Member) -> Reach {
        reach(&member.staff, &member.windows, &self.directory, |grant| grant.until > self.now)
    }

    /// What somebody may give.
    pub(crate) fn powers(&self, member: &Member) -> Vec<Power> {
        let held = self.permissions(member);
        let mut powers = Vec::new();
        if held.contains(REGION) {
            let mut permissions = self.directory.roles.every_permission(Audience::Desk);
            if !held.contains(GRANT_ALL) {
                // The system administrator has no power over the other two of the three (三员分立)
                // and none over keys. What a common post holds as well is not theirs alone.
                let common = roles::open_permissions();
                for other in ["sec_admin", "key_keeper", "auditor"] {
                    for key in roles::permissions(Audience::Desk, &[other.to_owned()]) {
                        if !common.contains(&key) {
                            permissions.remove(&key);
                        }
                    }
                }
                permissions.extend(held);
            }
            powers.push(Power {
                orgs: self.directory.in_region_of(member.staff.org_id),
                permissions,
                may_delegate: true,
                mandate: None,
            });
        }
        for mandate in self.directory.mandates.iter().filter(|mandate| mandate.staff_id == member.staff.id) {
            if mandate.until.is_none_or(|until| until > self.now) {
                powers.push(Power {
                    orgs: self.directory.tree.subtree(mandate.org_id).into_iter().collect(),
                    permissions: mandate.permissions.clone(),
                    may_delegate: mandate.may_delegate,
                    mandate: Some(mandate.id),
                });
            }
        }
        powers
    }

    /// The part of the tree somebody administers.
    pub(crate) fn part(&self, member: &Member) -> HashSet<Uuid> {
        self.powers(member).into_iter().flat_map(|power| power.orgs).collect()
    }

    /// Whether a giver could have given everything that somebody holds: only then may the giver take
    /// over the account, for example by a new password.
    pub(crate) fn covers(&self, giver: &Member, target: &Member) -> bool {
        let powers = self.powers(giver);
        let held = self.permissions(target);
        self.reach(target).all().keys().all(|org| lacking(&powers, *org, &held).is_empty())
            && self
                .powers(target)
                .iter()
                .all(|power| power.orgs.iter().all(|org| lacking(&powers, *org, &power.permissions).is_empty()))
    }
}

/// Permissions that none of the powers covers over an organisation.
fn lacking(powers: &[Power], org: Uuid, wanted: &BTreeSet<String>) -> BTreeSet<String> {
    let mut left = wanted.clone();
    for power in powers.iter().filter(|power| power.orgs.contains(&org)) {
        left.retain(|key| !power.permissions.contains(key));
    }
    left
}

/// A right or power that somebody gained and the giver could not give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Beyond {
    pub(crate) who: String,
    pub(crate) org: Uuid,
    pub(crate) permission: String,
}

/// Compares everybody's rights and powers before and after a command and returns what was gained
/// beyond the powers the giver had before. Organisations that did not exist before hold nothing yet.
pub(crate) fn judge(before: &World, after: &World, giver: Uuid) -> Vec<Beyond> {
    let powers = before.member(giver).map(|giver| before.powers(giver)).unwrap_or_default();
    let handing: Vec<Power> = powers.iter().filter(|power| power.may_delegate).cloned().collect();
    let existed = |org: &Uuid| before.directory.tree.get(*org).is_some();
    let mut beyond = Vec::new();
    for member in &after.members {
        let old = before.member(member.staff.id);
        let (held, had) = (after.permissions(member), old.map(|old| before.permissions(old)).unwrap_or_default());
        let (sees, saw) = (after.reach(member), old.map(|old| before.reach(old)).unwrap_or_default());
        let new: BTreeSet<String> = held.difference(&had).cloned().collect();
        let mut note = |org: Uuid, missing: BTreeSet<String>| {
            for permission in missing {
                beyond.push(Beyond { who: member.staff.name.clone(), org, permission });
            }
        };
        // Seeing whole what was seen in part is a gain too.
        let saw_any = saw.clone().all();
        let pairs = [(&sees.whole, &saw.whole), (&sees.intake, &saw_any)];
        let seen = pairs.into_iter().flat_map(|(now, before)| now.iter().map(move |(org, items)| (org, items, before)));
        for (org, items, before) in seen.filter(|(org, ..)| existed(org)) {
            let kept = before.get(org).is_some_and(|old| match (old, items) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(old), Some(items)) => items.is_subset(old),
            });
            note(*org, lacking(&powers, *org, if kept { &new } else { &held }));
        }
        let had_powers = old.map(|old| before.powers(old)).unwrap_or_default();
        for power in after.powers(member) {
            let same: Vec<Power> =
                had_powers.iter().filter(|old| old.may_delegate || !power.may_delegate).cloned().collect();
            for org in power.orgs.iter().filter(|org| existed(org)) {
                let gained = lacking(&same, *org, &power.permissions);
                note(*org, lacking(&handing, *org, &gained));
            }
        }
    }
    beyond
}

/// Permissions that the giver gained for himself: nobody widens the own rights.
pub(crate) fn own_gains(before: &World, after: &World, giver: Uuid) -> BTreeSet<String> {
    let held = |world: &World| world.member(giver).map(|member| world.permissions(member)).unwrap_or_default();
    held(after).difference(&held(before)).cloned().collect()
}

/// Duties that exclude each other and came together in one account through a command.
pub(crate) fn clashes(before: &World, after: &World) -> Vec<String> {
    let mut found = Vec::new();
    for member in &after.members {
        let old = before.member(member.staff.id);
        let broken_before = old.map(|old| broken(before, old)).unwrap_or_default();
        for label in broken(after, member) {
            if !broken_before.contains(&label) {
                found.push(format!("{}：{label}", member.staff.name));
            }
        }
    }
    found
}

fn broken(world: &World, member: &Member) -> BTreeSet<String> {
    let mut held = world.permissions(member);
    held.extend(member.staff.roles.iter().map(|role| format!("role:{role}")));
    let has = |side: &[String]| side.iter().any(|key| held.contains(key));
    world
        .directory
        .exclusions
        .iter()
        .filter(|rule| has(&rule.one_side) && has(&rule.other_side))
        .map(|rule| format!("{}（{}）", rule.label, rule.reason))
        .collect()
}

/// Words for what was given beyond the own powers.
pub(crate) fn explain(beyond: &[Beyond], world: &World) -> Vec<FieldProblem> {
    let labels: BTreeMap<String, String> = roles::menus().into_iter().flat_map(|menu| menu.permissions).collect();
    let mut told = BTreeSet::new();
    for one in beyond {
        let label = labels.get(&one.permission).unwrap_or(&one.permission);
        let org = world.directory.tree.get(one.org).map_or("这个机构", |org| org.name.as_str());
        told.insert((one.permission.clone(), format!("您没有在“{org}”授予“{label}”的权力（{}）", one.who)));
    }
    told.into_iter().take(20).map(|(key, text)| FieldProblem::new("/permissions", key, text)).collect()
}
