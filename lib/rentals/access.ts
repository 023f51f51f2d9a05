/** Where a rental is entered. */
export type Entrance = {
  name: string;
  port: number;
  hostKey: string | null;
  relay: { host: string; rentDomain: string; httpPort: number; httpsPort: number };
};

/** What a renter needs to get in; `knownHosts` is null until the environment has made its host key. */
export type Access = { ssh: string; knownHosts: string | null; http: string; https: string };

/** The command, the known_hosts line and the web addresses of a rental, ready to paste. */
export function accessTo({ name, port, hostKey, relay }: Entrance): Access {
  const site = `${name}.${relay.rentDomain}`;
  return {
    ssh: `ssh -p ${port} ${name}@${relay.host}`,
    knownHosts: hostKey && `[${relay.host}]:${port} ${hostKey}`,
    http: `http://${site}${relay.httpPort === 80 ? '' : `:${relay.httpPort}`}/`,
    https: `https://${site}${relay.httpsPort === 443 ? '' : `:${relay.httpsPort}`}/`,
  };
}
