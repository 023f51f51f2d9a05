import { webConfig } from './lib/config/web.ts';
import { startJobs } from './lib/jobs/schedule.ts';
import { smtpTransport } from './lib/mail/transport.ts';
import { openTreasury } from './lib/payments/registry.ts';
import { draining } from './lib/process/drain.ts';
import { createLog } from './lib/process/log.ts';
import { createSealer } from './lib/secrets.ts';

/** Starts the jobs of this web process; they end when it is asked to. */
export function startWebJobs() {
  const settings = webConfig();
  const { SMTP_URL, MAIL_FROM, BROKER_SECRETS } = settings;
  // Without a mail server, mail waits in the outbox, which local mode shows on /mailbox.
  const mail = SMTP_URL ? smtpTransport(SMTP_URL, MAIL_FROM) : null;
  const sealer = createSealer(BROKER_SECRETS);
  const jobs = startJobs({ log: createLog('web'), sealer, mail, treasury: openTreasury(settings) });
  draining().addEventListener('abort', () => void jobs.stop(), { once: true });
}
