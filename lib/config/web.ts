import { join } from 'node:path';
import { z } from 'zod';
import { parseSettings } from './parse.ts';
import { paymentSettings } from './payments.ts';
import { placesOf } from './places.ts';

/** The settings of the web program. */
export const webSettings = z.object({
  PUBLIC_URL: z
    // It also stands in the script that owners run as root: nothing in it may mean something to a shell.
    .url({ protocol: /^https?$/, hostname: /^[\w.:[\]-]+$/ })
    .default('http://localhost:3000')
    .describe('Where people reach the broker; a loopback address means local mode'),
  NODE_ENV: z
    .enum(['production', 'development', 'test'])
    .default('production')
    .describe('`development` compiles pages as they are asked for'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe('Where the web program listens'),
  LISTEN_ADDRESS: z.string().optional().describe('On which address it listens; unset: on all of this machine'),
  BROKER_SECRETS: z
    .string()
    .min(32)
    .transform((list) => list.split(','))
    .describe('Keys that seal secrets in the database, newest first, separated by commas; at least 32 characters each'),
  SMTP_URL: z
    .url()
    .optional()
    .describe(
      'Where mail is handed over, e.g. smtps://user:password@mail.example; unset in local mode: shown on /mailbox',
    ),
  MAIL_FROM: z.string().default('rpibroker <broker@localhost>').describe('The sender of our mail'),
  TRUSTED_PROXIES: z.coerce
    .number()
    .int()
    .min(0)
    .max(5)
    .default(0)
    .describe('How many reverse proxies stand in front and set X-Forwarded-For'),
  IMAGES_FOLDER: z
    .string()
    .default(join(placesOf(process.cwd()).data, 'images'))
    .describe('Where the images that agents download lie'),
  ...paymentSettings,
});

/** The settings of the web program, as parsed. */
export type WebSettings = z.infer<typeof webSettings>;

const held = globalThis as typeof globalThis & { rpibrokerWebSettings?: WebSettings };

/** The settings of this web process, read once. */
export function webConfig(): WebSettings {
  held.rpibrokerWebSettings ??= readSettings();
  return held.rpibrokerWebSettings;
}

function readSettings(): WebSettings {
  const settings = parseSettings(webSettings, process.env);
  // React and Next look here, and load differently without it.
  Object.assign(process.env, { NODE_ENV: settings.NODE_ENV });
  return settings;
}

/** Whether this process answers requests: a build loads the same files and shall start nothing. */
export function isServing(): boolean {
  return process.env.NEXT_RUNTIME === 'nodejs' && process.env.NEXT_PHASE !== 'phase-production-build';
}

/** Whether this broker runs on its maker's own machine: the mailbox page and the seeded people exist only there. */
export function isLocalMode({ PUBLIC_URL }: Pick<WebSettings, 'PUBLIC_URL'> = webConfig()): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(PUBLIC_URL).hostname);
}
