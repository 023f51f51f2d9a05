import { z } from 'zod';
import { type Channel, changes } from '#db/changes';
import { databaseTime } from '#lib/clock';
import { findListing, findOwnDevice, listOwnDevices } from '#lib/devices/queries';
import { draining } from '#lib/process/drain';
import { findRental, listRentals } from '#lib/rentals/queries';
import { findSession, type Member } from '#lib/sessions/queries';
import { findTopUp } from '#lib/top-ups/queries';

/** What a page can be kept up to date about. */
export const liveTopic = z
  .templateLiteral([z.enum(['device', 'rental', 'top-up']), ':', z.uuid()])
  .or(z.enum(['devices', 'rentals', 'wallet', 'payouts', 'payoutDesk', 'market']));
/** One thing that a page is kept up to date about. */
export type LiveTopic = z.infer<typeof liveTopic>;

/** Which rows to listen to, and how often at most to tell of them; `tellEvery`: also without a change. */
export type Source = { rows: { channel: Channel; id: string }[]; pace: number; tellEvery?: number };

const HEARTBEAT = 15_000;
/**
 * Time that is proven, and so money, moves without any row of interest changing. What follows from one cause changes
 * within a tenth of a second, as an environment that is ready and its first proof, and is told as one.
 */
const moving = { pace: 100, tellEvery: HEARTBEAT };

/** What `member` hears under a topic; null when it is nobody's business but others'. */
export async function sourceOf(topic: LiveTopic, member: Member | null): Promise<Source | null> {
  const [kind, id = ''] = topic.split(':');
  if (kind === 'market') return { rows: rowsOf('device', '*'), pace: 5000 };
  if (kind === 'device') return (await maySeeDevice(id, member)) ? { rows: rowsOf('device', id), pace: 200 } : null;
  if (!member) return null;
  if (kind === 'payouts') return { rows: rowsOf('payout', member.id), pace: 200 };
  if (kind === 'payoutDesk') return member.isAdmin ? { rows: rowsOf('payout', '*'), pace: 1000 } : null;
  if (kind === 'devices') return { rows: rowsOf('device', ...idsOf(await listOwnDevices(member.id))), pace: 1000 };
  if (kind === 'rental') return (await findRental(id, member)) ? { rows: rowsOf('rental', id), ...moving } : null;
  const money = rowsOf('money', member.id);
  if (kind === 'top-up') return (await findTopUp(id, member.id, databaseTime())) ? { rows: money, ...moving } : null;
  const rentals = rowsOf('rental', ...idsOf(await listRentals(member.id)));
  return { rows: kind === 'wallet' ? [...rentals, ...money] : rentals, ...moving };
}

/** A listing is public; what is not on offer is its owner's and the admins' business. */
async function maySeeDevice(deviceId: string, member: Member | null): Promise<boolean> {
  if (member?.isAdmin || (member && (await findOwnDevice(deviceId, member.id)))) return true;
  return (await findListing(deviceId)) !== null;
}

const rowsOf = (channel: Channel, ...ids: string[]) => ids.map((id) => ({ channel, id }));
const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id);

/** Tells of changes as server-sent events until the listener hangs up or its session or this process ends. */
export function liveStream(source: Source, member: Member | null, signal: AbortSignal): ReadableStream<Uint8Array> {
  const ended = new AbortController();
  const over = AbortSignal.any([signal, draining(), ended.signal]);
  return new ReadableStream({
    start(controller) {
      const send = (text: string) => over.aborted || controller.enqueue(new TextEncoder().encode(text));
      const tell = () => send('event: changed\ndata:\n\n');
      const check = async () => {
        if (member && !(await findSession(member.sessionId, databaseTime()))) ended.abort();
      };
      // While nobody can say whose session lasts, nobody could render the page either; all are told afterwards.
      const onChange = paced(() => check().then(tell, () => {}), source.pace);
      const stops = [
        ...source.rows.map(({ channel, id }) => changes().subscribe(channel, id, onChange)),
        changes().subscribe('session', member?.sessionId ?? '', () => void check().catch(() => {})),
        repeat(() => send(': still here\n\n'), HEARTBEAT),
        ...(source.tellEvery ? [repeat(onChange, source.tellEvery)] : []),
      ];
      const end = () => {
        for (const stop of stops) stop();
        controller.close();
      };
      over.addEventListener('abort', end, { once: true });
      send('retry: 2000\n\n');
      if (over.aborted) end();
    },
    cancel: () => ended.abort(),
  });
}

/** Calls `work` soon after it is asked to, and however often it is asked, at most once every `pace` milliseconds. */
function paced(work: () => void, pace: number): () => void {
  const waiting: { timer?: NodeJS.Timeout | undefined } = {};
  return () => {
    waiting.timer ??= setTimeout(() => {
      waiting.timer = undefined;
      work();
    }, pace);
  };
}

function repeat(work: () => void, milliseconds: number): () => void {
  const timer = setInterval(work, milliseconds);
  return () => clearInterval(timer);
}
