DROP TABLE activity_hours_written;
DROP TABLE activity_hours;
