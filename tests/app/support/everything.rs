//! An account about which every table has something to say.

use super::{TestApp, owners::Owner, people};

/// What a person has only once.
pub const ABOUT: &str = "Two children and a garden in Bole.";
/// Who checked the owner, and how.
pub const REASON: &str = "passport seen at the desk";

/// An owner with an app, a trusted device, a half-finished sign-in, and a row in every table that can have one.
pub async fn of_everything(app: &TestApp) -> Owner {
    let owner = Owner::with_app(app).await;
    owner.trusts_a_browser(app).await;
    owner.begins(app).await;
    owner.person.signs_in_wrongly(&app.browser()).await.shows(422, "That does not fit");
    let (email, there) = (&owner.person.email, people::new_phone());
    app.database.run(&format!(
        "DO $$ DECLARE
             owner users%ROWTYPE; session uuid; challenge uuid; long_code uuid := gen_random_uuid();
         BEGIN
             SELECT * INTO owner FROM users WHERE email = '{email}';
             SELECT id INTO session FROM sessions WHERE user_id = owner.id ORDER BY created_at LIMIT 1;
             UPDATE sponsor_profiles SET city = 'Addis Ababa', about = '{ABOUT}', household_size = 4 WHERE user_id = owner.id;
             INSERT INTO phone_verifications (id, purpose, phone_number, session_id, code_mac, expires_at)
                 VALUES (gen_random_uuid(), 'step_up', owner.phone_number, session, 'hmac-sha256$secret$mac', now());
             INSERT INTO phone_verifications (id, purpose, phone_number, expires_at)
                 VALUES (gen_random_uuid(), 'password_reset', owner.phone_number, now()) RETURNING id INTO challenge;
             INSERT INTO password_resets (id, phone_number, verification_id, user_id, auth_epoch, proven_at)
                 VALUES (gen_random_uuid(), owner.phone_number, challenge, owner.id, owner.auth_epoch, now());
             INSERT INTO password_reset_waits (user_id, auth_epoch) VALUES (owner.id, owner.auth_epoch);
             INSERT INTO phone_verifications (id, purpose, phone_number, provider_sid, expires_at)
                 VALUES (gen_random_uuid(), 'phone_change', '{there}', 'VEsecret', now() + interval '5 minutes')
                 RETURNING id INTO challenge;
             INSERT INTO phone_changes (session_id, user_id, auth_epoch, country, phone_number, verification_id)
                 VALUES (session, owner.id, owner.auth_epoch, 'ET', '{there}', challenge);
             INSERT INTO sms_messages (id, verification_id, send_number, kind, phone_number, locale, user_id, browser_id,
                     address, stranger, state)
                 VALUES (gen_random_uuid(), challenge, 1, 'phone_change', '{there}', 'en', owner.id, gen_random_uuid(),
                     '10.77.66.55', true, 'sent');
             INSERT INTO message_attempts (message_id, attempt, provider)
                 SELECT id, 1, 'messaging' FROM sms_messages WHERE user_id = owner.id AND NOT stranger LIMIT 1;
             INSERT INTO action_codes (id, user_id, act, phone_number, code_hash, expires_at)
                 VALUES (long_code, owner.id, 'recover', '{there}', convert_to('{there}', 'UTF8'), now() + interval '10 days');
             INSERT INTO recoveries (id, user_id, action_code_id, started_by, reason)
                 VALUES (gen_random_uuid(), owner.id, long_code, 'Marta', '{REASON}');
             INSERT INTO audit (number, happened_at, actor, act, subject, reason, mac)
                 SELECT count(*) + 1, now(), 'operator:marta', 'recovery_started', 'account:' || owner.id, '{REASON}', 'none'
                 FROM audit;
         END $$",
    ));
    let written = format!(
        "SELECT count(*) FROM activity AS a JOIN users AS u ON u.id = a.user_id
         WHERE event = 'password_wrong' AND email = '{email}'"
    );
    app.database.becomes(&written, 1).await;
    owner
}
