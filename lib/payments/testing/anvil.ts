import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import {
  type Abi,
  type Address,
  createTestClient,
  erc20Abi,
  getAddress,
  type Hex,
  http,
  type PublicActions,
  publicActions,
  serializeTransaction,
  walletActions,
} from 'viem';
import { generatePrivateKey, mnemonicToAccount, privateKeyToAddress } from 'viem/accounts';
import { localhost } from 'viem/chains';

/** Anvil makes it from words that everybody knows, and signs for it by itself. */
const rich = mnemonicToAccount('test test test test test test test test test test test junk').address;
const require = createRequire(import.meta.url);

/** Starts an EVM chain of its own on a free port of loopback. Only `mine` makes blocks. */
export async function startAnvil({ chainId = 31_337 } = {}) {
  const program = `@foundry-rs/anvil-${process.platform}-${process.arch === 'x64' ? 'amd64' : 'arm64'}/bin/anvil`;
  // With short epochs `finalized` follows the head two blocks behind.
  const options = `--port 0 --chain-id ${chainId} --slots-in-an-epoch 1 --accounts 1 --no-mining`.split(' ');
  const node = spawn(require.resolve(program), options, { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = () => node.kill('SIGKILL');
  process.once('exit', end);
  const url = `http://${await addressOf(createInterface(node.stdout))}`;

  return {
    url,
    chainId,
    ...actionsOn(url, chainId),
    async close() {
      process.off('exit', end);
      const closed = once(node, 'exit');
      end();
      await closed;
    },
  };
}

/** An EVM chain in the test's hands. */
export type Anvil = Awaited<ReturnType<typeof startAnvil>>;

/** The address that anvil says it listens on; what it prints later is read and thrown away. */
async function addressOf(output: AsyncIterable<string> & NodeJS.EventEmitter): Promise<string> {
  return new Promise((resolve, reject) => {
    output.on('line', (line: string) => {
      const [, address] = /^Listening on (\S+)$/.exec(line) ?? [];
      if (address) resolve(address);
    });
    output.once('close', () => reject(new Error('anvil ended before it listened')));
  });
}

function actionsOn(url: string, chainId: number) {
  const options = { mode: 'anvil', chain: { ...localhost, id: chainId }, transport: http(url), account: rich } as const;
  const client = createTestClient(options).extend(publicActions).extend(walletActions);
  const ask = (method: string, params: unknown[]) =>
    client.request({ method, params } as never) as unknown as Promise<unknown>;
  const mine = (blocks: number) => client.mine({ blocks });

  return {
    mine,
    /** Pays the chain's own coin, in wei, out of a rich account. */
    pay: (to: string, value: bigint) => client.sendTransaction({ to: to as Address, value }),
    /** Gives an address so much of the chain's own coin, in wei, and no more. */
    setBalance: (owner: string, value: bigint) => client.setBalance({ address: owner as Address, value }),
    /** Replaces the last blocks by a longer branch of empty ones; the answer sends their transactions again. */
    async reorg(depth: number) {
      const dropped = await rawTransactions(client, depth);
      // Empty blocks of the same second would be those that were there before.
      await client.setCoinbase({ address: privateKeyToAddress(generatePrivateKey()) });
      await ask('anvil_reorg', [depth, []]);
      await mine(1);
      return async () => {
        for (const raw of dropped) await client.sendRawTransaction({ serializedTransaction: raw });
      };
    },
    /** Deploys an ERC-20 token whose whole supply belongs to a rich account. */
    async deployToken({ symbol = 'USDC', decimals = 6 } = {}) {
      const { abi, bytecode } = presetOf(decimals);
      const hash = await client.deployContract({ abi, bytecode, args: [symbol, symbol, 10n ** 30n, rich] });
      await mine(1);
      const { contractAddress } = await client.getTransactionReceipt({ hash });
      const token = { address: getAddress(contractAddress as Address), abi: erc20Abi } as const;
      return {
        address: token.address,
        /** Pays the token, in its smallest parts. */
        pay: (to: string, amount: bigint) =>
          client.writeContract({ ...token, functionName: 'transfer', args: [to as Address, amount] }),
        balanceOf: (owner: string) =>
          client.readContract({ ...token, functionName: 'balanceOf', args: [owner as Address] }),
      };
    },
  };
}

/** The transactions of the last blocks, as they were sent. */
async function rawTransactions(client: PublicActions, depth: number): Promise<Hex[]> {
  const head = await client.getBlockNumber();
  const heights = Array.from({ length: depth }, (_, at) => head - BigInt(depth - 1 - at));
  const blocks = await Promise.all(
    heights.map((blockNumber) => client.getBlock({ blockNumber, includeTransactions: true })),
  );
  return blocks.flatMap(({ transactions }) =>
    transactions.map((sent) => serializeTransaction({ ...sent, data: sent.input } as never, sent as never)),
  );
}

/** An ERC-20 token in the hands of the test. */
export type Token = Awaited<ReturnType<Anvil['deployToken']>>;

/** OpenZeppelin's token, which has 18 decimals built in, with the decimals that the test wants. */
function presetOf(decimals: number): { abi: Abi; bytecode: Hex } {
  const file = '@openzeppelin/contracts/build/contracts/ERC20PresetFixedSupply.json';
  const preset = require(file) as { abi: Abi; bytecode: string };
  const [before, after, more] = preset.bytecode.split('6040516012815260');
  if (!after || more) throw new Error('the token answers decimals() in another way than it used to');
  const answer = decimals.toString(16).padStart(2, '0');
  return { abi: preset.abi, bytecode: `${before}60405160${answer}815260${after}` as Hex };
}
