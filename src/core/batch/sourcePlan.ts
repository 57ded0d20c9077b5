import type { TableName } from '../../shared/contract.ts';
import { FailureCode, type FailureDetail, UsageCode, UsageError } from '../../shared/errors.ts';
import { modelName, tableLookup } from '../../shared/naming.ts';
import type { ConnectionSettings } from '../../shared/settings.ts';
import { NO_MEMORY } from '../catalogue/memory.ts';
import type { TableChoice } from '../catalogue/read.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { Logger } from '../ports.ts';
import { openSource, type SourceOptions } from '../source/openSource.ts';
import type { HiddenHistory, OpenTransaction, ServerRunMemory } from '../source/port.ts';
import { isEncodingFailure } from '../table/refusedValue.ts';
import { asFailure } from '../unexpected.ts';
import { nearest, type Selected, selectTables } from './select.ts';
import type { SpareLinks } from './spareLinks.ts';

/** The tables of a connection's source, or why they could not be read. */
export interface SourcePlan {
  readonly connection: ConnectionSettings;
  /** Null where it is hidden, or the source could not be read. */
  readonly identity: string | null;
  /** Which history functions our role may not call; if any, tables are compared. */
  readonly hidden: HiddenHistory | null;
  readonly selected: readonly Selected[];
  readonly failure: FailureDetail | null;
  /** The oldest open transaction at the source. */
  readonly transaction?: OpenTransaction | null;
  /** All tables and views that the source has, selected or not; null where not all were read. */
  readonly there?: readonly string[] | null;
}

/**
 * Reads a source's catalogue: which tables there are, and which of them the settings select. It does not throw; a failure
 * is part of the result.
 *
 * @param names requested tables or models; the plan may then lack all others
 * @param memory stores what is known of the schema's catalogue
 * @param runs stores the known runs of the source's server
 * @param spare receives the session for the run that follows; without it the session is closed
 */
export async function planSource(
  connection: ConnectionSettings,
  options: SourceOptions,
  names: readonly string[] = [],
  memory = NO_MEMORY,
  runs?: ServerRunMemory,
  logger?: Logger,
  spare?: SpareLinks,
): Promise<SourcePlan> {
  try {
    const source = await openSource(options, runs);
    try {
      const { identity, hidden, transaction } = await source.facts();
      const read = (choice?: TableChoice): Promise<readonly TableShape[]> =>
        source.readTables(connection, choice, memory);
      const asked = asksForAll(names) ? null : selectTables(connection, await read({ typed: names }));
      if (asked !== null && hasAll(asked, names))
        return { connection, identity, hidden, selected: asked, failure: null, transaction };
      const all = await read();
      const selected = selectTables(connection, all);
      const there = all.map((one) => one.name);
      return { connection, identity, hidden, selected, failure: null, transaction, there };
    } finally {
      if (spare === undefined) await source.close();
      else spare.put(connection.id, source);
    }
  } catch (error) {
    return {
      connection,
      identity: null,
      hidden: null,
      selected: [],
      failure: ofCatalogue(asFailure(error, logger)),
    };
  }
}

/** An encoding failure here is about names, since only the catalogue was read. */
function ofCatalogue(failure: FailureDetail): FailureDetail {
  return isEncodingFailure(failure) ? { ...failure, code: FailureCode.SourceCatalogueEncoding } : failure;
}

function asksForAll(names: readonly string[]): boolean {
  return names.length === 0 || names.includes('*');
}

/** Whether the source has a table for every name. If not, all tables must be read to suggest a similar name. */
function hasAll(selected: readonly Selected[], names: readonly string[]): boolean {
  const there = selected.filter((one) => one.shape !== null);
  const lookup = tableLookup(there, (one) => one.table);
  return names.every((name) => lookup(name).length > 0);
}

/**
 * Keeps only the selected tables that a request names.
 *
 * @param names table or model names; all where empty
 * @throws UsageError `table_unknown` where no connection has a table of that name, with the nearest
 */
export function narrow(plans: readonly SourcePlan[], names: readonly string[]): readonly SourcePlan[] {
  if (asksForAll(names)) return plans;
  const known = tableLookup(
    plans.flatMap((plan) => plan.selected),
    (one) => one.table,
  );
  const unknown = names.find((name) => known(name).length === 0);
  if (unknown !== undefined && plans.every((plan) => plan.failure === null))
    throw unknownTable(unknown, plans);
  return plans.map((plan) => {
    const lookup = tableLookup(plan.selected, (one) => one.table);
    const named = new Set(names.flatMap(lookup));
    return { ...plan, selected: plan.selected.filter((one) => named.has(one)) };
  });
}

/**
 * Keeps only the tables in `only`. A table stays in the plan even if the source does not have it or could not be read.
 */
export function keepOnly(plans: readonly SourcePlan[], only: readonly TableName[]): readonly SourcePlan[] {
  return plans.map((plan) => {
    const names = only.filter((one) => one.connection === plan.connection.id).map((one) => one.table);
    const byName = new Map(plan.selected.map((one) => [one.table, one]));
    const selected = [...new Set(names)].map(
      (table) => byName.get(table) ?? { table, shape: null, strategy: null, cursor: null, mayDelete: false },
    );
    return { ...plan, selected };
  });
}

/** @returns the error with the most similar name: a model name if a model name was typed, else a table name */
export function unknownTable(name: string, plans: readonly SourcePlan[]): UsageError {
  const tables = plans.flatMap((plan) => plan.selected.map((one) => one.table));
  const spelled = name.includes('_') || name === name.toLowerCase() ? tables : tables.map(modelName);
  const like = nearest(name, spelled);
  const connection = plans.map((plan) => plan.connection.id).join(', ');
  return new UsageError(UsageCode.TableUnknown, {
    table: name,
    connection,
    ...(like === null ? {} : { nearest: like }),
  });
}
