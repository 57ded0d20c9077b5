import type { FailureDetail } from './errors.ts';
import type { Strategy } from './status.ts';

/** A number of rows. `exact` as of the moment when both sides were read; else the catalogue's or our estimate. */
export interface RowEstimate {
  readonly rows: number;
  readonly exact: boolean;
}

/** What a run would do with one table now. Column names as in the journal, because `--json` prints it. */
export interface DryRunTable {
  readonly connection: string;
  readonly table_name: string;
  readonly model_name: string;
  /** Null with a failure. */
  readonly strategy: Strategy | null;
  /** Why this strategy: see `PlanReason`. */
  readonly reason: string | null;
  /** Whether head office lacks the table, so that it would be made. */
  readonly creates: boolean;
  /** Columns, types and keys that would be added or widened at head office first. */
  readonly alters: number;
  /** Rows that would be sent; null where only the comparison itself can tell. */
  readonly send: RowEstimate | null;
  /** Bytes of these rows, before any compression: an estimate from the table's last run or its first rows. */
  readonly bytes: number | null;
  /** Rows that would be deleted at head office; null where that is not known before. */
  readonly deletes: RowEstimate | null;
  /** Whether the delete brake would stop the table. */
  readonly braked: boolean;
  /** Why it would fail, as far as can be told without writing. */
  readonly failure: FailureDetail | null;
}

/** How long sending would take, by what was measured. Null parts are unknown. */
export interface TransferEstimate {
  /** Bytes of rows of all tables of which they are known, before compression. */
  readonly bytes: number;
  /** Tables of which they are not. */
  readonly unknown_tables: number;
  /** What would go out on the link, by the compression of earlier batches. */
  readonly sent_bytes: number | null;
  /** As measured, or the cap if that is lower. */
  readonly bytes_per_second: number | null;
  readonly seconds: number | null;
}

export interface DryRunReport {
  readonly tables: readonly DryRunTable[];
  /** Connections whose branch or head office could not be read. */
  readonly failures: readonly { readonly connection: string; readonly failure: FailureDetail }[];
  readonly estimate: TransferEstimate;
}
