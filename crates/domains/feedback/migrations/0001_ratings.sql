-- Ratings: one per case; every version a person gave stays in the history.
CREATE TABLE ratings (
  id @id PRIMARY KEY,
  case_id @id NOT NULL UNIQUE,
  case_number @text NOT NULL,
  item_slug @text NOT NULL,
  item_name @text NOT NULL,
  org_id @id NOT NULL,
  account_id @id,
  stars @int NOT NULL,
  reasons @json NOT NULL,
  reasons_version @int NOT NULL,
  opinion @text NOT NULL,
  entry @text NOT NULL,
  times @int NOT NULL,
  created_at @time NOT NULL,
  updated_at @time NOT NULL
);
CREATE INDEX ratings_item ON ratings (item_slug, stars);
CREATE INDEX ratings_org ON ratings (org_id, id);

CREATE TABLE rating_history (
  rating_id @id NOT NULL,
  times @int NOT NULL,
  stars @int NOT NULL,
  reasons @json NOT NULL,
  opinion @text NOT NULL,
  entry @text NOT NULL,
  rated_at @time NOT NULL,
  PRIMARY KEY (rating_id, times)
);

-- Wrong openings per case number asked for, whether such a case exists or not.
CREATE TABLE rating_attempts (
  number_index @text PRIMARY KEY,
  failed @int NOT NULL,
  since @time NOT NULL
)
