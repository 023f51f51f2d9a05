import { createHash } from 'node:crypto';
import { PaymentError } from './provider.ts';

/** An output of a transaction: its script in hex, as the key of everything that we look for, and its satoshi. */
export type Output = { script: string; amount: bigint };

/** A transaction: what it pays, and the outputs of others that it spends, as `<transaction>:<output>`. */
export type Transaction = { readonly id: string; readonly spends: string[]; outputs: Output[] };

/**
 * Reads a raw block in hex. Nodes also tell blocks as JSON, but there amounts are decimal fractions, and each node has
 * its own way to be asked for them; the raw form is exact, and the same everywhere.
 */
export function readBlock(hex: string): { parentHash: string; at: Date; transactions: Transaction[] } {
  const bytes = readerOf(hex);
  const header = bytes.take(80);
  return {
    parentHash: reversed(header.subarray(4, 36)),
    at: new Date(header.readUInt32LE(68) * 1000),
    transactions: bytes.list(() => readNext(bytes)),
  };
}

/** Reads one raw transaction in hex. */
export function readTransaction(hex: string): Transaction {
  return readNext(readerOf(hex));
}

function readNext(bytes: Reader): Transaction {
  const version = bytes.take(4);
  const witnessed = bytes.peek() === 0;
  if (witnessed) bytes.take(2);
  const from = bytes.position();
  const inputs = bytes.list(() => ({ spent: bytes.take(36), script: bytes.text(), sequence: bytes.take(4) }));
  const outputs = bytes.list(() => ({ amount: bytes.take(8).readBigUInt64LE(), script: bytes.text().toString('hex') }));
  const body = bytes.since(from);
  if (witnessed) for (const _ of inputs) bytes.list(bytes.text);
  const lockTime = bytes.take(4);
  return {
    outputs,
    // Few of a block's thousands of transactions are ours, so this waits until it is asked for.
    get id() {
      return reversed(sha256(sha256(Buffer.concat([version, body, lockTime]))));
    },
    get spends() {
      return inputs.map(({ spent }) => `${reversed(spent.subarray(0, 32))}:${spent.readUInt32LE(32)}`);
    },
  };
}

type Reader = ReturnType<typeof readerOf>;

function readerOf(hex: string) {
  const bytes = Buffer.from(hex, 'hex');
  let at = 0;

  function take(length: number): Buffer {
    const end = at + length;
    if (end > bytes.length) throw new PaymentError('btc', 'the node sent a block that ends too early', 'unknown');
    const taken = bytes.subarray(at, end);
    at = end;
    return taken;
  }

  /** A number that is as long as it needs to be. */
  function size(): number {
    const first = take(1).readUInt8();
    if (first < 0xfd) return first;
    if (first === 0xfd) return take(2).readUInt16LE();
    return first === 0xfe ? take(4).readUInt32LE() : Number(take(8).readBigUInt64LE());
  }

  function list<Item>(item: () => Item): Item[] {
    const items: Item[] = [];
    for (let left = size(); left > 0; left--) items.push(item());
    return items;
  }

  return {
    take,
    list,
    text: () => take(size()),
    peek: () => bytes[at],
    position: () => at,
    since: (from: number) => bytes.subarray(from, at),
  };
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** Hashes are shown back to front. */
function reversed(hash: Buffer): string {
  return Buffer.from(hash).reverse().toString('hex');
}
