import { and, eq } from 'drizzle-orm';
import { db } from '#db/client';
import { rentals } from '#db/schema/rentals';
import type { Letterhead } from '../accounts/commands.ts';
import { enqueueMailTo } from '../mail/commands.ts';
import { type Letter, letter } from '../mail/letter.ts';
import { inTurn } from '../process/each.ts';
import { GRACE_MINUTES, LOST_HOURS } from './deadlines.ts';
import type { RentalEvent } from './lifecycle.ts';

const another = 'Other devices are on the market.';
const wiped = 'Its data is wiped from the device.';
const unpaid = 'You have paid nothing for it, and what was set aside for it is yours again.';

/** What happens to a rental without its renter's doing: in a few words, and what follows from it. */
const news = {
  fundsRanOut: [
    'is paused: your wallet is empty',
    `It costs nothing meanwhile, and its data is kept for ${GRACE_MINUTES} minutes. Add funds and it goes on by itself; otherwise it ends and its data is wiped.`,
  ],
  graceExpired: ['has ended: your wallet stayed empty', wiped],
  deviceLost: [
    `has ended: its device was out of reach for ${LOST_HOURS} hours`,
    `You have paid nothing for that time. ${another}`,
  ],
  ownerWithdrew: ['has ended: the owner has taken the device back', `${wiped} ${another}`],
  adminEnded: ['was ended by an admin of the broker', `${wiped} The reason stands on its page.`],
  deviceFailed: ['could not start: its device failed to prepare it', `${unpaid} ${another}`],
  tookTooLong: ['could not start: its device did not get ready in time', `${unpaid} ${another}`],
} satisfies Partial<Record<RentalEvent, [what: string, consequence: string]>>;

/** Whether a renter wants to be told of an event, having not caused it. */
export function isNews(event: string): event is keyof typeof news {
  return event in news;
}

/** Tells renters by mail what has happened to their rentals without their doing, once each time. */
export async function tellRenters(letterhead: Letterhead): Promise<void> {
  const untold = await db.select({ id: rentals.id }).from(rentals).where(eq(rentals.untold, true));
  await inTurn(
    untold.map(({ id }) => id),
    (rentalId) => tellRenter(rentalId, letterhead),
  );
}

async function tellRenter(rentalId: string, { publicUrl, sealer }: Letterhead) {
  await db.transaction(async (tx) => {
    const isUntold = and(eq(rentals.id, rentalId), eq(rentals.untold, true));
    const [rental] = await tx.update(rentals).set({ untold: false }).where(isUntold).returning();
    const told = rental && letterOf(rental, publicUrl);
    if (told) await enqueueMailTo(tx, { userId: rental.renterId, ...told }, sealer);
  });
}

function letterOf(rental: typeof rentals.$inferSelect, publicUrl: string): Letter | null {
  const event = rental.endEvent ?? 'fundsRanOut';
  if (!isNews(event)) return null;
  const [what, consequence] = news[event];
  const page = `${publicUrl}/rentals/${rental.id}`;
  return letter(publicUrl, `${rental.name} ${what}`, [`your rental ${rental.name} ${what}.`, consequence, page]);
}
