-- Papers of items (FORM-019, 020, 021): what is printed, told or sealed for an item, and when. Empty texts mean
-- all handling items, no moment, no seal. situation: question → option, all of which must be answered so.
CREATE TABLE item_papers (
  id @id PRIMARY KEY,
  item_slug @text NOT NULL,
  item_name @text NOT NULL,
  org_id @id NOT NULL,
  title @text NOT NULL,
  handle_item @text NOT NULL,
  situation @json NOT NULL,
  kind @text NOT NULL,
  paper_key @text NOT NULL,
  purpose @text NOT NULL,
  moment @text NOT NULL,
  seal @text NOT NULL,
  seal_org_id @id,
  stamp_at @text NOT NULL,
  step @text NOT NULL,
  disabled @bool NOT NULL,
  version @int NOT NULL,
  changed_at @time NOT NULL,
  changed_by_name @text NOT NULL
);
CREATE INDEX item_papers_by_item ON item_papers (item_slug, disabled);

-- Every stamp. state: waiting (asked for, the job is at it) or done. digest: SM3 of the stamped file.
CREATE TABLE paper_stamps (
  id @id PRIMARY KEY,
  case_id @id NOT NULL,
  case_number @text NOT NULL,
  org_id @id NOT NULL,
  item_slug @text NOT NULL,
  item_name @text NOT NULL,
  document_id @id NOT NULL,
  title @text NOT NULL,
  seal @text NOT NULL,
  seal_org_id @id NOT NULL,
  seal_name @text NOT NULL,
  place @text NOT NULL,
  state @text NOT NULL,
  asked_at @time NOT NULL,
  asked_by @id,
  asked_by_name @text NOT NULL,
  done_at @time,
  digest @text NOT NULL
);
CREATE INDEX paper_stamps_by_case ON paper_stamps (case_id, id);
CREATE INDEX paper_stamps_by_org ON paper_stamps (org_id, id);
CREATE INDEX paper_stamps_by_digest ON paper_stamps (digest);

-- Where the paper wants its seal (JSON), and the SM3 of the file, to know a copy again.
ALTER TABLE case_documents ADD COLUMN seal_place @text NOT NULL DEFAULT '';
ALTER TABLE case_documents ADD COLUMN file_digest @text NOT NULL DEFAULT '';
CREATE INDEX case_documents_by_digest ON case_documents (file_digest)
