import { isLocalMode } from '#lib/config/web';

/** Headers that every answer of the web program carries, whatever it is. */
export function constantHeaders(publicUrl: string): [string, string][] {
  const secure = publicUrl.startsWith('https:');
  return [
    ['x-content-type-options', 'nosniff'],
    ['x-frame-options', 'DENY'],
    ['referrer-policy', 'same-origin'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()'],
    ...(secure ? ([['strict-transport-security', 'max-age=31536000; includeSubDomains']] as [string, string][]) : []),
  ];
}

type Page = { nonce: string; publicUrl: string; dev: boolean; letIn?: string };

/**
 * What a page may load and run: scripts only with this page's nonce, everything else only from us. Style attributes are
 * allowed, because meters and charts are drawn with them; they cannot run anything. `letIn` names the sites of a payment
 * company whose button is on this page; what that draws brings its own styles.
 */
export function contentSecurityPolicy({ nonce, publicUrl, dev, letIn }: Page) {
  const also = letIn ? ` ${letIn}` : '';
  return [
    "default-src 'self'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    `style-src 'self' ${dev || letIn ? "'unsafe-inline'" : `'nonce-${nonce}'`}${also}`,
    "style-src-attr 'unsafe-inline'",
    `img-src 'self' data:${also}`,
    `connect-src 'self'${dev ? ' ws:' : ''}${also}`,
    "object-src 'none'",
    `frame-src ${letIn ?? "'none'"}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(isLocalMode({ PUBLIC_URL: publicUrl }) ? [] : ['upgrade-insecure-requests']),
    'report-uri /api/csp-report',
  ].join('; ');
}
