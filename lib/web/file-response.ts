import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';

/** A file of bytes whose digest is known, from where the request's `Range` begins, so that a broken download goes on. */
export async function fileResponse(request: Request, file: { path: string; sha256: string }): Promise<Response> {
  const etag = `"${file.sha256}"`;
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers: { etag } });

  const { size } = await stat(file.path);
  const start = startOf(request.headers.get('range'));
  const headers = { etag, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' };
  if (start >= size && start > 0) {
    return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } });
  }
  const body = Readable.toWeb(createReadStream(file.path, { start, highWaterMark: 2 ** 20 })) as ReadableStream;
  const part = start > 0 ? { 'content-range': `bytes ${start}-${size - 1}/${size}` } : {};
  return new Response(request.method === 'HEAD' ? null : body, {
    status: start > 0 ? 206 : 200,
    headers: { ...headers, ...part, 'content-length': String(size - start) },
  });
}

/** Where a `bytes=N-` range begins; any other kind of range is answered with the whole file, as HTTP allows. */
function startOf(range: string | null): number {
  return Number(/^bytes=(\d{1,15})-$/.exec(range ?? '')?.[1] ?? 0);
}
