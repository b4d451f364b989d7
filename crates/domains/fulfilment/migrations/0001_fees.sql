-- What a case costs: computed, reviewed, paid. One row per case; lines are what was computed and settled.
CREATE TABLE fees (
  id @id PRIMARY KEY,
  case_id @id NOT NULL UNIQUE,
  version @int NOT NULL,
  case_number @text NOT NULL,
  item_slug @text NOT NULL,
  item_name @text NOT NULL,
  org_id @id NOT NULL,
  taken_at @id,
  account_id @id,
  applicant_name @text NOT NULL,
  state @text NOT NULL,
  basis @text NOT NULL,
  lines @json NOT NULL,
  computed_fen @int NOT NULL,
  amount_fen @int NOT NULL,
  review_reason @text,
  reviewed_by @text,
  reviewed_at @time,
  notice_id @id,
  notice_number @text,
  way @text,
  paid_at @time,
  receipt_number @text,
  receipt_id @id,
  confirmed_by @text,
  refund_due @bool NOT NULL,
  refund_reason @text,
  refund_number @text,
  refunded_at @time,
  invoice_code @text,
  invoice_number @text,
  invoiced_by @text,
  invoiced_at @time,
  created_at @time NOT NULL,
  updated_at @time NOT NULL
);
CREATE INDEX fees_by_org ON fees (org_id, state, id);
CREATE INDEX fees_by_account ON fees (account_id);
CREATE INDEX fees_by_receipt ON fees (receipt_number);

-- One try to pay a fee. A cancelled order that is paid all the same is given back.
CREATE TABLE fee_orders (
  id @id PRIMARY KEY,
  fee_id @id NOT NULL,
  case_id @id NOT NULL,
  number @text NOT NULL UNIQUE,
  way @text NOT NULL,
  amount_fen @int NOT NULL,
  state @text NOT NULL,
  pay_url @text,
  provider_number @text,
  error @text,
  created_at @time NOT NULL,
  paid_at @time,
  closed_at @time
);
CREATE INDEX fee_orders_by_fee ON fee_orders (fee_id, id);
CREATE INDEX fee_orders_by_day ON fee_orders (paid_at, id);

-- What a day's statement of the payment platform says beside our orders.
CREATE TABLE fee_statements (
  day @text PRIMARY KEY,
  matched @int NOT NULL,
  ours_fen @int NOT NULL,
  theirs_fen @int NOT NULL,
  differences @json NOT NULL,
  made_by @text NOT NULL,
  made_at @time NOT NULL
)
