import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { type Abi, type Address, createTestClient, erc20Abi, type Hex, http, publicActions, walletActions } from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { localhost } from 'viem/chains';

/** The words that every anvil makes its rich accounts from. */
export const ANVIL_WORDS = 'test test test test test test test test test test test junk';

const rich = mnemonicToAccount(ANVIL_WORDS).address;
const require = createRequire(import.meta.url);

/** Starts an EVM chain of its own on a free port of loopback. Each transaction is mined at once, in a block of its own. */
export async function startAnvil({ chainId = 31_337 } = {}) {
  const program = `@foundry-rs/anvil-${process.platform}-${process.arch === 'x64' ? 'amd64' : 'arm64'}/bin/anvil`;
  // With short epochs `finalized` follows the head two blocks behind.
  const options = ['--port', '0', '--chain-id', String(chainId), '--slots-in-an-epoch', '1', '--accounts', '1'];
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
  const client = createTestClient({
    mode: 'anvil',
    chain: { ...localhost, id: chainId },
    transport: http(url),
    account: rich,
    pollingInterval: 10,
  })
    .extend(publicActions)
    .extend(walletActions);
  const mined = async (hash: Hex) => {
    const receipt = await client.waitForTransactionReceipt({ hash });
    return { hash, receipt };
  };

  return {
    /** Adds empty blocks. */
    mine: (blocks = 1) => client.mine({ blocks }),
    /** Pays the chain's own coin, in wei, out of a rich account. */
    pay: async (to: Address, value: bigint) => mined(await client.sendTransaction({ to, value })),
    /** Replaces the last blocks by empty ones; their transactions are gone. */
    reorg: (depth: number) => client.request({ method: 'anvil_reorg' as never, params: [depth, []] as never }),
    /** Deploys an ERC-20 token whose whole supply belongs to a rich account. */
    async deployToken({ symbol = 'USDC', decimals = 6 } = {}) {
      const { abi, bytecode } = presetOf(decimals);
      const args = [symbol, symbol, 10n ** 30n, rich];
      const { receipt } = await mined(await client.deployContract({ abi, bytecode, args }));
      const address = receipt.contractAddress as Address;
      const token = { address, abi: erc20Abi } as const;
      return {
        address,
        /** Pays the token, in its smallest parts. */
        pay: async (to: Address, amount: bigint) =>
          mined(await client.writeContract({ ...token, functionName: 'transfer', args: [to, amount] })),
      };
    },
  };
}

/** OpenZeppelin's token, which has 18 decimals built in, with the decimals that the test wants. */
function presetOf(decimals: number): { abi: Abi; bytecode: Hex } {
  const preset = require('@openzeppelin/contracts/build/contracts/ERC20PresetFixedSupply.json');
  const [before, after, more] = preset.bytecode.split('6040516012815260');
  if (!after || more) throw new Error('the token answers decimals() in another way than it used to');
  const answer = decimals.toString(16).padStart(2, '0');
  return { abi: preset.abi, bytecode: `${before}60405160${answer}815260${after}` as Hex };
}
