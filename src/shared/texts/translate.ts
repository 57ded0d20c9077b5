import { createInstance } from 'i18next';
import { asksForDeletes, type ErrorParams, FailureCode, type UsageCode } from '../errors.ts';
import { formatCount, formatDateTime } from '../format.ts';
import { folderWord, sqlName, sqlQualified, tablesWord } from '../printedCommands.ts';
import { BatchTrigger } from '../status.ts';
import { visible, visibleLines } from '../visible.ts';
import { CATALOGUES } from './catalogues.ts';
import type { ParamsOf, TextKey } from './keys.ts';
import type { Language } from './language.ts';

/** A failure as the journal or an event has it. */
export interface FailureToExplain {
  readonly code: FailureCode;
  readonly params: ErrorParams;
}

/** What failed, for a branch person. */
export interface FailureTexts {
  readonly sentence: string;
  readonly next: string;
}

/** Why something cannot be done as asked. `hint` names the nearest right name, where there is one. */
export interface UsageTexts {
  readonly what: string;
  readonly hint: string | null;
  readonly means: string;
  readonly next: string;
}

/** Says things in one language. */
export interface Translate {
  <K extends TextKey>(key: K, ...params: ParamsOf<K>): string;
  readonly language: Language;
  /** A value that the failure does not have reads as "?". */
  failure(failure: FailureToExplain): FailureTexts;
  /** The SQL that a failure's next step offers; empty where it offers none. */
  sqlOf(failure: FailureToExplain): string;
  usage(code: UsageCode, params: ErrorParams): UsageTexts;
}

const RESOURCES = Object.fromEntries(
  Object.entries(CATALOGUES).map(([language, translation]) => [language, { translation }]),
);

/**
 * A translator that stands alone: no global instance, so that two languages can be spoken in one
 * process (the tray's and a test's, or one agent with two readers).
 */
export function createTranslator(language: Language): Translate {
  const catalogues = createInstance();
  void catalogues.init({
    lng: language,
    fallbackLng: 'en',
    resources: RESOURCES,
    // Everything is in memory, and the first text is asked for in the next line.
    initAsync: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    // An old failure may lack a value that today's sentence names; it must not show as {{host}}.
    missingInterpolationHandler: () => '?',
  });

  const say = (key: string, params: ErrorParams): string => catalogues.t(key, shown(params));
  const translate = <K extends TextKey>(key: K, ...params: ParamsOf<K>): string => say(key, params[0] ?? {});
  const readable = (params: ErrorParams): ErrorParams =>
    Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, readableValue(name, value, translate, language)]),
    );
  return Object.assign(translate, {
    language,
    sqlOf,
    failure: ({ code, params }: FailureToExplain): FailureTexts => {
      const values = {
        ...logOf(code, say),
        ...readable(params),
        ...tableOf(params),
        server: serverOf(params, say),
        endpoint: endpointOf(params),
        sql: sqlOf({ code, params }),
        command: deletesCommand({ code, params }, say),
      };
      return { sentence: say(`failure.${code}.sentence`, values), next: say(`failure.${code}.next`, values) };
    },
    usage: (code: UsageCode, params: ErrorParams): UsageTexts => {
      const values = { ...readable(params), ...folderOf(params) };
      return {
        what: say(`usage.${code}.what`, values),
        hint: params.nearest === undefined ? null : say('words.nearest', values),
        means: say(`usage.${code}.means`, values),
        next: say(`usage.${code}.next`, values),
      };
    },
  });
}

/** Values that are texts of several lines: SQL to copy, a list of problems, what was said by us already. */
const OF_SEVERAL_LINES = new Set(['sql', 'problems', 'sentence', 'next', 'text']);

/** Names, messages and the like are somebody else's: none may do anything to the line that it stands in. */
function shown(params: ErrorParams): ErrorParams {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value];
      return [name, OF_SEVERAL_LINES.has(name) ? visibleLines(value) : visible(value)];
    }),
  );
}

/** Errors carry codes, ISO times and bare numbers; a port stays as it is, a count gets its separators. */
function readableValue(
  name: string,
  value: string | number,
  t: (key: TriggerKey) => string,
  language: Language,
): string | number {
  if (name === 'face' && isTrigger(value)) return t(`words.trigger.${value}`);
  if (name === 'since' && !Number.isNaN(Date.parse(String(value))))
    return formatDateTime(String(value), language);
  if ((name === 'rows' || name === 'deletes' || name === 'gone') && typeof value === 'number')
    return formatCount(value, language);
  return value;
}

/** A table is named with its schema where the failure knows it; in `count` tables it is words already. */
function tableOf({ schema, table, count }: ErrorParams): ErrorParams {
  if (table === undefined) return {};
  return { table: schema === undefined || count !== undefined ? table : `${schema}.${table}` };
}

/** Rights that a table needs where its failure, in an older journal, does not bring the statement. */
const RIGHTS: Partial<Readonly<Record<FailureCode, string>>> = {
  source_permission: 'SELECT',
  central_permission: 'SELECT, INSERT, UPDATE, DELETE',
};

function sqlOf({ code, params }: FailureToExplain): string {
  const { sql, schema, table, user } = params;
  if (sql !== undefined) return String(sql);
  const rights = RIGHTS[code];
  if (rights === undefined || table === undefined || user === undefined) return '';
  const name = schema === undefined ? sqlName(String(table)) : sqlQualified(String(schema), String(table));
  return `GRANT ${rights} ON ${name} TO ${sqlName(String(user))};`;
}

/**
 * The command that lets the deletes of some tables pass. The tables of a group come as `tables`, ready to be typed;
 * empty where they cannot be.
 */
function deletesCommand(
  { code, params }: FailureToExplain,
  say: (key: string, params: ErrorParams) => string,
): string {
  if (!asksForDeletes(code)) return '';
  const tables = params.tables ?? tablesWord([String(params.name ?? params.table ?? '')]) ?? '';
  if (tables === '') return say('words.noCommand', {});
  return `branchline sync-all --connection ${params.connection ?? 'ID'} --tables ${tables} --allow-deletes`;
}

/** A folder as it is typed in the commands of a next step. */
function folderOf({ folder }: ErrorParams): ErrorParams {
  return folder === undefined ? {} : { folderWord: folderWord(String(folder)) };
}

/** A failure of an older journal does not say which file has the details. */
function logOf(code: FailureCode, say: (key: string, params: ErrorParams) => string): ErrorParams {
  return code === FailureCode.Internal ? { file: say('words.logFile', {}) } : {};
}

/** Which database a failure speaks of; one of an older journal does not say. */
function serverOf(params: ErrorParams, say: (key: string, params: ErrorParams) => string): string {
  const known = params.side === 'source' || params.side === 'central';
  return say(`words.server.${known ? params.side : 'unknown'}`, params);
}

/** What the settings and the command line call that database. */
function endpointOf({ side, connection }: ErrorParams): string | number {
  return side === 'central' ? 'central' : (connection ?? 'ID');
}

type TriggerKey = `words.trigger.${BatchTrigger}`;

function isTrigger(value: string | number): value is BatchTrigger {
  return Object.values<string | number>(BatchTrigger).includes(value);
}
