-- What lists and figures call a text's end and its purpose, in one place for the index and for whoever asks by it.
-- Standard bodies, so that PostgreSQL sees through them.
CREATE FUNCTION sms_outcome(state text, arrival text, fault text, error_code integer) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN state IN ('queued', 'sending') THEN 'underway'
        WHEN state = 'failed' AND fault IN ('paused', 'country') AND error_code IS NULL THEN 'held'
        WHEN state = 'failed' THEN 'refused'
        WHEN state = 'sent' AND arrival IS NOT NULL THEN arrival
        -- Sent, unknown, superseded, withheld.
        ELSE state
    END;

CREATE FUNCTION sms_purpose(kind text, notice boolean) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN notice THEN 'notice'
        WHEN kind LIKE 'verification%' THEN 'registration'
        WHEN kind LIKE 'phone_change%' THEN 'phone_change'
        ELSE kind
    END;

-- By any of the three, newest first: where one is left open, the newest of each of its values are put together. Ids
-- are in the order in which texts were asked for.
CREATE INDEX sms_messages_found ON sms_messages (
    sms_outcome(state, arrival, fault, error_code), coalesce(country, ''), sms_purpose(kind, notice), id);

-- The same for the texts that a brake held.
DROP INDEX sms_messages_brake;
CREATE INDEX sms_messages_brake ON sms_messages (brake_id, id) WHERE brake_id IS NOT NULL;
