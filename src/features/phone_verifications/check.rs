//! Comparing a code that was typed in: the first two of charge, compare, consume.

use std::time::Instant;

use super::{
    CodeRefused, Purpose,
    store::{self, Charged},
};
use crate::{
    app::App,
    db,
    domain::{ids::ChallengeId, one_time_code::OneTimeCode, phone_number::PhoneNumber},
    features::circuits,
    metrics::{self, CodeCheck},
    sms::{CheckFailure, Checked, ProviderChoice},
};

/// A challenge whose code was right a moment ago. Worth nothing until [`super::consume`] has used the challenge up.
#[derive(Debug)]
pub struct Compared {
    pub(super) challenge: ChallengeId,
    /// Which send of it the code came with.
    pub(super) send: i16,
    /// What it is for.
    pub(super) purpose: &'static str,
}

/// Pays for one guess and compares, where the guess is all there is to pay.
///
/// # Errors
/// [`CodeRefused::Wrong`] and [`CodeRefused::Unchecked`] cost one guess, the others none.
pub async fn check(app: &App, challenge: ChallengeId, code: OneTimeCode) -> Result<Compared, CodeRefused> {
    // Paid in its own committed statement: a crash or rollback further down gives no guess back.
    let charged = app.db.run(move |conn| match store::charge_guess(conn, challenge)? {
        Some(charged) => Ok(charged),
        None => Err(store::why_closed(conn, challenge)?),
    });
    compare(app, challenge, charged.await?, code).await
}

/// Compares with the code of `challenge`, for which `charged` has been paid and committed. The same for every purpose
/// and for both owners of codes.
///
/// # Errors
/// What it cost has been paid already, whatever it answers.
pub async fn compare(
    app: &App,
    challenge: ChallengeId,
    charged: Charged,
    code: OneTimeCode,
) -> Result<Compared, CodeRefused> {
    let purpose = Purpose::parse(&charged.purpose).map_or("none", Purpose::as_str);
    let compared = compare_uncounted(app, challenge, charged, code).await;
    match compared {
        Ok(send) => {
            metrics::code_checked(purpose, CodeCheck::Right);
            Ok(Compared { challenge, send, purpose })
        }
        Err(refused) => {
            refused.count(purpose);
            Err(refused)
        }
    }
}

/// Answers with which send of the challenge the code came.
async fn compare_uncounted(
    app: &App,
    challenge: ChallengeId,
    charged: Charged,
    code: OneTimeCode,
) -> Result<i16, CodeRefused> {
    let wrong = match charged.guesses_left {
        0 => CodeRefused::OutOfGuesses,
        guesses_left => CodeRefused::Wrong { guesses_left },
    };
    let right = charged.send;
    // Whoever sets a new password may be finding out whether a number has an account. Without one there is only a decoy,
    // of which Twilio knows nothing, so what Twilio says of a real code is "right" or "wrong" there and nothing else.
    let may_be_a_decoy = charged.purpose == Purpose::PasswordReset.as_str();
    match (&charged.code_mac, &charged.provider_sid) {
        (Some(mac), _) => {
            let fields: [&[u8]; 4] = [
                challenge.0.as_bytes(),
                charged.purpose.as_bytes(),
                charged.phone_number.as_bytes(),
                code.expose().as_bytes(),
            ];
            if mac.matches(&app.keys.one_time_code, &fields) { Ok(right) } else { Err(wrong) }
        }
        (None, Some(sid)) => {
            let started = Instant::now();
            let checked = app.sms.check(sid, &code).await;
            app.check_times.note(started.elapsed());
            if let Err(failure) = &checked {
                log::error!("event=code_check_failed challenge={challenge} why={failure}");
                note_failure(app, charged.phone_number.clone(), failure);
            }
            match checked {
                Ok(Checked::Approved) => Ok(right),
                Ok(Checked::Wrong) => Err(wrong),
                _ if may_be_a_decoy => Err(wrong),
                Ok(Checked::OutOfChecks) => Err(CodeRefused::OutOfGuesses),
                // Twilio does not say why it knows nothing of it. Our row was open a moment ago, so it was approved
                // before without our hearing of it, or Twilio's own ten minutes were over first.
                Ok(Checked::Gone) => Err(CodeRefused::Expired),
                Err(_) => Err(CodeRefused::Unchecked),
            }
        }
        // The code has not left yet, so nobody can have read it. Saying so takes as long as asking Twilio would: a
        // text that was withheld never leaves, and the time must not tell.
        (None, None) => {
            if app.sms.is_configured(ProviderChoice::Verify) {
                tokio::time::sleep(app.check_times.like_one()).await;
            }
            Err(wrong)
        }
    }
}

/// Has the failure count against Verify, so that the next code may go another way. Nobody waits for it: what is written
/// down must not tell by its time that there was something to ask Twilio about.
fn note_failure(app: &App, number: String, failure: &CheckFailure) {
    let (app, said) = (app.clone(), circuits::judge_failure(failure));
    actix_web::rt::spawn(async move {
        let to = PhoneNumber::from_stored(number);
        let noted = app.db.run(move |conn| {
            db::transaction(conn, |conn| circuits::note_call(conn, ProviderChoice::Verify, &to, None, said))
        });
        if let Err(error) = noted.await {
            log::error!("event=call_not_noted error={:?}", error.to_string());
        }
    });
}
