import { parseArgs } from 'node:util';

/** How a local broker is started; every port can be moved, so that a second one can run beside it. */
export type LocalOptions = {
  dev: boolean;
  instance: string;
  enrol: boolean;
  ports: { web: number; ssh: number; sshd: number; http: number; https: number; first: number; last: number };
};

const options = {
  dev: { type: 'boolean', default: false },
  instance: { type: 'string', default: 'main' },
  'no-device': { type: 'boolean', default: false },
  web: { type: 'string', default: '3000' },
  ssh: { type: 'string', default: '2222' },
  sshd: { type: 'string', default: '2223' },
  http: { type: 'string', default: '8080' },
  https: { type: 'string', default: '8443' },
  first: { type: 'string', default: '20000' },
  last: { type: 'string', default: '29999' },
} as const;

/** Reads the command line of `npm start -- …`. */
export function localOptions(args: string[]): LocalOptions {
  const { values } = parseArgs({ args, options });
  return {
    dev: values.dev,
    instance: values.instance,
    enrol: !values['no-device'],
    ports: {
      web: Number(values.web),
      ssh: Number(values.ssh),
      sshd: Number(values.sshd),
      http: Number(values.http),
      https: Number(values.https),
      first: Number(values.first),
      last: Number(values.last),
    },
  };
}
