//! No chain of administrative commands gives anybody a right or a reach that its giver lacks.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use platform::web::guard::Audience;
use proptest::prelude::*;
use uuid::Uuid;

use crate::administration::rights::{Member, World, judge, own_gains};
use crate::administration::roles::model::Mandate;
use crate::directory::Snapshot;
use crate::model::org::{Org, OrgState, OrgTree};
use crate::model::staff::{Staff, Window};
use crate::roles::{self, RoleBook};
use crate::store::directory::{Link, Links};

const ROLES: [&str; 6] = ["clerk", "reviewer", "approver", "org_admin", "supervisor", "auditor"];
/// Those who give commands; all of them may work together.
const ADMINS: [u128; 3] = [101, 102, 103];
const PEOPLE: [u128; 7] = [101, 102, 103, 201, 202, 203, 204];
/// City, two districts; bureaus 3 and 4 in the first, 5 in the second; sections below.
const ORGS: [(u128, Option<u128>, &str); 8] = [
    (1, None, "449900000000"),
    (2, Some(1), "449902000000"),
    (3, Some(2), "449902000000"),
    (4, Some(2), "449902000000"),
    (5, Some(1), "449901000000"),
    (6, Some(3), "449902000000"),
    (7, Some(3), "449902000000"),
    (8, Some(4), "449902000000"),
];

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn org(number: u128, parent: Option<u128>, region: &str) -> Org {
    Org {
        id: id(number),
        key: format!("org-{number}"),
        name: format!("机构{number}"),
        short_name: format!("机构{number}"),
        kind: "department".into(),
        uscc: (number <= 5).then(|| format!("CODE-{number}")),
        parent_id: parent.map(id),
        region: region.into(),
        level: 4,
        phone: None,
        state: OrgState::Active,
        merged_into: None,
        sort: 0,
        version: 1,
    }
}

fn member(number: u128, org: u128, roles: &[&str]) -> Member {
    Member {
        staff: Staff {
            id: id(number),
            login: format!("login-{number}"),
            name: format!("人{number}"),
            title: None,
            org_id: id(org),
            region: "449902000000".into(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            items: Vec::new(),
            disabled: false,
            must_change_password: false,
            password_set_at: None,
            version: 1,
        },
        windows: Vec::new(),
    }
}

fn permissions(roles: &[&str]) -> BTreeSet<String> {
    let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
    roles::permissions(Audience::Desk, &roles).into_iter().collect()
}

fn mandate(number: u128, staff: u128, org: u128, roles: &[&str], may_delegate: bool) -> Mandate {
    Mandate {
        id: id(number),
        staff_id: id(staff),
        org_id: id(org),
        permissions: permissions(roles),
        may_delegate,
        parent_id: None,
        until: None,
    }
}

/// Three administrators with different mandates, four people who work, two windows.
fn start() -> World {
    let tree = OrgTree::new(ORGS.iter().map(|(number, parent, region)| org(*number, *parent, region)).collect());
    let window = |key: &str, org: u128| Window {
        id: id(u128::from(key.as_bytes()[0])),
        key: key.into(),
        hall_key: "hall".into(),
        hall_name: "大厅".into(),
        number: "1".into(),
        name: "窗口".into(),
        kind: "handle".into(),
        class: String::new(),
        org_id: id(org),
        region: "449902000000".into(),
        version: 1,
    };
    let links = HashMap::from([
        ("a".to_owned(), vec![Link { org: id(3), item: Some("food".into()) }]),
        ("b".to_owned(), vec![Link { org: id(4), item: None }]),
    ]);
    World {
        directory: Snapshot {
            tree: Arc::new(tree),
            windows: [window("a", 6), window("b", 8)].into_iter().map(|one| (one.key.clone(), one)).collect(),
            links: Links { links, ..Links::default() },
            roles: RoleBook::default(),
            exclusions: Vec::new(),
            mandates: vec![
                mandate(901, 101, 3, &["clerk", "reviewer", "org_admin"], true),
                mandate(902, 102, 6, &["clerk"], false),
                mandate(903, 103, 4, &["clerk", "approver"], true),
            ],
            policies: Vec::new(),
            cross: HashMap::new(),
            citywide: Default::default(),
        },
        members: vec![
            member(101, 3, &["org_admin"]),
            member(102, 6, &["org_admin"]),
            member(103, 4, &["org_admin"]),
            member(201, 6, &["clerk"]),
            member(202, 3, &["approver"]),
            member(203, 8, &["clerk"]),
            member(204, 5, &["reviewer"]),
        ],
        now: time::macros::datetime!(2026-09-21 01:00 UTC),
    }
}

/// What an administrator may try; the numbers choose among what there is.
#[derive(Debug, Clone)]
enum Act {
    Roles(usize, Vec<usize>),
    Items(usize, bool),
    Windows(usize, Vec<usize>),
    MoveStaff(usize, usize),
    MoveOrg(usize, usize),
    Merge(usize, usize),
    Link(usize, usize, bool),
    Give(usize, usize, Vec<usize>, bool),
}

fn act() -> impl Strategy<Value = Act> {
    let (who, place) = (0..PEOPLE.len(), 0..ORGS.len());
    let some_roles = || prop::collection::vec(0..ROLES.len(), 0..3);
    prop_oneof![
        (who.clone(), some_roles()).prop_map(|(who, roles)| Act::Roles(who, roles)),
        (who.clone(), any::<bool>()).prop_map(|(who, listed)| Act::Items(who, listed)),
        (who.clone(), prop::collection::vec(0..2_usize, 0..3)).prop_map(|(who, windows)| Act::Windows(who, windows)),
        (who.clone(), place.clone()).prop_map(|(who, place)| Act::MoveStaff(who, place)),
        (place.clone(), place.clone()).prop_map(|(org, under)| Act::MoveOrg(org, under)),
        (place.clone(), place.clone()).prop_map(|(org, into)| Act::Merge(org, into)),
        (0..2_usize, place.clone(), any::<bool>()).prop_map(|(window, org, whole)| Act::Link(window, org, whole)),
        (who, place, some_roles(), any::<bool>()).prop_map(|(who, place, roles, on)| Act::Give(who, place, roles, on)),
    ]
}

fn rearrange(world: &mut World, change: impl Fn(&mut Org)) {
    let mut orgs = world.directory.tree.all().to_vec();
    orgs.iter_mut().for_each(change);
    world.directory.tree = Arc::new(OrgTree::new(orgs));
}

fn apply(before: &World, act: &Act, step: u128) -> World {
    let mut world = before.clone();
    let place = |at: &usize| id(ORGS[*at].0);
    let keys = |roles: &[usize]| roles.iter().map(|at| ROLES[*at].to_owned()).collect::<Vec<_>>();
    match act {
        Act::Roles(who, roles) => world.members[*who].staff.roles = keys(roles),
        Act::Items(who, listed) => {
            world.members[*who].staff.items = if *listed { vec!["food".into()] } else { Vec::new() }
        }
        Act::Windows(who, windows) => {
            world.members[*who].windows = windows.iter().map(|at| ["a", "b"][*at].to_owned()).collect();
        }
        Act::MoveStaff(who, at) => world.members[*who].staff.org_id = place(at),
        Act::MoveOrg(moved, under) | Act::Merge(moved, under) => {
            let (moved, under) = (place(moved), place(under));
            if world.directory.tree.subtree(moved).contains(&under) {
                return world;
            }
            let merge = matches!(act, Act::Merge(..));
            rearrange(&mut world, |org| {
                if org.id == moved {
                    org.parent_id = Some(under);
                    if merge {
                        org.merged_into = Some(under);
                    }
                }
            });
        }
        Act::Link(window, at, whole) => {
            let item = (!whole).then(|| "food".to_owned());
            world.directory.links.links.insert(["a", "b"][*window].to_owned(), vec![Link { org: place(at), item }]);
        }
        Act::Give(who, at, roles, on) => {
            let keys: Vec<&str> = roles.iter().map(|at| ROLES[*at]).collect();
            world.directory.mandates.push(Mandate {
                id: id(1000 + step),
                staff_id: id(PEOPLE[*who]),
                org_id: place(at),
                permissions: permissions(&keys),
                may_delegate: *on,
                parent_id: None,
                until: None,
            });
        }
    }
    world
}

type Pair = (u128, String, u128);

/// Every permission somebody holds, or may give, over an organisation.
fn pairs(world: &World) -> BTreeSet<Pair> {
    let mut all = BTreeSet::new();
    for member in &world.members {
        let who = member.staff.id.as_u128();
        for org in world.reach(member).all().keys() {
            all.extend(world.permissions(member).into_iter().map(|key| (who, key, org.as_u128())));
        }
        for power in world.powers(member) {
            for org in &power.orgs {
                all.extend(power.permissions.iter().map(|key| (who, format!("give {key}"), org.as_u128())));
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the three try together, in whatever order: what anybody gained lies within what the
    /// three could give at the beginning.
    ///
    /// req: IDENT-030
    #[test]
    fn no_chain_of_commands_gives_more_than_its_givers_had(
        steps in prop::collection::vec((0..ADMINS.len(), act()), 1..24),
    ) {
        let start = start();
        let held = pairs(&start);
        let mut givable: BTreeSet<(String, u128)> = BTreeSet::new();
        for admin in ADMINS {
            let admin = start.members.iter().find(|one| one.staff.id == id(admin)).unwrap();
            for power in start.powers(admin) {
                for org in &power.orgs {
                    givable.extend(power.permissions.iter().map(|key| (key.clone(), org.as_u128())));
                }
            }
        }
        let mut world = start;
        let mut taken = 0;
        for (step, (giver, act)) in steps.iter().enumerate() {
            let giver = id(ADMINS[*giver]);
            let after = apply(&world, act, step as u128);
            if judge(&world, &after, giver).is_empty() && own_gains(&world, &after, giver).is_empty() {
                world = after;
                taken += 1;
            }
        }
        for (who, key, org) in pairs(&world).difference(&held) {
            let key = key.strip_prefix("give ").unwrap_or(key);
            prop_assert!(givable.contains(&(key.to_owned(), *org)), "{who} got {key} over {org} after {taken} commands");
        }
    }
}

/// The judge is not simply against everything: what was handed down can be given.
///
/// req: IDENT-030
#[test]
fn what_was_handed_down_can_be_given_and_nothing_beside_it() {
    let world = start();
    let give = |who: usize, roles: Vec<usize>| apply(&world, &Act::Roles(who, roles), 0);
    assert!(judge(&world, &give(3, vec![0, 1]), id(101)).is_empty(), "reviewer within the own part");
    let beyond = judge(&world, &give(3, vec![2]), id(101));
    assert!(beyond.iter().any(|one| one.permission == "case.void"), "approver was not handed down");
    assert!(!judge(&world, &give(5, vec![1]), id(101)).is_empty(), "another body's clerk");
    assert!(!judge(&world, &give(3, vec![4]), id(101)).is_empty(), "supervisor sees the whole district");
    let on = apply(&world, &Act::Give(3, 5, vec![0], false), 0);
    assert!(judge(&world, &on, id(101)).is_empty(), "handed on below");
    assert!(!judge(&world, &on, id(102)).is_empty(), "102 may not hand on");
}
