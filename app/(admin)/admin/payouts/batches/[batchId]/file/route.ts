import { findBatchFile } from '#lib/payouts/desk';
import { adminEndpoint, refusal } from '#lib/web/endpoint';

type Context = RouteContext<'/admin/payouts/batches/[batchId]/file'>;

/** What an admin signs elsewhere. */
export const GET = adminEndpoint<Context>(async (_, __, { params }) => {
  const file = await findBatchFile((await params).batchId);
  if (!file) return refusal('notFound');

  return new Response(Buffer.from(file.unsigned), {
    headers: {
      'content-type': file.mediaType,
      'content-disposition': `attachment; filename="${file.fileName}"`,
      'cache-control': 'private, no-store',
    },
  });
});
