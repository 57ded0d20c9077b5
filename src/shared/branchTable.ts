/** Reads a table of branches as people keep it in a spreadsheet: CSV, or cells that were copied. */

/** The columns that are read; see docs/branches.md. */
export const BRANCH_COLUMNS = [
  'id',
  'label',
  'url',
  'host',
  'port',
  'database',
  'user',
  'password',
  'passwordEnv',
  'passfile',
  'sslmode',
  'sslrootcert',
  'schema',
  'tables',
  'exclude',
  'targetSchema',
  'enabled',
  'sshHost',
  'sshPort',
  'sshUser',
  'sshKeyFile',
] as const;
export type BranchColumn = (typeof BRANCH_COLUMNS)[number];

/** A line of the table. */
export interface BranchRow {
  /** In the text, from 1. A cell with line breaks makes the next row's number larger. */
  readonly line: number;
  /** Cells that are not empty. */
  readonly cells: Readonly<Partial<Record<BranchColumn, string>>>;
  /** Columns with something that a spreadsheet would run as a formula. */
  readonly formulas: readonly BranchColumn[];
}

export interface BranchTable {
  /** Null if the first line names no column that is known. */
  readonly columns: readonly BranchColumn[] | null;
  /** Heads that are not known, as they are written. */
  readonly unused: readonly string[];
  readonly rows: readonly BranchRow[];
}

/** Heads in English, Bahasa Indonesia and as other programs name them: lower case, letters and digits only. */
const HEADS: Readonly<Record<BranchColumn, readonly string[]>> = {
  id: ['id', 'kode', 'code', 'shortname', 'namapendek'],
  label: ['label', 'name', 'branch', 'nama', 'cabang', 'namacabang', 'nameofthebranch'],
  url: ['url', 'address', 'alamat', 'uri', 'dsn'],
  host: ['host', 'server', 'ip', 'hostname'],
  port: ['port'],
  database: ['database', 'db', 'dbname', 'basisdata'],
  user: ['user', 'username', 'pengguna', 'namapengguna', 'role'],
  password: ['password', 'katasandi', 'sandi'],
  passwordEnv: ['passwordenv', 'variable', 'variabel', 'variabellingkungan'],
  passfile: ['passfile', 'passwordfile', 'berkaskatasandi', 'berkassandi'],
  sslmode: ['sslmode', 'encryption', 'enkripsi'],
  sslrootcert: ['sslrootcert', 'ca'],
  schema: ['schema', 'skema'],
  tables: ['tables', 'tabel'],
  exclude: ['exclude', 'leaveout', 'kecuali', 'tidakdisalin'],
  targetSchema: ['targetschema', 'skemakantorpusat'],
  enabled: ['enabled', 'on', 'active', 'aktif'],
  sshHost: ['sshhost', 'sshserver', 'serverssh'],
  sshPort: ['sshport', 'portssh'],
  sshUser: ['sshuser', 'penggunassh'],
  sshKeyFile: ['sshkeyfile', 'berkaskuncissh'],
};

const COLUMN_OF = new Map(
  BRANCH_COLUMNS.flatMap((column) => HEADS[column].map((head) => [head, column] as const)),
);

/** Reads the text of a CSV file, or cells copied from a spreadsheet. Never throws. */
export function readBranchTable(text: string): BranchTable {
  // Excel writes `sep=;` so that it opens its own file, and a mark for UTF-8.
  const plain = text.replace(/^\ufeff/, '');
  const own = /^sep=(.)\r?\n/i.exec(plain);
  const skipped = own?.[0].length ?? 0;
  const body = plain.slice(skipped);
  const lines = readCells(body, own?.[1] ?? delimiterOf(body), own === null ? 1 : 2);
  const filled = lines.filter(({ cells }) => cells.some((cell) => cell !== ''));
  const [head, ...rest] = filled;
  const heads = head?.cells.map((cell) => COLUMN_OF.get(plainHead(cell)) ?? null) ?? [];
  // A name alone can be a branch's: two columns that are known make a head.
  if (heads.filter((one) => one !== null).length < 2) return { columns: null, unused: [], rows: [] };
  const unused = (head?.cells ?? []).filter((cell, index) => cell !== '' && heads[index] === null);
  const rows = rest.map(({ line, cells }): BranchRow => {
    const row: Partial<Record<BranchColumn, string>> = {};
    const formulas: BranchColumn[] = [];
    for (const [index, column] of heads.entries()) {
      const cell = cells[index] ?? '';
      if (column === null || cell === '') continue;
      const value = withoutTrick(cell, column);
      if (column !== 'password' && FORMULA.test(value)) formulas.push(column);
      row[column] = value;
    }
    return { line, cells: row, formulas };
  });
  const columns = BRANCH_COLUMNS.filter((one) => heads.includes(one));
  return { columns, unused, rows };
}

/** What spreadsheets run when the cell is opened. No name of a server, database or table begins so. */
const FORMULA = /^[=+\-@＝＋－＠]/;

/** `="0042"` and `'0042` are how people keep a spreadsheet from changing a number. A password is taken as it is. */
function withoutTrick(cell: string, column: BranchColumn): string {
  if (column === 'password') return cell;
  const kept = /^="(.*)"$/s.exec(cell)?.[1] ?? cell.replace(/^'/, '');
  // A whole number that a spreadsheet has shown with decimals.
  return column === 'port' || column === 'sshPort' ? kept.replace(/[.,]0+$/, '') : kept;
}

function plainHead(cell: string): string {
  return cell
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
}

/** The one that occurs most in the first line, outside of quotes. */
function delimiterOf(text: string): string {
  const [first = ''] = text.trimStart().split(/\r?\n/, 1);
  const outside = first.replaceAll(/"[^"]*"/g, '');
  const counts = ['\t', ';', ','].map((one) => [one, outside.split(one).length] as const);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

interface Line {
  readonly line: number;
  readonly cells: readonly string[];
}

/** RFC 4180, with any delimiter and line ending. A quote inside a cell that does not begin with one is a character. */
function readCells(text: string, delimiter: string, from: number): readonly Line[] {
  const lines: Line[] = [];
  let cells: string[] = [];
  let line = from;
  let begun = from;
  let at = 0;
  while (at <= text.length) {
    const quoted = text[at] === '"';
    let cell = '';
    if (quoted) {
      at += 1;
      const start = at;
      while (at < text.length && !(text[at] === '"' && text[at + 1] !== '"')) at += text[at] === '"' ? 2 : 1;
      cell = text.slice(start, at).replaceAll('""', '"');
      line += cell.split('\n').length - 1;
      at += 1;
    }
    const start = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1;
    cell += text.slice(start, at);
    cells.push(quoted ? cell : trimmed(cell));
    if (text[at] === delimiter && at < text.length) {
      at += 1;
      continue;
    }
    lines.push({ line: begun, cells });
    cells = [];
    at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
    line += 1;
    begun = line;
  }
  return lines;
}

/** Also without the spaces that copying from a web page brings. */
function trimmed(cell: string): string {
  return cell.replaceAll(/^[\s\u00a0\u200b]+|[\s\u00a0\u200b]+$/g, '');
}

/** Decodes a file as spreadsheets write it: UTF-8, UTF-16 with a byte order mark, or the encoding of Windows. */
export function decodeTable(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
