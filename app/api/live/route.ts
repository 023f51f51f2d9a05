import { refusal, visitorEndpoint } from '#lib/web/endpoint';
import { liveStream, liveTopic, sourceOf } from '#lib/web/live';

/** Keeps a page up to date: `?topic=rental:ID` and the like, answered with server-sent events. */
export const GET = visitorEndpoint(async (request, member) => {
  const topic = liveTopic.safeParse(new URL(request.url).searchParams.get('topic'));
  if (!topic.success) return refusal('malformed');
  const source = await sourceOf(topic.data, member);
  if (!source) return refusal(member ? 'notFound' : 'notSignedIn');

  const stream = liveStream(source, member, request.signal);
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' };
  return new Response(stream, { headers: { ...headers, 'x-accel-buffering': 'no' } });
});
