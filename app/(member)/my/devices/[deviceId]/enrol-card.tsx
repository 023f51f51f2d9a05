'use client';

import { Card } from '#components/ui/card';
import { Command } from '#components/ui/command';
import { useKeys } from '../key-keeper.tsx';
import type { InstallCommands } from './install-commands.ts';
import { NewKeyButton } from './new-key-button.tsx';

type Props = { deviceId: string; commands: InstallCommands; isWaiting: boolean };

/** The key of a device, this once, inside the commands that use it; or the way to a new one. */
export function EnrolCard({ deviceId, commands, isWaiting }: Props) {
  const key = useKeys().keyOf(deviceId);
  if (key) return <Enrol issuedKey={key} commands={commands} />;
  if (!isWaiting) return null;
  return (
    <Card title="Start the agent" className="mb-6">
      <p className="mb-4">
        The key was shown once, when it was made. If it has not been used yet, make a new one to see the command again;
        the earlier key then stops working.
      </p>
      <NewKeyButton deviceId={deviceId} />
    </Card>
  );
}

function Enrol({ issuedKey, commands }: { issuedKey: string; commands: InstallCommands }) {
  const withKey = (command: string) => command.replace(/\bKEY\b/, issuedKey);
  return (
    <Card title="Start the agent" className="mb-6" hint="The key works once, within 24 hours, and is not shown again.">
      <p className="mb-2">Paste this into a terminal of the device, as root or as a user who may use Docker:</p>
      <Command label="Install command" copyLabel="Copy the install command">
        {withKey(commands.script)}
      </Command>
      <details className="mt-4">
        <summary className="text-ink-soft hover:text-ink">Or with Docker alone, without a script</summary>
        <div className="mt-3 grid gap-3">
          {commands.docker.map(({ architecture, command }) => (
            <div key={architecture}>
              <p className="mb-1.5 text-sm text-ink-soft">For {architecture}:</p>
              <Command
                label={`Docker commands for ${architecture}`}
                copyLabel={`Copy the commands for ${architecture}`}
              >
                {withKey(command)}
              </Command>
            </div>
          ))}
          {commands.docker.length === 0 && <p className="text-sm">This broker has built no agent image yet.</p>}
        </div>
      </details>
    </Card>
  );
}
