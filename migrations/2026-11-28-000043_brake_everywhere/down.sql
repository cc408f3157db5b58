DELETE FROM brakes WHERE country = 'ALL';
ALTER TABLE brakes
    DROP CONSTRAINT brakes_country_check,
    ADD CONSTRAINT brakes_country_check CHECK (country ~ '^[A-Z]{2}$'),
    DROP CONSTRAINT brakes_rule_check,
    ADD CONSTRAINT brakes_rule_check CHECK (rule IN ('country_hour', 'country_day', 'range_hour', 'range_day'));
