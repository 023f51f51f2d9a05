import type { WalletKind } from '#lib/ledger/postings';

type Told = { title: string; note: string | null };
type Booking = { posting: WalletKind; reason: string | null };

const titles: Record<WalletKind, (name: string) => string> = {
  manualCredit: () => 'Credit by the admin',
  topUp: (name) => `Top-up by ${name}`,
  topUpReversed: (name) => `Top-up by ${name}, undone`,
  'refund:reserve': (name) => `Sent back by ${name}`,
  'refund:failed': (name) => `Sending back by ${name} was refused`,
  'refund:found': (name) => `Sent back by ${name}`,
  'dispute:open': (name) => `Payment by ${name}, contested`,
  'dispute:won': (name) => `Payment by ${name}, no longer contested`,
  'dispute:wonLate': (name) => `Payment by ${name}, won back after all`,
  debtSettled: () => 'Settled what you owed',
  'unapplied:credited': (name) => `Payment by ${name}, found to be yours`,
  faultCredit: () => 'Credit for a rental that did not work',
};

const notes: Partial<Record<WalletKind, string>> = {
  topUpReversed: 'The chain dropped the block that the payment was in.',
  'refund:failed': 'You have the money again.',
  'refund:found': 'Not asked for here, but made by the payment company or the admin.',
  'dispute:open': 'The bank has taken it back until it has decided.',
  'dispute:won': 'The bank has decided that the payment stands.',
  'dispute:wonLate': 'The bank has changed its mind: the payment stands.',
  debtSettled: 'For money that was taken back after you had spent it.',
};

/** A movement of a wallet in a person's words; `name` is what people call the provider. */
export function tellBooking({ posting, reason }: Booking, name: string): Told {
  return { title: titles[posting](name), note: notes[posting] ?? reason };
}
