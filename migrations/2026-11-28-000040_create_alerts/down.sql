DROP TABLE alert_pauses;
DROP TABLE alerts;
