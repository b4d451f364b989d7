-- Which definitions each version of an item holds: asked the other way round, by the design library.
CREATE TABLE item_definitions (
  slug @text NOT NULL,
  item_version @int NOT NULL,
  kind @text NOT NULL,
  key @text NOT NULL,
  version @int NOT NULL,
  PRIMARY KEY (slug, item_version, kind)
);
CREATE INDEX item_definitions_by_key ON item_definitions (kind, key)
