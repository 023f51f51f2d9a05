import { findRental, getTimeline } from '#lib/rentals/queries';
import { memberEndpoint, refusal } from '#lib/web/endpoint';

type Context = RouteContext<'/rentals/[rentalId]/proofs.csv'>;

/** Every proven stretch of a rental, for either side to keep. */
export const GET = memberEndpoint<Context>(async (_, member, { params }) => {
  const rental = await findRental((await params).rentalId, member);
  if (!rental) return refusal('notFound');

  const { proofs } = await getTimeline(rental.id);
  const rows = proofs.map(({ from, to, proofs: count, handshakeAt }) =>
    [from.toISOString(), to.toISOString(), to.getTime() - from.getTime(), count, handshakeAt?.toISOString()].join(','),
  );
  const csv = ['from,to,milliseconds,proofs,last_handshake', ...rows, ''].join('\r\n');
  return new Response(csv, {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${rental.name}-proofs.csv"`,
      'cache-control': 'private, no-store',
    },
  });
});
