//! Every text we send, and what it costs: texts are billed by the segment, and one is enough for each of ours.

use i18n_embed::{LanguageLoader, fluent::FluentLanguageLoader};
use i18n_embed_fl::fl;

use super::wording;
use crate::domain::{action_code::ActionCode, one_time_code::OneTimeCode};

/// The most minutes that a code works for: those take the most room.
pub(super) const LONGEST_MINUTES: u16 = 10;

/// What a text with a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextKind {
    /// Proves a number at registration and when it changes.
    Verification,
    /// The same to a number that already has an account, for its holder to know.
    VerificationOfTakenNumber,
    /// The second step of signing in.
    SignIn,
    /// Proves it again before a sensitive change.
    StepUp,
    /// Sets a new password.
    PasswordReset,
    /// Proves the new number of an account.
    PhoneChange,
    /// The same to a number that already has an account, for its holder to know.
    PhoneChangeOfTakenNumber,
}

impl TextKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Verification,
        Self::VerificationOfTakenNumber,
        Self::SignIn,
        Self::StepUp,
        Self::PasswordReset,
        Self::PhoneChange,
        Self::PhoneChangeOfTakenNumber,
    ];

    /// The kind whose words it has: a change of number is proven in the words of a registration.
    pub fn worded_as(self) -> Self {
        if self == Self::PhoneChange { Self::Verification } else { self }
    }
}

/// What a text without a code tells an owner: what happened to the account, and what to do if it was not they.
/// AUT-06, AUT-08.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// Two-factor was switched on.
    TwoFactorOn,
    /// Codes now come another way.
    TwoFactorChanged,
    /// Two-factor was switched off.
    TwoFactorOff,
    /// A new set of backup codes was made.
    BackupCodesMade,
    /// A backup code was used.
    BackupCodeUsed,
    /// The right password, and then wrong codes.
    WrongCodes,
    /// So many wrong codes that none is taken for a while.
    SecondFactorRests,
    /// A sign-in from a browser that we did not know, after several wrong passwords.
    UnusualSignIn,
    /// The password was changed by somebody who knew the one before.
    PasswordChanged,
    /// A new password was set with a text.
    PasswordSet,
    /// In 72 hours a text alone can set a new password; with a code that stops it.
    ResetWaits,
    /// To the number that an account has from now on.
    PhoneChanged,
    /// To the number that an account has no more; with a code that undoes it.
    PhoneLeft,
    /// A change of number was undone.
    PhoneRestored,
    /// Somebody else has proven the account's number. To the numbers that it left a few days ago.
    NumberContested,
    /// The email address was changed.
    EmailChanged,
    /// In 72 hours somebody whom we have checked can open the account; with a code that stops it.
    RecoveryStarted,
    /// The code that finishes a recovery.
    RecoveryCode,
    /// A recovery is finished.
    Recovered,
    /// The account will be deleted.
    DeletionRequested,
    /// Texts arrive: an administrator wanted to see one.
    Test,
    /// Whoever runs the service has closed the account's doors.
    AccountDisabled,
    /// They have opened them again.
    AccountEnabled,
    /// They have signed out every browser.
    DevicesSignedOut,
    /// They have made the password worthless: a new one has to be set.
    ResetRequired,
    /// They have switched two-factor off.
    FactorRemoved,
    /// They have stopped a recovery.
    RecoveryCancelled,
}

impl NoticeKind {
    /// Whether the text carries a long code.
    pub fn carries_code(self) -> bool {
        matches!(self, Self::ResetWaits | Self::PhoneLeft | Self::RecoveryStarted | Self::RecoveryCode)
    }

    /// Whether whoever runs the service sets it off. The owner is no suspect then.
    pub fn is_of_ours(self) -> bool {
        matches!(
            self,
            Self::AccountDisabled
                | Self::AccountEnabled
                | Self::DevicesSignedOut
                | Self::ResetRequired
                | Self::FactorRemoved
                | Self::RecoveryCancelled
        )
    }

    /// Every kind.
    pub const ALL: [Self; 27] = [
        Self::TwoFactorOn,
        Self::TwoFactorChanged,
        Self::TwoFactorOff,
        Self::BackupCodesMade,
        Self::BackupCodeUsed,
        Self::WrongCodes,
        Self::SecondFactorRests,
        Self::UnusualSignIn,
        Self::PasswordChanged,
        Self::PasswordSet,
        Self::ResetWaits,
        Self::PhoneChanged,
        Self::PhoneLeft,
        Self::PhoneRestored,
        Self::NumberContested,
        Self::EmailChanged,
        Self::RecoveryStarted,
        Self::RecoveryCode,
        Self::Recovered,
        Self::DeletionRequested,
        Self::Test,
        Self::AccountDisabled,
        Self::AccountEnabled,
        Self::DevicesSignedOut,
        Self::ResetRequired,
        Self::FactorRemoved,
        Self::RecoveryCancelled,
    ];
}

/// The text with its code and for how many minutes it works, in the language of `loader`, whose isolation marks must be
/// off.
///
/// With an `origin_host` the last line is `@host #code`, which lets browsers offer the code on our pages only. It is
/// left out where it would cost another segment: a long host name, or a text that is not in Latin letters.
/// Source: WICG, "Origin-bound one-time codes delivered via SMS". SMS-10.
pub fn body(
    kind: TextKind,
    code: &OneTimeCode,
    minutes: u16,
    origin_host: Option<&str>,
    loader: &FluentLanguageLoader,
) -> String {
    bound(in_our_words(kind, code.expose(), minutes, loader), code, origin_host)
}

fn in_our_words(kind: TextKind, code: &str, minutes: u16, loader: &FluentLanguageLoader) -> String {
    match kind {
        // The promise is one for both: what a new number proves is that somebody holds it.
        TextKind::Verification | TextKind::PhoneChange => {
            fl!(loader, "sms-verification", code = code, minutes = minutes)
        }
        TextKind::VerificationOfTakenNumber => fl!(loader, "sms-verification-taken", code = code),
        TextKind::SignIn => fl!(loader, "sms-sign-in", code = code, minutes = minutes),
        TextKind::StepUp => fl!(loader, "sms-step-up", code = code, minutes = minutes),
        TextKind::PasswordReset => fl!(loader, "sms-password-reset", code = code, minutes = minutes),
        TextKind::PhoneChangeOfTakenNumber => fl!(loader, "sms-phone-change-taken", code = code),
    }
}

/// How we word a text by ourselves, as a [`Wording`] is written.
pub fn template(kind: TextKind, loader: &FluentLanguageLoader) -> String {
    // The number stands for what is filled in: no text of ours has another.
    in_our_words(kind, wording::CODE, 99, loader).replace("99", wording::MINUTES)
}

/// A text with the last line that binds its code to our host, where there is room.
pub(super) fn bound(text: String, code: &OneTimeCode, origin_host: Option<&str>) -> String {
    let digits = code.expose();
    let Some(host) = origin_host else { return text };
    let bound = format!("{text}\n@{host} #{digits}");
    if segments(&bound) > segments(&text) { text } else { bound }
}

/// The text of a notice, in the language of `loader`. It has no link and asks for no answer: whoever imitates it would
/// have both. `code` is for the kinds that carry one.
pub fn notice(kind: NoticeKind, code: Option<&ActionCode>, loader: &FluentLanguageLoader) -> String {
    let code = code.map(ActionCode::grouped).unwrap_or_default();
    match kind {
        NoticeKind::TwoFactorOn => fl!(loader, "sms-two-factor-on"),
        NoticeKind::TwoFactorChanged => fl!(loader, "sms-two-factor-changed"),
        NoticeKind::TwoFactorOff => fl!(loader, "sms-two-factor-off"),
        NoticeKind::BackupCodesMade => fl!(loader, "sms-backup-codes-made"),
        NoticeKind::BackupCodeUsed => fl!(loader, "sms-backup-code-used"),
        NoticeKind::WrongCodes => fl!(loader, "sms-wrong-codes"),
        NoticeKind::SecondFactorRests => fl!(loader, "sms-second-factor-rests"),
        NoticeKind::UnusualSignIn => fl!(loader, "sms-unusual-sign-in"),
        NoticeKind::PasswordChanged => fl!(loader, "sms-password-changed"),
        NoticeKind::PasswordSet => fl!(loader, "sms-password-set"),
        NoticeKind::ResetWaits => fl!(loader, "sms-reset-waits", code = code),
        NoticeKind::PhoneChanged => fl!(loader, "sms-phone-changed"),
        NoticeKind::PhoneLeft => fl!(loader, "sms-phone-left", code = code),
        NoticeKind::PhoneRestored => fl!(loader, "sms-phone-restored"),
        NoticeKind::NumberContested => fl!(loader, "sms-number-contested"),
        NoticeKind::EmailChanged => fl!(loader, "sms-email-changed"),
        NoticeKind::RecoveryStarted => fl!(loader, "sms-recovery-started", code = code),
        NoticeKind::RecoveryCode => fl!(loader, "sms-recovery-code", code = code),
        NoticeKind::Recovered => fl!(loader, "sms-recovered"),
        NoticeKind::DeletionRequested => fl!(loader, "sms-deletion-requested"),
        NoticeKind::Test => fl!(loader, "sms-test"),
        NoticeKind::AccountDisabled => fl!(loader, "sms-account-disabled"),
        NoticeKind::AccountEnabled => fl!(loader, "sms-account-enabled"),
        NoticeKind::DevicesSignedOut => fl!(loader, "sms-devices-signed-out"),
        NoticeKind::ResetRequired => fl!(loader, "sms-reset-required"),
        NoticeKind::FactorRemoved => fl!(loader, "sms-factor-removed"),
        NoticeKind::RecoveryCancelled => fl!(loader, "sms-recovery-cancelled"),
    }
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It has no code where it should, or one too many: nobody could enter it.
    #[error("it has the code {0} times")]
    Codes(usize),
    /// It costs more than a country allows, and would never leave.
    #[error("it takes {0} segments")]
    Segments(usize),
    /// Its last line is not the one that browsers look for.
    #[error("its last line does not bind the code to our host")]
    LastLine,
    /// Something that phones make a link of: whoever imitates the text would have one too.
    #[error("it has a link")]
    Link,
    /// Nobody would know whose code it is.
    #[error("it does not name the product")]
    Nameless,
    /// A brace that stands for nothing.
    #[error("it has a placeholder that we do not know")]
    Placeholder,
    /// Another number that could be taken for the code.
    #[error("it has another number of four digits or more")]
    Number,
    /// Nothing, far too much, or characters that no phone shows.
    #[error("it cannot be read")]
    Unreadable,
}

/// A text that must not be sent.
#[derive(Debug, thiserror::Error)]
#[error("the text {kind} in {language}: {what}")]
pub struct UnfitText {
    /// Which text.
    pub kind: String,
    /// The language, BCP 47.
    pub language: String,
    /// What is wrong.
    pub what: Unfit,
}

/// Reads every text before the first one leaves: a translation that lost its code would lock people out, one that grew
/// a segment would double the bill. Answers for which kinds the last line is left out for want of room.
///
/// # Errors
/// [`UnfitText`], the first.
pub fn proofread(
    loader: &FluentLanguageLoader,
    origin_host: Option<&str>,
    most_segments: u16,
) -> Result<Vec<TextKind>, UnfitText> {
    let unfit = |kind: &dyn std::fmt::Debug, what| UnfitText {
        kind: format!("{kind:?}"),
        language: loader.current_language().to_string(),
        what,
    };
    let mut unbound = Vec::new();
    let code = OneTimeCode::generate();
    for kind in TextKind::ALL {
        let text = body(kind, &code, LONGEST_MINUTES, None, loader);
        check(&text, Some(code.expose()), most_segments).map_err(|what| unfit(&kind, what))?;
        let Some(host) = origin_host else { continue };
        let bound = body(kind, &code, LONGEST_MINUTES, Some(host), loader);
        match bound.strip_prefix(text.as_str()) {
            Some("") => unbound.push(kind),
            Some(line) if line == format!("\n@{host} #{}", code.expose()) => {}
            _ => return Err(unfit(&kind, Unfit::LastLine)),
        }
    }
    let code = ActionCode::generate();
    for kind in NoticeKind::ALL {
        let grouped = kind.carries_code().then(|| code.grouped());
        let text = notice(kind, Some(&code), loader);
        check(&text, grouped.as_deref(), most_segments).map_err(|what| unfit(&kind, what))?;
    }
    Ok(unbound)
}

pub(super) fn check(text: &str, code: Option<&str>, most_segments: u16) -> Result<(), Unfit> {
    let found = code.map_or(1, |code| text.matches(code).count());
    if found != 1 {
        return Err(Unfit::Codes(found));
    }
    match segments(text) {
        needed if needed > usize::from(most_segments) => Err(Unfit::Segments(needed)),
        _ => Ok(()),
    }
}

/// In how many segments a text is billed. GSM-7 holds 160 characters, or 153 in each of several segments; one character
/// outside it makes the whole text UCS-2, with 70 or 67. A character of two units is not cut in half.
/// Source: GSM 03.38 (3GPP TS 23.038).
pub fn segments(text: &str) -> usize {
    match text.chars().map(gsm_7_units).collect::<Option<Vec<_>>>() {
        Some(units) => pack(&units, 160, 153),
        None => pack(&text.chars().map(char::len_utf16).collect::<Vec<_>>(), 70, 67),
    }
}

fn pack(units: &[usize], alone: usize, each: usize) -> usize {
    if units.iter().sum::<usize>() <= alone {
        return 1;
    }
    let (mut segments, mut used) = (1, 0);
    for size in units {
        if used + size > each {
            segments += 1;
            used = 0;
        }
        used += size;
    }
    segments
}

/// How many of the 7-bit units a character takes, if GSM-7 has it at all.
pub(super) fn gsm_7_units(character: char) -> Option<usize> {
    const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                         ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    const EXTENSION: &str = "\u{c}^{}\\[~]|€";
    if BASIC.contains(character) {
        Some(1)
    } else if EXTENSION.contains(character) {
        Some(2)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {

    use i18n_embed::fluent::fluent_language_loader;

    use super::*;

    #[derive(rust_embed::RustEmbed)]
    #[folder = "locales/"]
    struct Catalogues;

    fn english() -> FluentLanguageLoader {
        let loader = fluent_language_loader!();
        loader.load_languages(&Catalogues, &[loader.fallback_language().clone()]).expect("the English catalogue");
        loader.set_use_isolating(false);
        loader
    }

    fn code(digits: &str) -> OneTimeCode {
        OneTimeCode::parse(digits).expect("a code")
    }

    #[test]
    fn the_texts_read_as_promised() {
        let loader = english();
        assert_eq!(
            body(TextKind::Verification, &code("012345"), 10, None, &loader),
            "Your Latchkey verification code is: 012345. Valid for 10 minutes."
        );
        assert_eq!(
            body(TextKind::VerificationOfTakenNumber, &code("000042"), 10, None, &loader),
            "This number has a Latchkey account: sign in or reset your password. \
             To open a new account, your verification code is: 000042."
        );
        assert_eq!(
            body(TextKind::SignIn, &code("077254"), 5, None, &loader),
            "Your Latchkey sign-in code is: 077254. Valid for 5 minutes."
        );
        assert_eq!(
            body(TextKind::StepUp, &code("610338"), 5, None, &loader),
            "Your Latchkey confirmation code is: 610338. Valid for 5 minutes."
        );
        assert_eq!(
            body(TextKind::PasswordReset, &code("123456"), 10, None, &loader),
            "Your Latchkey reset code is: 123456. Valid for 10 minutes."
        );
        assert_eq!(
            body(TextKind::PhoneChange, &code("123456"), 10, None, &loader),
            "Your Latchkey verification code is: 123456. Valid for 10 minutes."
        );
    }

    #[test]
    fn sms_10_the_last_line_binds_the_code_to_our_host() {
        let text = body(TextKind::Verification, &code("123456"), 10, Some("id.example.com"), &english());
        assert_eq!(text, "Your Latchkey verification code is: 123456. Valid for 10 minutes.\n@id.example.com #123456");
    }

    #[test]
    fn sms_10_every_text_is_one_segment_whatever_the_host() {
        let loader = english();
        let endless = format!("{}.example.com", "long-label.".repeat(20));
        for kind in TextKind::ALL {
            for host in [None, Some("id.example.com"), Some("accounts.household-platform.example"), Some(&endless)] {
                let text = body(kind, &code("123456"), 10, host, &loader);
                assert_eq!(segments(&text), 1, "{text}");
                assert!(text.chars().all(|letter| gsm_7_units(letter).is_some()), "{text}");
            }
            let without = body(kind, &code("123456"), 10, None, &loader);
            assert_eq!(body(kind, &code("123456"), 10, Some(&endless), &loader), without);
        }
    }

    #[test]
    fn aut_08_every_notice_is_one_segment_and_says_what_to_do() {
        let loader = english();
        for kind in NoticeKind::ALL {
            let text = notice(kind, Some(&ActionCode::generate()), &loader);
            assert_eq!(segments(&text), 1, "{text}");
            assert!(text.chars().all(|letter| gsm_7_units(letter).is_some()), "{text}");
            let doubt = if kind.is_of_ours() { "Is this a surprise? " } else { "Was it not you? " };
            assert!(text.starts_with("Latchkey: ") && text.contains(doubt), "{text}");
            for part in ["://", "www.", "/", "@", "#", "sponsor", "maid"] {
                assert!(!text.contains(part), "{part} in {text}");
            }
            for sentence in text.split_inclusive(['.', '?', ':']) {
                assert!(sentence.split_whitespace().count() <= 15, "{sentence}");
            }
        }
    }

    #[test]
    fn a_code_is_in_the_notices_that_carry_one_and_in_no_other() {
        let (loader, code) = (english(), ActionCode::generate());
        for kind in NoticeKind::ALL {
            assert_eq!(notice(kind, Some(&code), &loader).contains(&code.grouped()), kind.carries_code(), "{kind:?}");
        }
    }

    #[test]
    fn aut_08_no_two_notices_read_alike() {
        let loader = english();
        let texts: std::collections::BTreeSet<_> = NoticeKind::ALL.map(|kind| notice(kind, None, &loader)).into();
        assert_eq!(texts.len(), NoticeKind::ALL.len());
    }

    #[test]
    fn sms_10_english_is_fit_and_says_where_the_last_line_has_no_room() {
        let loader = english();
        assert_eq!(proofread(&loader, None, 1).expect("fit"), []);
        assert_eq!(proofread(&loader, Some("id.example.com"), 1).expect("fit"), []);
        let endless = format!("{}.example.com", "long-label.".repeat(20));
        assert_eq!(proofread(&loader, Some(&endless), 1).expect("fit"), TextKind::ALL);
    }

    #[test]
    fn sms_10_a_translation_that_lost_its_code_or_grew_is_found() {
        let nothing = fluent_language_loader!();
        let lost = proofread(&nothing, None, 1).expect_err("it has no words");
        assert_eq!(lost.what, Unfit::Codes(0));
        assert_eq!(lost.to_string(), "the text Verification in en: it has the code 0 times");

        assert_eq!(check("Your code: 123456.", Some("123456"), 1), Ok(()));
        assert_eq!(check("123456, again: 123456.", Some("123456"), 1), Err(Unfit::Codes(2)));
        let amharic = format!("123456 {}", "የ".repeat(64));
        assert_eq!(check(&amharic, Some("123456"), 1), Err(Unfit::Segments(2)));
        assert_eq!(check(&amharic, Some("123456"), 2), Ok(()));
        assert_eq!(check(&"a".repeat(161), None, 1), Err(Unfit::Segments(2)));
    }

    /// Figures of Twilio's own calculator.
    #[test]
    fn segments_are_counted_as_twilio_counts_them() {
        let origin = "\n\n@otp.example.com #123456";
        let amharic = "የማረጋገጫ ኮድዎ 123456 ነው። ለ5 ደቂቃ ያገለግላል። ለማንም አያጋሩ።";
        let arabic = "رمز التحقق الخاص بك هو 123456. صالح لمدة 5 دقائق. لا تشاركه مع أحد.";
        let cases = [
            (String::new(), 1),
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("a".repeat(306), 2),
            ("a".repeat(307), 3),
            ("€".repeat(80), 1),
            ("€".repeat(81), 2),
            // 153 units hold 76 of them and half of another: three segments, although 306 units would make two.
            ("€".repeat(153), 3),
            ("የ".repeat(70), 1),
            ("የ".repeat(71), 2),
            ("የ".repeat(134), 2),
            ("የ".repeat(135), 3),
            ("👍".repeat(35), 1),
            ("👍".repeat(36), 2),
            (format!("123456 is your Example code. It expires in 5 minutes. Do not share it.{origin}"), 1),
            (amharic.to_owned(), 1),
            (format!("{amharic}{origin}"), 2),
            (format!("ኮድዎ 123456 ነው። ለማንም አያጋሩ።{origin}"), 1),
            (arabic.to_owned(), 1),
            (format!("{arabic}{origin}"), 2),
            (format!("رمزك 123456. لا تشاركه.{origin}"), 1),
            ("`".repeat(71), 2),
            ("@#$_\n".repeat(32), 1),
        ];
        for (text, expected) in cases {
            assert_eq!(segments(&text), expected, "{text}");
        }
    }
}
