// @generated automatically by Diesel CLI.

diesel::table! {
    action_codes (id) {
        id -> Uuid,
        user_id -> Uuid,
        act -> Text,
        phone_number -> Text,
        code_hash -> Nullable<Bytea>,
        auth_epoch -> Nullable<Int4>,
        opens_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    activity (id) {
        id -> Int8,
        user_id -> Nullable<Uuid>,
        event -> Text,
        address -> Nullable<Text>,
        happened_at -> Timestamptz,
        browser -> Nullable<Text>,
        user_hash -> Nullable<Bytea>,
    }
}

diesel::table! {
    activity_hours (hour, event) {
        hour -> Timestamptz,
        event -> Text,
        times -> Int4,
    }
}

diesel::table! {
    activity_hours_written (only_row) {
        only_row -> Bool,
        until -> Timestamptz,
    }
}

diesel::table! {
    address_guesses (address) {
        address -> Text,
        guessed_at -> Array<Nullable<Timestamptz>>,
        last_at -> Timestamptz,
    }
}

diesel::table! {
    alert_pauses (kind, about) {
        kind -> Text,
        about -> Text,
        ends_at -> Timestamptz,
    }
}

diesel::table! {
    alerts (id) {
        id -> Uuid,
        kind -> Text,
        subject -> Text,
        detail -> Jsonb,
        reference -> Text,
        created_at -> Timestamptz,
        attempts -> Int4,
        next_attempt_at -> Nullable<Timestamptz>,
        delivered_at -> Nullable<Timestamptz>,
        given_up_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    audit (number) {
        number -> Int8,
        happened_at -> Timestamptz,
        actor -> Text,
        act -> Text,
        subject -> Nullable<Text>,
        reason -> Nullable<Text>,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
        mac -> Text,
    }
}

diesel::table! {
    brakes (id) {
        id -> Uuid,
        reference -> Text,
        country -> Text,
        number_range -> Text,
        rule -> Text,
        why -> Text,
        alert_only -> Bool,
        began_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        opened_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    budgets (scope) {
        scope -> Text,
        hour_micros -> Nullable<Int8>,
        day_micros -> Nullable<Int8>,
        month_micros -> Nullable<Int8>,
    }
}

diesel::table! {
    country_policies (country) {
        country -> Text,
        unproven -> Bool,
        proven -> Bool,
        sender -> Nullable<Text>,
        providers -> Array<Nullable<Text>>,
        origin_line -> Bool,
        most_segments -> Int2,
        price_micros -> Int8,
        version -> Int4,
        changed_at -> Timestamptz,
        stopped_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    deliveries (message_id) {
        message_id -> Uuid,
        provider_sid -> Text,
        status -> Text,
        heard_at -> Timestamptz,
        error_code -> Nullable<Int4>,
        segments -> Nullable<Int2>,
        price_micros -> Nullable<Int8>,
        price_unit -> Nullable<Text>,
        next_look_at -> Nullable<Timestamptz>,
        looks -> Int2,
        statuses -> Array<Nullable<Text>>,
        heard_ats -> Array<Nullable<Timestamptz>>,
    }
}

diesel::table! {
    maid_profiles (user_id) {
        user_id -> Uuid,
        full_name -> Text,
        city -> Nullable<Text>,
        about -> Nullable<Text>,
        skills -> Nullable<Text>,
        experience_years -> Nullable<Int2>,
    }
}

diesel::table! {
    message_attempts (message_id, attempt) {
        message_id -> Uuid,
        attempt -> Int2,
        provider -> Text,
        ended_at -> Timestamptz,
        error_code -> Nullable<Int4>,
        fault -> Nullable<Text>,
    }
}

diesel::table! {
    message_days (day, country, provider, sender, purpose) {
        day -> Timestamptz,
        country -> Text,
        provider -> Text,
        sender -> Text,
        purpose -> Text,
        texts -> Int4,
        sent -> Int4,
        delivered -> Int4,
        failed -> Int4,
        unknown -> Int4,
        held -> Int4,
        entered -> Int4,
        spent_micros -> Int8,
        arrivals -> Array<Nullable<Int4>>,
        counted_at -> Timestamptz,
    }
}

diesel::table! {
    message_hour_errors (hour, country, provider, sender, error) {
        hour -> Timestamptz,
        country -> Text,
        provider -> Text,
        sender -> Text,
        error -> Text,
        texts -> Int4,
        counted_at -> Timestamptz,
    }
}

diesel::table! {
    message_hours (hour, country, provider, sender, purpose) {
        hour -> Timestamptz,
        country -> Text,
        provider -> Text,
        sender -> Text,
        purpose -> Text,
        texts -> Int4,
        sent -> Int4,
        delivered -> Int4,
        failed -> Int4,
        unknown -> Int4,
        held -> Int4,
        entered -> Int4,
        spent_micros -> Int8,
        arrivals -> Array<Nullable<Int4>>,
        counted_at -> Timestamptz,
    }
}

diesel::table! {
    message_hours_changed (id) {
        id -> Int8,
        hour -> Timestamptz,
    }
}

diesel::table! {
    message_hours_counted (only_row) {
        only_row -> Bool,
        until -> Timestamptz,
    }
}

diesel::table! {
    password_guesses (key) {
        key -> Text,
        wrong -> Int4,
        rests_until -> Timestamptz,
    }
}

diesel::table! {
    password_reset_waits (user_id) {
        user_id -> Uuid,
        auth_epoch -> Int4,
        began_at -> Timestamptz,
        disputed -> Bool,
    }
}

diesel::table! {
    password_resets (id) {
        id -> Uuid,
        phone_number -> Text,
        verification_id -> Uuid,
        user_id -> Nullable<Uuid>,
        auth_epoch -> Nullable<Int4>,
        proven_at -> Nullable<Timestamptz>,
        granted_at -> Nullable<Timestamptz>,
        used_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    phone_changes (session_id) {
        session_id -> Uuid,
        user_id -> Uuid,
        auth_epoch -> Int4,
        country -> Text,
        phone_number -> Text,
        verification_id -> Uuid,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    phone_verifications (id) {
        id -> Uuid,
        purpose -> Text,
        phone_number -> Text,
        sends -> Int2,
        last_send_at -> Timestamptz,
        guesses_left -> Int2,
        code_mac -> Nullable<Text>,
        provider_sid -> Nullable<Text>,
        replaced_sid -> Nullable<Text>,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        used_from -> Nullable<Text>,
        closed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        session_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    provider_calls (id) {
        id -> Int8,
        provider -> Text,
        country -> Text,
        failed -> Bool,
        everywhere -> Bool,
        ended_at -> Timestamptz,
    }
}

diesel::table! {
    provider_circuits (provider, country) {
        provider -> Text,
        country -> Text,
        state -> Text,
        cause -> Text,
        reason -> Text,
        openings -> Int2,
        opened_at -> Timestamptz,
        probe_at -> Timestamptz,
        rest_seconds -> Int4,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    recoveries (id) {
        id -> Uuid,
        user_id -> Uuid,
        action_code_id -> Nullable<Uuid>,
        started_by -> Text,
        reason -> Text,
        started_at -> Timestamptz,
        opened_at -> Nullable<Timestamptz>,
        used_at -> Nullable<Timestamptz>,
        cancelled_at -> Nullable<Timestamptz>,
        cancelled_by -> Nullable<Text>,
        cancel_reason -> Nullable<Text>,
    }
}

diesel::table! {
    registrations (id) {
        id -> Uuid,
        role -> Text,
        full_name -> Text,
        email -> Nullable<Text>,
        country -> Text,
        phone_number -> Text,
        password_hash -> Text,
        locale -> Text,
        terms_accepted_at -> Timestamptz,
        verification_id -> Uuid,
        phone_proven_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    sessions (id) {
        id -> Uuid,
        user_id -> Uuid,
        token_hash -> Bytea,
        auth_epoch -> Int4,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        confirmed_at -> Nullable<Timestamptz>,
        browser -> Text,
        address -> Text,
    }
}

diesel::table! {
    settings (only_row) {
        only_row -> Bool,
        version -> Int4,
        changed -> Jsonb,
        saved_at -> Timestamptz,
    }
}

diesel::table! {
    sign_ins (id) {
        id -> Uuid,
        user_id -> Uuid,
        auth_epoch -> Int4,
        verification_id -> Nullable<Uuid>,
        next_page -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    sms_hours (country, number_range, hour) {
        country -> Text,
        number_range -> Text,
        hour -> Timestamptz,
        sent -> Int4,
        entered -> Int4,
    }
}

diesel::table! {
    sms_hours_written (only_row) {
        only_row -> Bool,
        until -> Timestamptz,
    }
}

diesel::table! {
    sms_messages (id) {
        id -> Uuid,
        verification_id -> Nullable<Uuid>,
        send_number -> Int2,
        kind -> Text,
        phone_number -> Nullable<Text>,
        locale -> Text,
        user_id -> Nullable<Uuid>,
        browser_id -> Nullable<Uuid>,
        address -> Nullable<Text>,
        address_block -> Nullable<Text>,
        stranger -> Bool,
        withheld -> Bool,
        state -> Text,
        charged -> Bool,
        attempts -> Int2,
        next_attempt_at -> Timestamptz,
        provider -> Nullable<Text>,
        provider_sid -> Nullable<Text>,
        error_code -> Nullable<Int4>,
        fault -> Nullable<Text>,
        created_at -> Timestamptz,
        claimed_at -> Nullable<Timestamptz>,
        settled_at -> Nullable<Timestamptz>,
        notice -> Bool,
        action_code_id -> Nullable<Uuid>,
        phone_hash -> Nullable<Bytea>,
        country -> Nullable<Text>,
        spent_micros -> Int8,
        brake_id -> Nullable<Uuid>,
        vouched -> Bool,
        sender -> Nullable<Text>,
        arrival -> Nullable<Text>,
        arrived_ms -> Nullable<Int4>,
    }
}

diesel::table! {
    spending (scope, period, starts_at) {
        scope -> Text,
        period -> Text,
        starts_at -> Timestamptz,
        micros -> Int8,
        unproven_micros -> Int8,
    }
}

diesel::table! {
    sponsor_profiles (user_id) {
        user_id -> Uuid,
        full_name -> Text,
        city -> Nullable<Text>,
        about -> Nullable<Text>,
        household_size -> Nullable<Int2>,
    }
}

diesel::table! {
    throttles (id) {
        id -> Int8,
        rule -> Text,
        key_hash -> Bytea,
        happened_at -> Timestamptz,
    }
}

diesel::table! {
    totp_secrets (id) {
        id -> Uuid,
        user_id -> Uuid,
        session_id -> Nullable<Uuid>,
        sealed_secret -> Text,
        last_step -> Int8,
        confirmed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    trusted_devices (id) {
        id -> Uuid,
        user_id -> Uuid,
        token_hash -> Bytea,
        auth_epoch -> Int4,
        browser -> Text,
        address -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    two_factor_backup_codes (user_id, code_hash) {
        user_id -> Uuid,
        salt -> Text,
        code_hash -> Bytea,
        used_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    users (id) {
        id -> Uuid,
        role -> Text,
        email -> Nullable<Text>,
        password_hash -> Text,
        locale -> Text,
        status -> Text,
        phone_number -> Nullable<Text>,
        phone_verified_at -> Nullable<Timestamptz>,
        phone_contested_at -> Nullable<Timestamptz>,
        auth_epoch -> Int4,
        terms_accepted_at -> Timestamptz,
        created_at -> Timestamptz,
        two_factor_method -> Text,
        wrong_second_factors -> Int4,
        second_factor_rests_until -> Nullable<Timestamptz>,
        phone_changed_at -> Nullable<Timestamptz>,
        owner_seen_at -> Timestamptz,
        objected_at -> Nullable<Timestamptz>,
        deletion_due_at -> Nullable<Timestamptz>,
        wrong_reset_factors -> Int4,
        reset_factors_rest_until -> Nullable<Timestamptz>,
        password_reset_required_at -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(action_codes -> users (user_id));
diesel::joinable!(activity -> users (user_id));
diesel::joinable!(deliveries -> sms_messages (message_id));
diesel::joinable!(maid_profiles -> users (user_id));
diesel::joinable!(message_attempts -> sms_messages (message_id));
diesel::joinable!(password_reset_waits -> users (user_id));
diesel::joinable!(password_resets -> phone_verifications (verification_id));
diesel::joinable!(password_resets -> users (user_id));
diesel::joinable!(phone_changes -> phone_verifications (verification_id));
diesel::joinable!(phone_changes -> sessions (session_id));
diesel::joinable!(phone_changes -> users (user_id));
diesel::joinable!(phone_verifications -> sessions (session_id));
diesel::joinable!(recoveries -> action_codes (action_code_id));
diesel::joinable!(recoveries -> users (user_id));
diesel::joinable!(registrations -> phone_verifications (verification_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(sign_ins -> phone_verifications (verification_id));
diesel::joinable!(sign_ins -> users (user_id));
diesel::joinable!(sms_messages -> action_codes (action_code_id));
diesel::joinable!(sms_messages -> brakes (brake_id));
diesel::joinable!(sms_messages -> phone_verifications (verification_id));
diesel::joinable!(sms_messages -> users (user_id));
diesel::joinable!(sponsor_profiles -> users (user_id));
diesel::joinable!(totp_secrets -> sessions (session_id));
diesel::joinable!(totp_secrets -> users (user_id));
diesel::joinable!(trusted_devices -> users (user_id));
diesel::joinable!(two_factor_backup_codes -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(
    action_codes,
    activity,
    activity_hours,
    activity_hours_written,
    address_guesses,
    alert_pauses,
    alerts,
    audit,
    brakes,
    budgets,
    country_policies,
    deliveries,
    maid_profiles,
    message_attempts,
    message_days,
    message_hour_errors,
    message_hours,
    message_hours_changed,
    message_hours_counted,
    password_guesses,
    password_reset_waits,
    password_resets,
    phone_changes,
    phone_verifications,
    provider_calls,
    provider_circuits,
    recoveries,
    registrations,
    sessions,
    settings,
    sign_ins,
    sms_hours,
    sms_hours_written,
    sms_messages,
    spending,
    sponsor_profiles,
    throttles,
    totp_secrets,
    trusted_devices,
    two_factor_backup_codes,
    users,
);
