-- Chapters of the user manual as edited at the desk. The highest version of a chapter counts; one without words means
-- the chapter of the content pack.
CREATE TABLE manual_versions (
  chapter @text NOT NULL,
  version @int NOT NULL,
  title @text,
  body @text,
  pack_digest @text NOT NULL,
  reason @text NOT NULL,
  by_id @id NOT NULL,
  by_name @text NOT NULL,
  at @time NOT NULL,
  PRIMARY KEY (chapter, version)
);
CREATE INDEX manual_versions_at ON manual_versions (at, chapter);

-- Reports of users after which the manual is to be changed, and the version that did.
CREATE TABLE manual_requests (
  question_id @id PRIMARY KEY,
  chapter @text NOT NULL,
  note @text NOT NULL,
  state @text NOT NULL,
  version @int,
  marked_by_name @text NOT NULL,
  marked_at @time NOT NULL,
  done_at @time
);
CREATE INDEX manual_requests_chapter ON manual_requests (chapter, state)
