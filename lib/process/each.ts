/**
 * Does `work` for each item in turn, also after one that failed, so that one can never stand in the way of all after it.
 * When every item has had its turn, the failures are thrown together, under the names of their items.
 */
export async function inTurn<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
  nameOf: (item: Item) => string = String,
): Promise<void> {
  const failures = new Map<string, unknown>();
  for (const item of items) await work(item).catch((error: unknown) => failures.set(nameOf(item), error));
  if (failures.size === 0) return;
  const failed = `${failures.size} of ${items.length} failed: ${[...failures.keys()].join(', ')}`;
  throw new AggregateError([...failures.values()], failed);
}
