import { z } from 'zod';

/** An e-mail address as people type it, in the one spelling we keep. */
export const emailField = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, 'That address is too long.')
  .pipe(z.email('Please give an e-mail address like ada@example.com.'));

/** A password that somebody chooses now; the rules for it are these, and `isGuessable`. */
export const newPasswordField = z
  .string()
  .min(10, 'Please use at least 10 characters.')
  .max(200, 'Please use at most 200 characters.');

/** A password that somebody gives to prove who they are. */
export const givenPasswordField = z
  .string()
  .min(1, 'Please give your password.')
  .max(200, 'That is not your password.');

/** What we call a person. */
export const nameField = z
  .string()
  .trim()
  .min(1, 'Please tell us a name.')
  .max(80, 'Please use at most 80 characters.');

/** Whether a password follows from the e-mail address, or is one sign over and over. */
export function isGuessable(password: string, email: string): boolean {
  const given = password.trim().toLowerCase();
  return given === email || given === email.split('@')[0] || new Set(given).size < 3;
}
