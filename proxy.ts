import { type NextRequest, NextResponse } from 'next/server';
import { payButton } from '#lib/config/payments';
import { isLocalMode, webConfig } from '#lib/config/web';
import { contentSecurityPolicy } from '#lib/web/security-headers';

/** Gives each page a policy and a nonce of its own, and tells it its path. Never decides who may see it. */
export function proxy(request: NextRequest) {
  const settings = webConfig();
  const { PUBLIC_URL: publicUrl, NODE_ENV } = settings;
  if (isLoopbackAlias(request, publicUrl)) {
    return NextResponse.redirect(new URL(`${request.nextUrl.pathname}${request.nextUrl.search}`, publicUrl));
  }

  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  const button = request.nextUrl.pathname.startsWith('/wallet/top-ups/') ? payButton(settings) : null;
  const page = { nonce, publicUrl, dev: NODE_ENV === 'development' };
  const policy = contentSecurityPolicy({ ...page, ...(button && { letIn: button.sites }) });
  const headers = new Headers(request.headers);
  headers.set('content-security-policy', policy);
  headers.set('x-nonce', nonce);
  headers.set('x-path', `${request.nextUrl.pathname}${request.nextUrl.search}`);

  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  // The company's window has to tell our page how it ended.
  if (button) response.headers.set('cross-origin-opener-policy', 'same-origin-allow-popups');
  return response;
}

/** In local mode the cookie belongs to one name of this machine; 127.0.0.1 and localhost are not the same to it. */
function isLoopbackAlias({ method, headers }: NextRequest, publicUrl: string): boolean {
  const host = headers.get('host') ?? '';
  const isAlias = ['localhost', '127.0.0.1', '[::1]'].includes(host.replace(/:\d+$/, ''));
  return method === 'GET' && isLocalMode() && isAlias && host !== new URL(publicUrl).host;
}

export const config = { matcher: '/((?!api/|images/|install.sh|_next/static/).*)' };
