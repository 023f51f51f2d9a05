import { createTransport } from 'nodemailer';
import { UpstreamError } from '#lib/errors';

/** Something that takes mail for the outside world. */
export type MailTransport = {
  /** Hands one mail over; throws UpstreamError when the server does not take it. */
  send(mail: { id: string; recipient: string; subject: string; body: string }): Promise<void>;
};

/** A mail server reached by SMTP at `url`, e.g. `smtps://user:password@mail.example`. */
export function smtpTransport(url: string, from: string): MailTransport {
  const server = createTransport({ url, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 });
  const domain = /@([^>\s]+)>?$/.exec(from)?.[1] ?? 'localhost';
  return {
    async send({ id, recipient, subject, body }) {
      // An address object is never parsed as a list of addresses.
      const to = { name: '', address: recipient };
      try {
        await server.sendMail({ from, to, subject, text: body, messageId: `<${id}@${domain}>` });
      } catch (cause) {
        const { message } = cause as Error;
        throw new UpstreamError('mail server', message, { retryable: true, cause });
      }
    },
  };
}
