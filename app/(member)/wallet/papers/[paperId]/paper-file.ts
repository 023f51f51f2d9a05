/** A paper as a file of its reader's, which nobody on the way keeps. */
export function paperFile(body: BodyInit, { name, type }: { name: string; type: string }): Response {
  const disposition = `attachment; filename="${name}"`;
  return new Response(body, {
    headers: { 'content-type': type, 'content-disposition': disposition, 'cache-control': 'private, no-store' },
  });
}
