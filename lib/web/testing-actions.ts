import type { DeviceState } from '#lib/devices/lifecycle';

/** Everybody who may come along: two of each side, so that each has somebody else's things to reach for. */
export const roles = ['anonymous', 'renterA', 'renterB', 'ownerA', 'ownerB', 'admin'] as const;
/** One of them. */
export type Role = (typeof roles)[number];

/** What people A have, after which others reach. */
export type Targets = Record<
  | 'userId'
  | 'deviceId'
  | 'rentalId'
  | 'sessionId'
  | 'keyId'
  | 'payoutId'
  | 'eventId'
  | 'unappliedId'
  | 'paperId'
  | 'topUpId'
  | 'paymentId',
  string
>;

/** Who may take an action on the things of A; `member` and `visitor` act on nobody's or on their own. */
export type ActionRule = {
  who: 'visitor' | 'member' | 'renterA' | 'ownerA' | 'admin';
  input: (targets: Targets) => Record<string, string>;
  deviceState?: DeviceState;
  /** Whether it is asked without a form, with a mere text. */
  isQuestion?: true;
  /** What those whom it is allowed get here, where that is not yes: the same word would be said to a stranger. */
  answer?: 'declined';
};

const nothing = () => ({});
const aboutDevice = ({ deviceId }: Targets) => ({ deviceId });
const aboutUser = ({ userId }: Targets) => ({ userId });
const aboutPayout = ({ payoutId }: Targets) => ({ payoutId });
const reason = 'because of a test';
const password = 'another long passphrase';
const email = 'somebody@example.test';
const sshKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGDpq4iQGcEUrbBHUyvdLvPc0VXTZaOBGU0g3wGWbDsN';

/** Every server action, and who may take it. */
export const actionRules: Record<string, ActionRule> = {
  suspendUserAction: { who: 'admin', input: (targets) => ({ ...aboutUser(targets), reason }) },
  unsuspendUserAction: { who: 'admin', input: aboutUser },
  setAdminAction: { who: 'admin', input: (targets) => ({ ...aboutUser(targets), isAdmin: 'true' }) },
  creditWalletAction: {
    who: 'admin',
    input: ({ userId, rentalId }) => ({ userId, amount: '5', reason, key: rentalId }),
  },
  suspendDeviceAction: { who: 'admin', input: (targets) => ({ ...aboutDevice(targets), reason }) },
  unsuspendDeviceAction: { who: 'admin', input: aboutDevice },
  clearQuarantineAction: { who: 'admin', input: aboutDevice, deviceState: 'quarantined' },
  endRentalAction: { who: 'admin', input: ({ rentalId }) => ({ rentalId, reason }) },
  changeFeeAction: { who: 'admin', input: () => ({ percent: '12.5' }) },
  approvePayoutAction: { who: 'admin', input: aboutPayout },
  declinePayoutAction: { who: 'admin', input: (targets) => ({ ...aboutPayout(targets), reason }) },
  askAboutPayoutAction: { who: 'admin', input: aboutPayout },
  setFrozenAction: { who: 'admin', input: (targets) => ({ ...aboutUser(targets), frozen: 'yes', reason }) },
  makeBatchAction: { who: 'admin', input: () => ({ provider: 'none' }), answer: 'declined' },
  abandonBatchAction: { who: 'admin', input: ({ rentalId }) => ({ batchId: rentalId }), answer: 'declined' },
  signBatchAction: { who: 'admin', input: ({ rentalId }) => ({ batchId: rentalId }), answer: 'declined' },
  announceBatchAction: { who: 'admin', input: ({ rentalId }) => ({ batchId: rentalId }) },
  settleRefundAction: {
    who: 'admin',
    input: ({ rentalId }) => ({ refundId: rentalId, provider: 'btc', reference: 'none' }),
    answer: 'declined',
  },
  declineRefundAction: { who: 'admin', input: ({ rentalId }) => ({ refundId: rentalId, reason }), answer: 'declined' },
  checkProvidersAction: { who: 'admin', input: nothing },
  reconcileAction: { who: 'admin', input: nothing },
  replayWebhookAction: { who: 'admin', input: ({ eventId }) => ({ eventId }) },
  creditUnappliedAction: {
    who: 'admin',
    input: ({ unappliedId }) => ({ unappliedId, email, reason }),
    answer: 'declined',
  },
  returnUnappliedAction: { who: 'admin', input: ({ unappliedId }) => ({ unappliedId, reason }) },
  bookMovementAction: {
    who: 'admin',
    input: ({ rentalId }) => ({ reconciliationId: rentalId, reference: 'none', currency: 'USD', as: 'bank' }),
    answer: 'declined',
  },
  creditFaultAction: {
    who: 'admin',
    input: ({ rentalId }) => ({ rentalId, amount: '1', from: 'owner', reason, key: rentalId, 'charge-1': 'on' }),
    answer: 'declined',
  },
  changePayoutTermsAction: { who: 'admin', input: () => ({ least: '25', reviewFrom: '400' }) },

  beginTopUpAction: { who: 'member', input: () => ({ provider: 'none', amount: '20' }), answer: 'declined' },
  estimateFees: { who: 'member', input: () => ({ typed: '20' }), isQuestion: true },
  cancelTopUpAction: { who: 'renterA', input: ({ topUpId }) => ({ topUpId }) },
  sendBackAction: {
    who: 'renterA',
    input: ({ paymentId }) => ({ paymentId, amount: '1' }),
    answer: 'declined', // nothing that could carry it out is set up
  },
  setAutoTopUpAction: {
    who: 'member',
    input: ({ rentalId }) => ({ savedMethodId: rentalId, threshold: '5', amount: '20', monthlyCap: '100' }),
    answer: 'declined',
  },
  stopAutoTopUpAction: { who: 'member', input: nothing },
  forgetMethodAction: { who: 'member', input: ({ rentalId }) => ({ savedMethodId: rentalId }), answer: 'declined' },
  setAlertLevelAction: { who: 'member', input: () => ({ level: '5' }) },

  changeBrokerLetterheadAction: { who: 'admin', input: () => ({ name: 'The Broker', address: '', taxId: '' }) },

  signInAction: { who: 'visitor', input: () => ({ email, password }) },
  signOutAction: { who: 'visitor', input: nothing },
  signUpAction: { who: 'visitor', input: () => ({ name: 'Somebody', email, password }) },
  verifyAction: { who: 'visitor', input: () => ({ token: 'none' }) },
  forgotAction: { who: 'visitor', input: () => ({ email }) },
  resetAction: { who: 'visitor', input: () => ({ token: 'none', password }) },
  confirmAction: { who: 'member', input: () => ({ password }), answer: 'declined' },
  resendAction: { who: 'member', input: nothing },

  rentAction: {
    who: 'member',
    input: (targets) => ({ ...aboutDevice(targets), contractHash: '', rate: '0' }),
    answer: 'declined',
  },
  registerDeviceAction: {
    who: 'member',
    input: ({ userId }) => ({ name: 'Attic', country: 'NO', rate: '0.01', diskGigabytes: '8', ownerId: userId }),
  },
  changeRateAction: { who: 'ownerA', input: (targets) => ({ ...aboutDevice(targets), rate: '0.02' }) },
  describeDeviceAction: {
    who: 'ownerA',
    input: (targets) => ({ ...aboutDevice(targets), name: 'Shed', country: 'SE' }),
    deviceState: 'ready',
  },
  changeDiskAction: {
    who: 'ownerA',
    input: (targets) => ({ ...aboutDevice(targets), diskGigabytes: '4' }),
    deviceState: 'rejected',
  },
  setListedAction: { who: 'ownerA', input: (targets) => ({ ...aboutDevice(targets), listed: 'no' }) },
  replaceKeyAction: { who: 'ownerA', input: aboutDevice, deviceState: 'ready' },
  retryVerificationAction: { who: 'ownerA', input: aboutDevice, deviceState: 'rejected' },
  withdrawDeviceAction: { who: 'ownerA', input: aboutDevice },
  retireDeviceAction: { who: 'ownerA', input: aboutDevice, deviceState: 'ready' },

  chooseDestinationAction: {
    who: 'member',
    input: ({ userId }) => ({ provider: 'none', typed: email, ownerId: userId }),
    answer: 'declined',
  },
  beginOnboardingAction: { who: 'member', input: () => ({ provider: 'none' }), answer: 'declined' },
  removeDestinationAction: { who: 'member', input: ({ userId }) => ({ ownerId: userId }) },
  setWeeklyAction: { who: 'member', input: ({ userId }) => ({ weekly: 'yes', ownerId: userId }) },
  requestPayoutAction: { who: 'member', input: ({ userId }) => ({ ownerId: userId }), answer: 'declined' },
  withdrawPayoutAction: { who: 'ownerA', input: aboutPayout },

  stopRentalAction: { who: 'renterA', input: ({ rentalId }) => ({ rentalId }) },
  setTlsAction: { who: 'renterA', input: ({ rentalId }) => ({ rentalId, tls: 'environment' }) },
  revealPassword: { who: 'renterA', input: ({ rentalId }) => ({ rentalId }), isQuestion: true },

  changeNameAction: { who: 'member', input: ({ userId }) => ({ name: 'Mallory', userId, isAdmin: 'true' }) },
  changeLetterheadAction: {
    who: 'member',
    input: ({ userId }) => ({ name: 'Mallory', address: '', taxId: '', userId }),
  },
  changePasswordAction: { who: 'member', input: ({ userId }) => ({ password, userId }) },
  endSessionAction: { who: 'renterA', input: ({ sessionId }) => ({ sessionId }) },
  endOtherSessionsAction: { who: 'member', input: ({ userId }) => ({ userId }) },
  addSshKeyAction: { who: 'member', input: ({ userId }) => ({ name: '', publicKey: sshKey, userId }) },
  removeSshKeyAction: { who: 'renterA', input: ({ keyId }) => ({ keyId }) },
};
