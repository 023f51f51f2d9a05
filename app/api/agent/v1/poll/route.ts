import { recordReport } from '#lib/agents/commands';
import { authenticateAgent, awaitOrder } from '#lib/agents/queries';
import { databaseTime } from '#lib/clock';
import { agentReport, POLL_SECONDS } from '#lib/protocol/agent';
import { agentEndpoint, bearerOf, orderParts, untilGone } from '#lib/web/agent-endpoint';

/** An agent tells what is, and hears what should be: at once when that is news, else when it becomes so. */
export const POST = agentEndpoint(agentReport, async (report, request) => {
  const device = await authenticateAgent(bearerOf(request));
  if (!device.ok) return device;

  await recordReport({ deviceId: device.value, report, at: databaseTime() });
  const wait = { deviceId: device.value, orderSeen: report.orderSeen, milliseconds: POLL_SECONDS * 1000 };
  return awaitOrder({ ...wait, signal: untilGone(request) }, await orderParts());
});
