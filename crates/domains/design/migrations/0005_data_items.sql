-- Which data items a form gives and where each is stored (FORM-006): [{field, code, name, store}]. A form without a
-- row keeps everything with the form.
CREATE TABLE design_data_items (
  form_key @text PRIMARY KEY,
  content @json NOT NULL,
  version @int NOT NULL,
  changed_at @time NOT NULL,
  changed_by_name @text NOT NULL
)
