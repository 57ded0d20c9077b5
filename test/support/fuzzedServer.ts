import { type FakeClient, nextStatement, type Script, startUp, WELCOME } from './fakePostgres.ts';
import {
  AUTHENTICATED,
  authentication,
  complete,
  copyOut,
  description,
  error,
  message,
  notice,
  parameter,
  ready,
  row,
} from './fakePostgresMessages.ts';

/** Gives [0, 1). */
export type Random = () => number;

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const upTo = (random: Random, most: number): number => Math.floor(random() * (most + 1));

/** Values that programs trip over: numbers out of range, broken JSON, escapes, names of properties. */
const VALUES: readonly (string | null)[] = [
  null,
  '',
  '0',
  '-1',
  't',
  'f',
  'on',
  'NaN',
  '9'.repeat(30),
  '1e400',
  '180001',
  '{',
  '[]',
  '{"__proto__":{"a":1}}',
  '['.repeat(5000),
  '[[1,2],null,"x"]',
  '\u001b]0;owned\u0007',
  '\u202etxt.exe',
  "'; DROP TABLE x; --",
  'a\nb\r\tc',
  '"',
  '\ud800',
  'x'.repeat(5000),
  '2026-13-45 99:99:99',
  'infinity',
];

/** A row for each statement, with a column for each name that it gives one; what is in it is anything. */
function anyAnswer(random: Random, statement: string): Buffer {
  if (/^\s*COPY/i.test(statement)) return anyCopy(random);
  const names = [...statement.matchAll(/\bAS "?([a-z_]\w*)"?/gi)].map((match) => match[1] ?? '');
  const columns = [...new Set([...names, 'a', 'set'])].slice(0, 200);
  const rows = Array.from({ length: upTo(random, 3) }, () => row(...columns.map(() => pick(random, VALUES))));
  return Buffer.concat([
    description(...columns),
    ...rows,
    complete(`SELECT ${upTo(random, 5)}`),
    ready(pick(random, ['I', 'T', 'E'])),
  ]);
}

function anyCopy(random: Random): Buffer {
  const rows = Array.from({ length: upTo(random, 5) }, () =>
    message('d', Buffer.from(`${pick(random, VALUES) ?? '\\N'}\n`)),
  );
  const told = random() < 0.8 ? rows.length : upTo(random, 5);
  return Buffer.concat([copyOut(1), ...rows, message('c'), complete(`COPY ${told}`), ready()]);
}

/** Messages that have no place in an answer, or not this one. */
function anyMessage(random: Random): Buffer {
  const bytes = Buffer.from(Array.from({ length: upTo(random, 40) }, () => upTo(random, 255)));
  return pick<() => Buffer>(random, [
    () => message(String.fromCharCode(upTo(random, 255)), bytes),
    () => message(pick(random, [...'RSKZCDTEHGNAct123Ins']), bytes),
    () => message(pick(random, [...'RSKZCDTEHGNAct123Ins']), bytes, upTo(random, 0xffffffff)),
    () => authentication(upTo(random, 15), bytes),
    () =>
      error({
        S: 'ERROR',
        C: pick(random, ['42501', '57014', '', 'XXXXX', '0A000']),
        M: bytes.toString('latin1').replaceAll('\0', ''),
      }),
    () => notice(pick(random, VALUES) ?? ''),
    () => parameter('server_version', pick(random, VALUES) ?? ''),
    () => bytes,
    () => ready(),
  ])();
}

/** Bytes as they might arrive: flipped, cut, doubled, or with others in between. */
function anyHarm(random: Random, bytes: Buffer): Buffer {
  const harm = random();
  const at = upTo(random, Math.max(0, bytes.length - 1));
  if (harm < 0.5 || bytes.length === 0) return bytes;
  if (harm < 0.65) {
    const copy = Buffer.from(bytes);
    copy[at] = upTo(random, 255);
    return copy;
  }
  if (harm < 0.75) return bytes.subarray(0, at);
  if (harm < 0.85) return Buffer.concat([bytes.subarray(0, at), anyMessage(random), bytes.subarray(at)]);
  if (harm < 0.95) return Buffer.concat([bytes, anyMessage(random)]);
  return Buffer.concat([bytes.subarray(at), bytes.subarray(0, at)]);
}

/**
 * A server that says something else each time, by its generator: right answers, right messages with wrong contents,
 * wrong bytes. It hangs up by itself in the end, so that no client has to wait for its time limit.
 */
export function fuzzedServer(random: Random): Script {
  return async (client) => {
    await startUp(client);
    const statements = 1 + upTo(random, 11);
    if (!(await sends(client, random, Buffer.concat([AUTHENTICATED, WELCOME]), 0.3))) return;
    for (let i = 0; i < statements; i++) {
      const statement = await nextStatement(client);
      // The first answer says whether this is a pooler: most go on only where it is not.
      const right = i === 0 && random() < 0.9;
      const answer = right
        ? Buffer.concat([description('set'), row('5'), complete('SELECT 1'), ready()])
        : anyAnswer(random, statement);
      if (!(await sends(client, random, answer, right ? 0 : 0.3))) return;
    }
  };
}

/** @returns whether the server goes on */
async function sends(client: FakeClient, random: Random, answer: Buffer, harmed = 0.5): Promise<boolean> {
  const bytes = random() < harmed ? anyHarm(random, answer) : answer;
  // Now and then in two pieces.
  const cut = random() < 0.2 ? upTo(random, bytes.length) : bytes.length;
  await client.send(bytes.subarray(0, cut));
  if (cut < bytes.length) await new Promise((resolve) => setImmediate(resolve));
  await client.send(bytes.subarray(cut));
  return random() > 0.02 && bytes === answer;
}
