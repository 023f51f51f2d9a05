import { index, integer, pgSequence, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { identity, instant, whole } from './columns.ts';

/** Indexes of receiving addresses. One row of numbers for all chains, so that no two top-ups share an address on any. */
export const addressIndexes = pgSequence('address_indexes', { startWith: 0, minValue: 0, maxValue: 2_147_483_647 });

/** The blocks of each chain that were read last, to notice when the chain drops them. */
export const chainBlocks = pgTable(
  'chain_blocks',
  { chain: text().notNull(), height: integer().notNull(), hash: text().notNull(), readAt: instant().notNull() },
  (t) => [primaryKey({ columns: [t.chain, t.height] })],
);

/** What a chain paid to our addresses. */
export const deposits = pgTable(
  'deposits',
  {
    id: identity(),
    chain: text().notNull(),
    reference: text().notNull(), // transaction:output
    address: text().notNull(),
    amount: whole().notNull(), // units of the chain
    height: integer(), // null: announced, or its block was dropped
    blockHash: text(),
    seenAt: instant().notNull(),
  },
  (t) => [unique('deposits_reference').on(t.chain, t.reference), index('deposits_address').on(t.chain, t.address)],
);

/** Prices of coins as they were when they were asked. */
export const prices = pgTable(
  'prices',
  { id: identity(), currency: text().notNull(), dollars: whole().notNull(), at: instant().notNull() }, // micro-dollars for a whole coin
  (t) => [index('prices_currency').on(t.currency, t.at)],
);
