-- Since when the present password opens nothing, because whoever runs the service has said so. A new one ends it.
ALTER TABLE users ADD COLUMN password_reset_required_at timestamptz;
