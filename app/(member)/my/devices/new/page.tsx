import type { Metadata } from 'next';
import { CountryOptions } from '#components/country';
import { PageHeader } from '#components/ui/page-header';
import { getFeeBasisPoints } from '#lib/settings/queries';
import { requireMember } from '#lib/web/session';
import { DeviceForm } from './device-form.tsx';

export const metadata: Metadata = { title: 'Add a device' };

export default async function NewDevicePage() {
  await requireMember();
  return (
    <div className="max-w-xl">
      <PageHeader title="Add a device" back={{ href: '/my/devices', label: 'My devices' }}>
        Any machine that runs Docker on arm64 or amd64 with at least 1 GB of memory. You get one command to paste; its
        hardware is then measured by itself.
      </PageHeader>
      {/* Browsers and Node do not spell all countries alike, so the names come from here. */}
      <DeviceForm feeBasisPoints={await getFeeBasisPoints()} countries={<CountryOptions />} />
    </div>
  );
}
