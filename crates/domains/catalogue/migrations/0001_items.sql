-- The item library. A published version is frozen; the head row is what lists and search read.
-- card: what lists and search show of the published version. draft: what an editor saved and not yet
-- published. draft_version: counts every change of the row; an editor's page must be as new.
CREATE TABLE items (
  slug @text PRIMARY KEY,
  task_code @text NOT NULL UNIQUE,
  basic_code @text NOT NULL,
  name @text NOT NULL,
  org_id @id NOT NULL,
  region @text NOT NULL,
  item_type @text NOT NULL,
  state @text NOT NULL,
  version @int NOT NULL,
  card @json,
  draft @json,
  draft_version @int NOT NULL,
  updated_at @time NOT NULL
);
CREATE INDEX items_by_org ON items (org_id, slug);
CREATE INDEX items_by_basic_code ON items (basic_code);
-- Answers "has anything changed" from the index alone.
CREATE INDEX items_by_draft_version ON items (draft_version);

CREATE TABLE item_versions (
  slug @text NOT NULL,
  version @int NOT NULL,
  content @json NOT NULL,
  definitions @json NOT NULL,
  digest @text NOT NULL,
  published_at @time NOT NULL,
  published_by @text NOT NULL,
  PRIMARY KEY (slug, version)
);

-- Common catalogue (通用目录, kind catalogue) and its sub-items (子项, kind sub); implementation
-- entries hang below by basic code.
CREATE TABLE catalogue_nodes (
  code @text PRIMARY KEY,
  kind @text NOT NULL,
  name @text NOT NULL,
  parent_code @text,
  version @int NOT NULL,
  updated_at @time NOT NULL
);
CREATE INDEX catalogue_nodes_parent ON catalogue_nodes (parent_code);

CREATE TABLE favourites (
  account_id @id NOT NULL,
  slug @text NOT NULL,
  created_at @time NOT NULL,
  PRIMARY KEY (account_id, slug)
)
