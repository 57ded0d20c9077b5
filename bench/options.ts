import { parseArgs } from 'node:util';

/** How the bench is to run. */
export interface BenchOptions {
  /** Number of rows relative to the full size, for which the goals are set. */
  readonly rowsScale: number;
  /** Number of branches of a fleet relative to the full size. */
  readonly fleetScale: number;
  /** How often each thing is timed; the median counts. */
  readonly runs: number;
  /** Names of measures; empty for all. */
  readonly only: readonly string[];
  /** Layout at central. The reference loads a table with the same columns and key. */
  readonly layout: 'schema' | 'stamp';
  /** The `bin` folder of a PostgreSQL for both servers; default: the embedded one. */
  readonly bin: string | null;
  /** Folder for a CPU profile of each Branchline process; default: none. */
  readonly cpuProfiles: string | null;
  readonly help: boolean;
}

export const USAGE = `npm run bench -- [options]
  --only A,B          only these measures
  --runs N            how often each thing is timed (3); the median counts
  --rows-scale X      size of the tables (1); 0.1 for a quick look
  --fleet-scale X     number of branches of a fleet (1); 0.1 for a quick look
  --layout L          schema (an exact mirror) or stamp (one table for all branches): schema
  --bin DIR           programs of another PostgreSQL for both servers, e.g. /usr/lib/postgresql/15/bin
  --cpu-profiles DIR  writes a CPU profile of each Branchline process`;

/** @throws Error for an unknown or invalid option */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      runs: { type: 'string', default: '3' },
      'rows-scale': { type: 'string', default: '1' },
      'fleet-scale': { type: 'string', default: '1' },
      layout: { type: 'string', default: 'schema' },
      bin: { type: 'string' },
      'cpu-profiles': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { layout } = values;
  if (layout !== 'schema' && layout !== 'stamp') throw new Error(`--layout ${layout}`);
  return {
    rowsScale: positive('--rows-scale', values['rows-scale']),
    fleetScale: positive('--fleet-scale', values['fleet-scale']),
    runs: Math.ceil(positive('--runs', values.runs)),
    only: values.only.split(',').filter((name) => name !== ''),
    layout,
    bin: values.bin ?? null,
    cpuProfiles: values['cpu-profiles'] ?? null,
    help: values.help,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new Error(`${name} ${text}`);
  return value;
}
