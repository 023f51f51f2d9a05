import { HDKey } from '@scure/bip32';
import { p2pkh, p2wpkh, SigHash, Transaction } from '@scure/btc-signer';
import { type BitcoinAccount, CHANGE } from './bitcoin-account.ts';
import type { ChainOutput, SignedBatch } from './chain.ts';

/** What every PSBT begins with. */
const MAGIC = 'psbt\xff';

/**
 * Reads what the admin's wallet made of a batch: a PSBT, also in base64, or a raw transaction in hex. Null unless it is
 * the proposed transaction with every signature, and pays exactly `outputs`. Signatures are no part of the id of such a
 * transaction, so the same id means the same inputs and the same outputs.
 */
export function readSignedBatch(
  account: BitcoinAccount,
  { content, unsigned, outputs }: { content: Uint8Array; unsigned: Uint8Array; outputs: ChainOutput[] },
): SignedBatch | null {
  const proposed = Transaction.fromPSBT(unsigned);
  const signed = readTransaction(content);
  if (signed?.id !== proposed.id || !paysExactly(account, proposed, outputs)) return null;
  const inputs = Array.from({ length: proposed.inputsLength }, (_, at) => at);
  if (!inputs.every((at) => isSigned(signed, proposed, at))) return null;

  const { id, hex: raw } = signed;
  return { transactions: [{ id, raw }], paidBy: Object.fromEntries(outputs.map(({ payoutId }) => [payoutId, id])) };
}

/** Null for whatever is no transaction, or one that still waits for a signature. */
function readTransaction(content: Uint8Array): Transaction | null {
  try {
    const bytes = readBytes(Buffer.from(content));
    if (!isPsbt(bytes)) return Transaction.fromRaw(bytes, { allowUnknownOutputs: true });
    const transaction = Transaction.fromPSBT(bytes);
    if (!transaction.isFinal) transaction.finalize();
    return transaction;
  } catch {
    return null;
  }
}

function readBytes(content: Buffer): Buffer {
  if (isPsbt(content)) return content;
  const text = content.toString('latin1').trim();
  return Buffer.from(text, /^[0-9a-f]+$/i.test(text) ? 'hex' : 'base64');
}

function isPsbt(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, MAGIC.length) === MAGIC;
}

/** Whether each payout has an output of its own, and nothing else is paid but our own change. */
function paysExactly(account: BitcoinAccount, batch: Transaction, outputs: ChainOutput[]): boolean {
  const wanted = outputs.map(({ address, amount }) => `${address} ${amount}`);
  for (let at = 0; at < batch.outputsLength; at++) {
    const { amount, bip32Derivation } = batch.getOutput(at);
    const address = batch.getOutputAddress(at, account.network);
    const match = wanted.indexOf(`${address} ${amount}`);
    const index = bip32Derivation?.[0]?.[1].path.at(-1);
    if (match !== -1) wanted.splice(match, 1);
    else if (index === undefined || address !== account.keyAt(CHANGE, index).address) return false;
  }
  return wanted.length === 0;
}

/** Whether an input carries the signature of its own key over the whole transaction. */
function isSigned(signed: Transaction, proposed: Transaction, at: number): boolean {
  const [signature, publicKey] = signed.getInput(at).finalScriptWitness ?? [];
  const { witnessUtxo } = proposed.getInput(at);
  const compact = signature && readSignature(Buffer.from(signature));
  if (!publicKey || !witnessUtxo || !compact) return false;
  if (!Buffer.from(p2wpkh(publicKey).script).equals(witnessUtxo.script)) return false;
  const digest = signed.preimageWitnessV0(at, p2pkh(publicKey).script, SigHash.ALL, witnessUtxo.amount);
  return new HDKey({ publicKey }).verify(digest, compact);
}

/** The two numbers of a DER signature, 32 bytes each; null unless it signs all inputs and outputs. */
function readSignature(der: Buffer): Uint8Array | null {
  const middle = 4 + (der[3] ?? 0);
  const [r, s] = [der.subarray(4, middle), der.subarray(middle + 2, middle + 2 + (der[middle + 1] ?? 0))];
  if (der.at(-1) !== SigHash.ALL) return null;
  const number = (bytes: Buffer) => Buffer.from(bytes.toString('hex').slice(-64).padStart(64, '0'), 'hex');
  return Buffer.concat([number(r), number(s)]);
}
