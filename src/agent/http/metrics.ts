import type { Service } from '../../service/serviceApi.ts';
import type { Attention } from '../../shared/service.ts';
import { BatchStatus } from '../../shared/status.ts';

interface Metric {
  readonly name: string;
  readonly help: string;
  /** By labels as they are written; the key '' has none. Null and undefined are left out. */
  readonly values: Readonly<Record<string, number | null | undefined>>;
}

/**
 * What the agent knows, in the text format of Prometheus. All of it is read from the journal when it is asked for, so
 * every value is a gauge. Names of branches and tables are left out: they are others' texts, and nobody's business here.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function renderMetrics(service: Pick<Service, 'status' | 'engine'>, version: string): string {
  const found = metrics(service, version);
  return found
    .flatMap(({ name, help, values }) => {
      const lines = Object.entries(values).flatMap(([labels, value]) =>
        value == null || !Number.isFinite(value)
          ? []
          : [`branchline_${name}${labels === '' ? '' : `{${labels}}`} ${value}`],
      );
      if (lines.length === 0) return [];
      return [`# HELP branchline_${name} ${help}`, `# TYPE branchline_${name} gauge`, ...lines];
    })
    .map((line) => `${line}\n`)
    .join('');
}

function metrics(service: Pick<Service, 'status' | 'engine'>, version: string): readonly Metric[] {
  const status = service.status();
  const { engine } = service;
  const { activity, attention, pause, next } = status;
  const count = (of: (one: Attention) => number): number => attention.reduce((sum, one) => sum + of(one), 0);
  const one = (name: string, help: string, value: number | null | undefined): Metric => ({
    name,
    help,
    values: { '': value },
  });
  const latest = engine?.latestBatch()?.batch ?? null;
  const month = engine?.trafficMonths(1)[0];
  return [
    {
      name: 'info',
      help: 'The version.',
      values: { [`version="${version.replaceAll(/["\\\n]/g, '_')}"`]: 1 },
    },
    one(
      'able',
      'Whether the service can work: settings and data folder can be used.',
      Number(status.refusal === null),
    ),
    one(
      'running',
      'Whether a batch or a verify is at work.',
      Number(['starting', 'running', 'after_batch', 'verifying'].includes(activity.kind)),
    ),
    one(
      'waiting_for_database',
      'Whether work waits for a database that does not answer.',
      Number(activity.kind === 'waiting_database'),
    ),
    one('paused', 'Whether a person has paused all automatic runs.', Number(pause !== null)),
    one('connections', 'Enabled connections.', status.connections),
    one(
      'failed_tables',
      'Failed tables that need a person.',
      count(({ failed }) => failed.length),
    ),
    one(
      'retrying_tables',
      'Failed tables that are retried automatically.',
      count(({ retrying }) => retrying.length),
    ),
    one(
      'stopped_batches',
      'Batches that stopped before their end and are not resumed automatically.',
      count(({ failed, retrying, resumesAlone }) =>
        Number(failed.length + retrying.length === 0 && !resumesAlone),
      ),
    ),
    one('differing_tables', 'Tables known to differ at head office.', status.differing.length),
    one(
      'never_copied_connections',
      'Enabled connections without any copied table.',
      status.neverCopied.length,
    ),
    one(
      'up_to_timestamp_seconds',
      'Head office has everything up to this time; absent if it lacks a table.',
      seconds(engine?.upTo()),
    ),
    one('next_run_timestamp_seconds', 'The next planned run; absent if there is none.', seconds(next?.at)),
    {
      name: 'last_batch_status',
      help: 'The status of the latest batch: 1 for the one that it has.',
      values:
        latest === null
          ? {}
          : Object.fromEntries(
              Object.values(BatchStatus).map((each) => [`status="${each}"`, Number(latest.status === each)]),
            ),
    },
    one('last_batch_started_timestamp_seconds', 'Start of the latest batch.', seconds(latest?.started_at)),
    one('last_batch_ended_timestamp_seconds', 'Its end; absent while it runs.', seconds(latest?.ended_at)),
    one('last_batch_duration_seconds', 'Its working time.', latest?.duration_seconds),
    one('last_batch_tables', 'Its tables.', latest?.total_tables),
    one('last_batch_failed_tables', 'Those of them that failed.', latest?.failed_tables),
    one('last_batch_sent_bytes', 'What it has sent to head office.', latest?.sent_bytes),
    one('last_batch_received_bytes', 'What it has received from there.', latest?.received_bytes),
    one('month_sent_bytes', 'What all runs of the month have sent to head office.', month?.sent_bytes),
    one('month_received_bytes', 'What they have received from there.', month?.received_bytes),
  ];
}

function seconds(at: string | null | undefined): number | null {
  return at == null ? null : Date.parse(at) / 1000;
}
