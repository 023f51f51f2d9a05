import type { ComponentType } from 'react';
import { PaypalButton } from './paypal-button.tsx';

/** What a provider's own button needs to know: which payment it is for, who the broker is there, and our page about it. */
export type PayButtonProps = { id: string; clientId: string; isLive: boolean; page: string };

/** The buttons of providers that have their own, by provider. */
export const payButtons: Record<string, ComponentType<PayButtonProps>> = { paypal: PaypalButton };
