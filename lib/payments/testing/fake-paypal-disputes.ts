import { type Emit, newId, type openAccount, usd } from './fake-paypal-account.ts';
import { Refused, type Route, route } from './fake-paypal-api.ts';
import { shapes } from './fake-paypal-shapes.ts';

type Movement = { affected_party: 'SELLER'; type: 'DEBIT' | 'CREDIT'; reason: string; amount: object };
type Dispute = {
  dispute_id: string;
  captureId: string;
  status: string;
  create_time: string;
  dispute_amount: object;
  dispute_outcome?: { outcome_code: string };
  money_movements: Movement[];
};

const FEE_CENTS = 1500;

/** Disputes about captures: opening one takes the money and a fee, winning it brings back the money. */
export function openDisputes(account: ReturnType<typeof openAccount>, emit: Emit) {
  const disputes: Dispute[] = [];

  function debit(dispute: Dispute, { cents, reason }: { cents: number; reason: string }) {
    account.move({ id: newId(), cents: -cents });
    const type = cents > 0 ? 'DEBIT' : 'CREDIT';
    dispute.money_movements.push({ affected_party: 'SELLER', type, reason, amount: usd(Math.abs(cents)) });
  }

  /** A payer contests a capture; it is decided at once, or stays open. */
  function contest({ id, cents }: { id: string; cents: number }, end: 'open' | 'won' | 'lost') {
    const base = { dispute_id: `PP-${newId()}`, captureId: id, create_time: new Date().toISOString() };
    const dispute: Dispute = { ...base, status: 'OPEN', dispute_amount: usd(cents), money_movements: [] };
    disputes.push(dispute);
    debit(dispute, { cents, reason: 'DISPUTE_SETTLEMENT' });
    debit(dispute, { cents: FEE_CENTS, reason: 'DISPUTE_FEE' });
    emit('CUSTOMER.DISPUTE.CREATED', tell(dispute));
    if (end === 'open') return;
    const outcome_code = end === 'won' ? 'RESOLVED_SELLER_FAVOUR' : 'RESOLVED_BUYER_FAVOUR';
    Object.assign(dispute, { status: 'RESOLVED', dispute_outcome: { outcome_code } });
    if (end === 'won') debit(dispute, { cents: -cents, reason: 'DISPUTE_SETTLEMENT' });
    emit('CUSTOMER.DISPUTE.RESOLVED', tell(dispute));
  }

  const list = (captureId: string) => disputes.filter((one) => one.captureId === captureId).map(tell);
  const find = (id: string) => {
    const dispute = disputes.find((one) => one.dispute_id === id);
    if (!dispute) throw new Refused(404, 'INVALID_RESOURCE_ID');
    return { status: 200, json: tell(dispute) };
  };
  const { disputeQuery, nothing } = shapes;
  const routes: Route[] = [
    route({
      method: 'GET',
      path: /^\/v1\/customer\/disputes$/,
      input: disputeQuery,
      answer: (_, query) => ({ status: 200, json: { items: list(query.disputed_transaction_id), links: [] } }),
    }),
    route({ method: 'GET', path: /^\/v1\/customer\/disputes\/([\w-]+)$/, input: nothing, answer: find }),
  ];
  return { routes, contest };
}

function tell({ captureId, ...dispute }: Dispute) {
  return { ...dispute, disputed_transactions: [{ seller_transaction_id: captureId }] };
}
