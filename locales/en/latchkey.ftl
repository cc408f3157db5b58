# Every word a person reads, one section a feature. Short sentences, you and we, no jargon: many read this slowly, on a
# small screen, in a second language. Names in braces with a dollar sign come from the program. Some of them open and
# close a link ({ $help } … { $end }): both stay in the sentence, around the words that are to be the link.

## The frame of every page

brand = Latchkey
page-title = { $title } – Latchkey
page-title-errors = Please check: { $title } – Latchkey
skip = Skip to the content
demo-label = Demo mode
demo-banner = Demo: no texts are sent. Open the inbox
language-label = Language
margin-label = Good to know
area-label = Your account
area-overview = Overview
area-two-factor = Two-factor
area-devices = Devices
area-activity = Activity
area-profile = Profile
area-phone = Phone number
area-password = Password
area-data = My data
foot-label = About this service
foot-help = Help
foot-stop = Stop a change
foot-privacy = Privacy
foot-terms = Terms
sign-out = Sign out

## Times

# A day: { $day } 3, { $month } 5, { $year } "2025".
date =
    { $month ->
        [1] { $day } January { $year }
        [2] { $day } February { $year }
        [3] { $day } March { $year }
        [4] { $day } April { $year }
        [5] { $day } May { $year }
        [6] { $day } June { $year }
        [7] { $day } July { $year }
        [8] { $day } August { $year }
        [9] { $day } September { $year }
        [10] { $day } October { $year }
        [11] { $day } November { $year }
       *[12] { $day } December { $year }
    }
# The same where there is little room, without the year.
date-short =
    { $month ->
        [1] { $day } Jan
        [2] { $day } Feb
        [3] { $day } Mar
        [4] { $day } Apr
        [5] { $day } May
        [6] { $day } Jun
        [7] { $day } Jul
        [8] { $day } Aug
        [9] { $day } Sep
        [10] { $day } Oct
        [11] { $day } Nov
       *[12] { $day } Dec
    }
date-and-time = { $date }, { $time } ({ $place })
# { $wait } in sentences like "in { $wait }, at 14:32".
wait-seconds = { $seconds } seconds
wait-minutes =
    { $minutes ->
        [one] 1 minute
       *[other] { $minutes } minutes
    }
wait-hours =
    { $hours ->
        [one] 1 hour
       *[other] { $hours } hours
    }
clock-note = Times are for { $place }.
clock-note-utc = Times are in UTC, the world’s common time.
place-addis-ababa = Addis Ababa
place-riyadh = Riyadh
place-dubai = Dubai
place-kuwait = Kuwait
place-qatar = Qatar
place-bahrain = Bahrain
place-muscat = Muscat
place-beirut = Beirut
place-amman = Amman
place-utc = UTC

## Browsers

# "Chrome on Android". Both are names, or one of the words below.
browser-on-system = { $browser } on { $system }
browser-unknown = A browser
browser-in-app = A browser inside an app
system-unknown = an unknown device
address-unknown = something we did not keep

## Forms

form-check-answers = Please check { $count } answers
country-label = Country of the number
country-most-used = Most used
country-others = All other countries
phone-label = Phone number
email-label = Email
email-fix = An email address looks like name@example.com.
password-label = Password
password-new-label = New password
password-hint = { $least } characters or more. Four words that do not belong together are strong and easy to keep.
password-again = Type your password again: we never keep it on a page.
password-fix = { $least } characters or more, please.
code-label = 6-digit code
text-me-a-code = Text me a code
use-backup-code = Use a backup code
backup-code-label = Backup code
backup-code-hint = Like 7KQ2-M9XD-4HTR-W6PA. Small letters and spaces are fine.
step-label = Step { $step } of { $steps }
step-done = (done)

# What can be wrong with an answer: what it is, then what to do.
problem-name-missing = Please write your name.
problem-name-too-long = This name is too long. Please write a shorter form of it.
problem-name-unreadable = This name has a sign in it that we cannot keep. Please use letters only.
problem-email-missing = Please write your email address. Only maids may leave it empty.
problem-email-unreadable = This is not an email address. It looks like name@example.com.
problem-email-too-long = This email address is too long. Please check it.
problem-country-missing = Please choose the country of your number.
problem-country-closed = We cannot send texts to { $country } at the moment. Please use a number of another country.
problem-country-closed-for-now = We cannot send texts to { $country } at the moment. Please try again later.
problem-phone-missing = Please write your phone number.
problem-phone-unreadable = This is not a phone number. Please write digits only.
problem-phone-too-short = This number is too short for { $country }. Please check it.
problem-phone-too-long = This number is too long for { $country }. Please check it.
problem-phone-not-in-plan = There is no such number in { $country }. Please check the number and the country.
problem-phone-not-mobile = This number cannot receive text messages. Please use a mobile number.
problem-phone-opted-out = You asked us to stop texting this number. Text START to the number our texts came from, or use another number.
problem-phone-paused = We cannot text this number just now. Please try again later. If it is urgent, ask for help and tell them { $reference }.
problem-password-missing = Please choose a password.
problem-password-too-short = This password is too short. Use { $least } characters or more.
problem-password-too-long = This password is too long. Use { $most } characters or fewer.
problem-password-weak = This password is easy to guess. Add another word.
problem-password-personal = This password is close to your name, email or number. Choose words that have nothing to do with you.
problem-password-unreadable = This password has a sign in it that we cannot read. Please choose another.
problem-code-missing = Please enter the code.
problem-code-unreadable = The code has 6 digits. Please check it.
problem-code-wrong =
    { $left ->
        [0] Invalid code. That was the last attempt for 15 minutes.
        [one] Invalid code. 1 attempt remaining.
       *[other] Invalid code. { $left } attempts remaining.
    }
problem-code-too-many = Too many attempts. Request a new code.
problem-code-expired = This code has expired. Request a new code.
problem-code-unchecked = We could not check your code just now. Please try again, or request a new code.
problem-identifier-missing = Please write your email address or your phone number.
problem-identifier-unreadable = This is neither an email address nor a phone number. Please check it, and the country.
problem-sign-in-wrong = That does not fit. Check what you typed, and try again.
problem-password-not-entered = Please enter your password.
problem-password-wrong = This is not your password. Check what you typed, and try again.
problem-backup-code-missing = Please enter one of your backup codes.
problem-backup-code-unreadable = A backup code has 16 letters and digits. Please check it.
problem-backup-code-wrong =
    { $left ->
        [0] This backup code does not work. That was the last attempt for 15 minutes.
        [one] This backup code does not work. 1 attempt remaining.
       *[other] This backup code does not work. { $left } attempts remaining.
    }
problem-only-backup-code = There were too many wrong codes. Only a backup code works now.

## Home

home-title = Your account, opened by your phone
home-heading = Your account, opened by your own phone
home-lead = Latchkey keeps one account for every sponsor and every maid. Your phone number is the key.
home-register = Create an account
home-account = Open your account
home-how = How it works
home-how-1 = You write your name and your phone number.
home-how-2 = We text you a code of six digits.
home-how-3 = You enter it, and the account is yours.
home-need-title = What you need
home-need = A phone number that is yours and receives text messages, and about three minutes. You do not need an app, and maids do not need an email address.
home-code-title = The code is yours alone
home-code = Nobody from Latchkey will ever ask you for it, not in a call and not in a message.
home-signed-out = You are signed out
home-signed-out-text = Nobody can use your account on this device any more.

## Registration

register-title = Create your account
register-steps-details = Your details
register-steps-phone = Your phone
register-role = Who are you?
register-role-hint = This cannot be changed later.
register-role-missing = Please say who you are: a sponsor or a maid.
register-sponsor = A sponsor
register-sponsor-hint = I employ someone in my home, or want to.
register-maid = A maid
register-maid-hint = I work in someone’s home, or want to.
register-name = Full name
register-email-optional = (maids may leave this empty)
register-terms = I accept the { $terms }terms{ $end } and the { $privacy }privacy notice{ $end }.
register-terms-missing = We can open an account only if you accept the terms and the privacy notice.
register-send = Text me the code
register-have-account = I have an account
register-one-number-title = One number, one account
register-one-number = Use a number that is yours and that you will keep. With it you get back in when you forget your password.
register-next-title = What happens next
register-next = We send one text with a code. Your account exists only once you have entered it.
register-code-title = The code is yours alone
register-code = Nobody from Latchkey will ever ask you for it, not in a call and not in a message.
register-over = Please start again
register-over-text = An unfinished registration is kept for one hour. This one has ended, and nothing of it is left.

## Registration: prove the phone

verify-title = Enter the code we texted you
verify-lead = It went to { $number } and works for { $wait }, until { $time }.
verify-sending-title = We are sending you a code
verify-sending-lead = It goes to { $number } and works for { $wait }, until { $time }.
verify-late-lead = Our text to { $number } may come late or not at all. If it comes, its code works until { $time }.
verify-dead-title = You need a new code
verify-expired-lead = The code we texted to { $number } has expired.
verify-spent-lead = The code we texted to { $number } was entered wrongly too often.
verify-unsent-title = We could not text you
verify-unsent-lead = Nothing was sent to { $number }. No account was made, and nothing is lost.
verify-confirm = Confirm my number
verify-resend-title = No text yet?
verify-resend-dead-title = Ask for a new code
verify-resend-now = You can ask for a new code now. Only the newest one works.
verify-resend-at = You can ask for a new code in { $wait }, at { $time }.
verify-resend-over = We send at most { $sends } codes for one registration. Look for the newest text, correct the number, or { $register }start again{ $end }.
verify-resend = Send a new code
verify-change = The number is wrong: change it
verify-change-current = We texted { $number }.
verify-change-send = Text this number
verify-slow-title = Texts can be slow
verify-slow = Some take a minute or two. If you ask for a new code, only the newest one works.
verify-check-title = If no text comes
verify-check = Is the phone on, does it have signal, and is there room for new messages? Is the number right? Look at the last four digits.

# Why a text was not sent, and what to do.
unsent-bad-number = There is no such phone number
unsent-bad-number-text = Please correct it below.
unsent-no-sms = This number cannot receive text messages
unsent-no-sms-text = Please use a mobile number.
unsent-opted-out = You asked us to stop texting this number
unsent-opted-out-text = Text START to the number our texts came from, then ask for a new code. Or use another number.
unsent-country = We cannot send texts to this country at the moment
unsent-country-text = Please use a number of another country.
unsent-later = The text did not go out
unsent-later-text = Please wait a few minutes, then ask for a new code.
unsent-ours = The text did not go out, and the fault is ours
unsent-ours-text = We have been told. Please try again later.
unsent-use-backup-code = Use one of your backup codes instead.
unsent-opted-out-or-backup-code = Text START to the number our texts came from, then ask for a new code. Or use a backup code.
unsent-later-or-backup-code = Please wait a few minutes, then ask for a new code. Or use a backup code.
unsent-ours-or-backup-code = We have been told. Please use a backup code, or try again later.

notice-code-sent = A new code is on its way
notice-code-sent-text = The older one no longer works.
notice-number-changed = We texted the new number
notice-number-changed-text = The code sent to the other number no longer works.
notice-too-early = Not yet: the last code was sent just now
notice-too-early-text = Texts can take a minute. When you can ask again stands below.

## Registration: a number that has an account

claim-title = This number has an account already
claim-lead = Your code was right: { $number } is in your hands. One number can belong to one account only. Which is true?
claim-question = Which is true?
claim-sign-in = That account is mine
claim-sign-in-hint = Sign in to it. It stays as it is, and nothing new is made.
claim-move = The number is mine now
claim-move-hint = Open my new account with it. The older account stays as it is, but can no longer use this number.
claim-missing = Please choose one of the two.
claim-kept = Nothing new was made
claim-kept-text = Your account and its number stay as they are. Sign in to it here.
claim-go-on = Do this
claim-how-title = How can that be?
claim-how = Perhaps you registered before. Or the operator gave you a number that somebody else had.
claim-told-title = We tell the other account
claim-told = Its owner sees it on their page and keeps everything that is in it.

email-taken-title = This email address has an account already
email-taken-lead = Your number is proven. But one email address can belong to one account only, so no new account was made.
email-taken-mine = If that account is yours, sign in to it. If not, start again with another email address. Maids may also leave it empty.
email-taken-again = Start again
cannot-open-title = This account could not be opened
cannot-open-lead = The number or the email address was used for an account a moment ago. No second account was made.
cannot-open-what = Was it you, perhaps in another window? Then sign in. If not, start again.
cannot-open-again = Start again

## Signing in

login-title = Sign in
login-go = Sign in
login-forgotten = I forgot my password
login-identifier = Email or phone number
login-country-optional = (not needed with an email)
login-new-title = New here?
login-address-title = Check the address
login-address = Enter your password only when the address at the top of your browser is the one you know.
login-shared-title = On someone else’s phone?
login-shared = Sign out when you are done, and delete the text with the code.

second-step-title = Enter your sign-in code
second-step-again = Start again
second-step-app-lead = Open the app and read the six digits for Latchkey.
second-step-ask-title = You need a code to sign in
second-step-ask-lead = No code has gone to { $number } yet.
second-step-unsent-lead = Nothing was sent to { $number }.
second-step-resend-over = We send at most { $sends } codes for one sign-in. Look for the newest text, use a backup code, or { $login }start again{ $end }.
second-step-trust = Trust this device for 30 days
second-step-trust-hint = Until { $date } we will not ask for a code here. Only for a device that nobody else uses.
second-step-clock-title = The app’s code is refused?
second-step-clock = Each code works for about a minute. See whether the clock of your phone is right.
second-step-tired-title = Tired of waiting for texts?
second-step-tired = An authenticator app works without network and is safer. You can switch to it in your account.

login-backup-code-title = Use a backup code
login-backup-code-lead = One of the ten codes you saved when you switched on two-factor.
login-backup-code-use-text = Use the code from the text
login-backup-code-use-app = Use the code from your app
login-backup-code-none-title = No codes either?
login-backup-code-none = Ask the people who { $help }run this service{ $end }.

notice-sign-in-over = Please sign in again
notice-sign-in-over-text = You began to sign in, but it took too long. Nothing is lost.
notice-sign-in-again = Please sign in once more
notice-sign-in-again-text = Something about how this account is opened has just changed.
notice-signed-in-by-backup-code = You used a backup code to sign in
notice-signed-in-by-backup-code-text = It does not work again. Cross it out on your list.
notice-only-backup-code = Only a backup code works now
notice-only-backup-code-text = There were too many wrong codes. To protect the account we take no others.
notice-code-not-possible = We cannot text you a code
notice-code-not-possible-text = Somebody else has proven your number. Use a backup code to get in.

## Setting a new password

reset-title = Set a new password
reset-lead = Write the phone number of your account. If we know it, we text a code to it.
reset-send = Text me the code
reset-steps-number = Your number
reset-steps-code = Code
reset-steps-password = New password
reset-two-factor-title = With two-factor on
reset-two-factor = You will also need a code from your authenticator app, or a backup code. A text alone cannot change your password.
reset-afterwards-title = Afterwards
reset-afterwards = You are signed out everywhere, and we tell you about it by text.
reset-code-title = Enter the code
reset-code-lead = If { $number } has an account, a text with six digits is on its way. The code works for { $wait }, until { $time }.
reset-code-go = Use this code
reset-other-number = Use another number
reset-resend-over = We send at most { $sends } codes for one request. Look for the newest text, or { $start }start again{ $end }.
reset-no-text-title = No text came?
reset-no-text = Texts can take a minute. Look at the number above: is it the one you registered with?
reset-second-title = Now your second code
reset-second-app-lead = Your account has two-factor on. Show us a code that did not come by text.
reset-second-backup-lead = Your account has two-factor on. Enter one of the backup codes that you saved.
reset-second-app-hint = Open the app and read the six digits for Latchkey.
reset-second-go = Go on
reset-second-why-title = Why is a text not enough?
reset-second-why = Whoever holds your phone or your number can read your texts. Two-factor protects you from them.
reset-second-none = Ask the people who { $help }run this service{ $end }. They can help you after checking who you are.
reset-password-title = Choose your new password
reset-password-lead = You will sign in with it from now on.
reset-password-go = Set this password
reset-wait-title = Please wait for a while
reset-wait-lead = You can set a new password in { $hours ->
        [one] 1 hour
       *[other] { $hours } hours
    }, from { $date }, { $time }.
reset-wait-then-title = Come back then
reset-wait-then = Ask for a new code on this phone within 7 days after that. Until then, nothing changes.
reset-wait-why-title = Why do I have to wait?
reset-wait-why = Nobody signed in for a long time, the number is new to the account, or somebody stopped this before. So it may have changed hands.
reset-wait-sooner-title = Do you know the password?
reset-wait-sooner = Then sign in with it. That stops the waiting, and you can change the password at once.
reset-help-title = We cannot set a password this way
reset-help-lead = Your number is right, but this account needs more than a text. No backup code is left.
reset-help-ask = Ask the people who { $help }run this service{ $end }. They can help you after checking who you are.

## Recovering an account

recovery-title = Recover your account
recovery-lead = When the 72 hours were over, we texted you a code. Enter it here.
recovery-steps-code = Code
recovery-code-label = Recovery code
recovery-go = Go on
recovery-code-unreadable = The code has 16 letters and digits. Please check it.
recovery-code-wrong = This code does not work. Compare it with our text. If it is the same, it works no more: ask for help.
recovery-none-title = Have you no code?
recovery-none = Is everything gone, phone, password and backup codes? Ask the people who { $help }run this service{ $end }. They check who you are. 72 hours later we text you the code. It works for 7 days.
recovery-password-lead = { $number } will be the number of your account. Choose the password that you will sign in with.
recovery-time-title = You have 10 minutes
recovery-time = If it takes you longer, enter the code again. It works until your new password is set.
recovery-afterwards = You are signed out everywhere, and two-factor is off. We tell all your numbers about it by text.

## Confirming

confirm-title = Confirm it is you
confirm-lead = What comes next can change how you get in. Please prove once more that this account is yours.
confirm-back = Back, change nothing
confirm-go = Confirm
confirm-text-title = First, get a code
confirm-text = We text it to { $number }. Ask for it before you fill in the rest.
confirm-unsent = Nothing was sent to { $number }.
confirm-resend-over = We send at most { $sends } codes in an hour. Look for the newest text, or use a backup code.
confirm-code-app = Code from your authenticator app
confirm-code-app-hint = Open the app and read the six digits for Latchkey. A backup code works here too.
confirm-code-sms = Code from the text
confirm-code-sms-hint = Six digits. A backup code works here too.
confirm-code-contested-hint = Somebody else has proven your number, so we cannot text you. Use one of your backup codes.
confirm-why-title = Why again?
confirm-why = So that nobody who finds your phone unlocked can change how you get in.
confirm-long-title = For 5 minutes
confirm-long = After this we do not ask again for five minutes.
notice-confirmed = Thank you
notice-confirmed-text = Now you can go on. For 5 minutes we do not ask again.

## Two-factor

two-factor-title = Two-factor
two-factor-lead = A password can be guessed or seen. With two-factor, signing in also needs a code that only you have.
two-factor-required = Your account needs two-factor now
two-factor-required-text = Choose one of the two ways below. Then all your pages open again.
two-factor-required-app = Administrators need an authenticator app. Then all pages open.
two-factor-off = Off
two-factor-on-app = On, with your app
two-factor-on-sms = On, with texts to
two-factor-app = With an authenticator app
two-factor-app-text = The safest way. A free app on your phone shows a new code every 30 seconds. It needs no network and no credit.
two-factor-app-go = Use an app
two-factor-app-other-title = Another app or phone
two-factor-app-other = Do you have a new phone, or another app? Set it up first. The old app works until then.
two-factor-app-other-go = Use another app or phone
two-factor-sms = With a text message
two-factor-sms-text = We text a code to { $number } each time you sign in. Better than nothing, but:
two-factor-sms-1 = texts can be read on the way, or on a shared phone;
two-factor-sms-2 = a number you give up will belong to someone else one day;
two-factor-sms-3 = without network there is no code.
two-factor-sms-go = Use text messages
two-factor-sms-change = Change to text messages
two-factor-sms-not = Not possible
two-factor-contested-title = We cannot text you codes
two-factor-contested = Somebody else has proven your number { $number }. No codes go there any more. If it is still yours, { $help }read what to do{ $end }.
two-factor-contested-do = Until you use an app, only your backup codes let you in.
two-factor-codes-come = Whichever you choose, you get ten backup codes for the day your phone is gone.
two-factor-lost-title = When your phone is gone
two-factor-off-title = Switch it off
two-factor-off-text = Your password alone opens your account then. Your backup codes stop working.
two-factor-off-go = Switch off two-factor

two-factor-app-title = Set up your app
two-factor-app-lead = Any authenticator app will do, for example Aegis, Google Authenticator or 2FAS.
two-factor-app-add-title = 1. Add Latchkey to the app
two-factor-app-here = Is the app on this phone?
two-factor-app-open = Open it and add Latchkey
two-factor-app-scan = Is it on another one? Let it scan this picture.
two-factor-app-qr = QR code with the secret that is written below
two-factor-app-type = Or type this secret into the app:
two-factor-app-keep = Show it to nobody. Whoever has it can make your codes.
two-factor-app-code-title = 2. Enter the code the app shows
two-factor-app-nothing = Nothing changes until this code is right.
two-factor-app-replaces = Nothing changes until this code is right. Then your codes come from this app only.
two-factor-app-switch-on = Switch on two-factor
two-factor-app-replace = Use this app
two-factor-app-not-now = Not now

notice-two-factor-by-app = Your codes come from your app now
notice-two-factor-by-app-text = Have it at hand when you sign in. All other devices were signed out.
notice-two-factor-by-sms = Your codes come in texts now
notice-two-factor-by-sms-text = We text you a code when you sign in. All other devices were signed out.
notice-two-factor-off = Two-factor is off
notice-two-factor-off-text = Your password alone opens your account now. All other devices were signed out.
notice-enrolment-over = Please begin again
notice-enrolment-over-text = Setting up the app took longer than 10 minutes. Nothing was changed. Delete Latchkey from the app first.

## Backup codes

backup-codes-title = Backup codes
backup-codes-lead = Each one lets you in once when your phone is gone.
backup-codes-left = { $left } of 10 left
backup-codes-few =
    { $left ->
        [0] You have no backup codes left
        [one] You have 1 backup code left
       *[other] You have { $left } backup codes left
    }
backup-codes-few-text = They are the quick way back in when your phone is gone.
backup-codes-hidden = We cannot show them again: we keep them only in a form that cannot be read back.
backup-codes-new-title = Are they lost, or has somebody seen them?
backup-codes-new = Make ten new ones. The old ones stop working at once.
backup-codes-make = Make ten new codes
backup-codes-none = None
backup-codes-come = They come with two-factor. Switch it on, and you get ten.
backup-codes-to-two-factor = Go to two-factor
backup-codes-once-title = Each code works once
backup-codes-once = Cross it out when you have used it. With the last one, make ten new ones.

new-backup-codes-title = Your backup codes
new-backup-codes-lead = Each one lets you in once when your phone is gone. We show them only now.
new-backup-codes-whose = Latchkey backup codes of { $account }, made on { $date }.
new-backup-codes-once = Each works once.
new-backup-codes-download = Download as text
new-backup-codes-keep-title = Keep them where only you can reach them
new-backup-codes-keep-1 = On paper is best. Write them down, or print this page from the menu of your browser.
new-backup-codes-keep-2 = Not as a photo on the phone you may lose.
new-backup-codes-keep-3 = Give them to nobody, also not to the person you work for.
new-backup-codes-saved = I have saved them

## Devices

notice-device-forgotten = That device is not trusted any more
notice-device-forgotten-text = The next sign-in there needs a code again.
notice-session-ended = That device is signed out
notice-session-ended-text = If it was not yours, change your password too.
notice-others-ended = All other devices are signed out
notice-others-ended-text = Only this one is still signed in.
notice-password-set = Your new password is set
notice-password-set-text = Sign in with it now. All devices were signed out.
notice-reset-over = Please begin again
notice-reset-over-text = It took too long, or the account has changed since. No password was set.
notice-password-changed = Your password is changed
notice-password-changed-text = All other devices were signed out.
notice-phone-changed = This is your number now
notice-phone-changed-text = We told you by text. All other devices were signed out.
notice-phone-change-over = Please begin again
notice-phone-change-over-text = Proving the new number took too long. Your number is as before.
notice-phone-restored = The change is undone
notice-phone-restored-text = The account has this number again. All devices were signed out.
notice-change-stopped = It is stopped
notice-change-stopped-text = Nobody can open the account that way now.
notice-profile-saved = Your profile is saved
notice-profile-saved-text = You can change it whenever you like.
notice-email-changed = Your email address is changed
notice-email-changed-text = You can sign in with it from now on. All other devices were signed out.
notice-email-removed = Your email address is removed
notice-email-removed-text = Sign in with your phone number from now on. All other devices were signed out.
notice-deletion-requested = Your account will be deleted
notice-deletion-requested-text = Do you want to keep it? Sign in within 14 days.
notice-deletion-cancelled = Your account stays
notice-deletion-cancelled-text = Nothing was deleted.
notice-recovered = Welcome back
notice-recovered-text = Your password and your number are new. Now set up two-factor again.

## Account

account-title = Your account
account-hello = Hello, { $name }
account-lead-sponsor = You are signed in as a sponsor.
account-lead-maid = You are signed in as a maid.
account-lead-administrator = You are signed in as an administrator.
account-new = Your account is open
account-new-text = Your phone number is proven. Keep it: with it you get back in when you forget your password.
account-stands = How your account stands
account-phone = Phone number
account-phone-proven = { $number }, proven on { $date }
account-phone-contested = No longer yours here
account-phone-none = None
account-admin = Messages, accounts, countries and settings
account-two-factor-off = Off
account-two-factor-app = On, with your app
account-two-factor-sms = On, by text message
account-codes = Backup codes
account-codes-left = { $left } of 10 left
account-next-two-factor = Next: make your account safer
account-next-two-factor-text = A password can be guessed or seen. With two-factor, signing in also needs a code that only you have.
account-next-two-factor-go = Set up two-factor
account-next-codes = Next: make new backup codes
account-next-codes-text = They are the quick way back in when your phone is gone. It takes one minute and a pen.
account-next-phone = Next: give us another number
account-next-phone-text = With a number of your own you can sign in by phone and set a new password again.
account-next-phone-go = Give another number
account-next-reset = Did you ask for a new password?
account-next-reset-text = Somebody who has your phone or your number did. After 72 hours a text can set a new password. Was it not you? Confirm that this account is yours. That stops it.
account-next-recovery = Did you ask us to recover your account?
account-next-recovery-text = Somebody did. After 72 hours they can take it over with a new password and number. Was it not you? Confirm that this account is yours. That stops it.
account-next-object-go = Confirm, and stop it
account-next-email = Next: add your email address
account-next-email-text = If you have one: with it you can sign in also when your number is gone.
account-devices = { $signed_in } signed in, { $trusted } trusted
account-activity = Last activity
account-password = Change it here
account-profile = What you write about yourself
account-data = See it, download it, or delete the account
account-contested = Somebody else has proven your number { $number }
account-contested-text = It can no longer open this account. All else is as it was. If the number is still yours, { $help }read what to do{ $end }.

## Profile

profile-title = Profile
profile-lead-sponsor = About you and your household. Only your name is needed.
profile-lead-maid = About you and your work. Only your name is needed.
profile-city = City or town
profile-household-size = How many people live with you?
profile-skills = What can you do?
profile-skills-hint = For example cooking, children, ironing. { $most } characters at most.
profile-experience-years = For how many years have you worked?
profile-count-hint = A number from { $least } to { $most }.
profile-about-sponsor = About your household
profile-about-maid = About you
profile-most = { $most } characters at most.
profile-too-long = This is too long. Please use { $most } characters or fewer.
profile-unreadable = There is a sign in it that we cannot keep. Please use letters and common signs only.
profile-not-a-count = Please write a whole number from { $least } to { $most }, or nothing.
profile-save = Save my profile
profile-elsewhere = How you sign in

## Email address

email-change-title = Email address
email-change-lead = You can sign in with it, as with your phone number. We send nothing to it.
email-change-now = Your address
email-change-none = None
email-change-label = Another email address
email-change-optional = You can also leave it empty. Then we forget it.
email-change-add = Add my email address
email-change-go = Change my email address
email-change-taken = This email address belongs to another account. Please use another one.
email-change-only-way-in = Somebody else has proven your number. Without an email address you could not sign in. Please keep one.
email-change-confirm = An email address can open your account. So please prove first that the account is yours.
email-change-then-title = Afterwards
email-change-then = All other devices are signed out, and we tell you about it by text.
confirm-first = Confirm it is you

## Password

password-change-title = Password
password-change-lead = Choose a new one whenever somebody may know yours.
password-current-label = Your password now
password-change-go = Change my password
password-change-same = This is the password that you have. Please choose another.
password-change-confirm = With two-factor on, your password alone changes nothing. Please prove first that the account is yours.
password-change-then = All other devices are signed out, and we tell you about it by text. This one stays signed in.
## Changing the phone number

phone-change-title = Your phone number
phone-change-lead = It is { $number }, proven on { $date }.
phone-change-lead-none = There is none yet. Your account needs one only for texts to you.
phone-change-lead-contested = It was { $number } until { $date }.
phone-change-contested = Somebody else has proven this number
phone-change-contested-text = It can no longer open your account. All else is as it was. Give your account another number. Is this one still yours? Then prove it once more.
phone-change-pending-title = A code is on its way
phone-change-pending = We texted { $number }. { $verify }Enter the code{ $end }, or use another number below.
phone-change-label = New phone number
phone-change-same = This is your number already. Write the new one, or keep this one.
phone-change-send = Text a code to it
phone-change-keep = Keep my number
phone-change-go = Change my number
phone-change-confirm-first = First you prove once more that this account is yours.
phone-change-then = What will happen
phone-change-then-1 = The old number keeps working until you have entered the code.
phone-change-then-2 = Both numbers get a text about the change. From the old one you can undo it for 7 days.
phone-change-then-3 = For 72 hours the new number cannot set a new password.
phone-change-then-4 = All other devices are signed out, and trusted devices are forgotten.
phone-change-unsent-lead = Nothing was sent to { $number }. Your number is as before.
phone-change-resend-over = We send at most { $sends } codes for one change. Look for the newest text, or { $start }start again{ $end }.

## Stopping a change

stop-title = Stop a change
stop-lead = Did a text tell you of a change that you did not make? Enter the code from that text.
stop-code-label = Code from the text
stop-code-hint = Like 7KQ2-M9XD-4HTR-W6PA. Small letters and spaces are fine.
stop-code-unreadable = This code has 16 letters and digits. Please check it.
stop-code-unknown = This code does not work. Check it with the text. A code works once, and only for some days.
stop-go = Stop it
stop-then-title = What happens then
stop-then-number = If your number was changed, your old number comes back. All devices are signed out.
stop-then-password = If somebody waits to set a new password or to recover your account, that ends.
stop-no-code-title = Is there no code in the text?
stop-no-code = Then { $login }sign in{ $end } and change your password. If you cannot get in, { $help }read what to do{ $end }.
stop-taken = This number belongs to another account now
stop-taken-text = Somebody has proven it since, so it cannot come back. { $login }Sign in{ $end } and give your account another number.
stop-recover = This code stops nothing
stop-recover-text = It belongs to a recovery that we have started after checking a person. If that is you, { $recovery }recover your account{ $end }. If not, give it to nobody.

## Demo inbox

inbox-title = Demo inbox
inbox-lead = These texts were not sent. Each newest one works.
inbox-empty = Nothing here yet. Ask for a code, then look again.
inbox-verification = Verification
inbox-sign-in = Sign-in
inbox-step-up = Confirmation
inbox-password-reset = Password reset
inbox-notice = News of the account
inbox-replaced = replaced by a newer code
inbox-again = Look again
inbox-only-title = Only here
inbox-only = Demo mode runs on this computer only. With Twilio set up, this page and the line at the top are gone.

## Devices

devices-title = Devices
devices-lead = Where you are signed in. End what you do not know.
devices-signed-in = Signed in
devices-this = This device
devices-place = Address beginning with { $start }
devices-used-now = Since { $since }, used just now
devices-used = Since { $since }, last used on { $date } at { $time }
devices-end = End
devices-end-label = End: { $browser }
devices-end-others = End all but this one
devices-end-others-hint = This also forgets all trusted devices.
devices-only-this = You are signed in nowhere else.
devices-trusted = Trusted
devices-trusted-lead = Here we ask for your password only, not for a code.
devices-none-trusted = You trust no device. You can when you sign in with a code.
devices-trusted-until = Trusted until { $date }
devices-forget = Forget
devices-forget-label = Forget: { $browser }

## Activity

activity-title = Activity
activity-lead = What happened in your account, the latest first. We keep it for 13 months.
activity-empty = There is nothing earlier.
activity-when = { $date } at { $time }
activity-who = { $browser }, address beginning with { $start }
activity-failed = Failed
activity-look = Look at this
activity-earlier = Show earlier
activity-latest = Back to the latest
activity-not-you-title = Was it not you?
activity-not-you = { $devices }End all your other devices{ $end }. Then ask the people who run this service for help.
event-registered = You opened this account
event-number-contested = Somebody else proved your phone number
event-signed-in = Signed in with the password
event-signed-in-by-sms = Signed in with the password and a texted code
event-signed-in-by-app = Signed in with the password and the app
event-signed-in-by-backup-code = Signed in with the password and a backup code
event-signed-in-from-trusted-device = Signed in with the password from a trusted device
event-password-wrong = A wrong password was entered
event-code-wrong = The password was right, but the code was wrong
event-reset-code-wrong = A new password was wanted, but the second code was wrong
event-codes-rest = Too many wrong codes: we took none for 15 minutes
event-signed-out = Signed out
event-two-factor-by-sms = Two-factor now works by text message
event-two-factor-by-app = Two-factor now works with an authenticator app
event-two-factor-off = Two-factor was switched off
event-backup-codes-made = New backup codes were made
event-device-trusted = A device was trusted for 30 days
event-device-forgotten = A trusted device was forgotten
event-session-ended = Another device was signed out
event-others-ended = All other devices were signed out
event-password-changed = The password was changed
event-password-set = A new password was set by text message
event-reset-waits = Somebody with your phone asked for a new password: we wait 72 hours
event-reset-stopped = Setting a new password by text message was stopped
event-phone-changed = The phone number was changed
event-phone-restored = A change of the phone number was undone
event-email-changed = The email address was changed
event-profile-changed = The profile was changed
event-recovery-started = We were asked to recover this account: we wait 72 hours
event-recovery-stopped = The recovery was stopped
event-recovered = The account was recovered with a new password and number
event-data-downloaded = All data of the account was downloaded
event-deletion-requested = You asked us to delete this account
event-deletion-cancelled = You decided to keep this account
event-account-disabled = We disabled this account: nobody can sign in
event-account-enabled = We enabled this account again
event-devices-signed-out = We signed out all devices
event-reset-required = We asked for a new password: the one before no longer works
event-factor-removed = We switched two-factor off
event-deleted = The account was deleted

## My data

data-title = My data
data-lead = Here is what we keep about you, and for how long. It is yours: take it with you whenever you like.
data-kept-title = What we keep
data-account = You
data-account-text = Your name, phone number and email address, your role, and what you write in your profile.
data-ways-in = How you get in
data-ways-in-text = That you have a password, an app or backup codes, and since when. The secrets themselves are unreadable, also for us.
data-devices-text = With which browsers you are signed in, and the beginning of their internet addresses. Trusted devices too, for 30 days.
data-activity-text = Sign-ins, changes and wrong tries, each with its browser and the beginning of its internet address.
data-texts-text = When we texted you and what it was about, never the code. Also the internet address, where somebody asked for the text.
data-codes-text = Where we sent a code and whether it was used. What you begin and do not finish is kept for an hour.
data-recoveries-text = When we helped you back in: who checked who you are, and how.
data-take-title = Take it with you
data-take = All of it in one file. Left out are only secrets, and what would tell of other people.
data-take-html = Download it to read
data-take-json = Download it for programs
data-take-care = Whoever has the file can read it. On someone else’s phone, do not download it.
data-confirm = The file tells much about you. So please prove once more that this account is yours.
data-confirm-go = Confirm it is me
data-delete = You may leave whenever you like. You then have 14 days to change your mind.

# How long things are kept. Each stands after what it is about.
kept-account = We keep it as long as your account, and for { $days } days after you ask us to delete it.
kept-session = We keep it until you sign out, at most { $idle } days after your last visit and { $most } days in all.
kept-trusted-device = We keep it for { $days } days at most.
kept-under-way = We keep it for an hour at most.
kept-wait = We keep it for 10 days.
kept-code = We keep it for { $hours } hours after the code has expired.
kept-action-code = We keep it until the code has expired. One for a recovery stays as long as what we keep about the recovery.
kept-message = We keep it for { $days } days. After { $named } days the number is unreadable and the internet address is gone.
kept-activity = We keep it for { $months } months.
kept-count = We keep it for { $minutes } minutes after the last wait.
kept-audit = We keep it as long as the service runs. It names your account by its id alone.
kept-throttle = We keep it for { $hours } hours.

data-file-title = Everything Latchkey keeps about you
data-file-made = Made on { $date } at { $time }.
data-file-keep = Keep this file where only you can reach it: whoever has it can read it.
data-file-left-out = Left out are secrets, what would tell of other people, and ids. The ids are in the file for programs. Numbers that are not your present one show their last digits only.
data-file-nothing = Nothing is kept about
data-of-app = Authenticator app
data-of-trusted-devices = Trusted devices
data-of-texts = Texts
data-of-deliveries = What became of them
data-of-message-attempts = Texts that had to be tried again
data-of-codes = Codes
data-of-sign-ins = Sign-ins that wait for a second code
data-of-resets = New passwords by text
data-of-waits = A new password that waits
data-of-phone-changes = Changes of your number that are not finished
data-of-long-codes = Long codes in texts
data-of-recoveries = Recoveries
data-of-audit = What whoever runs the service did to your account
data-of-guesses = Wrong passwords that still count
data-secret-password = Also kept: your password, in a form that cannot be read back.
data-secret-app = Also kept: the secret of the app, encrypted.
data-secret-code = Also kept: the codes, in a form that cannot be read back.
data-secret-token = Also kept: by what we know the browser again, in a form that cannot be read back.
data-administrator = An administrator
data-status-active = Open
data-status-disabled = Closed by the people who run this service
data-text-under-way = On its way
data-text-sent = Sent
data-text-superseded = Not needed any more
data-text-failed = Not sent
data-text-unknown = We do not know whether it was sent
data-act-undo-phone-change = Undoes a change of your number
data-act-stop-reset = Stops a new password
data-act-stop-recovery = Stops a recovery
data-act-recover = Finishes a recovery
data-label-role = You are
data-label-phone-proven = Number proven
data-label-phone-contested = Number proven by somebody else
data-label-phone-changed = Number changed
data-label-status = The account is
data-label-begun = Since
data-label-terms = Terms accepted
data-label-owner-seen = You last proved who you are
data-label-objected = You last stopped something
data-label-deletion = Will be deleted
data-label-wrong-codes = Wrong codes in a row
data-label-wrong-reset-codes = Wrong codes in a row, for a new password
data-label-rests = No further try before
data-label-reset-required = New password asked for
data-label-city = City
data-label-about = About you
data-label-household = People in your household
data-label-skills = What you can do
data-label-experience = Years of experience
data-label-confirmed = Confirmed
data-label-used = Used
data-label-last-seen = Last used
data-label-expires = Works until
data-label-browser = Browser
data-label-address = Internet address
data-label-used-from = Entered from
data-label-when = When
data-label-event = What
data-label-purpose = What for
data-label-state = What became of it
data-label-settled = That was known
data-label-heard = Last heard
data-label-sends = Times sent
data-label-last-send = Last sent
data-label-guesses-left = Attempts left
data-label-closed = Replaced
data-label-granted = New password allowed
data-label-act = What it does
data-label-opens = Works from
data-label-started-by = Who checked who you are
data-label-reason = How
data-label-cancelled = Stopped
data-label-cancelled-by = Who stopped it
data-label-cancel-reason = Why
data-label-opened = Code entered
data-label-wrong = Wrong in a row

delete-title = Delete your account
delete-lead = Read what happens before you do it.
delete-out = You are signed out everywhere at once, and we text you about it.
delete-time = For { $days } days nothing is lost. Sign in, and you can keep the account.
delete-gone = After that all of it is gone: your name, number, email address, profile and ways in. Nobody can bring it back.
delete-stays = What happened in the account stays for { $months } months, but nobody can tell whose it was.
delete-number = Your number and your email address are free for a new account then.
delete-go = Delete my account
delete-not = Keep my account
delete-confirm = Please prove once more that this account is yours. Then you can delete it.
delete-due = Your account will be deleted on { $date } at { $time }
delete-due-text = You asked us to. Until then you can keep it, and all is as before. After that nobody can bring it back.
delete-cancel = Keep my account
delete-administrator = An administrator’s account cannot be deleted here
delete-administrator-text = Somebody has to run this service. Ask another administrator.

## Help

help-title = Help
help-lead = Short answers to what goes wrong most often.
help-no-text-title = No text arrives
help-no-text-1 = Wait two minutes. Then see whether the phone is on, has signal and has room for new messages.
help-no-text-2 = Look at the last four digits on the page. If they are wrong, change the number there.
help-no-text-3 = Ask for a new code. Only the newest one works. After some codes you must wait, up to a day.
help-no-text-4 = It must be a mobile number. We cannot text a landline.
help-code-title = Somebody asks me for a code
help-code-1 = Give it to nobody, also not to the person you work for. Nobody from Latchkey will ever ask you for it.
help-code-2 = A code that you did not ask for does nothing as long as you keep it to yourself.
help-password-title = I forgot my password
help-password-1 = [reset]Set a new one[/] with a text to the phone number of your account. With two-factor on you also need your app or a backup code.
help-password-2 = If nobody signed in for half a year, or the number is new, we wait 72 hours and tell you. This protects you if your number has gone to somebody else.
help-lost-title = I lost my phone
help-lost-1 = With a new SIM card of the same number you get your texts again. Ask your phone company.
help-lost-2 = Sign in with your password and a backup code. Then [account]change your number or your app[/].
help-lost-3 = Is everything gone? Ask the people below. They check who you are. After 72 hours you get a code for [recovery]recovering your account[/].
help-stop-title = A text tells me of a change that I did not make
help-stop-1 = If the text has a code, open [stop]Stop a change[/] and enter it. If not, sign in and change your password.
help-number-title = My number has changed
help-number-1 = [account]Sign in and change it[/] before you give the old number up. Both numbers get a text.
help-number-2 = A number that you gave up can be given to somebody else. When they prove it, it stops opening your account.
help-number-3 = If you are told that somebody else has proven a number that is still yours, ask your phone company who holds the card. Then ask the people below.
help-leave-title = I want to see my data, or to leave
help-leave-1 = Under [data]My data[/] you see what we keep about you. There you can download it, and delete the account.
help-leave-2 = For 14 days after that you can still keep it: sign in, and press the button that says so.
help-shared-title = I share a phone
help-shared-1 = Whoever holds the phone can read your codes. Delete the text once you have used it, and sign out when you are done.
help-who-title = Who can I ask?
help-who-1 = The organisation that sent you to this page runs this service and answers questions. Tell them the reference, if a page shows you one. Never tell them a code or your password.

## Privacy

privacy-title = Privacy
privacy-lead = What we keep about you, why, and for how long.
privacy-keep-title = What we keep
privacy-keep-1 = Your name, your phone number, whether you are a sponsor or a maid, your email address if you gave one, and what you write in your profile.
privacy-keep-2 = Your password and the codes only in a form that cannot be read back. The secret of your authenticator app is kept encrypted.
privacy-keep-3 = When you signed in and what was changed in your account, with the browser and the beginning of its internet address, so that you and we can see if somebody else did it.
privacy-keep-4 = Which numbers we texted and when, and from which internet address the text was asked for. Not the code.
privacy-keep-5 = If we helped you back in: who checked who you are, and how.
privacy-why-title = Why
privacy-why-1 = To know that you are you, to let you back in, to keep others out, and to stop misuse of our texts. For nothing else. There is no advertising here.
privacy-long-title = How long
privacy-long-1 = A registration that is not finished is gone after one hour. So is everything else that you begin and do not finish.
privacy-long-2 = A code works for 10 minutes at most, and a day later we forget where we sent it. When we texted somebody is forgotten after 90 days. After 30 days the number is unreadable and the internet address is gone.
privacy-long-3 = What belongs to your account stays until you delete it, and 14 days more. What happened to it stays for 13 months; after a deletion nobody can tell whose it was.
privacy-who-title = Who else sees it
privacy-who-1 = To send a text we give your number and the text to Twilio, who send it for us. We give your data to nobody else, and sell nothing.
privacy-who-2 = If somebody proves that your number is theirs now, they learn that it had an account. They do not learn your name or anything else.
privacy-cookies-title = Cookies
privacy-cookies-1 = We use cookies only to keep you signed in and to carry you through a form. Reading these pages needs none.
privacy-cookies-2 = One more cookie stays after you sign out. By it we know this browser again, so that strangers cannot shut you out here.
privacy-rights-title = Your rights
privacy-rights-1 = In your account you can correct your data. Under [data]My data[/] you can see all of it, download it, and delete the account.
privacy-rights-2 = For anything else ask the organisation that sent you to this page: it runs this service and decides about the data.

## Terms

terms-title = Terms
terms-lead = What we ask of you, and what you can ask of us.
terms-you-title = What we ask of you
terms-you-1 = Use your own name and a phone number that is yours.
terms-you-2 = One person, one account. Keep your password and your codes to yourself.
terms-you-3 = Do not open an account for somebody else, and do not use the account of somebody else, also not of a person you employ.
terms-us-title = What you can ask of us
terms-us-1 = The account costs nothing. Your phone company may charge you for a text.
terms-us-2 = Your account is yours alone. A sponsor has no say over the account of a maid, nor a maid over that of a sponsor.
terms-us-3 = We do our best to keep this service running, but we cannot promise that every text arrives.
terms-end-title = When it ends
terms-end-1 = You may leave at any time. We may close an account that is used to deceive or to harm others.
terms-who-title = Who we are
terms-who-1 = The organisation that sent you to this page runs this service. Questions go to them.

## Errors

error-home = Go to the first page
error-again-title = If it happens again
error-reference = Ask the people who { $help }run this service{ $end } and tell them this reference:
error-later = Wait a few minutes and try once more. Then ask the people who { $help }run this service{ $end } and tell them this reference:

error-bad-request = We could not read that
error-bad-request-text = What your browser sent was damaged or not complete. Nothing was changed.
error-bad-request-do = Go back, open the page again and fill in the form once more.
error-not-allowed = This page is not for you
error-not-allowed-text = Your account may not do this. Nothing was changed.
error-not-allowed-do = If you think that it should, ask the people who run this service.
error-embedded = This page stands alone
error-embedded-text = It was to be shown inside another page. To protect you we do not allow that.
error-embedded-do = Open the page in a window of its own.
error-cross-site = We could not see that this came from our page
error-cross-site-text = To protect you we take forms only from our own pages. Nothing was changed.
error-cross-site-do = Open the page here again and send the form from there. If that does not help, let your browser tell us the page it came from (“referrer”), or use another browser.
error-not-found = There is no such page
error-not-found-text = The address may be mistyped, or the page is gone.
error-not-found-do = Check the address, or start from the first page.
error-wrong-way = That does not work this way
error-wrong-way-text = This address is part of a form and cannot be opened like a page. Nothing was changed.
error-wrong-way-do = Start from the first page.
error-too-slow = That took too long
error-too-slow-text = Your connection was too slow for us to receive all of it. Nothing was changed.
error-too-slow-do = Look for a place with better signal and send it again.
error-too-large = That was too much at once
error-too-large-text = What your browser sent is larger than our forms. Nothing was changed.
error-too-large-do = Go back, write less and send it again.
error-not-a-form = We could not read that
error-not-a-form-text = It did not arrive as a form of ours. Nothing was changed.
error-not-a-form-do = Open the page here again and send the form from there.
error-wrong-host = This is not our address
error-wrong-host-text = You came here by an address that is not ours. Do not type a password or a code.
error-wrong-host-do = Type the address that you know into your browser.
error-unusable = We could not use that
error-unusable-text = Something in the form was not as we need it. Nothing was changed.
error-unusable-do = Go back, check what you wrote and send it again.
error-too-many = Please wait a little
error-too-many-text = There were too many tries in a short time.
error-too-many-do = Wait a few minutes, then try again.
error-heavy-head = Your browser sent too much
error-heavy-head-text = It keeps too many or too large cookies for this address. Nothing was changed.
error-heavy-head-do = Delete the cookies of this site in your browser, then try again.
error-ours = Sorry, this did not work
error-ours-text = The fault is ours, not yours. What you had saved before is safe.
error-ours-do = Wait a moment, then try once more.
error-busy = We are very busy just now
error-busy-text = Nothing is lost, and what you had saved before is safe.
error-busy-do = Please try again in a moment.
error-no-answer = That took us too long
error-no-answer-text = The fault is ours, not yours. We may or may not have done what you asked for.
error-no-answer-do = Wait a moment, then look before you try once more.

too-many-title = Please wait a little
too-many-lead = There were too many tries. The pause keeps away people who guess and who send texts for nothing.
too-many-when = Try again in { $wait }, at { $time }
too-many-safe = Nothing is lost and nothing is locked for good.
too-many-you-title = Was it not you?
too-many-you = Many people can share one connection, and all their tries count together. It is enough to wait.
back-to-home = Back to the first page
back-to-register = Back to your details
back-to-verify = Back to the code
back-to-sign-in = Back to signing in
back-to-second-step = Back to the code
back-to-backup-code = Use a backup code
back-to-confirm = Back to the confirmation
back-to-account = Back to your account
back-to-two-factor = Back to two-factor
back-to-devices = Back to your devices
back-to-password-reset = Back to setting a password
back-to-reset-code = Back to the code
back-to-reset-second-step = Back to the code
back-to-phone = Back to your phone number
back-to-phone-code = Back to the code
back-to-password = Back to your password
back-to-email = Back to your email address
back-to-data = Back to your data
back-to-delete = Back
back-to-stop = Back to stopping a change
back-to-recovery = Back to recovering your account

## Countries and regions
## Short names as CLDR has them; the list on a page is sorted by them.

country-AC = Ascension Island
country-AD = Andorra
country-AE = United Arab Emirates
country-AF = Afghanistan
country-AG = Antigua & Barbuda
country-AI = Anguilla
country-AL = Albania
country-AM = Armenia
country-AO = Angola
country-AR = Argentina
country-AS = American Samoa
country-AT = Austria
country-AU = Australia
country-AW = Aruba
country-AX = Åland Islands
country-AZ = Azerbaijan
country-BA = Bosnia & Herzegovina
country-BB = Barbados
country-BD = Bangladesh
country-BE = Belgium
country-BF = Burkina Faso
country-BG = Bulgaria
country-BH = Bahrain
country-BI = Burundi
country-BJ = Benin
country-BL = St. Barthélemy
country-BM = Bermuda
country-BN = Brunei
country-BO = Bolivia
country-BQ = Caribbean Netherlands
country-BR = Brazil
country-BS = Bahamas
country-BT = Bhutan
country-BW = Botswana
country-BY = Belarus
country-BZ = Belize
country-CA = Canada
country-CC = Cocos (Keeling) Islands
country-CD = Congo - Kinshasa
country-CF = Central African Republic
country-CG = Congo - Brazzaville
country-CH = Switzerland
country-CI = Côte d’Ivoire
country-CK = Cook Islands
country-CL = Chile
country-CM = Cameroon
country-CN = China
country-CO = Colombia
country-CR = Costa Rica
country-CU = Cuba
country-CV = Cape Verde
country-CW = Curaçao
country-CX = Christmas Island
country-CY = Cyprus
country-CZ = Czechia
country-DE = Germany
country-DJ = Djibouti
country-DK = Denmark
country-DM = Dominica
country-DO = Dominican Republic
country-DZ = Algeria
country-EC = Ecuador
country-EE = Estonia
country-EG = Egypt
country-EH = Western Sahara
country-ER = Eritrea
country-ES = Spain
country-ET = Ethiopia
country-FI = Finland
country-FJ = Fiji
country-FK = Falkland Islands
country-FM = Micronesia
country-FO = Faroe Islands
country-FR = France
country-GA = Gabon
country-GB = United Kingdom
country-GD = Grenada
country-GE = Georgia
country-GF = French Guiana
country-GG = Guernsey
country-GH = Ghana
country-GI = Gibraltar
country-GL = Greenland
country-GM = Gambia
country-GN = Guinea
country-GP = Guadeloupe
country-GQ = Equatorial Guinea
country-GR = Greece
country-GT = Guatemala
country-GU = Guam
country-GW = Guinea-Bissau
country-GY = Guyana
country-HK = Hong Kong SAR China
country-HN = Honduras
country-HR = Croatia
country-HT = Haiti
country-HU = Hungary
country-ID = Indonesia
country-IE = Ireland
country-IL = Israel
country-IM = Isle of Man
country-IN = India
country-IO = British Indian Ocean Territory
country-IQ = Iraq
country-IR = Iran
country-IS = Iceland
country-IT = Italy
country-JE = Jersey
country-JM = Jamaica
country-JO = Jordan
country-JP = Japan
country-KE = Kenya
country-KG = Kyrgyzstan
country-KH = Cambodia
country-KI = Kiribati
country-KM = Comoros
country-KN = St. Kitts & Nevis
country-KP = North Korea
country-KR = South Korea
country-KW = Kuwait
country-KY = Cayman Islands
country-KZ = Kazakhstan
country-LA = Laos
country-LB = Lebanon
country-LC = St. Lucia
country-LI = Liechtenstein
country-LK = Sri Lanka
country-LR = Liberia
country-LS = Lesotho
country-LT = Lithuania
country-LU = Luxembourg
country-LV = Latvia
country-LY = Libya
country-MA = Morocco
country-MC = Monaco
country-MD = Moldova
country-ME = Montenegro
country-MF = St. Martin
country-MG = Madagascar
country-MH = Marshall Islands
country-MK = North Macedonia
country-ML = Mali
country-MM = Myanmar (Burma)
country-MN = Mongolia
country-MO = Macao SAR China
country-MP = Northern Mariana Islands
country-MQ = Martinique
country-MR = Mauritania
country-MS = Montserrat
country-MT = Malta
country-MU = Mauritius
country-MV = Maldives
country-MW = Malawi
country-MX = Mexico
country-MY = Malaysia
country-MZ = Mozambique
country-NA = Namibia
country-NC = New Caledonia
country-NE = Niger
country-NF = Norfolk Island
country-NG = Nigeria
country-NI = Nicaragua
country-NL = Netherlands
country-NO = Norway
country-NP = Nepal
country-NR = Nauru
country-NU = Niue
country-NZ = New Zealand
country-OM = Oman
country-PA = Panama
country-PE = Peru
country-PF = French Polynesia
country-PG = Papua New Guinea
country-PH = Philippines
country-PK = Pakistan
country-PL = Poland
country-PM = St. Pierre & Miquelon
country-PR = Puerto Rico
country-PS = Palestinian Territories
country-PT = Portugal
country-PW = Palau
country-PY = Paraguay
country-QA = Qatar
country-RE = Réunion
country-RO = Romania
country-RS = Serbia
country-RU = Russia
country-RW = Rwanda
country-SA = Saudi Arabia
country-SB = Solomon Islands
country-SC = Seychelles
country-SD = Sudan
country-SE = Sweden
country-SG = Singapore
country-SH = St. Helena
country-SI = Slovenia
country-SJ = Svalbard & Jan Mayen
country-SK = Slovakia
country-SL = Sierra Leone
country-SM = San Marino
country-SN = Senegal
country-SO = Somalia
country-SR = Suriname
country-SS = South Sudan
country-ST = São Tomé & Príncipe
country-SV = El Salvador
country-SX = Sint Maarten
country-SY = Syria
country-SZ = Eswatini
country-TA = Tristan da Cunha
country-TC = Turks & Caicos Islands
country-TD = Chad
country-TG = Togo
country-TH = Thailand
country-TJ = Tajikistan
country-TK = Tokelau
country-TL = Timor-Leste
country-TM = Turkmenistan
country-TN = Tunisia
country-TO = Tonga
country-TR = Türkiye
country-TT = Trinidad & Tobago
country-TV = Tuvalu
country-TW = Taiwan
country-TZ = Tanzania
country-UA = Ukraine
country-UG = Uganda
country-US = United States
country-UY = Uruguay
country-UZ = Uzbekistan
country-VA = Vatican City
country-VC = St. Vincent & Grenadines
country-VE = Venezuela
country-VG = British Virgin Islands
country-VI = U.S. Virgin Islands
country-VN = Vietnam
country-VU = Vanuatu
country-WF = Wallis & Futuna
country-WS = Samoa
country-XK = Kosovo
country-YE = Yemen
country-YT = Mayotte
country-ZA = South Africa
country-ZM = Zambia
country-ZW = Zimbabwe

## Text messages
## One SMS segment each, plain GSM-7 characters, no name, role or link. The wording is relied on from outside.

sms-verification = Your Latchkey verification code is: { $code }. Valid for { $minutes } minutes.
sms-verification-taken = This number has a Latchkey account: sign in or reset your password. To open a new account, your verification code is: { $code }.
sms-sign-in = Your Latchkey sign-in code is: { $code }. Valid for { $minutes } minutes.
sms-step-up = Your Latchkey confirmation code is: { $code }. Valid for { $minutes } minutes.

# Texts without a code, to the owner of an account: what happened, then what to do. 160 characters at most.
sms-two-factor-on = Latchkey: two-factor was switched on for your account. Was it not you? Change your password at once. If you cannot get in, ask us for help.
sms-two-factor-changed = Latchkey: your sign-in codes now come another way. Was it not you? Change your password at once. If you cannot get in, ask us for help.
sms-two-factor-off = Latchkey: two-factor was switched off. Your password alone opens your account now. Was it not you? Change your password and switch it on again.
sms-backup-codes-made = Latchkey: you have new backup codes. The older ones no longer work. Was it not you? Change your password and make new codes.
sms-backup-code-used = Latchkey: one of your backup codes was used. Was it not you? Change your password and make new backup codes.
sms-wrong-codes = Latchkey: somebody entered your password and then wrong codes. Was it not you? Then your password may be known: change it now.
sms-second-factor-rests = Latchkey: there were too many wrong codes. We take none for 15 minutes. Was it not you? Then your password may be known: change it after that.
sms-unusual-sign-in = Latchkey: a new browser signed in after several wrong passwords. Was it not you? Change your password and end your other devices.
sms-password-reset = Your Latchkey reset code is: { $code }. Valid for { $minutes } minutes.
sms-phone-change-taken = This number has a Latchkey account: sign in or reset your password. To move it to another account, your verification code is: { $code }.
sms-password-changed = Latchkey: your password was changed. Was it not you? Reset it at once, and ask us for help.
sms-password-set = Latchkey: a new password was set by text message. Was it not you? Reset it at once, and ask us for help.
sms-reset-waits = Latchkey: in 72 hours a text can set your password. Was it not you? Sign in, or open Stop a change and enter { $code }.
sms-phone-changed = Latchkey: this is the number of your account now. Was it not you? Then ask us for help.
sms-phone-left = Latchkey: your account has another phone number. Was it not you? Within 7 days open Stop a change and enter { $code }.
sms-phone-restored = Latchkey: the change of your phone number was undone. Was it not you? Sign in and look at your number.
sms-number-contested = Latchkey: your phone number was moved to another account. Was it not you? Sign in and give your account another number.
sms-email-changed = Latchkey: the email address of your account was changed. Was it not you? Change your password at once.
sms-recovery-started = Latchkey: we recover your account in 72 hours. Was it not you? Sign in, or open Stop a change and enter { $code }.
sms-recovery-code = Latchkey: your recovery code is { $code }. It works for 7 days. Give it to nobody. Was it not you? Delete this text.
sms-recovered = Latchkey: your account was recovered with a new password and number. Was it not you? Ask us for help at once.
sms-deletion-requested = Latchkey: your account will be deleted in 14 days. Was it not you? Sign in and keep it.
sms-test = Latchkey: this is the test message that you asked for. Was it not you? Change your password at once.
sms-account-disabled = Latchkey: we have closed your account for now. Nobody can sign in. Is this a surprise? Ask us for help.
sms-account-enabled = Latchkey: your account is open again. You can sign in as before. Is this a surprise? Change your password.
sms-devices-signed-out = Latchkey: we have signed out all your devices. Please sign in again. Is this a surprise? Ask us for help.
sms-reset-required = Latchkey: your password no longer works. Choose I forgot my password and set a new one. Is this a surprise? Ask us for help.
sms-factor-removed = Latchkey: we have switched two-factor off. Sign in and switch it on again. Is this a surprise? Ask us for help.
sms-recovery-cancelled = Latchkey: we have stopped the recovery of your account. It stays as it was. Is this a surprise? Ask us for help.

## Alerts
## For whoever runs the service: what happened, then what to look at. { $of } is a country's code, or alert-of-everything.

alert-of-everything = everything
alert-budget-50 = Half of a budget for texts is spent ({ $of }), or of the part of it for numbers that are not proven.
alert-budget-80 = Four fifths of a budget for texts are spent ({ $of }), or of the part of it for numbers that are not proven. See what it went to before it runs out.
alert-budget-100 = A budget for texts is used up ({ $of }), or the part of it for numbers that are not proven. Texts are refused until there is room again.
alert-brake-on = Texts to numbers that are not proven are held back ({ $of }): too few of the codes come back. Somebody may be earning on them. Proven numbers still get theirs.
alert-brake-would-hold = Too few of the codes come back ({ $of }). In a country's first days nothing is held back for it; later such texts would be. Somebody may be earning on them.
alert-brake-off = Texts are no longer held back ({ $of }).
alert-provider-down = Twilio does not answer or does not know our account ({ $provider }). Texts do not leave. See its status page and the credentials; latchkey check says more.
alert-provider-up = Twilio answers again ({ $provider }).
alert-signatures-refused = Many reports of delivery were not signed by Twilio and were refused. Either somebody makes them up, or LATCHKEY_BASE_URL or TWILIO_AUTH_TOKEN is not what Twilio uses.
alert-sign-ins-refused = Many wrong passwords and codes in ten minutes, more than there were sign-ins. Somebody may be guessing; the limits hold. See where the requests come from.
alert-audit-failure = The record of what administrators did does not fit together, or something they did could not be written down and was not done. Somebody may have changed it. Keep the database as it is, see event=audit_ in the log, and run latchkey audit verify.

## Administration: what its pages have in common

admin-role = Admin
admin-label = Administration
admin-area-overview = Overview
admin-area-accounts = Accounts
admin-area-messages = Messages
admin-area-countries = Countries
admin-area-settings = Settings
admin-area-activity = Activity

## Administration: countries
## A country without a policy gets no texts. Prices and caps are in US dollars.

admin-countries-title = Countries
admin-countries-lead = Where texts may go, from whom, and what they may cost. A change holds at once, and is written down with your name.
admin-countries-empty = No country has a policy: no texts go anywhere. Add one below.
admin-countries-country = Country
admin-countries-unproven-short = New numbers
admin-countries-proven-short = Accounts
admin-countries-sender = Sender
admin-countries-price-short = USD a segment
admin-countries-open = Open
admin-countries-closed = Closed
admin-countries-stopped = Stopped
admin-countries-usual-sender = the usual one
admin-countries-emergency = In an emergency
admin-countries-stop-text = This closes every country to numbers that nobody has proven. Nobody can register or change a number then. People who have an account still sign in.
admin-countries-stop = Stop all texts to unproven numbers
admin-countries-are-stopped = Stopped by this button: { $countries }.
admin-countries-resume = Let them go again there
admin-countries-nothing-to-stop = No country is open to numbers that nobody has proven.
admin-countries-add = Add a country
admin-countries-add-text = Texts go there once its policy is saved.
admin-countries-code = Country code
admin-countries-code-hint = Two letters of ISO 3166, such as DE for Germany.
admin-countries-go = Open its form
admin-countries-no-policy = This country has no policy yet, so no texts go there. Save one to open it.
admin-countries-changed = Changed on { $at }.
admin-countries-history = Who did what
admin-countries-stopped-since = By the button that stops all of them, on { $at }. Its counterpart opens this country too.
admin-countries-who = Who gets texts
admin-countries-unproven = Numbers that nobody has proven
admin-countries-unproven-hint = For registration and for changing a number.
admin-countries-proven = Numbers that belong to an account
admin-countries-proven-hint = For signing in, new passwords and notices.
admin-countries-how = How they are sent
admin-countries-sender-hint = A number such as +15005550006, a short code, a registered name of at most 11 letters, or a Messaging Service (MG…). Empty for the usual one.
admin-countries-not-a-sender = This is no sender. Write a number with +, a short code, a name of at most 11 plain letters and digits, or MG and 32 hexadecimal digits.
admin-countries-providers = Who carries codes
admin-countries-providers-hint = The next one takes over when the one before does not answer.
admin-countries-verify = Verify
admin-countries-messaging = Messaging
admin-countries-demo = the demo inbox
admin-countries-usual-order = The usual one, { $provider }
admin-countries-only = { $provider } alone
admin-countries-one-then = { $first }, then { $second }
admin-countries-no-such-order = Choose one of these.
admin-countries-origin-line = The last line may name our host
admin-countries-origin-line-hint = Browsers fill in the code by it. Some countries block texts with names of hosts.
admin-countries-money = What they cost
admin-countries-segments = Segments of one text at most
admin-countries-segments-hint = Between { $least } and { $most }. Each is billed.
admin-countries-not-segments = Write a whole number between { $least } and { $most }.
admin-countries-price = Price of a segment
admin-countries-price-hint = US dollars, between { $least } and { $most }. Counted until the bill is known.
admin-countries-cap-hour = Spend there at most in an hour
admin-countries-cap-day = Spend there at most in a day
admin-countries-cap-month = Spend there at most in a month
admin-countries-cap-hint = US dollars, up to { $most }. 30 of 100 are kept for people who have an account. Empty for no cap.
admin-countries-not-dollars = Write an amount in US dollars between { $least } and { $most }, such as 0.35.
admin-countries-tick-or-not = Tick this box, or leave it empty.
admin-countries-save = Save changes
admin-countries-change-nothing = Change nothing
admin-countries-stale = Somebody else has changed this policy
admin-countries-stale-text = What you typed is below. Beside each field that differs stands what is saved now. Save again to put yours in its place.
admin-countries-saved-meanwhile = { $field }: somebody else has saved { $value }.
admin-countries-ticked = this as ticked
admin-countries-not-ticked = this as not ticked
admin-countries-left-empty = this as empty
admin-countries-saved = Saved
admin-countries-saved-text = It holds from the next text on.
admin-countries-now-stopped = Texts to unproven numbers are stopped
admin-countries-now-stopped-text = Nobody can register or change a number. People who have an account still sign in.
admin-countries-now-resumed = Texts to unproven numbers go again
admin-countries-now-resumed-text = Where they were stopped by the button.

## Administration: who did what

admin-activity-title = Activity
admin-activity-lead = What was done to the service and to accounts, from these pages and from the command line.
admin-activity-who = Who
admin-activity-what = What
admin-activity-to-what = To what
admin-activity-when = When
admin-activity-from = From
admin-activity-to = To
admin-activity-all = All
admin-activity-filter = Filter
admin-activity-caption = The newest first
admin-activity-empty = Nothing has been done yet. What administrators and operators do will stand here.
admin-activity-none-fits = Nothing fits these filters.
admin-activity-number = No. { $number }
admin-activity-operator = { $name } at the command line
admin-activity-gone-administrator = An account that is gone ({ $id })
admin-activity-account = Account
admin-activity-country = Country
admin-activity-brake = Brake
admin-activity-message = Message
admin-activity-setting = Setting
admin-activity-change = { $before } → { $after }
admin-activity-named-change = { $name }: { $before } → { $after }
admin-activity-nothing = nothing
admin-activity-yes = yes
admin-activity-no = no
admin-activity-because = Reason: { $reason }
admin-activity-pages = Pages
admin-activity-earlier = Earlier
admin-activity-latest = The latest
admin-activity-download = Download as a file (CSV)
admin-activity-note = Times are in UTC. Rows are chained: latchkey audit verify names one that was altered. An administrator is found by email address, somebody at the command line by name; an account by email address or id, a country by its code, a brake by its reference, a setting by its name.
admin-activity-unreadable = Please shorten this, or write it without special characters.
admin-activity-no-such-act = Choose one of these.
admin-activity-no-date = Write a day as 2026-11-28.
admin-activity-wrong-order = This is before the first day. Write the same day or a later one.

audit-act-administrator-made = An administrator’s account was made
audit-act-administrator-removed = An administrator’s account was disabled
audit-act-country-changed = A country’s policy was changed
audit-act-country-added = A country was added
audit-act-unproven-stopped = All texts to unproven numbers were stopped
audit-act-unproven-resumed = Texts to unproven numbers go again
audit-act-setting-changed = A setting was changed
audit-act-account-disabled = An account was disabled
audit-act-account-enabled = An account was enabled again
audit-act-devices-signed-out = All browsers of an account were signed out
audit-act-reset-required = An account’s password was made worthless until another is set
audit-act-factor-removed = Two-factor of an account was switched off
audit-act-recovery-started = A recovery was started
audit-act-brake-opened = Texts that a brake held back were let through again
audit-act-recovery-cancelled = A recovery was cancelled

## Administration: settings

admin-settings-title = Settings
admin-settings-lead = They hold at once on every instance. Each change is written down with your name.
admin-settings-not-fresh = Before you change something, prove once more that it is you.
admin-settings-confirm = Confirm that it is me
admin-settings-save = Save changes
admin-settings-leave = Change nothing
admin-settings-stale = Somebody has changed these meanwhile
admin-settings-stale-text = Nothing was saved. Your answers are still here, and beside each that differs stands what holds now. Save once more if yours are to hold.
admin-settings-now = It is { $now } now.
admin-settings-now-none = It is empty now.
admin-settings-now-required = It is ticked now.
admin-settings-now-not-required = It is not ticked now.
admin-settings-missing = This answer was not sent. Please look at it again.
admin-settings-not-a-count = Please write a whole number from { $least } to { $most }.
admin-settings-day-below-hour = This is less than the { $hour } in an hour. Write { $hour } or more.

admin-settings-codes = Codes
admin-settings-verification-minutes = A verification code works for
admin-settings-second-step-minutes = A sign-in code works for
admin-settings-hint-minutes = Minutes. Between { $least } and { $most }.
admin-settings-sms-per-hour = Texts to one number in an hour
admin-settings-hint-per-hour = Over all purposes. Between { $least } and { $most }.
admin-settings-sms-per-day = Texts to one number in a day
admin-settings-hint-per-day = Over all purposes, and never less than in an hour. Between { $least } and { $most }.

admin-settings-limits = Limits
admin-settings-sms-per-address = Texts from one address in an hour
admin-settings-hint-per-address = To numbers that nobody has proven; more where codes are entered. Between { $least } and { $most }.
admin-settings-sms-in-all = Texts in an hour in all
admin-settings-hint-in-all = Over all numbers. Between { $least } and { $most }.
admin-settings-wrong-passwords = Wrong passwords before a rest
admin-settings-hint-wrong-passwords = In a row, for one account. Between { $least } and { $most }.
admin-settings-longest-rest = The longest rest after wrong passwords
admin-settings-hint-longest-rest = Minutes. A rest begins with 30 seconds and doubles. Between { $least } and { $most }.
admin-settings-wrong-codes = Wrong second factors before a rest
admin-settings-hint-wrong-codes = In a row, over all methods. The rest takes 15 minutes. Between { $least } and { $most }.

admin-settings-passwords = Passwords
admin-settings-password-least = The shortest password
admin-settings-hint-password-least = Characters of a new password; never less than 15 for administrators. Between { $least } and { $most }.

admin-settings-two-factor = Two-factor is required for
admin-settings-sponsors = Sponsors
admin-settings-maids = Maids
admin-settings-administrators = Administrators, always
admin-settings-two-factor-text = Whoever has it not yet is led to it at the next page, and nothing else opens before.

admin-settings-money = Money
admin-settings-cap-hour = Spend at most in an hour
admin-settings-cap-day = Spend at most in a day
admin-settings-cap-month = Spend at most in a month
admin-settings-hint-dollars = US dollars. { $kept } of 100 are kept for people who have proven their number. Between { $least } and { $most }.

admin-settings-texts = Texts in English
admin-settings-texts-text = { $code } stands for the code and must be there once; { $minutes } stands for how long it works. Leave a field empty for our own words. A text of yours has to name Latchkey and has no link.
admin-settings-text-hint = Ours: { $ours }
admin-settings-text-verification = To prove a number
admin-settings-text-taken = To prove a number that has an account
admin-settings-text-sign-in = To sign in
admin-settings-text-step-up = To confirm a change
admin-settings-text-reset = To set a new password
admin-settings-text-change-taken = To move a number that has an account
admin-settings-unfit-no-code = This text has no code, so nobody could enter it. Write { $code } where it belongs.
admin-settings-unfit-codes = This text has the code { $times } times. Write { $code } once.
admin-settings-unfit-long = This text takes { $needed } segments, and at most { $most ->
    [one] 1 is
   *[other] { $most } are
} paid for everywhere. Please shorten it.
admin-settings-unfit-costly = This text takes { $needed } segments, and at most { $most ->
    [one] 1 is
   *[other] { $most } are
} paid for everywhere. It has { $costly }, which leaves room for 70 characters only.
admin-settings-unfit-link = This text has a link, or something that phones make one of. Please leave it out: no text of ours has any.
admin-settings-unfit-nameless = This text does not name Latchkey. People must see whose code it is.
admin-settings-unfit-placeholder = Braces stand for { $code } and { $minutes } only.
admin-settings-unfit-number = This text has another number that could be taken for the code. Please leave it out.
admin-settings-unfit-unreadable = This text has characters that phones do not show, or is far too long.

admin-settings-alerts = Alerts
admin-settings-alert-url = Post alerts to
admin-settings-alert-url-hint = An https address, or http on this machine. Empty: where LATCHKEY_ALERT_URL says. Administrators can read it here, so an address with a secret in it belongs in the environment.
admin-settings-alert-url-unusable = Please write an https address, or an http address on this machine.
admin-settings-alert-url-secret = An address with a password, a query or an anchor belongs in LATCHKEY_ALERT_URL, where no page shows it.
admin-settings-alert-url-unsigned = There is nothing to sign alerts with. Put LATCHKEY_ALERT_SECRET into the environment first.

admin-settings-credentials = Credentials
admin-settings-credentials-text = They live in the environment of the server. No page shows or changes them.
admin-settings-credentials-caption = Credentials in the environment
admin-settings-present = Present
admin-settings-absent = Missing
admin-settings-test-to = A test message goes to your own number, { $number }.
admin-settings-test = Send a test message to my number
admin-settings-test-add-number = To send a test message, { $page }add a number to your account{ $end } first.
admin-settings-test-failed = The test message did not go out
admin-settings-test-no-number = Your account has no proven number. Add one under Phone number first.
admin-settings-test-not-queued = Your number’s country gets no texts, or the number has had its notices for today.
admin-settings-test-no-carrier = Verify carries codes only. For other texts set TWILIO_PHONE_NUMBER or TWILIO_MESSAGING_SERVICE_SID.
admin-settings-test-number = The provider says that your number takes no texts.
admin-settings-test-opted-out = Your number has told our sender to stop. Text START to it.
admin-settings-test-country = Texts to your number’s country are closed, here or at the provider.
admin-settings-test-later = The provider takes no texts at the moment. Try again in a few minutes.
admin-settings-test-ours = The provider refused it: account, sender or credentials are at fault. The log says more.
admin-settings-check-text = Asks the database and the provider, and sends nothing.
admin-settings-check = Check the connection
admin-settings-check-well = Everything answers
admin-settings-check-wrong = Something needs your attention
notice-settings-saved = Your changes are saved
notice-settings-saved-text = They hold on every instance now.
notice-settings-unchanged = Nothing was changed
notice-settings-unchanged-text = All of it was as it is already.
notice-test-message-sent = The test message is on its way
notice-test-message-sent-text = The provider has taken it. It should arrive within a minute.
notice-test-message-underway = The test message is not sent yet
notice-test-message-underway-text = The provider has not answered so far. See under Messages what becomes of it.
## Administration: people and how to help them

admin-accounts-search = Find an account
admin-accounts-search-hint = Email, phone number in any spelling, words of a name, or the id of an account.
admin-accounts-go = Find
admin-accounts-waiting = Recoveries under way
admin-accounts-newest = The newest accounts
admin-accounts-found = Accounts that fit, the newest first
admin-accounts-none = There are no accounts yet.
admin-accounts-nothing = No account fits. Numbers and email addresses have to be complete; a name may be its beginning.
admin-accounts-further = None of the newest accounts fits. Look among earlier ones.
admin-accounts-brake = { $reference } is a decision to hold texts back, not an account. { $messages }Messages{ $end } shows it.
admin-accounts-request = References such as LK-7F3K-92QM name a request. They stand in the log, and nowhere else.
admin-accounts-earlier = Earlier accounts
admin-accounts-latest = The newest
admin-accounts-name = Name
admin-accounts-state = State
admin-accounts-role = Role
admin-accounts-number = Number
admin-accounts-opened = Opened
admin-accounts-sponsor = Sponsor
admin-accounts-maid = Maid
admin-accounts-administrator = Administrator
admin-accounts-active = Active
admin-accounts-disabled = Disabled
admin-accounts-to-be-deleted = To be deleted
admin-accounts-owes = Has to set a new password
admin-accounts-contested = Number contested
admin-accounts-stands = How it stands
admin-accounts-acts = What you can do
admin-accounts-factors = What opens it besides the password
admin-accounts-profile = Profile
admin-accounts-happened = What happened, as its owner reads it
admin-accounts-no-email = None
admin-accounts-no-number = None
admin-accounts-number-proven = { $number }, proven on { $since }
admin-accounts-number-contested = { $number }, contested since { $since }: somebody else has proven it
admin-accounts-seen = Owner last seen
admin-accounts-deletion = To be deleted on
admin-accounts-owes-since = New password asked for
admin-accounts-rest = No codes taken until
admin-accounts-reset-waits = Waits to reset the password since
admin-accounts-recovery = Recovery
admin-accounts-recovery-by = Started by
admin-accounts-code-leaves = To { $number }: the code leaves on { $at }
admin-accounts-code-left = To { $number }: the code has left and works until { $until }
admin-accounts-code-refused = To { $number }: the code could not be sent. Cancel it and start again
admin-accounts-by-app = Authenticator app, since { $since }
admin-accounts-by-sms = Text messages
admin-accounts-by-nothing = Off
admin-accounts-codes = Backup codes left
admin-accounts-about = About
admin-accounts-no-sessions = Nowhere.
admin-accounts-texts = Texts to this account
admin-accounts-id = Id:
admin-accounts-own = This is your own account. Nothing is done to it here, so that you cannot shut yourself out. Use its own pages.
admin-accounts-what = What this does
admin-accounts-told = What the owner is told
admin-accounts-told-at = A text goes to { $number }, and to numbers that the account left within 7 days.
admin-accounts-told-nowhere = The account has no proven number. Only numbers that it left within 7 days get a text.
admin-accounts-reason = Reason
admin-accounts-reason-hint = One line. It is kept in the audit trail with your account; the owner does not read it.
admin-accounts-reason-missing = Please say why, in a few words.
admin-accounts-reason-long = This is too long. Please use { $most } characters at most.
admin-accounts-reason-unreadable = Please write one line, without special characters.
admin-accounts-confirm = This changes how somebody gets in. Please confirm first that it is you.
admin-accounts-back = Change nothing
admin-accounts-not-possible = There is nothing to do here: the account stands otherwise by now.
admin-accounts-no-way = Its owner could not set a new password by text: the number is not proven, or there is no second factor left for it. A recovery is what helps.
admin-accounts-all-out = All devices are signed out, and none is trusted any more. Whatever waits, such as a reset or a recovery, ends.
admin-accounts-disable = Disable the account
admin-accounts-disable-short = Nobody can sign in until you enable it again
admin-accounts-disable-1 = Nobody can sign in. Whoever tries is answered as for a wrong password.
admin-accounts-disable-2 = Number, email address and everything else stay. You can enable it again.
admin-accounts-enable = Enable the account
admin-accounts-enable-short = Its owner can sign in again
admin-accounts-enable-1 = The owner can sign in again, with the password and factors of before.
admin-accounts-enable-2 = What was signed in before stays out.
admin-accounts-end-sessions = Sign out all devices
admin-accounts-end-sessions-short = Wherever it is signed in or trusted
admin-accounts-end-sessions-1 = The owner can sign in again at once.
admin-accounts-require-reset = Ask for a new password
admin-accounts-require-reset-short = The present one opens nothing any more
admin-accounts-require-reset-1 = The present password opens nothing any more. Whoever tries it is answered as for a wrong one.
admin-accounts-require-reset-2 = The owner sets a new one by text, with “I forgot my password”, and with the second factor if there is one.
admin-accounts-remove-factor = Remove two-factor
admin-accounts-remove-factor-short = For somebody who has lost the app or the codes
admin-accounts-remove-factor-1 = Two-factor is off, and the backup codes are gone. The password alone opens the account.
admin-accounts-remove-factor-2 = An administrator has to set up an app anew before any page opens.
admin-accounts-cancel-recovery = Cancel the recovery
admin-accounts-cancel-recovery-short = Its code does not leave, or does not work any more
admin-accounts-cancel-recovery-1 = The code does not leave, or does not work any more. The account stays as it is.
admin-accounts-recover = Start a recovery
admin-accounts-recover-short = For somebody who has lost everything, after you have checked who they are
admin-accounts-recover-1 = After 72 hours a code goes to the number below. It works for 7 days and sets a new password.
admin-accounts-recover-2 = Then that number is the account’s, and two-factor is off.
admin-accounts-recover-3 = Any sign-in and any objection of the owner ends it.
admin-accounts-recover-told = So does the number below. Each text has a code that stops it.
admin-accounts-recover-number = The number that the person has now
admin-accounts-recover-reason-hint = One line: how you have checked who the person is.
admin-accounts-recover-disabled = The account is disabled. Enable it first.
admin-accounts-recover-open = A recovery is under way. Cancel it first.
admin-accounts-recover-unsent = Its code cannot be sent: Twilio Verify sends its own codes only. Set TWILIO_PHONE_NUMBER or TWILIO_MESSAGING_SERVICE_SID.
admin-accounts-done-account-disabled = The account is disabled
admin-accounts-done-account-disabled-text = Nobody can sign in. The owner is told.
admin-accounts-done-account-enabled = The account is enabled
admin-accounts-done-account-enabled-text = Its owner can sign in again, and is told.
admin-accounts-done-devices-signed-out = All devices are signed out
admin-accounts-done-devices-signed-out-text = The owner is told.
admin-accounts-done-reset-required = A new password is asked for
admin-accounts-done-reset-required-text = The one before opens nothing any more. The owner is told.
admin-accounts-done-factor-removed = Two-factor is off
admin-accounts-done-factor-removed-text = The password alone opens the account. The owner is told.
admin-accounts-done-recovery-started = The recovery is started
admin-accounts-done-recovery-started-text = Ask the person whether our text has come by now. If not, the number is wrong: cancel it and start again.
admin-accounts-done-recovery-cancelled = The recovery is cancelled
admin-accounts-done-recovery-cancelled-text = Everybody who heard of it is told.
admin-accounts-done-nothing-done = Nothing was done
admin-accounts-done-nothing-done-text = The account stood otherwise already. This is how it stands now.
## Charts
# What a chart shows, for whoever does not see it. $most, $sum and the like are figures, $when an hour or a day.

chart-dollars = { $amount } USD
chart-nothing = Nothing in this time.
chart-only-hour = { $sum } in one hour alone, { $when }.
chart-only-day = { $sum } on one day alone, { $when }.
chart-range-hour = From { $least } to { $most } an hour, { $sum } in all. Most at { $when }.
chart-range-day = From { $least } to { $most } a day, { $sum } in all. Most on { $when }.
chart-rises = The second half had more than the first: { $late } and { $early }.
chart-falls = The second half had less than the first: { $late } and { $early }.
chart-stays = Both halves had about as much: { $late } and { $early }.
chart-cap-reached-hour = The cap of { $cap } an hour was { $times ->
        [0] never reached.
        [one] reached in one hour.
       *[other] reached in { $times } hours.
    }
chart-cap-reached-day = The cap of { $cap } a day was { $times ->
        [0] never reached.
        [one] reached on one day.
       *[other] reached on { $times } days.
    }

## Administration: overview

admin-overview-attention = Needs attention
admin-overview-calm = Nothing. Texts leave, and nobody waits for you.
admin-overview-date-and-time = { $date }, { $time }
admin-overview-everywhere = everywhere
admin-overview-audit = Audit trail broken
admin-overview-audit-text = At { $at } the record of what administrators did was found not to fit together. Keep the database as it is and look into it.
admin-overview-brake = Brake on
admin-overview-brake-alert-only = Brake would be on
admin-overview-brake-text = { $country }, since { $since }: { $why }. Reference { $reference }
admin-overview-budget = Budget { $percent } %
admin-overview-budget-full = Budget used up
# $period is hour, day or month; $one says whether it is one country's budget.
admin-overview-budget-all = { $spent } of { $cap } USD spent { $period ->
        [hour] this hour
        [day] today
       *[month] this month
    }{ $one ->
        [yes] {" "}on texts to { $country }
       *[no] {""}
    }.
admin-overview-budget-unproven = { $spent } of { $cap } USD spent { $period ->
        [hour] this hour
        [day] today
       *[month] this month
    } on numbers that are not proven{ $one ->
        [yes] , in { $country }
       *[no] {""}
    }.
admin-overview-budget-until = Such texts are refused until { $until }.
admin-overview-budget-pace = At this pace it is used up at { $at }.
admin-overview-budget-lasts = At this pace it lasts until { $until }, when a new one begins.
admin-overview-down = Twilio does not answer
admin-overview-down-text = { $calls } calls in a row were in vain (Twilio { $provider }). Check the connection and the credentials.
admin-overview-circuit = Provider left alone
admin-overview-circuit-text = Twilio { $provider }, { $country }, since { $since }: { $reason }. Codes go another way meanwhile, where there is one.
admin-overview-failed = Texts fail
admin-overview-failed-text = { $failed } of the last { $tried } texts were refused or did not arrive. See why.
admin-overview-queue = Texts wait
admin-overview-queue-text = { $waiting ->
        [one] 1 text waits
       *[other] { $waiting } texts wait
    } to be sent, the oldest for { $oldest }.
admin-overview-stuck = { $number ->
        [one] 1 recovery stuck
       *[other] { $number } recoveries stuck
    }
admin-overview-stuck-text = { $number ->
        [one] The text with its code was refused. It has to be started anew.
       *[other] The texts with their codes were refused. They have to be started anew.
    }
admin-overview-recoveries = { $number ->
        [one] 1 recovery
       *[other] { $number } recoveries
    }
admin-overview-recoveries-text = { $number ->
        [one] It waits for its 72 hours and opens at { $at }.
       *[other] They wait for their 72 hours; the first opens at { $at }.
    }
admin-overview-alerts = Alerts undelivered
admin-overview-alerts-waiting = { $number ->
        [one] 1 alert was tried in vain and will be tried again.
       *[other] { $number } alerts were tried in vain and will be tried again.
    } Check the alert address.
admin-overview-alerts-given-up = { $number ->
        [one] 1 alert was given up in the last 7 days.
       *[other] { $number } alerts were given up in the last 7 days.
    } They are in the log. Check the alert address.
# $period is day (24 hours) or month (30 days).
admin-overview-period = { $period ->
        [day] Last 24 hours
       *[month] Last 30 days
    }
admin-overview-see-day = See the last 24 hours
admin-overview-see-month = See the last 30 days
admin-overview-registrations = Registrations
admin-overview-sign-ins = Sign-ins
admin-overview-refused = { $number } wrong passwords and codes
admin-overview-codes = Codes sent
admin-overview-waiting = { $number } texts waiting now
admin-overview-delivered = Delivered
admin-overview-half-within = half of them within { $time } s
admin-overview-nothing-heard = carriers have not said yet
admin-overview-entered = Entered
admin-overview-entered-of = { $part } of { $all } codes
admin-overview-spent = Spent
admin-overview-each = { $cents } cents a text
admin-overview-none = –
admin-overview-percent = { $percent } %
admin-overview-more = { $difference } more than the { $period ->
        [day] day
       *[month] 30 days
    } before
admin-overview-less = { $difference } less than the { $period ->
        [day] day
       *[month] 30 days
    } before
admin-overview-points-more = { $points } points more than the { $period ->
        [day] day
       *[month] 30 days
    } before
admin-overview-points-less = { $points } points less than the { $period ->
        [day] day
       *[month] 30 days
    } before
admin-overview-as-before = the same as the { $period ->
        [day] day
       *[month] 30 days
    } before
admin-overview-chart-registrations = Registrations by { $period ->
        [day] hour
       *[month] day
    }
admin-overview-chart-sign-ins = Sign-ins by { $period ->
        [day] hour
       *[month] day
    }
admin-overview-chart-codes = Codes by { $period ->
        [day] hour
       *[month] day
    }
admin-overview-chart-texts = Texts by { $period ->
        [day] hour
       *[month] day
    }
admin-overview-chart-spent = Spent by { $period ->
        [day] hour
       *[month] day
    }, USD
admin-overview-chart-title = { $caption }, { $period ->
        [day] last 24 hours
       *[month] last 30 days
    }
admin-overview-legend-tries = tries
admin-overview-legend-signed-in = of these, signed in
admin-overview-legend-sent = sent
admin-overview-legend-entered = of these, entered
admin-overview-legend-delivered = of these, delivered
# $chart is codes, texts or sign-ins.
admin-overview-of-these = { $part } of them { $chart ->
        [codes] were entered
        [texts] were delivered
       *[sign-ins] signed somebody in
    }.
admin-overview-cap = cap: { $cap } { $period ->
        [day] an hour
       *[month] a day
    }
admin-overview-table = All figures as a table
admin-overview-table-caption = { $period ->
        [day] Hour by hour, the newest first
       *[month] Day by day, the newest first
    }
admin-overview-from = { $period ->
        [day] Hour
       *[month] Day
    }
admin-overview-wrong = Refused
admin-overview-texts = Texts sent
admin-overview-spent-dollars = Spent, USD
admin-overview-days-utc = Days are those of UTC.
admin-overview-counted = Texts are counted once a minute.
admin-overview-account = Your own account
## Administration: messages

admin-messages-title = Messages
admin-messages-no-more = No messages fit.
admin-messages-none-yet = No message has been asked for yet.
admin-messages-jump = On this page
admin-messages-to-delivery = Delivery by country and sender
admin-messages-to-brakes = Brakes of the last 30 days
admin-messages-all = All
admin-messages-outcome = Outcome
admin-messages-country = Country
admin-messages-purpose = Purpose
admin-messages-reference = Reference
admin-messages-reference-hint = Of a message (4F7K-92QD, from this list), of a brake (KT-4821, which the person sees on the page and can read out), or Twilio’s SM…
admin-messages-reference-unknown = This is no reference. It looks like 4F7K-92QD for a message or KT-4821 for a brake.
admin-messages-filter = Filter
admin-messages-show-all = Show all messages
admin-messages-older = Older messages
admin-messages-newest = Newest messages
admin-messages-pages = Pages
admin-messages-caption = Messages, newest first. { $clock }
admin-messages-to = To
admin-messages-for = For
admin-messages-asked = Asked for
admin-messages-arrived-in = Arrived in
admin-messages-price = Price, USD
admin-messages-usd = USD
admin-messages-no-country = No country
admin-messages-number-forgotten = number forgotten
admin-messages-nothing = –
admin-messages-seconds = { $seconds } s
admin-messages-minutes = { $minutes } min
admin-messages-more-than = over { $time }
admin-messages-percent = { $percent } %
admin-messages-of = { $count } ({ $share })

admin-messages-end-underway = On its way to the provider
admin-messages-end-sent = Sent
admin-messages-end-delivered = Delivered
admin-messages-end-undelivered = Not delivered
admin-messages-end-refused = Refused
admin-messages-end-held = Held
admin-messages-end-unknown = Unknown
admin-messages-end-withheld = Only looked as if sent
admin-messages-end-superseded = Replaced before it left
admin-messages-outcome-underway = On its way
admin-messages-outcome-failed = Failed

admin-messages-for-registration = Registration
admin-messages-for-sign-in = Sign-in
admin-messages-for-step-up = Confirmation
admin-messages-for-password-reset = Password reset
admin-messages-for-phone-change = Phone change
admin-messages-for-notice = Notice

admin-messages-delivery = Delivery by country and sender
admin-messages-span = Time
admin-messages-day = Last 24 hours
admin-messages-month = Last 30 days
admin-messages-day-caption = The hour that runs and the 23 before it, by country and sender. Counted once a minute.
admin-messages-month-caption = Today and the 29 days before it (UTC), by country and sender. Counted once a minute.
admin-messages-country-and-sender = Country and sender
admin-messages-sent = Sent
admin-messages-delivered = Delivered
admin-messages-failed = Failed
admin-messages-held = Held
admin-messages-median = Median
admin-messages-slow = 95 % within
admin-messages-entered = Codes entered
admin-messages-no-figures = No message was asked for in this time.
admin-messages-total = All
admin-messages-sender-own = our usual sender
admin-messages-sender-service = Messaging Service { $sid }
admin-messages-by-messaging = Twilio Messaging, { $sender }
admin-messages-by-verify = Twilio Verify
admin-messages-by-demo = Demo inbox
admin-messages-by-nobody = never handed to a provider
admin-messages-why = Why messages failed or were held
admin-messages-why-caption = By what the provider said, or we did.
admin-messages-reason = Reason
admin-messages-count = Messages
admin-messages-no-errors = Nothing failed and nothing was held in this time.
admin-messages-times = Hour by hour
admin-messages-days = Day by day
admin-messages-times-caption = Hours of UTC, the latest first.
admin-messages-days-caption = Days of UTC, the latest first.
admin-messages-hour = Hour
admin-messages-day-column = Day

admin-messages-brakes-on = Brakes that are on
admin-messages-brakes-on-lead = No codes go to unproven numbers there. Proven numbers still get theirs. A brake opens by itself when enough codes come back.
admin-messages-brakes-recent = Brakes of the last 30 days
admin-messages-brakes-none = No brake was on in the last 30 days.
admin-messages-brake-country = All of { $country }
admin-messages-brake-range = { $country }, numbers that begin with { $start }
admin-messages-brake-where = Where
admin-messages-brake-why = Why
admin-messages-brake-since = Since { $at }
admin-messages-brake-alert-only = Only written down: these are the country’s first days, nothing is held back.
admin-messages-brake-open = Open now
admin-messages-brake-open-label = Open brake { $reference } now
admin-messages-brake-open-hint = The rule then counts anew from that moment.
admin-messages-brake-began = Began
admin-messages-brake-ended = Ended
admin-messages-brake-by-itself = { $at }, by itself
admin-messages-brake-by-hand = { $at }, by an administrator
admin-messages-brake-only-noted = { $at }, nothing was held back
admin-messages-brake-messages = Messages it held

admin-message-title = Message { $reference }
admin-message-caption = What happened to it, first to last. { $clock }
admin-message-when = When
admin-message-what = What
admin-message-asked = Asked for
admin-message-asked-stranger = By a browser that was not signed in to the number’s account.
admin-message-asked-owner = By the account’s owner, signed in or with the password.
admin-message-asked-notice = By Latchkey, to tell an owner what happened to the account.
admin-message-account = The account
admin-message-send = Text { $number } of its code.
admin-message-allowed = Allowed
admin-message-allowed-text = All limits had room, the country’s policy lets such texts through, and its price was reserved in the budget.
admin-message-allowed-notice = The day’s quota of notices to the number had room.
admin-message-would-hold = Brake { $reference } would have held it, but was only written down in the country’s first days.
admin-message-held = Held, and no provider heard of it
admin-message-held-brake = Brake { $reference } was on.
admin-message-withheld = Treated like any other, and not sent
admin-message-withheld-text = Strangers had used up their part of what the number may receive, or no account has the number. Whoever asked cannot tell.
admin-message-attempt = Attempt { $number }: { $provider }
admin-message-attempt-not-reached = The provider was not reached. Tried again.
admin-message-attempt-refused = { $why }. Tried again.
admin-message-waits = In the queue
admin-message-waits-text = May leave now, or at the time shown.
admin-message-taken = Handed over: { $provider }
admin-message-taken-text = Attempt { $number }.
admin-message-sent = Taken by the provider
admin-message-sid = Twilio’s name for it: { $sid }
admin-message-no-reports = This way of sending reports nothing more.
admin-message-refused = Refused
admin-message-unknown = Nobody knows whether it left
admin-message-unknown-text = The provider gave no answer, or Latchkey was stopped in the middle of the call. It is not sent again by itself; the person can ask for another.
admin-message-superseded = Not sent: not needed any more
admin-message-superseded-text = Its code was replaced, used or too old before it left.
admin-message-report = Twilio reports: { $status }
admin-message-report-delivered = Delivered
admin-message-report-delivered-in = Arrived { $time } after it was asked for.
admin-message-report-failed = Not delivered
admin-message-status-accepted = accepted
admin-message-status-scheduled = scheduled
admin-message-status-queued = queued
admin-message-status-sending = sending
admin-message-status-sent = sent to the carrier
admin-message-status-canceled = cancelled
admin-message-entered = A code of its challenge was entered
admin-message-price = What it costs
admin-message-price-counts = { $price } USD in the budget
admin-message-price-bill = Twilio’s bill: { $price } { $unit }
admin-message-price-segments = { $segments ->
    [one] 1 segment
   *[other] { $segments } segments
 }
admin-message-given-back = It does not count for the limits.
admin-message-charged = It counts for the limits.
admin-message-outcome = Outcome
admin-message-limits = Limits
admin-message-number = To

notice-brake-opened = The brake is open.
notice-brake-opened-text = Texts go there again. The rule counts anew from now, and what you did is in the activity.
notice-brake-not-on = This brake holds nothing back.
notice-brake-not-on-text = It opened by itself, another administrator was faster, or it was only written down.

admin-messages-error-with-code = { $meaning } ({ $code })
admin-messages-error-not-told = No reason was given
admin-messages-error-unknown = A reason that is not in our list; see Twilio’s dictionary
admin-messages-fault-bad-number = No such number
admin-messages-fault-no-sms = The number cannot receive texts
admin-messages-fault-opted-out = The person told our sender to stop
admin-messages-fault-country = Our policy for the country lets no such texts through
admin-messages-fault-try-later = The provider was not reached or too busy
admin-messages-fault-too-many = Too many sends for this number at the provider
admin-messages-fault-expired = Nothing waited for the code any more
admin-messages-fault-paused = Held by a brake
admin-messages-fault-ours = Our account, sender or text is at fault
admin-messages-error-10001 = Our account is not active
admin-messages-error-20003 = Wrong credentials or region, or a suspended account
admin-messages-error-20403 = Our account is suspended, closed or not allowed to
admin-messages-error-70051 = Our key lacks the permission
admin-messages-error-20404 = Not found: a SID of ours is wrong
admin-messages-error-20409 = Conflict at Twilio
admin-messages-error-20422 = A parameter of ours is not valid
admin-messages-error-20429 = Too many requests to Twilio at once
admin-messages-error-20500 = Fault inside Twilio
admin-messages-error-20503 = Twilio is temporarily unavailable
admin-messages-error-20504 = Timeout inside Twilio
admin-messages-error-21211 = Not a phone number
admin-messages-error-21265 = A short code, not a phone
admin-messages-error-21408 = The country is not enabled in our account’s geo permissions
admin-messages-error-21610 = The person replied STOP to this sender
admin-messages-error-21612 = No route for this number and sender
admin-messages-error-21614 = Not a mobile number
admin-messages-error-21635 = A landline
admin-messages-error-21212 = Our sender is not valid
admin-messages-error-21602 = The text was empty
admin-messages-error-21603 = No sender was given
admin-messages-error-21604 = No number was given
admin-messages-error-21606 = The sender is not ours or cannot send texts
admin-messages-error-21608 = Trial account: only verified recipients
admin-messages-error-21609 = The address for reports is not valid
admin-messages-error-21611 = Our sender’s queue at Twilio is full
admin-messages-error-21617 = The text is too long
admin-messages-error-21659 = The sender is not ours, or a short code of another country
admin-messages-error-21663 = The sender belongs to another region
admin-messages-error-21701 = No such Messaging Service
admin-messages-error-21703 = The Messaging Service has no fitting sender
admin-messages-error-21704 = The Messaging Service has no sender
admin-messages-error-21705 = The Messaging Service’s SID is malformed
admin-messages-error-90007 = The text’s lifetime is out of range
admin-messages-error-30001 = Queue overflow at Twilio
admin-messages-error-30002 = Our account was suspended after the text was queued
admin-messages-error-30003 = Phone off or out of reach
admin-messages-error-30004 = Blocked for this recipient
admin-messages-error-30005 = Number not in service
admin-messages-error-30006 = A landline, or a carrier that cannot be reached
admin-messages-error-30007 = Filtered as spam by the carrier
admin-messages-error-30008 = Not delivered, and the carrier does not say why
admin-messages-error-30010 = Dearer than a limit of our account
admin-messages-error-30017 = The carrier is congested
admin-messages-error-30018 = The country wants a registered sender name
admin-messages-error-30022 = Rate limit of US carriers
admin-messages-error-30023 = Daily limit of US carriers
admin-messages-error-30024 = Our numeric sender is not set up at the carrier
admin-messages-error-30032 = Our toll-free sender is not verified
admin-messages-error-30034 = Our US sender is not registered
admin-messages-error-30035 = Our US sender’s registration is pending
admin-messages-error-30036 = Its lifetime ended before it was sent
admin-messages-error-30410 = The carrier did not answer
admin-messages-error-30450 = Blocked by Twilio as SMS pumping, for 15 to 30 minutes
admin-messages-error-30453 = Blocked by Twilio as SMS pumping
admin-messages-error-30454 = Blocked by Twilio as SMS pumping
admin-messages-error-60200 = Twilio Verify takes the number for none
admin-messages-error-60201 = The translation of our template is not approved
admin-messages-error-60202 = More than five guesses at Twilio Verify
admin-messages-error-60203 = More than five sends at Twilio Verify
admin-messages-error-60204 = Our Verify service lacks a feature
admin-messages-error-60205 = A landline
admin-messages-error-60212 = Many sends at once for one number
admin-messages-error-60220 = China wants our account vetted
admin-messages-error-60221 = Twilio Verify was given no number
admin-messages-error-60223 = Texts are switched off in our Verify service
admin-messages-error-60238 = Twilio Verify blocks it: our account is under review, or the country under sanctions
admin-messages-error-60410 = Twilio’s fraud guard blocks this range of numbers for 12 hours
admin-messages-error-60412 = Taken for a fake sign-up by Twilio
admin-messages-error-60413 = Taken for a fake sign-up by Twilio, by its device
admin-messages-error-60605 = The country is not enabled in Verify’s geo permissions
admin-messages-error-575001 = Verify is not available to this trial account
