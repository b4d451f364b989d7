-- Wrong questions after the progress of a case, per number asked for, whether such a case exists or not.
CREATE TABLE progress_attempts (
  number_index @text PRIMARY KEY,
  failed @int NOT NULL,
  since @time NOT NULL
)
