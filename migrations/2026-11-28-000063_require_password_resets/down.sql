-- Passwords that somebody may know would open their accounts again: nobody can sign in to those before they are recovered.
UPDATE users SET status = 'disabled' WHERE password_reset_required_at IS NOT NULL;
ALTER TABLE users DROP COLUMN password_reset_required_at;
