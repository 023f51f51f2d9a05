import { paypalProvider } from './paypal.ts';
import { type ProviderBench, providerContract } from './provider.contract.ts';
import { type FakePaypal, startFakePaypal } from './testing/fake-paypal.ts';

const decisions = { pays: 'approve', declines: 'approveDeclined', leaves: 'cancel' } as const;
const settingsOf = (fake: FakePaypal) => ({ ...fake, vault: true });

await providerContract('PayPal', async (): Promise<ProviderBench> => {
  const fake = await startFakePaypal();
  return {
    provider: paypalProvider(settingsOf(fake)),
    get secrets() {
      return fake.secrets();
    },
    pay: async (reference, how = 'pays') => void fake.decide(reference, decisions[how]),
    takeWebhooks: fake.takeWebhooks,
    failNext: fake.failNext,
    refuseNext: fake.refuseNext,
    destinations: { open: 'owner@example.org', closed: 'closed@example.org' },
    dispute: async (paymentId, end) => fake.dispute(paymentId, end),
    close: fake.close,
  };
});
