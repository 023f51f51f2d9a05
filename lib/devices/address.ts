import { invariant } from '../errors.ts';

/** How many loopback addresses 127.64.0.0/10 holds. */
const addresses = 2 ** 22;

/** The loopback address on its relay that only the device with this number may listen on. */
export function loopbackAddress(deviceNumber: number): string {
  invariant(deviceNumber > 0 && deviceNumber < addresses, `device number ${deviceNumber} has no loopback address`);
  return `127.${64 + (deviceNumber >> 16)}.${(deviceNumber >> 8) & 255}.${deviceNumber & 255}`;
}
