import fc from 'fast-check';
import { CALL_NAMES, type CallName } from '../../src/window-api/windowApi.ts';
import { hostileValue, mutated, SECRET } from './hostileValues.ts';

export const SEED = Number(process.env.BRANCHLINE_FUZZ_SEED ?? Date.now() % 1_000_000);

const TABLE = { connection: 'pgsql_lmp', table: 'c_invoice' };
/** Nobody listens there, so that a draft that happens to be right is soon refused. */
const NOWHERE = { host: '127.0.0.1', port: 1, database: 'x', user: 'y', connectTimeoutSeconds: 1 };
const DRAFT = { kind: 'source', connection: { id: 'pgsql_lmp', ...NOWHERE } };

/** Settings of the folder that is called on; FUZZ_PASSWORD is to be {@link SECRET}. */
export const FUZZED_SETTINGS = {
  central: { ...NOWHERE, password: `${'$'}{FUZZ_PASSWORD}` },
  connections: [DRAFT.connection],
};

/** Right arguments, to be mutated: wrong ones of any other kind end at the first check. */
const RIGHT: Partial<Record<CallName, readonly unknown[]>> = {
  history: [{ status: 'failed', text: 'x', day: '2026-01-01' }, 0, 20],
  days: [30],
  period: ['2026-11-01', '2026-11-30'],
  batch: ['sync_20251108_143052_aB3dEf9h'],
  tableRuns: ['pgsql_lmp', 'c_invoice', 10],
  recentRuns: [[TABLE], 30],
  previewPlan: [{ crons: ['30 8 * * *'], timezone: 'Asia/Jakarta', id: 'daily', jitterSeconds: 300 }],
  runNow: [{ connections: ['pgsql_lmp'], tables: ['c_invoice'], allowDeletes: false }],
  resume: ['sync_20251108_143052_aB3dEf9h', { tables: [TABLE] }],
  verify: [{ only: [TABLE], repair: true }],
  answerCopy: ['new', 'sync_20251108_143052_aB3dEf9h'],
  pause: ['2026-01-01T00:00:00Z'],
  prune: [true],
  testConnection: [DRAFT, SECRET],
  discover: [DRAFT, SECRET],
  saveSettings: [FUZZED_SETTINGS, null],
  checkImport: [JSON.stringify(FUZZED_SETTINGS)],
  setStartAtLogin: [true],
  choosePath: ['folder'],
  exportToDisk: [
    { connection: 'pgsql_lmp', to: { folder: '/nowhere/at/all', name: 'x.export' }, passphrase: SECRET },
  ],
  importFromDisk: [{ from: { file: '/nowhere/at/all.export' }, passphrase: SECRET }],
};

/** A call of the window with arguments that are right, nearly right or not at all. */
export const fuzzedCall: fc.Arbitrary<readonly [CallName, unknown]> = fc
  // It asks the keychain in a process of its own each time.
  .constantFrom(...CALL_NAMES.filter((call) => call !== 'setPassword'))
  .chain((call) =>
    fc.tuple(
      fc.constant(call),
      fc.oneof(
        { arbitrary: mutated(RIGHT[call] ?? []), weight: 4 },
        { arbitrary: hostileValue, weight: 1 },
        // A call without arguments has nothing to mutate: any argument is refused at once.
        { arbitrary: fc.constant(RIGHT[call] ?? []), weight: call in RIGHT ? 1 : 8 },
      ),
    ),
  );

/** Whether a text shows where in the program something went wrong. */
export const STACK = /\bat \S+ \(|node_modules|\.ts:\d/;

/** A name that was asked for comes back in some refusals; a password that is beside it never does. */
export function mayRepeat(call: CallName, args: unknown): boolean {
  return JSON.stringify(withoutSecrets(call, args)).includes(SECRET);
}

/** Without a replacer of JSON, which a value that is nested deeply overflows. */
function withoutSecrets(call: CallName, args: unknown): unknown {
  if (!Array.isArray(args)) return args;
  switch (call) {
    case 'testConnection':
    case 'discover':
      return args.slice(0, 1);
    case 'exportToDisk':
    case 'importFromDisk':
      return args.map((one) =>
        typeof one === 'object' && one !== null ? { ...one, passphrase: null } : one,
      );
    default:
      return args;
  }
}
