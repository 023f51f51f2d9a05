type Callbacks = {
  orderId?: string;
  onApprove?(approved: { orderId: string }): void;
  onCancel?(cancelled: { orderId: string }): void;
};

/**
 * What a browser test serves in place of `https://www.paypal.com/web-sdk/v6/core`: PayPal's button, which opens the
 * approval page of the fake at `url` in a pop-up and tells the page what was decided there.
 */
export function fakePaypalScript(url: string): string {
  return `(${install.toString()})(${JSON.stringify(url)});`;
}

/** Runs in the browser, on its own: it may use nothing from outside. */
function install(url: string) {
  async function decided(orderId: string): Promise<string> {
    const popUp = window.open(`${url}/checkoutnow?token=${orderId}&popup`, 'paypal', 'popup,width=400,height=600');
    if (!popUp) throw new TypeError('the browser opens no pop-up');
    return new Promise((resolve) => {
      window.addEventListener('message', function told({ origin, data }) {
        if (origin !== url || data.orderId !== orderId) return;
        window.removeEventListener('message', told);
        resolve(data.decision);
      });
    });
  }

  function createSession({ orderId, onApprove, onCancel }: Callbacks) {
    async function start(_: object, order?: Promise<{ orderId: string }>) {
      const id = orderId ?? (await order)?.orderId ?? '';
      if ((await decided(id)) === 'cancel') onCancel?.({ orderId: id });
      else onApprove?.({ orderId: id });
    }
    return { start, cancel() {}, destroy() {}, hasReturned: () => false };
  }

  async function createInstance({ clientId, components }: { clientId?: string; components?: string[] }) {
    if (!clientId || !components?.includes('paypal-payments')) throw new TypeError('not what PayPal takes');
    return { createPayPalOneTimePaymentSession: createSession };
  }

  class Button extends HTMLElement {
    connectedCallback() {
      if (!this.shadowRoot) this.attachShadow({ mode: 'open' }).innerHTML = '<button>Pay with PayPal</button>';
    }
  }

  customElements.define('paypal-button', Button);
  Object.assign(window, { paypal: { version: '6.0.0', createInstance } });
}
