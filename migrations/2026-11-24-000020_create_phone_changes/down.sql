DROP TABLE phone_changes;
