import { z } from 'zod';
import { placesOf } from '../lib/config/places.ts';

const port = z.coerce.number().int().min(1).max(65535);
const seconds = z.coerce.number().positive();
const places = placesOf(process.cwd());

/** The settings of the tunnel daemon. */
export const daemonSettings = z.object({
  RELAY_NAME: z.string().min(1).default('relay').describe('By what name this relay is known to the broker'),
  RELAY_HOST: z.string().min(1).default('localhost').describe('What renters type after the @'),
  RELAY_DEVICE_HOST: z.string().optional().describe('What devices dial; unset: the same as RELAY_HOST'),
  RENT_DOMAIN: z.string().min(1).default('rent.localhost').describe('Rentals get their web names below this domain'),
  LISTEN_ADDRESS: z.ipv4().default('0.0.0.0').describe('The IPv4 address for devices, renters and visitors'),
  TUNNEL_SSH_PORT: port.default(2222).describe('Where devices dial in'),
  SSHD_PORT: port.default(2223).describe('Where sshd waits behind HAProxy, on 127.63.0.2'),
  HTTP_PORT: port.default(8080).describe('Where visitors of rentals enter'),
  HTTPS_PORT: port.default(8443).describe('Where visitors of rentals enter over TLS'),
  FIRST_PORT: port.default(20000).describe("The first port for renters' ssh"),
  LAST_PORT: port.default(29999).describe("The last port for renters' ssh"),
  DATA_FOLDER: z.string().default(places.data).describe('Where keys and certificates are kept'),
  RUN_FOLDER: z.string().default(places.run).describe('Where sockets, maps and pid files lie'),
  TLS_CERTIFICATE: z
    .string()
    .optional()
    .describe('A PEM file with key and certificate for *.RENT_DOMAIN; unset: one from our own authority'),
  RECONCILE_SECONDS: seconds.default(5).describe('How often keys, tunnels and routes are compared with the database'),
  PROVE_SECONDS: seconds.max(15).default(10).describe('How often it is proven that each environment answers'),
  PENALTY_SECONDS: seconds.max(600).default(120).describe('How long a source of failed sign-ins is shut out'),
});

/** The daemon's settings, parsed. */
export type DaemonSettings = z.infer<typeof daemonSettings>;
