import { HIDE_NOTHING, type Hide } from './hidePassword.ts';
import { LONGEST_NAME } from './readJson.ts';

/**
 * Kept bytes of a text field: twice what a message shows (`serverMessage.ts`), also in a script with two
 * bytes per letter.
 */
const LONGEST_TEXT = 8_000;

/** Message, detail, hint, statement, and the context, which lists one function per line. */
const TEXTS = codesOf('MDHqW');
/** Schema, table, column, data type, constraint and routine. */
const NAMES = codesOf('stcdnR');

const CUT = '…';
const [BLANK, LINE_BREAK] = [0x20, 0x0a];

/**
 * The body of a valid ErrorResponse or NoticeResponse with passwords hidden and each field shortened: a
 * server may send megabytes, which would go into journal, logs and terminal for each table and attempt.
 *
 * @returns the same buffer if nothing has to be changed
 */
export function safeFields(body: Buffer, hide: Hide): Buffer {
  const parts: Buffer[] = [];
  let changed = false;
  for (let at = 0; at < body.length && body[at] !== 0; ) {
    const end = body.indexOf(0, at + 1);
    const field = body.subarray(at, end + 1);
    const safe = safeField(field, hide);
    if (safe !== field) changed = true;
    parts.push(safe);
    at = end + 1;
  }
  return changed ? Buffer.concat([...parts, Buffer.from([0])]) : body;
}

/** @param field its code, its text and a zero byte */
function safeField(field: Buffer, hide: Hide): Buffer {
  const code = field[0] ?? 0;
  // Severity, SQLSTATE, positions and line numbers are not free text and contain no passwords.
  const isText = TEXTS.has(code) || NAMES.has(code);
  const whole = field.subarray(1, field.length - 1);
  // Hidden before shortening: half a password would not be found.
  const hidden = isText && hide !== HIDE_NOTHING ? hiddenIn(whole, hide) : whole;
  const kept = TEXTS.has(code) ? cutText(hidden) : cutName(hidden);
  if (kept === whole) return field;
  return Buffer.concat([field.subarray(0, 1), kept, Buffer.from([0])]);
}

function hiddenIn(bytes: Buffer, hide: Hide): Buffer {
  const text = bytes.toString('utf8');
  const hidden = hide(text);
  return hidden === text ? bytes : Buffer.from(hidden);
}

/** Cuts before a word: the start of an address with a password in it would not be recognised as one. */
function cutText(bytes: Buffer): Buffer {
  if (bytes.length <= LONGEST_TEXT) return bytes;
  const start = bytes.subarray(0, LONGEST_TEXT);
  const end = Math.max(start.lastIndexOf(BLANK), start.lastIndexOf(LINE_BREAK));
  return Buffer.concat([start.subarray(0, end + 1), Buffer.from(CUT)]);
}

function cutName(bytes: Buffer): Buffer {
  if (bytes.length <= LONGEST_NAME) return bytes;
  let end = LONGEST_NAME;
  // Not inside a UTF-8 character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return Buffer.concat([bytes.subarray(0, end), Buffer.from(CUT)]);
}

function codesOf(letters: string): ReadonlySet<number> {
  return new Set([...letters].map((one) => one.charCodeAt(0)));
}
