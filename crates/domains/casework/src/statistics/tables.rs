//! Rows of `case_counted`, `case_days`, `case_totals` and `case_counting`.

/// What a case adds to the figures, as last counted.
pub(crate) mod counted {
    use sea_orm::entity::prelude::*;

    /// `case_counted`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_counted")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        pub version: i64,
        pub org_id: Uuid,
        pub item_slug: String,
        pub item_name: String,
        pub taken_at: Uuid,
        pub channel: String,
        pub state: String,
        pub closing: String,
        pub on_time: bool,
        pub filed_on: i64,
        pub accepted_on: Option<i64>,
        pub closed_on: Option<i64>,
        pub delivered_on: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Cases of one day, moment and kind.
pub(crate) mod cell {
    use sea_orm::entity::prelude::*;

    /// `case_days`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_days")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub moment: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub org_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub item_slug: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub item_name: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub taken_at: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub channel: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub state: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub closing: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub on_time: bool,
        pub number: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Cases filed in one year, of one department, channel and state.
pub(crate) mod total {
    use sea_orm::entity::prelude::*;

    /// `case_totals`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_totals")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub org_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub year: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub channel: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub state: String,
        pub number: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// How far counting is.
pub(crate) mod counting {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `case_counting`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_counting")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub ready: bool,
        pub after_id: Uuid,
        pub until_at: OffsetDateTime,
        pub checked_at: Option<OffsetDateTime>,
        pub checked: i64,
        pub differing: i64,
        pub summed_until: Option<OffsetDateTime>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl counting::Model {
    /// Whether `case_totals` is what `case_days` adds up to: whoever counted last counted both. A node of the release
    /// before moves `until_at` alone.
    pub(crate) fn has_totals(&self) -> bool {
        self.ready && self.summed_until == Some(self.until_at)
    }
}
