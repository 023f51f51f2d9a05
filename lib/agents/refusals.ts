/** Why an agent is not registered, and what its owner can do about it. */
export const registerRefusals = {
  agentTooOld: 'This agent is too old for the broker. Run the command on the page of your device again.',
  unknownKey: 'This key is not one of ours. Copy the whole command from the page of your device.',
  usedKey: 'This key was used already. Make a new one on the page of your device.',
  revokedKey: 'A newer key was made for this device. Use that one.',
  expiredKey: 'This key was not used within 24 hours. Make a new one on the page of your device.',
  notATunnelKey: 'The public key of the tunnel is not an ssh-ed25519 key.',
  tunnelKeyTaken: 'This agent already is another device. Give each device a volume of its own.',
  inUse: 'The device is rented or being wiped. Use the new key afterwards.',
  retired: 'This device is retired. Register a new one to rent it out again.',
  suspended: 'The account of this device’s owner is suspended. Please write to the people who run this broker.',
  noRelay: 'None of the broker’s relays answers just now. This agent tries again by itself.',
} as const;

/** Why an agent is not registered. */
export type RegisterRefusal = keyof typeof registerRefusals;
