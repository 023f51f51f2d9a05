import { registerAgent } from '#lib/agents/commands';
import { databaseTime } from '#lib/clock';
import { webConfig } from '#lib/config/web';
import { registerRequest } from '#lib/protocol/agent';
import { createSealer } from '#lib/secrets';
import { agentEndpoint } from '#lib/web/agent-endpoint';

/** An agent with its owner's key becomes a device. */
export const POST = agentEndpoint(registerRequest, async (registration) =>
  registerAgent({ registration, sealer: createSealer(webConfig().BROKER_SECRETS), at: databaseTime() }),
);
