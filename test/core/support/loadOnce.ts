import { openEngine } from '../../../src/core/engine.ts';
import { systemPorts } from '../../../src/core/ports.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';

/** Runs one batch on a user-data folder, in a process of its own whose memory can be looked at. */
const [folder = ''] = process.argv.slice(2);
const setup = { folder, settings: loadSettings(folder) };
await using engine = openEngine(systemPorts({ log: () => {} }), setup);
const batch = await engine.syncAll({ trigger: 'cli' });
const { tables } = engine.batch(batch.batch_id);
const processed = tables.reduce((all, row) => all + row.records_processed, 0);
console.log(JSON.stringify({ processed, peakRssMb: process.resourceUsage().maxRSS / 1024 }));
