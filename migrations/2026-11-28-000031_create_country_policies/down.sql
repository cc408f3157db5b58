DROP TABLE country_policies;
