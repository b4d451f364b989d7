-- Tickets of a hall's queue (号票, HALL-028, CASE-011): told by the hall's own queue system, or written down at a window
-- where there is none. source: app id of the queue system, or 'manual'; source_id: how it is told apart there; revision:
-- the sender's count of changes, an older one changes nothing. state: waiting, called, serving, held, missed,
-- transferred, done, cancelled. visitor_*: empty until told, and again a month later.
CREATE TABLE queue_tickets (
  id @id PRIMARY KEY,
  version @int NOT NULL,
  source @text NOT NULL,
  source_name @text NOT NULL,
  source_id @text NOT NULL,
  revision @int NOT NULL,
  hall_key @text NOT NULL,
  hall_name @text NOT NULL,
  number @text NOT NULL,
  state @text NOT NULL,
  business @text NOT NULL,
  item_slug @text,
  item_name @text NOT NULL,
  priority @bool NOT NULL,
  window_key @text,
  window_name @text NOT NULL,
  calls @int NOT NULL,
  visitor_name @text NOT NULL,
  visitor_index @text NOT NULL,
  visitor_sealed @text NOT NULL,
  ticketed_at @time NOT NULL,
  called_at @time,
  ended_at @time,
  taken_by @id,
  taken_by_name @text NOT NULL,
  changed_at @time NOT NULL,
  UNIQUE (source, source_id)
);
CREATE INDEX queue_tickets_by_window ON queue_tickets (window_key, called_at);
CREATE INDEX queue_tickets_by_hall ON queue_tickets (hall_key, ticketed_at);
CREATE INDEX queue_tickets_by_visitor ON queue_tickets (visitor_index);
-- Those that know their visitor still: few, while all others stay for good.
CREATE INDEX queue_tickets_known ON queue_tickets (ticketed_at) WHERE visitor_sealed <> '';

-- What happened to a ticket, append only.
CREATE TABLE queue_ticket_steps (
  id @id PRIMARY KEY,
  ticket_id @id NOT NULL,
  at @time NOT NULL,
  state @text NOT NULL,
  window_name @text NOT NULL,
  text @text NOT NULL
);
CREATE INDEX queue_ticket_steps_by_ticket ON queue_ticket_steps (ticket_id, id);

-- Cases taken in for the visitor of a ticket.
CREATE TABLE queue_ticket_cases (
  case_id @id PRIMARY KEY,
  ticket_id @id NOT NULL,
  case_number @text NOT NULL,
  item_name @text NOT NULL
);
CREATE INDEX queue_ticket_cases_by_ticket ON queue_ticket_cases (ticket_id, case_id)
