import { setTimeout } from 'node:timers/promises';
import {
  type FakeClient,
  flood,
  nextStatement,
  type Script,
  startUp,
  WELCOME,
  welcome,
} from './fakePostgres.ts';
import {
  AUTHENTICATED,
  authentication,
  CLEARTEXT,
  complete,
  copyOut,
  cstring,
  description,
  error,
  int16,
  int32,
  keyData,
  message,
  notice,
  parameter,
  ready,
  row,
} from './fakePostgresMessages.ts';

/** Servers that do not do what the protocol says, by what they do, with the code of the failure that it is. */
export type Hostile = readonly [name: string, script: Script, code: string];

const GB = 1024 ** 3;

/** Sends these bytes and waits for the client to hang up; it is no hanging up of ours that ends the connection. */
const says =
  (...parts: readonly Uint8Array[]): Script =>
  async (client) => {
    await startUp(client);
    await client.send(...parts);
    await client.until();
  };

/** The same in the place of an answer to the first statement of an open session. */
const answers =
  (...parts: readonly Uint8Array[]): Script =>
  async (client) => {
    await welcome(client);
    await nextStatement(client);
    await client.send(...parts);
    await client.until();
  };

const floods =
  (
    open: (client: FakeClient) => Promise<void>,
    part: Uint8Array,
    first: Uint8Array = Buffer.alloc(0),
  ): Script =>
  async (client) => {
    await open(client);
    await client.send(first);
    await flood(client, part);
  };

const asked = async (client: FakeClient): Promise<void> => {
  await welcome(client);
  await nextStatement(client);
};

const ENDLESS_ERROR = message('E', Buffer.concat([cstring('SERROR'), cstring('C42501'), cstring('Mno')]));
const scram = authentication(10, Buffer.concat([cstring('SCRAM-SHA-256'), Buffer.from([0])]));

/** Before anybody has signed in. */
export const AT_SIGN_IN: readonly Hostile[] = [
  ['asks for Kerberos', says(authentication(2)), 'sign_in_method'],
  ['asks for GSSAPI', says(authentication(7)), 'sign_in_method'],
  ['asks for SSPI', says(authentication(9)), 'sign_in_method'],
  ['asks for a sign-in that nobody knows', says(authentication(4711)), 'sign_in_method'],
  ['asks for a sign-in with a negative code', says(authentication(-1)), 'sign_in_method'],
  ['asks for a sign-in of two bytes', says(message('R', int16(0))), 'connection_lost'],
  ['asks for MD5 without salt', says(authentication(5)), 'connection_lost'],
  [
    'offers SCRAM by names alone that nobody knows',
    says(authentication(10, cstring('X'.repeat(60)))),
    'central_sign_in',
  ],
  ['goes on with SCRAM that nobody has begun', says(authentication(11, cstring('r=x'))), 'connection_lost'],
  [
    'answers SCRAM with nonsense',
    says(scram, authentication(11, Buffer.from('nonsense'))),
    'central_sign_in',
  ],
  [
    'answers SCRAM with a billion rounds',
    says(scram, authentication(11, Buffer.from('r=x,s=eA==,i=1000000000'))),
    'central_sign_in',
  ],
  ['signs in without the proof of SCRAM', says(scram, AUTHENTICATED, WELCOME), 'connection_lost'],
  ['asks for a password in clear text', says(CLEARTEXT), 'cleartext_refused'],
  ['speaks HTTP', says(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')), 'not_postgres'],
  ['speaks SSH', says(Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')), 'not_postgres'],
  ['sends zeros', says(Buffer.alloc(100)), 'not_postgres'],
  ['announces 2 GB', says(message('R', int32(0), 2 * GB)), 'not_postgres'],
  ['announces a negative length', says(message('R', int32(0), -5)), 'not_postgres'],
  ['announces a length of 0', says(message('R', int32(0), 0)), 'not_postgres'],
  [
    'announces 2 GB of a setting',
    says(AUTHENTICATED, message('S', cstring('a'), 2 * GB)),
    'answer_too_large',
  ],
  [
    'has no process left, as before protocol 3',
    says(Buffer.from('Efork failed: sorry\n\0')),
    'server_overloaded',
  ],
  ['never ends an error', says(ENDLESS_ERROR), 'connection_lost'],
  ['sends an empty error', says(message('E')), 'connection_lost'],
  ['sends rows instead of asking who is there', says(description('a'), row('1')), 'not_postgres'],
  ['is ready before anybody has signed in', says(ready()), 'not_postgres'],
  ['sends rows as soon as it lets in', says(AUTHENTICATED, row('1')), 'connection_lost'],
  ['has a setting without an end', says(AUTHENTICATED, message('S', Buffer.from('a'))), 'connection_lost'],
  ['has a key of one byte', says(AUTHENTICATED, message('K', Buffer.from([1]))), 'connection_lost'],
  ['has no state when it is ready', says(AUTHENTICATED, message('Z')), 'connection_lost'],
  ['has a state that nobody knows', says(AUTHENTICATED, ready('?')), 'connection_lost'],
  ['negotiates another protocol', says(message('v', Buffer.concat([int32(3), int32(0)]))), 'not_postgres'],
  ['hangs up in a message', hangsUp(message('R', int32(0)).subarray(0, 6)), 'connection_lost'],
  ['hangs up at once', hangsUp(Buffer.alloc(0)), 'connection_lost'],
  [
    'sends endless settings',
    floods(startUp, parameter('a', 'b'.repeat(1000)), AUTHENTICATED),
    'answer_too_large',
  ],
  ['sends endless notices', floods(startUp, notice('n'.repeat(1000))), 'answer_too_large'],
  ['sends endless keys', floods(startUp, keyData(1), AUTHENTICATED), 'answer_too_large'],
];

/** In the place of an answer. */
export const IN_AN_ANSWER: readonly Hostile[] = [
  ['has a message type that nobody knows', answers(message('~')), 'connection_lost'],
  ['describes −1 columns', answers(message('T', int16(-1))), 'connection_lost'],
  ['describes 32,767 columns', answers(message('T', int16(32767))), 'connection_lost'],
  [
    'describes a column without a name',
    answers(message('T', Buffer.concat([int16(1), Buffer.from('a')]))),
    'connection_lost',
  ],
  ['sends a row of −1 columns', answers(description('a'), message('D', int16(-1))), 'connection_lost'],
  [
    'sends a row with more columns than described',
    answers(description('a'), row('1', '2')),
    'connection_lost',
  ],
  [
    'sends a row with fewer columns than described',
    answers(description('a', 'b'), row('1')),
    'connection_lost',
  ],
  ['sends a row that nobody has described', answers(row('1')), 'connection_lost'],
  [
    'sends a value of −2 bytes',
    answers(description('a'), message('D', Buffer.concat([int16(1), int32(-2)]))),
    'connection_lost',
  ],
  [
    'sends a value that is longer than its row',
    answers(description('a'), message('D', Buffer.concat([int16(1), int32(100), Buffer.from('x')]))),
    'connection_lost',
  ],
  [
    'announces a value of 2 GB',
    answers(description('a'), message('D', Buffer.alloc(9), 2 * GB)),
    'answer_too_large',
  ],
  [
    'announces a value of 900 MB',
    answers(description('a'), message('D', Buffer.alloc(9), 900_000_000)),
    'answer_too_large',
  ],
  ['announces a negative length', answers(message('D', Buffer.alloc(9), -1)), 'answer_too_large'],
  ['announces an error of 1 GB', answers(message('E', cstring('SERROR'), GB)), 'connection_lost'],
  ['announces a notice of 1 GB', answers(message('N', cstring('SERROR'), GB)), 'connection_lost'],
  ['never ends an error', answers(ENDLESS_ERROR), 'connection_lost'],
  [
    'tells an impossible count of rows',
    answers(complete(`SELECT ${'9'.repeat(40)}`), ready()),
    'connection_lost',
  ],
  ['tells a command that is none', answers(complete('\u001b]0;x\u0007'), ready()), 'connection_lost'],
  ['asks for a password in the middle', answers(CLEARTEXT), 'connection_lost'],
  ['offers a new key in the middle', answers(keyData(1)), 'connection_lost'],
  [
    'sends rows of a COPY that nobody asked for',
    answers(message('d', Buffer.from('1\n'))),
    'connection_lost',
  ],
  ['begins a COPY of −1 columns', answers(copyOut(-1)), 'connection_lost'],
  [
    'ends in a message',
    async (client) => {
      await asked(client);
      await client.send(description('a').subarray(0, 9));
    },
    'connection_lost',
  ],
  ['sends endless rows', floods(asked, row('x'), description('a')), 'answer_too_large'],
  [
    'sends endless rows of 100 kB',
    floods(asked, row('x'.repeat(100_000)), description('a')),
    'answer_too_large',
  ],
  ['sends endless rows without a column', floods(asked, row(), description()), 'answer_too_large'],
  ['sends endless descriptions', floods(asked, description('a')), 'answer_too_large'],
  ['sends endless results', floods(asked, complete('SELECT 0')), 'answer_too_large'],
  [
    'drips',
    async (client) => {
      await asked(client);
      for (const byte of Buffer.concat([description('a'), row('x'.repeat(1000))])) {
        await client.send(Buffer.from([byte]));
        await setTimeout(20);
      }
    },
    'connection_frozen',
  ],
  ['sends nothing', answers(), 'connection_frozen'],
];

/** Answers that are right, however odd: the session goes on. */
export const ODD_BUT_RIGHT: readonly (readonly [name: string, script: Script])[] = [
  [
    'names columns in bytes that are no UTF-8',
    oddly(
      message('T', Buffer.concat([int16(1), Buffer.from([0xff, 0xfe, 0]), description('').subarray(8)])),
      row('1'),
    ),
  ],
  ['names a column __proto__', oddly(description('__proto__'), row('1'))],
  [
    'sends an error field that nobody knows',
    oddly(error({ S: 'WARNING', C: '01000', M: 'x', '~': 'y' }, 'N'), description('a'), row('1')),
  ],
  ['tells a wrong count of rows', oddly(description('a'), row('1'), row('2'))],
];

function oddly(...parts: readonly Uint8Array[]): Script {
  return async (client) => {
    await welcome(client);
    for (;;) {
      await nextStatement(client);
      await client.send(...parts, complete('SELECT 7'), ready());
    }
  };
}

function hangsUp(first: Uint8Array): Script {
  return async (client) => {
    await startUp(client);
    await client.send(first);
  };
}
