import { refreshPayee } from '#lib/payouts/destinations';
import { memberEndpoint } from '#lib/web/endpoint';
import { treasury } from '#lib/web/treasury';

/** Where a company sends an owner back to; it only makes us ask that company how they stand. */
export const GET = memberEndpoint(async (_, { id: ownerId }) => {
  await refreshPayee(treasury(), { ownerId });
  return new Response(null, { status: 303, headers: { location: '/my/payouts' } });
});
