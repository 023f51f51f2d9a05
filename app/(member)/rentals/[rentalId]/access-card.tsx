import type { ReactNode } from 'react';
import { ActionForm } from '#components/ui/action-form';
import { Card } from '#components/ui/card';
import { Command } from '#components/ui/command';
import { Reveal } from '#components/ui/reveal';
import { SubmitButton } from '#components/ui/submit-button';
import type { Access } from '#lib/rentals/access';
import type { RentalView } from '#lib/rentals/queries';
import { revealPassword, setTlsAction } from './actions.ts';

/** How its renter gets in over ssh. */
export function AccessCard({ rental, access }: { rental: RentalView; access: Access }) {
  return (
    <Card title="SSH">
      <div className="grid gap-5">
        <Labelled label="Command">
          <Command label="SSH command" copyLabel="Copy the ssh command">
            {access.ssh}
          </Command>
        </Labelled>
        <Labelled label="Password" hint="Keys that you saved in your settings before renting work too.">
          <Reveal label="the password" fetchSecret={revealPassword.bind(null, rental.id)} />
        </Labelled>
        <Labelled label="Line for known_hosts" hint="With it, ssh knows this machine from the first connection.">
          <Command label="known_hosts line" copyLabel="Copy the known_hosts line">
            {access.knownHosts ?? ''}
          </Command>
        </Labelled>
        <HowTo title="Connect without a blind yes">
          <Command>{`echo '${access.knownHosts}' >> ~/.ssh/known_hosts\n${access.ssh}`}</Command>
        </HowTo>
        <HowTo title="Copy files there and back">
          <Command>{copyCommands(access.ssh)}</Command>
        </HowTo>
      </div>
    </Card>
  );
}

/** Under which addresses the environment's web server is reached. */
export function WebCard({ rental, access }: { rental: RentalView; access: Access }) {
  return (
    <Card title="Web">
      <div className="grid gap-5">
        <Labelled label="Addresses">
          <Address url={access.http} />
          <Address url={access.https} />
        </Labelled>
        <HowTo title="Serve a page from port 80">
          <Command>{`echo 'It works' > index.html\nsudo python3 -m http.server 80`}</Command>
        </HowTo>
        <Tls rental={rental} />
      </div>
    </Card>
  );
}

function Tls({ rental: { id, tlsPassthrough } }: { rental: RentalView }) {
  return (
    <ActionForm action={setTlsAction} label="TLS" className="grid gap-3 border-t border-line pt-5">
      <input type="hidden" name="rentalId" value={id} />
      <input type="hidden" name="tls" value={tlsPassthrough ? 'relay' : 'environment'} />
      <div>
        <p className="text-sm font-medium">{tlsPassthrough ? 'TLS is yours' : 'TLS ends at the relay'}</p>
        <p className="mt-0.5 text-sm text-ink-soft">
          {tlsPassthrough
            ? 'https connections reach your port 443 untouched, with your own certificate.'
            : 'The relay’s certificate answers https, and your port 80 serves it.'}
        </p>
      </div>
      <SubmitButton variant="secondary" className="justify-self-start">
        {tlsPassthrough ? 'Let the relay end TLS' : 'Pass TLS through to port 443'}
      </SubmitButton>
    </ActionForm>
  );
}

function Labelled({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <h3 className="mb-1.5 text-sm font-medium">{label}</h3>
      <div className="grid gap-1.5">{children}</div>
      {hint && <p className="mt-1.5 text-sm text-ink-soft">{hint}</p>}
    </div>
  );
}

function HowTo({ title, children }: { title: string; children: ReactNode }) {
  return (
    <details>
      <summary className="text-ink-soft hover:text-ink">{title}</summary>
      <div className="mt-2">{children}</div>
    </details>
  );
}

function Address({ url }: { url: string }) {
  return (
    <a href={url} target="_blank" rel="noreferrer" className="link figure justify-self-start wrap-anywhere">
      {url}
    </a>
  );
}

/** scp takes its port with a capital P, and the address with a colon. */
function copyCommands(ssh: string): string {
  const [, port, address] = /^ssh -p (\d+) (\S+)$/.exec(ssh) ?? [];
  return `scp -P ${port} notes.txt ${address}:\nscp -P ${port} ${address}:notes.txt .`;
}
