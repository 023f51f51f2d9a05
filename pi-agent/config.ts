import { z } from 'zod';

/** What the agent is told by the command that starts its container. */
export const agentConfig = z.object({
  BROKER_URL: z.url({ protocol: /^https?$/ }).describe("The broker's address"),
  RPIBROKER_KEY: z.string().min(1).max(200).optional().describe("The owner's key; used once, at the first start"),
  STATE_DIR: z.string().default('/state').describe('The volume with all that outlives the container'),
  DNS_UPSTREAM: z.ipv4().optional().describe("Who answers environments' name lookups; else what this container asks"),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

/** The version that this program reports. */
export const PROGRAM = '0.1.0';

/** Process ids, sockets and logs of what runs beside this program; of no worth after a restart of the machine. */
export const RUN_DIR = '/run/rpibroker';
