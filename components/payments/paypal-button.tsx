'use client';

import { PayPalOneTimePaymentButton, PayPalProvider } from '@paypal/react-paypal-js/sdk-v6';
import { useEffect, useSyncExternalStore } from 'react';
import type { PayButtonProps } from './buttons.tsx';

/** PayPal's button: the person approves in a window of PayPal's, and our page asks PayPal what came of it. */
export function PaypalButton({ id, clientId, isLive, page }: PayButtonProps) {
  const isOwn = useOwnDocument();
  // As a document: while a page of ours waits for another, each change of the top-up would ask PayPal once more.
  const comeBack = (how: 'paid' | 'left') => location.replace(`${page}?back=${how}`);
  // The height of PayPal's button, so that nothing moves when it appears.
  if (!isOwn) return <div className="h-11" />;
  return (
    <div className="min-h-11">
      <PayPalProvider
        clientId={clientId}
        environment={isLive ? 'production' : 'sandbox'}
        components={['paypal-payments']}
        pageType="checkout"
      >
        <PayPalOneTimePaymentButton
          orderId={id}
          presentationMode="auto"
          onApprove={async () => comeBack('paid')}
          onCancel={() => comeBack('left')}
        />
      </PayPalProvider>
    </div>
  );
}

/**
 * Whether this page was loaded as a document, with the policies that let PayPal in. Reached from another page of ours it
 * still has that one's, so it is loaded once more.
 */
function useOwnDocument(): boolean {
  const isOwn = useSyncExternalStore(never, isOwnDocument, () => false);
  useEffect(() => {
    if (!isOwnDocument()) location.reload();
  }, []);
  return isOwn;
}

const never = () => () => {};

function isOwnDocument(): boolean {
  const [loaded] = performance.getEntriesByType('navigation');
  return loaded !== undefined && new URL(loaded.name).pathname === location.pathname;
}
