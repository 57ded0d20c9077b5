/** The three ways in which head office keeps a branch's rows. */
export const LAYOUTS = ['schema', 'stamp', 'merge'] as const;
export type CorpusLayout = (typeof LAYOUTS)[number];

/** What happens in a story, in this order. */
export const STAGES = [
  'first load',
  'changes',
  'deletes',
  'schema change',
  'nothing new',
  'killed and resumed',
  'verify',
] as const;
export type Stage = (typeof STAGES)[number];

/** Whether a stage comes after the schema has changed. */
export function isAfterSchemaChange(stage: Stage): boolean {
  return STAGES.indexOf(stage) >= STAGES.indexOf('schema change');
}

/** Which server a story is told on: major versions of branch and head office. */
export interface Route {
  readonly from: number;
  readonly to: number;
}

/** One schema of a branch at a time: most databases have one, some have the same names in several. */
export interface CorpusConnection {
  readonly id: string;
  readonly schema: string;
  /** Entries of the settings' `tables`; everything where absent. */
  readonly tables?: readonly (string | Readonly<Record<string, unknown>>)[];
}

/**
 * A made-up schema in the shape of a kind of program that branches run, and what happens to it. Statements run one
 * by one as the database's owner, so that a failing one is named.
 */
export interface CorpusSchema {
  readonly name: string;
  /** The oldest branch server that knows such a schema. */
  readonly since?: number;
  /** Set for the branch's database, as its program's installer does. */
  readonly searchPath?: string;
  /** Extensions at both ends. */
  readonly extensions?: readonly string[];
  readonly connections: readonly CorpusConnection[];
  readonly setUp: readonly string[];
  /** Run against head office before the first load. */
  readonly setUpCentral?: readonly string[];
  readonly changes: readonly string[];
  readonly deletes: readonly string[];
  readonly schemaChange: readonly string[];
  /** Changes of the last stage, in whose middle the program is killed. */
  readonly whileCut: readonly string[];
  /** Tables that cannot be copied this way, as `connection/table`, with the code of their failure. */
  refused?(layout: CorpusLayout, stage: Stage): Readonly<Record<string, string>>;
  /** Views among the tables: their contents are compared as the role's user sees them. */
  readonly views?: readonly string[];
}
