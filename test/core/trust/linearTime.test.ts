import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { renderFailedTables } from '../../../src/cli/render/batchView.ts';
import { holds } from '../../../src/core/catalogue/compat.ts';
import { plainType } from '../../../src/core/catalogue/shape.ts';
import { builtinSql, modifierSql, typeName } from '../../../src/core/catalogue/typeName.ts';
import { columnHash } from '../../../src/core/digest/columnHash.ts';
import { canDecode } from '../../../src/core/postgres/keyText.ts';
import { oneLine } from '../../../src/core/postgres/quote.ts';
import { functionsIn, serverMessage, withoutSecrets } from '../../../src/core/postgres/serverMessage.ts';
import { withoutPasswords } from '../../../src/core/secrets/passwordPlaces.ts';
import { refusedValue } from '../../../src/core/table/refusedValue.ts';
import { matchesTable, modelName, quotedName } from '../../../src/shared/naming.ts';
import { sqlName } from '../../../src/shared/printedCommands.ts';
import { visible } from '../../../src/shared/visible.ts';
import { lookOf, tableRow } from '../../cli/rows.ts';

/** From the first to the last of these, each twice as long as the one before. */
const SHORTEST = 16_384;
const LONGEST = Number(process.env.BRANCHLINE_SEARCH_LENGTH ?? 262_144);
/** Below this a time may be a pause of the machine; a quadratic search of the longest takes minutes. */
const NOISE_MS = 300;

/** Parts of which the worst texts for a search are made; each is repeated. */
const PARTS = [
  'a',
  'a.',
  ' ',
  '\n',
  ' \n',
  '\t\n ',
  '(',
  '(1',
  '((1,',
  ')',
  '()',
  '[]',
  '0',
  '"',
  '"a',
  "'",
  '://',
  'a://',
  'a://b:',
  'a://b:c',
  'password',
  'password ',
  'password=',
  "password='",
  'Key (',
  'COPY ',
  'COPY a, line 1, column a: "',
  'a(',
  '"".',
  'function a',
  '\\x',
  '0x1',
  '-',
  'ab',
];
/** What a text may begin and end with besides, so that a search nearly finds something. */
const AROUND = [
  ['', ''],
  ['', '!'],
  ['x(', '!'],
] as const;

const said = (fields: object): Error =>
  Object.assign(new pg.DatabaseError('no', 2, 'error'), { code: '22P02', severity: 'ERROR', ...fields });

/** Every function of ours that searches a text of a server's. */
const SEARCHES: Readonly<Record<string, (text: string) => unknown>> = {
  withoutPasswords,
  withoutSecrets,
  oneLine,
  visible,
  modelName,
  quotedName,
  sqlName,
  canDecode,
  renderFailedTables: (text) =>
    renderFailedTables([tableRow({ status: 'failed', error_message: text })], lookOf()),
  'holds, the wide type': (text) => holds(text, 'integer'),
  'holds, the narrow type': (text) => holds('numeric(10,2)', text),
  plainType: (text) => plainType({ type: text, own: null }),
  typeName: (text) => typeName({ type: text, own: null }),
  builtinSql,
  modifierSql,
  columnHash: (text) => columnHash(text, 'v', { notNull: true, seed: 1n } as never),
  'matchesTable, one star': (text) => matchesTable('a*b', text),
  'matchesTable, many stars': (text) => matchesTable('*a*ab*b*a*!', text),
  functionsIn: (text) => functionsIn(said({ where: text })),
  serverMessage: (text) => serverMessage(said({ detail: text, where: text, message: text })),
  refusedValue: (text) => refusedValue(said({ where: text }), ['a', 'b']),
};

describe('a search in a text of a server takes twice the time for twice the text', () => {
  test.each(Object.entries(SEARCHES))('%s', (_, search) => {
    for (const text of texts()) expect(slowerThanLinear(search, text)).toBeNull();
  });
});

function* texts(): Generator<(length: number) => string> {
  for (const part of PARTS)
    for (const [beginning, ending] of AROUND)
      yield (length) => `${beginning}${part.repeat(length / part.length)}${ending}`;
}

/** @returns null where it is linear; else what it did */
function slowerThanLinear(search: (text: string) => unknown, text: (length: number) => string) {
  let before = milliseconds(search, text(SHORTEST));
  for (let length = 2 * SHORTEST; length <= LONGEST; length *= 2) {
    let taken = milliseconds(search, text(length));
    // A pause of the machine is not taken for the search's own time.
    if (taken > NOISE_MS && taken > 3 * before)
      taken = Math.min(taken, milliseconds(search, text(length)), milliseconds(search, text(length)));
    if (taken > NOISE_MS && taken > 3 * before) return { text: text(40), length, taken, before };
    before = Math.max(taken, NOISE_MS / 3);
  }
  return null;
}

/** Of this thread's processor time: what else runs on the machine does not count. */
function milliseconds(search: (text: string) => unknown, text: string): number {
  const start = process.threadCpuUsage();
  try {
    search(text);
  } catch {
    // It refuses the text, which is an answer.
  }
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}
