-- Whether the address that a text was asked for from vouched for it: enough of the codes that went there were entered.
-- From here on a country's rows in `sms_hours` count only the other texts. A range's rows count all.
ALTER TABLE sms_messages ADD COLUMN vouched boolean NOT NULL DEFAULT false;

-- The hours of all countries are read together, and of those without their ranges.
CREATE INDEX sms_hours_countries ON sms_hours (hour) WHERE number_range = '';
