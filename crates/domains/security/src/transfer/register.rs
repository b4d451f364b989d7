//! The register of packets, for people: how each direction stands and what went.

use std::collections::BTreeMap;

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use time::OffsetDateTime;

use super::GENESIS;
use super::store::{find, inward, out, state};
use crate::Security;

/// States of both directions with their names.
const STATES: [(&str, &str); 6] = [
    ("waiting", "待发"),
    ("sent", "已发出"),
    ("acknowledged", "对方已收到"),
    ("held", "等前面的包"),
    ("delivered", "已收下"),
    ("refused", "已拒收"),
];

/// Name of a state.
pub(crate) fn state_label(text: &str) -> &'static str {
    STATES.iter().find(|(key, _)| *key == text).map_or("", |(_, name)| name)
}

/// How a direction stands.
pub(crate) struct Standing {
    pub(crate) state: state::Model,
    /// Packets by state.
    pub(crate) counts: BTreeMap<String, i64>,
    /// Packets by kind, to be held against the other side's.
    pub(crate) kinds: Vec<KindCount>,
}

/// Packets of one kind in one direction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct KindCount {
    pub(crate) kind: String,
    /// All there are.
    pub(crate) packets: i64,
    /// That both sides have: acknowledged, or delivered.
    pub(crate) both: i64,
    /// By what became of them, where they were received.
    pub(crate) taken: BTreeMap<String, i64>,
}

/// Counts of kind, state and mark as counts of kinds.
fn by_kind(counted: Vec<(String, String, String, i64)>) -> (BTreeMap<String, i64>, Vec<KindCount>) {
    let (mut states, mut kinds) = (BTreeMap::new(), BTreeMap::<String, KindCount>::new());
    for (kind, state, taken, n) in counted {
        let of = kinds.entry(kind.clone()).or_insert_with(|| KindCount { kind, ..KindCount::default() });
        of.packets += n;
        of.both += if ["acknowledged", "delivered"].contains(&state.as_str()) { n } else { 0 };
        if !taken.is_empty() {
            *of.taken.entry(taken).or_default() += n;
        }
        *states.entry(state).or_default() += n;
    }
    (states, kinds.into_values().collect())
}

/// Which packets.
#[derive(Debug, Clone, Default)]
pub(crate) struct PacketFilter {
    pub(crate) inward: bool,
    pub(crate) state: Option<String>,
    pub(crate) kind: Option<String>,
    /// What became of it, inward.
    pub(crate) taken: Option<String>,
}

/// A packet of either direction.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) no: i64,
    pub(crate) kind: String,
    pub(crate) state: String,
    pub(crate) digest: String,
    pub(crate) size: i64,
    pub(crate) at: OffsetDateTime,
    pub(crate) done_at: Option<OffsetDateTime>,
    pub(crate) times: i64,
    pub(crate) note: String,
    /// What became of it, inward.
    pub(crate) taken: String,
    pub(crate) taken_at: Option<OffsetDateTime>,
}

impl Security {
    /// How `out` or `in` stands.
    pub(crate) async fn standing(&self, direction: &str) -> Result<Standing> {
        let conn = self.platform.db.read();
        let none = || state::Model {
            direction: direction.to_owned(),
            last_no: 0,
            chain: GENESIS.to_owned(),
            peer_no: 0,
            peer_at: None,
            agreed: true,
            note: String::new(),
        };
        let counted: Vec<(String, String, String, i64)> = if direction == "in" {
            inward::Entity::find()
                .select_only()
                .columns([inward::Column::Kind, inward::Column::State, inward::Column::Taken])
                .column_as(inward::Column::Id.count(), "n")
                .group_by(inward::Column::Kind)
                .group_by(inward::Column::State)
                .group_by(inward::Column::Taken)
                .into_tuple()
                .all(conn)
                .await?
        } else {
            let counted: Vec<(String, String, i64)> = out::Entity::find()
                .select_only()
                .columns([out::Column::Kind, out::Column::State])
                .column_as(out::Column::Id.count(), "n")
                .group_by(out::Column::Kind)
                .group_by(out::Column::State)
                .into_tuple()
                .all(conn)
                .await?;
            counted.into_iter().map(|(kind, state, n)| (kind, state, String::new(), n)).collect()
        };
        let (counts, kinds) = by_kind(counted);
        Ok(Standing { state: find(conn, direction).await?.unwrap_or_else(none), counts, kinds })
    }

    /// Packets of a direction, newest first, before a number; with the total.
    pub(crate) async fn packets(
        &self,
        filter: &PacketFilter,
        before: Option<i64>,
        limit: u64,
    ) -> Result<(Vec<Row>, u64)> {
        if filter.inward {
            self.packets_in(filter, before, limit).await
        } else {
            self.packets_out(filter, before, limit).await
        }
    }

    async fn packets_out(&self, filter: &PacketFilter, before: Option<i64>, limit: u64) -> Result<(Vec<Row>, u64)> {
        let conn = self.platform.db.read();
        let mut query = out::Entity::find();
        if let Some(state) = &filter.state {
            query = query.filter(out::Column::State.eq(state.clone()));
        }
        if let Some(kind) = &filter.kind {
            query = query.filter(out::Column::Kind.eq(kind.clone()));
        }
        let total = query.clone().count(conn).await?;
        if let Some(no) = before {
            query = query.filter(out::Column::No.lt(no));
        }
        let rows = query.order_by_desc(out::Column::No).limit(limit).all(conn).await?;
        let row = |row: out::Model| Row {
            id: row.id,
            no: row.no,
            kind: row.kind,
            state: row.state,
            digest: row.digest,
            size: row.size,
            at: row.made_at,
            done_at: row.acknowledged_at,
            times: row.sent_times,
            note: if row.dropped.is_empty() { String::new() } else { format!("滤掉的字段：{}", row.dropped) },
            taken: String::new(),
            taken_at: None,
        };
        Ok((rows.into_iter().map(row).collect(), total))
    }

    async fn packets_in(&self, filter: &PacketFilter, before: Option<i64>, limit: u64) -> Result<(Vec<Row>, u64)> {
        let conn = self.platform.db.read();
        let mut query = inward::Entity::find();
        if let Some(state) = &filter.state {
            query = query.filter(inward::Column::State.eq(state.clone()));
        }
        if let Some(kind) = &filter.kind {
            query = query.filter(inward::Column::Kind.eq(kind.clone()));
        }
        if let Some(taken) = &filter.taken {
            query = query.filter(inward::Column::Taken.eq(taken.clone()));
        }
        let total = query.clone().count(conn).await?;
        if let Some(no) = before {
            query = query.filter(inward::Column::No.lt(no));
        }
        let rows = query.order_by_desc(inward::Column::No).limit(limit).all(conn).await?;
        let row = |row: inward::Model| Row {
            id: row.id,
            no: row.no,
            kind: row.kind,
            state: row.state,
            digest: row.digest,
            size: row.size,
            at: row.received_at,
            done_at: row.delivered_at,
            times: 1,
            note: if row.reason.is_empty() { row.taken_note } else { row.reason },
            taken: row.taken,
            taken_at: row.taken_at,
        };
        Ok((rows.into_iter().map(row).collect(), total))
    }
}
