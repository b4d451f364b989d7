-- Published definitions. A row never changes: a new content is a new version.
CREATE TABLE definitions (
  kind @text NOT NULL,
  key @text NOT NULL,
  version @int NOT NULL,
  content @text NOT NULL,
  digest @text NOT NULL,
  published_at @time NOT NULL,
  published_by @text NOT NULL,
  PRIMARY KEY (kind, key, version)
)
