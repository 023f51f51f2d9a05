import { type NextRequest, NextResponse } from 'next/server';
import { isLocalMode, webConfig } from '#lib/config/web';
import { contentSecurityPolicy } from '#lib/web/security-headers';

/** Gives each page a policy and a nonce of its own, and tells it its path. Never decides who may see it. */
export function proxy(request: NextRequest) {
  const { PUBLIC_URL: publicUrl, NODE_ENV } = webConfig();
  if (isLoopbackAlias(request, publicUrl)) {
    return NextResponse.redirect(new URL(`${request.nextUrl.pathname}${request.nextUrl.search}`, publicUrl));
  }

  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  const policy = contentSecurityPolicy({ nonce, publicUrl, dev: NODE_ENV === 'development' });
  const headers = new Headers(request.headers);
  headers.set('content-security-policy', policy);
  headers.set('x-nonce', nonce);
  headers.set('x-path', `${request.nextUrl.pathname}${request.nextUrl.search}`);

  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  return response;
}

/** In local mode the cookie belongs to one name of this machine; 127.0.0.1 and localhost are not the same to it. */
function isLoopbackAlias({ method, headers }: NextRequest, publicUrl: string): boolean {
  const host = headers.get('host') ?? '';
  const isAlias = ['localhost', '127.0.0.1', '[::1]'].includes(host.replace(/:\d+$/, ''));
  return method === 'GET' && isLocalMode() && isAlias && host !== new URL(publicUrl).host;
}

export const config = { matcher: '/((?!api/|images/|install.sh|_next/static/).*)' };
