/** Addresses that are nobody's on the public internet: an environment reaches none, and no name may lead there. */
export const privateIPv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** The same for IPv6, with the ranges that wrap IPv4 addresses. */
export const privateIPv6 = [
  '::/127',
  '::ffff:0:0/96',
  '64:ff9b::/96',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
];
