-- Problems and opinions of users about the product. The words may hold anything about anybody: sealed.
CREATE TABLE questions (
  id @id PRIMARY KEY,
  number @text NOT NULL UNIQUE,
  side @text NOT NULL,
  account_id @id NOT NULL,
  asker @text NOT NULL,
  page @text NOT NULL,
  kind @text NOT NULL,
  category @text NOT NULL,
  state @text NOT NULL,
  outcome @text NOT NULL,
  text_sealed @text NOT NULL,
  answer_sealed @text NOT NULL,
  answered_by_name @text NOT NULL,
  asked_at @time NOT NULL,
  answered_at @time,
  version @int NOT NULL
);
CREATE INDEX questions_state ON questions (state, id);
CREATE INDEX questions_account ON questions (account_id, id);

-- Answers that are good for everybody.
CREATE TABLE question_faqs (
  id @id PRIMARY KEY,
  side @text NOT NULL,
  category @text NOT NULL,
  question @text NOT NULL,
  answer @text NOT NULL,
  published @bool NOT NULL,
  version @int NOT NULL,
  changed_at @time NOT NULL,
  changed_by_name @text NOT NULL
);
CREATE INDEX question_faqs_side ON question_faqs (published, side, category)
