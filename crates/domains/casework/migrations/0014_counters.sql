-- Where a case was taken in at a counter: area and window, which department it was routed to when its item is taken in
-- all over the city (CASE-046), and whether the applicant waits for it (CASE-047).
-- promise: the limit of the department it was routed to, kept as it was on that day. late_at: when an instant case
-- counts as late. window_key: absent when whoever took it in sits at no window.
CREATE TABLE case_counters (
  case_id @id PRIMARY KEY,
  item_slug @text NOT NULL,
  item_name @text NOT NULL,
  org_id @id NOT NULL,
  accept_org @id NOT NULL,
  accept_area @text NOT NULL,
  window_key @text,
  window_name @text NOT NULL,
  citywide @bool NOT NULL,
  applicant_area @text,
  competent_area @text,
  promise @json,
  instant @bool NOT NULL,
  late_at @time,
  filed_at @time NOT NULL
);
CREATE INDEX case_counters_by_org ON case_counters (org_id, filed_at);
CREATE INDEX case_counters_by_accept ON case_counters (accept_org, filed_at);
CREATE INDEX case_counters_late ON case_counters (instant, late_at, case_id);
-- Items done while the applicant waits (即办件), with the minutes they may take.
CREATE TABLE instant_items (
  item_slug @text PRIMARY KEY,
  item_name @text NOT NULL,
  org_id @id NOT NULL,
  minutes @int NOT NULL,
  frequent @bool NOT NULL,
  active @bool NOT NULL,
  version @int NOT NULL,
  changed_at @time NOT NULL,
  changed_by_name @text NOT NULL
)
