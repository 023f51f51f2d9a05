import { sql } from 'drizzle-orm';
import { boolean, index, integer, pgEnum, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, primaryId } from './columns.ts';

export const users = pgTable(
  'users',
  {
    id: primaryId(),
    email: text().notNull(), // lower case
    name: text().notNull(),
    passwordHash: text().notNull(),
    isAdmin: boolean().notNull().default(false),
    emailVerifiedAt: instant(),
    suspendedAt: instant(),
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('users_email').on(t.email),
    index('users_suspended').on(t.id).where(sql`suspended_at is not null`),
  ],
);

export const sessions = pgTable(
  'sessions',
  {
    id: primaryId(),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    userAgent: text().notNull(),
    address: text().notNull(),
    createdAt: instant().notNull().defaultNow(),
    lastSeenAt: instant().notNull().defaultNow(),
    authenticatedAt: instant().notNull().defaultNow(), // last time the password was given
    expiresAt: instant().notNull(),
    endedAt: instant(),
  },
  (t) => [index('sessions_user').on(t.userId)],
);

export const mailTokenPurpose = pgEnum('mail_token_purpose', ['verifyEmail', 'resetPassword']);

export const mailTokens = pgTable(
  'mail_tokens',
  {
    id: primaryId(),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    purpose: mailTokenPurpose().notNull(),
    tokenHash: text().notNull(),
    createdAt: instant().notNull().defaultNow(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
  },
  (t) => [uniqueIndex('mail_tokens_hash').on(t.tokenHash)],
);

export const sshKeys = pgTable(
  'ssh_keys',
  {
    id: primaryId(),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    name: text().notNull(),
    publicKey: text().notNull(), // type and base64, no comment
    fingerprint: text().notNull(), // SHA256:…
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [uniqueIndex('ssh_keys_user_fingerprint').on(t.userId, t.fingerprint)],
);

/** How often something was tried in the current window; `key` names the account or address. */
export const rateLimits = pgTable('rate_limits', {
  key: text().primaryKey(),
  windowStartedAt: instant().notNull(),
  tries: integer().notNull(),
});
