import type { Colors } from 'picocolors/types.js';
import type { DoctorState } from '../../shared/doctor.ts';
import type { BatchStatus, TableStatus } from '../../shared/status.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import type { VerifyResult } from '../../shared/verify.ts';
import type { Cell } from './columns.ts';

interface Mark {
  readonly unicode: string;
  readonly ascii: string;
  readonly color: 'green' | 'red' | 'cyan' | 'yellow' | 'dim';
}

const DONE: Mark = { unicode: '✓', ascii: '+', color: 'green' };
const FAILED: Mark = { unicode: '✗', ascii: 'x', color: 'red' };
const RUNNING: Mark = { unicode: '●', ascii: '*', color: 'cyan' };
const WAITING: Mark = { unicode: '○', ascii: 'o', color: 'dim' };
const STOPPED: Mark = { unicode: '◐', ascii: '!', color: 'yellow' };

const BATCH: Readonly<Record<BatchStatus, Mark>> = {
  running: RUNNING,
  completed: DONE,
  failed: FAILED,
  interrupted: STOPPED,
};

const TABLE: Readonly<Record<TableStatus, Mark>> = {
  pending: WAITING,
  in_progress: RUNNING,
  completed: DONE,
  failed: FAILED,
  skipped: DONE,
};

const VERIFY: Readonly<Record<VerifyResult, Mark>> = {
  equal: DONE,
  repaired: DONE,
  behind: STOPPED,
  differs: FAILED,
  not_compared: WAITING,
  failed: FAILED,
};

/** Symbol and word: colour alone would be lost in a log file and to colour-blind people. */
export function batchMark(status: BatchStatus, look: Look): Cell {
  return cell(BATCH[status], look.t(`words.batch.${status}`), look);
}

/** A table still in progress in a batch that has ended was cut off, and must not look as if it were running. */
export function tableMark(status: TableStatus, look: Look, batch: BatchStatus = 'running'): Cell {
  const cutOff = status === 'in_progress' && batch !== 'running';
  return cutOff
    ? cell(STOPPED, look.t('words.batch.interrupted'), look)
    : cell(TABLE[status], look.t(`words.table.${status}`), look);
}

export function verifyMark(result: VerifyResult, look: Look): Cell {
  return cell(VERIFY[result], look.t(`words.verify.${result}`), look);
}

/** A branch's state as head office sees it: 0 fine, 1 warning, 2 critical, 3 unknown. */
export function severityMark(severity: number, word: string, look: Look): Cell {
  return cell([DONE, STOPPED, FAILED][severity] ?? WAITING, word, look);
}

const DOCTOR: Readonly<Record<DoctorState, Mark>> = {
  ok: DONE,
  note: { unicode: '·', ascii: '-', color: 'cyan' },
  unknown: WAITING,
  warning: STOPPED,
  problem: FAILED,
};

/** A check of the doctor; without a word, the symbol alone. */
export function stateMark(state: DoctorState, word: string, look: Look): Cell {
  const marked = cell(DOCTOR[state], word, look);
  return { ...marked, text: marked.text.trimEnd() };
}

/** The symbol of a step: passed, passed with a warning, or failed. */
export function stepMark(state: 'ok' | 'warning' | 'failed', look: Look): string {
  const mark = { ok: DONE, warning: STOPPED, failed: FAILED }[state];
  return look.colors[mark.color](look.unicode ? mark.unicode : mark.ascii);
}

/** A cell as coloured text, outside of a table. */
export function painted(one: Cell): string {
  return one.paint ? one.paint(one.text) : one.text;
}

function cell(mark: Mark, word: string, look: Look): Cell {
  return { text: `${look.unicode ? mark.unicode : mark.ascii} ${word}`, paint: look.colors[mark.color] };
}

/** Everything that rendering depends on besides the data. */
export interface Look {
  readonly t: Translate;
  readonly colors: Colors;
  /** Whether symbols and bars may use non-ASCII characters. */
  readonly unicode: boolean;
  /** Maximum width in columns; Infinity in a pipe, where nothing may be cut. */
  readonly width: number;
}
