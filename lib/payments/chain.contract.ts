import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOLLAR } from '../money.ts';
import type { Chain, ChainOutput, ChainPayment, Funds } from './chain.ts';
import { PaymentError } from './provider.ts';

/** A chain and a real node of it, with the rest of the world in the test's hands. */
export type ChainBench = {
  chain: Chain;
  /** A sum that a top-up might have, in units of the chain; a few hundred of them can be paid. */
  amount: bigint;
  /** Whether the chain tells of payments before they are in a block. */
  announces: boolean;
  /** Addresses that must be refused: of another network, with a wrong checksum, of no kind. */
  foreign: string[];
  /** A fresh address that is not ours. */
  makeStranger(): string;
  /** Somebody pays, and the network hears of it. */
  pay(address: string, amount: bigint): Promise<void>;
  mine(blocks: number): Promise<void>;
  /** The last blocks give way to a longer branch without their payments; the answer announces these payments again. */
  reorganise(blocks: number): Promise<() => Promise<void>>;
  /** What the admin's wallet makes of a batch, where the key is. `change` alters it first. */
  sign(unsigned: Uint8Array, change?: 'amount' | 'address' | 'leaveOut'): Uint8Array | Promise<Uint8Array>;
  /** Leaves the account three times `amount` of its own, and fees, where payouts do not come from what was paid to it. */
  prepareFunds?(): Promise<void>;
  close(): Promise<void>;
};

/** What every chain keeps, whatever it is made of, proved on a real node of it. */
export function chainContract(name: string, open: () => Promise<ChainBench>) {
  let bench: ChainBench;
  let indexes = 0;
  const takeAddress = () => bench.chain.addressAt(indexes++);
  beforeAll(async () => {
    bench = await open();
  }, 60_000);
  afterAll(() => bench?.close());

  test(`${name}: an index has the same address for ever, and no other index has it`, () => {
    const addresses = Array.from({ length: 50 }, (_, index) => bench.chain.addressAt(index));
    expect(new Set(addresses).size).toBe(50);
    expect(addresses).toEqual(addresses.map((_, index) => bench.chain.addressAt(index)));
    expect(addresses.map(bench.chain.readAddress)).toEqual(addresses);
  });

  test(`${name}: addresses that cannot be paid here are refused`, () => {
    const typed = [...bench.foreign, '', ' ', 'nobody', 'x'.repeat(5000)];
    expect(typed.filter((address) => bench.chain.readAddress(address) !== null)).toEqual([]);
    const stranger = bench.makeStranger();
    expect(bench.chain.readAddress(` ${stranger}\n`)).toBe(stranger);
  });

  test(`${name}: blocks follow each other up to the head, and there is none above it`, async () => {
    await bench.mine(1);
    const head = await bench.chain.getHead();
    const parent = await bench.chain.getBlock(head.height - 1);
    expect(await bench.chain.getBlock(head.height)).toEqual(head);
    expect(head.parentHash).toBe(parent?.hash);
    expect(await bench.chain.getBlock(head.height + 1)).toBeNull();
  });

  test(`${name}: a payment is found once it is in a block, and settles when enough blocks bury it`, async () => {
    const address = takeAddress();
    const { height } = await bench.chain.getHead();
    await bench.pay(address, bench.amount);
    const pending = await bench.chain.listPending(new Set([address]));
    await bench.mine(1);
    const [payment, ...more] = await paymentsSince(bench.chain, height, [address]);
    expect(more).toEqual([]);
    expect(payment).toMatchObject({ address, amount: bench.amount });
    expect(pending).toEqual(bench.announces ? [{ id: payment?.id, address, amount: bench.amount }] : []);
    expect(await bench.chain.listPending(new Set([address]))).toEqual([]);
    expect(payment?.block).toEqual(await bench.chain.getBlock(payment?.block.height ?? -1));

    const settled = async () => bench.chain.settledHeight(await bench.chain.getHead(), 10n * DOLLAR);
    expect(await settled()).toBeLessThan(payment?.block.height ?? 0);
    await bench.mine(bench.chain.depth);
    expect(await settled()).toBeGreaterThanOrEqual(payment?.block.height ?? Number.POSITIVE_INFINITY);
  });

  test(`${name}: two payments to one address, and payments to two, are all told apart`, async () => {
    const [one, other] = [takeAddress(), takeAddress()];
    const { height } = await bench.chain.getHead();
    await bench.pay(one, bench.amount);
    await bench.pay(one, bench.amount);
    await bench.pay(other, bench.amount + 1n);
    await bench.pay(bench.makeStranger(), bench.amount);
    await bench.mine(1);
    const found = await paymentsSince(bench.chain, height, [one, other]);
    expect(found.map(({ address, amount }) => ({ address, amount }))).toEqual(
      expect.arrayContaining([
        { address: one, amount: bench.amount },
        { address: other, amount: bench.amount + 1n },
      ]),
    );
    expect(new Set(found.map(({ id }) => id)).size).toBe(3);
    expect(await paymentsSince(bench.chain, height, [])).toEqual([]);
  });

  test(`${name}: a reorganisation takes a payment out of the chain, and the same payment can come back`, async () => {
    const address = takeAddress();
    const { height } = await bench.chain.getHead();
    await bench.pay(address, bench.amount);
    await bench.mine(2);
    const [before] = await paymentsSince(bench.chain, height, [address]);

    const announceAgain = await bench.reorganise(2);
    expect(await paymentsSince(bench.chain, height, [address])).toEqual([]);
    expect((await bench.chain.getBlock(before?.block.height ?? -1))?.hash).not.toBe(before?.block.hash);

    await announceAgain();
    await bench.mine(1);
    const [after] = await paymentsSince(bench.chain, height, [address]);
    expect(after).toMatchObject({ address, amount: bench.amount });
    expect(after?.block.hash).not.toBe(before?.block.hash);
  });

  test(`${name}: what stands on our addresses is what was paid to them`, async () => {
    const { funds } = await makeFunds();
    const ownAmount = await bench.chain.getBalance({ addresses: [], payments: [], sent: [] });
    expect(await bench.chain.getBalance(funds)).toBe(ownAmount + 3n * bench.amount);
  });

  test(`${name}: a batch is prepared, signed elsewhere, read, broadcast, and pays everybody once`, async () => {
    const { funds } = await makeFunds();
    const outputs = makeOutputs(2);
    const { height } = await bench.chain.getHead();
    const unsigned = await bench.chain.prepareBatch(outputs, funds);
    const signed = await bench.chain.readSigned(await bench.sign(unsigned.content), unsigned.content, outputs);
    expect(Object.keys(signed?.paidBy ?? {}).sort()).toEqual(outputs.map(({ payoutId }) => payoutId).sort());

    const transactions = signed?.transactions ?? [];
    const standing = () => Promise.all(transactions.map(({ id }) => bench.chain.getTransaction(id)));
    expect(await standing()).toEqual(transactions.map(() => null));
    for (const { raw } of [...transactions, ...transactions]) await bench.chain.broadcast(raw);
    await bench.mine(1);
    for (const { raw } of transactions) await bench.chain.broadcast(raw);

    const head = await bench.chain.getHead();
    const inBlock = (await standing()).map((found) => ({ failed: found?.failed, inBlock: found?.block !== null }));
    expect(inBlock).toEqual(transactions.map(() => ({ failed: false, inBlock: true })));
    const paid = await bench.chain.listPayments(
      { first: height + 1, last: head.height },
      new Set(outputs.map(({ address }) => address)),
    );
    const byAddress = (list: { address: string; amount: bigint }[]) =>
      list.map(({ address, amount }) => `${address} ${amount}`).sort();
    expect(byAddress(paid)).toEqual(byAddress(outputs));
  });

  test.each(['amount', 'address', 'leaveOut'] as const)(
    `${name}: a batch that was signed with another %s is refused`,
    async (change) => {
      const { funds } = await makeFunds();
      const outputs = makeOutputs(2);
      const { content } = await bench.chain.prepareBatch(outputs, funds);
      expect(await bench.chain.readSigned(await bench.sign(content), content, outputs)).not.toBeNull();
      expect(await bench.chain.readSigned(await bench.sign(content, change), content, outputs)).toBeNull();
    },
  );

  test(`${name}: what is not signed, not for these payouts, or no batch at all is refused`, async () => {
    const { funds } = await makeFunds();
    const outputs = makeOutputs(2);
    const { content } = await bench.chain.prepareBatch(outputs, funds);
    const signed = await bench.sign(content);
    const read = (file: Uint8Array, wanted: ChainOutput[]) => bench.chain.readSigned(file, content, wanted);
    expect(await read(content, outputs)).toBeNull();
    expect(await read(signed, [...outputs, ...makeOutputs(1)])).toBeNull();
    expect(await read(signed, outputs.slice(1))).toBeNull();
    expect(await read(signed, makeOutputs(2))).toBeNull();
    for (const junk of ['', 'signed', '{}', '[]', 'null']) expect(await read(Buffer.from(junk), outputs)).toBeNull();
  });

  test(`${name}: more than we have cannot be paid out`, async () => {
    const { funds } = await makeFunds();
    const [output] = makeOutputs(1);
    const tooMuch = [{ payoutId: 'all', address: output?.address ?? '', amount: 4n * bench.amount }];
    await expect(bench.chain.prepareBatch(tooMuch, funds)).rejects.toThrow(PaymentError);
  });

  test(`${name}: a transaction that nobody has heard of is unknown`, async () => {
    const { transactions } = await makeSigned();
    expect(await bench.chain.getTransaction(transactions[0]?.id ?? '')).toBeNull();
  });

  /** Three payments in blocks on two addresses of ours. */
  async function makeFunds(): Promise<{ funds: Funds }> {
    await bench.prepareFunds?.();
    const { height } = await bench.chain.getHead();
    const first = indexes;
    const [one, other] = [takeAddress(), takeAddress()];
    for (const address of [one, one, other]) await bench.pay(address, bench.amount);
    await bench.mine(1);
    const payments: ChainPayment[] = await paymentsSince(bench.chain, height, [one, other]);
    const addresses = [one, other].map((address, at) => ({ address, index: first + at }));
    return { funds: { addresses, payments, sent: [] } };
  }

  function makeOutputs(count: number): ChainOutput[] {
    return Array.from({ length: count }, (_, at) => {
      const address = bench.makeStranger();
      return { payoutId: `payout of ${address}`, address, amount: bench.amount / 2n + BigInt(at) };
    });
  }

  async function makeSigned() {
    const { funds } = await makeFunds();
    const outputs = makeOutputs(2);
    const { content } = await bench.chain.prepareBatch(outputs, funds);
    return (await bench.chain.readSigned(await bench.sign(content), content, outputs)) ?? { transactions: [] };
  }
}

/** What blocks above `height` paid to `addresses`. */
async function paymentsSince(chain: Chain, height: number, addresses: string[]) {
  const { height: last } = await chain.getHead();
  return chain.listPayments({ first: height + 1, last }, new Set(addresses));
}
