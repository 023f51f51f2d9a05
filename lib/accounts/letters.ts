import { type Letter, letter } from '#lib/mail/letter';

/** Where the broker that writes a letter is found. */
type From = { publicUrl: string };

/** Asks a new member to confirm the address. */
export function verificationLetter({ publicUrl, token }: From & { token: string }): Letter {
  const link = `${publicUrl}/verify?token=${token}`;
  return letter(publicUrl, 'Confirm your e-mail address', [
    'please confirm that this address is yours. The link works once, for 24 hours:',
    link,
    'If you did not sign up, ignore this mail; nothing will happen.',
  ]);
}

/** Tells the owner of an address that somebody tried to sign up with it again. */
export function alreadyMemberLetter({ publicUrl }: From): Letter {
  return letter(publicUrl, 'You already have an account', [
    'somebody, probably you, tried to sign up with this address. It already has an account. Sign in here:',
    `${publicUrl}/sign-in`,
    'If you forgot the password, choose a new one here:',
    `${publicUrl}/forgot`,
    'If it was not you, ignore this mail; nothing has changed.',
  ]);
}

/** Lets somebody who forgot the password choose a new one. */
export function resetLetter({ publicUrl, token }: From & { token: string }): Letter {
  return letter(publicUrl, 'Choose a new password', [
    'you asked to choose a new password. The link works once, for one hour:',
    `${publicUrl}/reset?token=${token}`,
    'If it was not you, ignore this mail; your password stays as it is.',
  ]);
}

/** Tells a member what has just changed about the account, so that a stranger cannot change it unnoticed. */
export function changeLetter({ publicUrl, change }: From & { change: string }): Letter {
  return letter(publicUrl, change, [
    `this has just happened to your account: ${change}. Your other sessions were ended.`,
    'If it was not you, choose a new password at once:',
    `${publicUrl}/forgot`,
  ]);
}
