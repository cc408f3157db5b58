-- A decision may be about the whole installation ('ALL'): whoever is held back in one country goes on in the next.
ALTER TABLE brakes
    DROP CONSTRAINT brakes_country_check,
    ADD CONSTRAINT brakes_country_check CHECK (country = 'ALL' AND number_range = '' OR country ~ '^[A-Z]{2}$'),
    DROP CONSTRAINT brakes_rule_check,
    ADD CONSTRAINT brakes_rule_check CHECK (rule IN (
        'everywhere_hour', 'everywhere_day', 'country_hour', 'country_day', 'range_hour', 'range_day'));
