-- What changed lately, from the index alone: every node asks for it every few seconds.
-- items_by_draft_version, which answered that for all items, may go with the release after this one.
CREATE INDEX items_by_change ON items (updated_at, slug, draft_version, state, version)
