import { parseSettings } from '../lib/config/parse.ts';
import { createLog } from '../lib/process/log.ts';
import { farewell } from '../lib/process/shutdown.ts';
import { daemonSettings } from './config.ts';
import { startDaemon } from './daemon.ts';

const log = createLog('daemon');
const asked = farewell();
const settings = parseSettings(daemonSettings, process.env);
const daemon = await startDaemon(settings, log);
log.info({ relay: settings.RELAY_NAME, authority: daemon.authority }, 'relay is up');

const goodbye = await asked;
await daemon[goodbye]();
log.info({ goodbye }, 'relay daemon ended');
process.exit(0);
