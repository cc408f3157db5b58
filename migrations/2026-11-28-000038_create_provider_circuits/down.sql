DROP TABLE provider_calls;
DROP TABLE provider_circuits;
