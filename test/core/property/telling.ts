import { expect } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import type { BatchRow } from '../../../src/shared/contract.ts';
import { BatchStatus, TableStatus } from '../../../src/shared/status.ts';
import { VerifyResult } from '../../../src/shared/verify.ts';
import { difference } from '../../support/compare.ts';
import { KEY_FORMS, type KeyForm, MOST_LABELS } from './keyTypes.ts';
import type { Change, Step, Story } from './story.ts';
import type { Databases } from './world.ts';

/** Rows that a bulk step adds: with them, removing all is more than the brake allows. */
const BULK = { from: 100, to: 1_399 };

/**
 * Failures that a story may end in: each is a question to a person. Stories share a connection, so their deletes are
 * also added up over all of its tables.
 */
const EXPLAINED = ['too_many_deletes', 'too_many_deletes_in_all'];

/** One story, told on a table of its own. */
export class Telling {
  readonly #databases: Databases;
  readonly #engine: Engine;
  readonly #connection: string;
  readonly #story: Story;
  readonly #table: string;
  readonly #form: KeyForm;
  #open = false;
  #left: string | null = null;
  /** Somebody at head office has changed rows since they were last compared. */
  #edited = false;

  constructor(databases: Databases, engine: Engine, connection: string, table: string, told: Story) {
    this.#databases = databases;
    this.#engine = engine;
    this.#connection = connection;
    this.#table = table;
    this.#story = told;
    this.#form = KEY_FORMS[told.form];
  }

  async tell(): Promise<void> {
    const { rows, steps, restore } = this.#story;
    await this.#createTable(rows);
    for (const [index, one] of steps.entries()) {
      if (restore !== null && index === restore.copied) await this.#between(() => this.#databases.copy());
      await this.#step(one);
      const due = restore !== null && index === restore.copied + restore.after;
      if (due) await this.#between(() => this.#databases.putBack());
    }
    await this.#end(true);
    await this.#quietEnd();
  }

  async forget(): Promise<void> {
    await this.#end(false);
    await this.#databases.branch.query(`DROP TABLE IF EXISTS ${this.#table}`);
    await this.#databases.central.query(`DROP TABLE IF EXISTS ${this.#there}`);
  }

  get #schema(): string {
    return this.#story.layout === 'schema' ? this.#connection : 'public';
  }

  get #there(): string {
    return `${this.#schema}.${this.#table}`;
  }

  get #columns(): string {
    return this.#form.columns.map(([name]) => name).join(', ');
  }

  async #createTable(rows: number): Promise<void> {
    const columns = this.#form.columns.map(([name, type]) => `${name} ${type}`).join(', ');
    const { branch } = this.#databases;
    await branch.query(
      `CREATE TABLE ${this.#table} (${columns}, a numeric, b text, PRIMARY KEY (${this.#columns}))`,
    );
    if (rows > 0) await branch.query(this.#insert(`generate_series(0, ${rows - 1})`, 'g', "'first'"));
  }

  #insert(from: string, a: string, b: string): string {
    return `INSERT INTO ${this.#table} SELECT ${this.#form.value('g').join(', ')}, ${a}, ${b} FROM ${from} g`;
  }

  /** A server that is stopped ends all transactions. */
  async #between(work: () => Promise<void>): Promise<void> {
    await this.#end(false);
    await work();
  }

  async #step(one: Step): Promise<void> {
    switch (one.do) {
      case 'change':
        return this.#change(one.change, one.slow);
      case 'end':
        return this.#end(one.commit);
      case 'sync': {
        const strategy = one.strategy === null ? {} : { strategy: one.strategy };
        return this.#ended(await this.#engine.syncAll({ trigger: 'cli', ...this.#only, ...strategy }));
      }
      case 'cut':
        return this.#cut(one.chunks, one.halt);
      case 'break':
        return this.#break(one.chunks, one.side);
      case 'resume':
        if (this.#left !== null) await this.#engine.resume(this.#left, { trigger: 'cli' });
        this.#left = null;
        return;
      case 'edit_central':
        return this.#editCentral(one.seed, one.remove);
      case 'verify':
        return this.#verify(one.repair);
    }
  }

  get #only(): { readonly connections: readonly string[]; readonly tables: readonly string[] } {
    return { connections: [this.#connection], tables: [this.#table] };
  }

  /** What is completed is equal, unless a transaction was open or head office has meddled; else it says why. */
  async #ended(batch: BatchRow): Promise<void> {
    const { tables } = this.#engine.batch(batch.batch_id);
    const failed = tables.filter((one) => one.status === TableStatus.Failed);
    for (const one of failed) expect(EXPLAINED, `${one.error_message}`).toContain(one.error_code);
    if (batch.status !== BatchStatus.Completed || this.#open || this.#edited) return;
    await this.#expectEqual('completed');
  }

  async #expectEqual(when: string): Promise<void> {
    const found = await this.#difference();
    expect(found, when).toMatchObject({ onlySource: 0, onlyCentral: 0 });
  }

  #difference() {
    const { branch, central } = this.#databases;
    const connection = this.#story.layout === 'stamp' ? this.#connection : null;
    return difference(branch, central, { table: this.#table, centralSchema: this.#schema, connection });
  }

  /** Some changes happen in a transaction that stays open over whatever follows. */
  async #change(one: Change, wantsSlow: boolean): Promise<void> {
    const sql = this.#sql(one);
    if (sql === null) return;
    // A TRUNCATE that stays open locks every reader out, us included: that is a story of time-outs.
    const inSlow = wantsSlow && one.do !== 'truncate';
    const { branch, slow } = this.#databases;
    const client = inSlow ? slow : branch;
    if (inSlow && !this.#open) await slow.query('BEGIN');
    this.#open ||= inSlow;
    if (inSlow) await slow.query('SAVEPOINT one');
    try {
      await client.query(sql);
    } catch {
      // A key that is taken, or a row that the other transaction holds: nothing happened.
      if (inSlow) await slow.query('ROLLBACK TO SAVEPOINT one');
    }
  }

  #sql(one: Change): string | null {
    const { value, twin } = this.#form;
    const row = (values: readonly string[]): string => `ROW(${values.join(', ')})`;
    const at = (n: number): string =>
      `${row(this.#form.columns.map(([name]) => name))} = ${row(value(`${n}`))}`;
    const move = (n: number, values: readonly string[]): string =>
      `UPDATE ${this.#table} SET (${this.#columns}) = (SELECT ${values.join(', ')}) WHERE ${at(n)}`;
    switch (one.do) {
      case 'insert':
        return this.#insert(`generate_series(${one.key}, ${one.key})`, `${one.seed}`, "'in'");
      case 'update':
        return `UPDATE ${this.#table} SET a = ${one.seed}.${one.seed}0, b = NULLIF('up ${one.seed}', 'up 3') WHERE ${at(one.key)}`;
      case 'rekey':
        return move(one.key, value(`${one.to}`));
      case 'rewrite':
        return twin === undefined ? null : move(one.key, (one.back ? value : twin)(`${one.key}`));
      case 'delete':
        return `DELETE FROM ${this.#table} WHERE ${at(one.key)}`;
      case 'truncate':
        return `TRUNCATE ${this.#table}`;
      case 'bulk':
        return this.#form.atMost === MOST_LABELS
          ? null
          : this.#insert(`generate_series(${BULK.from}, ${BULK.to})`, 'g', "'bulk'");
      case 'drop_bulk':
        return `DELETE FROM ${this.#table} WHERE b = 'bulk'${one.half ? ' AND a % 2 = 0' : ''}`;
    }
  }

  async #end(commit: boolean): Promise<void> {
    if (this.#open) await this.#databases.slow.query(commit ? 'COMMIT' : 'ROLLBACK');
    this.#open = false;
  }

  async #cut(chunks: number, halt: boolean): Promise<void> {
    const control = new AbortController();
    const off = this.#afterChunks(chunks, () => control.abort('user'));
    const batch = await this.#engine.syncAll(
      { trigger: 'cli', ...this.#only },
      halt ? { halt: control.signal } : { stop: control.signal },
    );
    off();
    if (batch.status === BatchStatus.Interrupted) this.#left = batch.batch_id;
    else await this.#ended(batch);
  }

  async #break(chunks: number, side: 'source' | 'central'): Promise<void> {
    let ending: Promise<void> = Promise.resolve();
    const off = this.#afterChunks(chunks, () => {
      ending = this.#databases.endSessions(side);
    });
    const batch = await this.#engine.syncAll({ trigger: 'cli', ...this.#only });
    off();
    await ending;
    await this.#ended(batch);
  }

  #afterChunks(chunks: number, work: () => void): () => void {
    let seen = 0;
    return this.#engine.on((event) => {
      if (event.type === 'table_progress' && ++seen === chunks) work();
    });
  }

  async #editCentral(seed: number, remove: boolean): Promise<void> {
    const which = `a % 3 = ${seed % 3}`;
    const sql = remove
      ? `DELETE FROM ${this.#there} WHERE ${which}`
      : `UPDATE ${this.#there} SET b = 'edited' WHERE ${which}`;
    // Before the first load there is no table.
    const { rows } = await this.#databases.central.query<{ there: boolean }>(
      'SELECT to_regclass($1) IS NOT NULL AS there',
      [this.#there],
    );
    if (rows[0]?.there !== true) return;
    const { rowCount } = await this.#databases.central.query(sql);
    this.#edited ||= (rowCount ?? 0) > 0;
  }

  /** Equal is said only of what is equal. */
  async #verify(repair: boolean): Promise<void> {
    const report = await this.#engine.verify({ trigger: 'cli', ...this.#only, repair });
    const result = report.tables[0]?.result;
    if (this.#open) return;
    const found = await this.#difference().catch(() => null);
    if (found === null) return;
    const equal = found.onlySource + found.onlyCentral === 0;
    const saysEqual = result === VerifyResult.Equal || result === VerifyResult.Repaired;
    expect(saysEqual, `verify says ${result}; ${JSON.stringify(found)}`).toBe(equal);
    if (equal) this.#edited = false;
  }

  /** Nobody changes anything any more: all that is left is what a person has to allow, and what verify finds. */
  async #quietEnd(): Promise<void> {
    await this.#ended(await this.#engine.syncAll({ trigger: 'cli', ...this.#only }));
    const allowed = await this.#engine.syncAll({ trigger: 'cli', ...this.#only, allowDeletes: true });
    expect(allowed.status).toBe(BatchStatus.Completed);
    await this.#ended(allowed);
    await this.#verify(false);
    await this.#engine.verify({ trigger: 'cli', ...this.#only, repair: true, allowDeletes: true });
    await this.#expectEqual('repaired');
  }
}
