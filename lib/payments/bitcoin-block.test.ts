import { Transaction } from '@scure/btc-signer';
import { expect, test } from 'vitest';
import { readBlock, readTransaction } from './bitcoin-block.ts';
import { PaymentError } from './provider.ts';

/** The first block of all, as every node has it. */
const genesis = [
  '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa',
  '4b1e5e4a29ab5f49ffff001d1dac2b7c0101000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d',
  '0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f',
  '722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f3',
  '5504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000',
].join('');

test('the first block of Bitcoin reads as history has it', () => {
  const { parentHash, at, transactions } = readBlock(genesis);
  expect(parentHash).toBe('0'.repeat(64));
  expect(at).toEqual(new Date('2009-01-03T18:15:05Z'));
  expect(transactions.map(({ id }) => id)).toEqual([
    '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
  ]);
  expect(transactions[0]?.outputs.map(({ amount }) => amount)).toEqual([5_000_000_000n]);
  expect(transactions[0]?.spends).toEqual([`${'0'.repeat(64)}:4294967295`]);
});

test('transactions of both kinds and of any length read as another library reads them', () => {
  const kinds = [
    { inputs: 1, outputs: 1, witness: null },
    { inputs: 3, outputs: 2, witness: [new Uint8Array(71), new Uint8Array(33)] },
    { inputs: 253, outputs: 300, witness: [new Uint8Array(70_000)] },
  ];
  for (const kind of kinds) {
    const made = makeTransaction(kind);
    const read = readTransaction(made.hex);
    expect(read.id).toBe(made.id);
    expect(read.spends).toEqual(Array.from({ length: kind.inputs }, (_, at) => `${'ab'.repeat(32)}:${at}`));
    expect(read.outputs).toEqual(
      Array.from({ length: kind.outputs }, (_, at) => ({ script: `0014${'cd'.repeat(20)}`, amount: BigInt(at) })),
    );
  }
});

test('a block that was cut off is an answer that was lost, never a block with less in it', () => {
  for (const length of [0, 79, 80, 81, 100, genesis.length / 2 - 1])
    expect(() => readBlock(genesis.slice(0, 2 * length))).toThrow(PaymentError);
});

function makeTransaction(kind: { inputs: number; outputs: number; witness: Uint8Array[] | null }): Transaction {
  const made = new Transaction({ allowUnknownInputs: true });
  const script = Buffer.from(`0014${'cd'.repeat(20)}`, 'hex');
  for (let amount = 0n; amount < kind.outputs; amount++) made.addOutput({ script, amount });
  const signature = kind.witness
    ? { finalScriptWitness: kind.witness }
    : { finalScriptSig: new Uint8Array(107).fill(1) };
  for (let index = 0; index < kind.inputs; index++) made.addInput({ txid: 'ab'.repeat(32), index, ...signature }, true);
  return made;
}
