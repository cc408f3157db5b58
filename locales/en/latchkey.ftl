## Text messages
## One SMS segment each, plain GSM-7 characters, no name, role or link. The wording is relied on from outside.

sms-verification = Your Latchkey verification code is: { $code }. Valid for 10 minutes.
sms-verification-taken = This number has a Latchkey account: sign in or reset your password. To open a new account, your verification code is: { $code }.
