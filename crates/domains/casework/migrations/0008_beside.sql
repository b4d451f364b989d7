-- What stands beside the filled-in form, sealed as the form is: what sources said (FORM-014), rules that
-- only warned (FORM-016), comparisons (FORM-018). Absent while there is nothing.
ALTER TABLE case_forms ADD COLUMN beside_sealed @text
