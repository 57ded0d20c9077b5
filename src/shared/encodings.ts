// Apart from the settings' schema: the window lists these, and its content security policy forbids what zod does.

/** Single-byte encodings: a database that declares one accepts any bytes. */
export const SINGLE_BYTE_ENCODINGS = [
  ...([
    'LATIN1',
    'LATIN2',
    'LATIN3',
    'LATIN4',
    'LATIN5',
    'LATIN6',
    'LATIN7',
    'LATIN8',
    'LATIN9',
    'LATIN10',
  ] as const),
  ...([
    'WIN1250',
    'WIN1251',
    'WIN1252',
    'WIN1253',
    'WIN1254',
    'WIN1255',
    'WIN1256',
    'WIN1257',
    'WIN1258',
  ] as const),
  ...([
    'WIN866',
    'WIN874',
    'KOI8R',
    'KOI8U',
    'ISO_8859_5',
    'ISO_8859_6',
    'ISO_8859_7',
    'ISO_8859_8',
  ] as const),
] as const;

/**
 * Encodings that a branch's texts may be declared in. Other multi-byte encodings are excluded: PostgreSQL's
 * conversion does not restore the same bytes for every character, which keys need.
 */
export const TEXT_ENCODINGS = ['UTF8', ...SINGLE_BYTE_ENCODINGS] as const;
export type TextEncoding = (typeof TEXT_ENCODINGS)[number];
