import type { Engine } from '../../core/engineApi.ts';
import { formatDateTime, formatDuration } from '../../shared/format.ts';
import { BatchStatus } from '../../shared/status.ts';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exitCodes.ts';
import { type CheckCode, checkLine, worstOf } from '../render/checkLine.ts';

interface Finding {
  readonly code: CheckCode;
  readonly text: string;
}

/**
 * `sync-status --check`: one line about this branch for a monitoring system. Reads the journal only.
 *
 * @param maxAge seconds after which head office's data is too old; 0: never
 */
export function checkStatus(engine: Engine, maxAge: number, context: CliContext, now = new Date()): ExitCode {
  const { t, print } = context;
  const latest = engine.latestBatch();
  if (latest === null) {
    print([checkLine(3, t('cli.check.noBatch'))]);
    return 3;
  }
  const standing = engine.standing();
  const failed = standing.attention.reduce((sum, one) => sum + one.failed.length, 0);
  const retrying = standing.attention.reduce((sum, one) => sum + one.retrying.length, 0);
  const stopped = standing.attention.filter((one) => one.failed.length + one.retrying.length === 0).length;
  const upTo = engine.upTo();
  const age = upTo === null ? null : Math.max(0, Math.round((now.getTime() - Date.parse(upTo)) / 1000));
  const findings: Finding[] = [];
  const find = (is: boolean, code: CheckCode, text: string): void =>
    void (is && findings.push({ code, text }));
  find(failed > 0, 2, t('cli.check.failed', { count: failed }));
  find(
    age !== null && maxAge > 0 && age > maxAge,
    2,
    t('cli.check.old', { duration: formatDuration(age ?? 0, t.language) }),
  );
  find(upTo === null, 1, t('cli.check.incomplete'));
  find(standing.differing.length > 0, 1, t('cli.check.differ', { count: standing.differing.length }));
  find(stopped > 0, 1, t('cli.check.stopped', { count: stopped }));
  const hooks = standing.hooks.filter((one) => one.failing !== null).length;
  find(hooks > 0, 1, t('cli.check.hooks', { count: hooks }));
  find(retrying > 0, 1, t('cli.check.retrying', { count: retrying }));
  const running = latest.batch.status === BatchStatus.Running && engine.holder() !== null;
  const fine = upTo === null ? [] : [t('cli.check.upTo', { at: formatDateTime(upTo, t.language) })];
  const code = worstOf(findings.map((one) => one.code));
  const text = [...findings.map((one) => one.text), ...fine].join('; ');
  const limit = maxAge > 0 ? `;;${maxAge}` : '';
  const perfdata = {
    ...(age === null ? {} : { age: `${age}s${limit}` }),
    failed,
    retrying,
    differing: standing.differing.length,
    stopped,
    running: Number(running),
  };
  print([checkLine(code, text, perfdata)]);
  return code;
}
