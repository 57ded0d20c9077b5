import type { ConnectionTestStep } from '../../shared/contract.ts';
import type { DoctorCheck, DoctorCheckName, Finding } from '../../shared/doctor.ts';
import { FailureCode, type FailureDetail, UsageCode, UsageError } from '../../shared/errors.ts';
import { readFleet } from '../headOffice/fleet.ts';
import { isExposed, testConnection } from '../probe/connectionTest.ts';
import { type CheckedDraft, endpointOf, KEPT_SECRETS } from '../probe/draft.ts';
import { lookAtHostKey, pinnedFingerprint } from '../probe/sshEndpoint.ts';
import { offsetAt } from '../schedule/zone.ts';
import { OWN_TABLES_VERSION } from '../target/setup.ts';
import { done, type Examined, failed, finding, within } from './checking.ts';
import { readServerFacts, type ServerFacts } from './serverFacts.ts';

/** A dead server is given up by its own time-outs, usually after 15 s. */
const TEST_MS = 60_000;
const FACTS_MS = 45_000;

/** Runs one measurement of a link at a time, so that none takes the bytes of another; null measures nothing. */
export type Measuring = (<T>(work: () => Promise<T>) => Promise<T>) | null;

/** Checks head office's server or a branch's, as far as it can be reached. */
export async function serverChecks(
  examined: Examined,
  draft: CheckedDraft,
  measuring: Measuring,
): Promise<readonly DoctorCheck[]> {
  const subject = draft.kind === 'central' ? 'central' : draft.connection.id;
  const began = examined.ports.clock.monotonic();
  const found = await examine(examined, draft, subject, measuring);
  const ms = examined.ports.clock.monotonic() - began;
  return found.map(([check, one]) => done(check, subject, one, ms));
}

type Found = readonly [check: DoctorCheckName, finding: Finding];

async function examine(
  examined: Examined,
  draft: CheckedDraft,
  subject: string,
  measuring: Measuring,
): Promise<readonly Found[]> {
  const { folder, stop } = examined;
  const endpoint = endpointOf(draft);
  const unpinned =
    endpoint.ssh !== undefined && pinnedFingerprint(folder, endpoint.ssh) === null
      ? await hostKeyOffered(examined, subject, draft)
      : null;
  // Signing in would pin the key that happens to be shown now, which is a person's decision.
  if (unpinned !== null) return [...unreached(['server']), ['ssh', unpinned]];
  try {
    const steps = await within(TEST_MS, stop, (ended) =>
      testConnection(folder, draft, KEPT_SECRETS, ended, false),
    );
    const tested = await findingsOfTest(steps, draft, examined);
    if (!steps.some((one) => one.step === 'version' && one.ok)) return tested;
    return [...tested, ...(await factsOf(steps, draft, examined, measuring))];
  } catch (error) {
    return [['server', failed(error, 'server', examined)]];
  }
}

async function hostKeyOffered(examined: Examined, subject: string, draft: CheckedDraft): Promise<Finding> {
  const { folder, stop } = examined;
  try {
    const seen = await within(TEST_MS, stop, () => lookAtHostKey(folder, subject, endpointOf(draft)));
    const { sshHost, sshPort, offered } = seen;
    return finding('ssh_not_pinned', { connection: subject, sshHost, sshPort, offered });
  } catch (error) {
    return failed(error, 'ssh', examined);
  }
}

function unreached(checks: readonly DoctorCheckName[]): readonly Found[] {
  return checks.map((check) => [check, finding('not_reached')] as const);
}

const OF_TLS = new Set<FailureCode>([
  FailureCode.Tls,
  FailureCode.TlsNotOffered,
  FailureCode.ClientCertificate,
]);

/** What the steps of a connection test say about the server, the tunnel before it and the rights there. */
async function findingsOfTest(
  steps: readonly ConnectionTestStep[],
  draft: CheckedDraft,
  examined: Examined,
): Promise<readonly Found[]> {
  const { ssh } = endpointOf(draft);
  const bad = steps.find((one) => one.failure !== null);
  const told = (step: ConnectionTestStep['step']) => steps.find((one) => one.step === step && one.ok)?.facts;
  const tunnel = told('ssh');
  const found: Found[] = [];
  if (ssh !== undefined && tunnel !== undefined && bad?.step !== 'forward')
    found.push(['ssh', finding('ssh_ok', { sshHost: ssh.host, hostKey: String(tunnel.hostKey ?? '') })]);
  if (bad?.failure == null) {
    const read = told('read');
    const write = told('write');
    if (read !== undefined) found.push(['rights', finding('rights_read', { count: Number(read.tables) })]);
    else if (write?.makesTables === false)
      found.push(['rights', finding('rights_write_only', { schema: String(write.schema) })]);
    else found.push(['rights', finding('rights_write')]);
    return [...found, ['server', serverOk(draft)]];
  }
  const { failure, step } = bad;
  const failing: Finding = { kind: 'failure', failure };
  if (step === 'read') return [...found, ['server', serverOk(draft)], ['rights', failing]];
  if (step === 'write')
    return [...found, ['server', serverOk(draft)], ['rights', await readsOnly(failure, draft, examined)]];
  // What goes wrong at the SSH server is about that one, whatever the step.
  if (step === 'ssh' || step === 'forward' || failure.code.startsWith('ssh_'))
    return [...unreached(['server']), ['ssh', failing]];
  if (OF_TLS.has(failure.code)) return [...found, ...unreached(['server']), ['tls', failing]];
  return [...found, ['server', failing]];
}

function serverOk(draft: CheckedDraft): Finding {
  const { host, port, database, user } = endpointOf(draft);
  return finding('server_ok', { host, port, database, user });
}

const DENIED = new Set<FailureCode>([
  FailureCode.CentralPermission,
  FailureCode.CentralSetUpDenied,
  FailureCode.CentralSetUpUntrusted,
]);

/** Head office's own computer has no branch, and a role that may only read how the branches stand. */
async function readsOnly(failure: FailureDetail, draft: CheckedDraft, examined: Examined): Promise<Finding> {
  const failing: Finding = { kind: 'failure', failure };
  const { settings, folder, stop } = examined;
  if (draft.kind !== 'central' || settings?.connections.length !== 0 || !DENIED.has(failure.code))
    return failing;
  try {
    await within(FACTS_MS, stop, () => readFleet(draft.central, folder));
  } catch (error) {
    if (error instanceof UsageError && error.code === UsageCode.FleetDenied)
      return { kind: 'usage', code: error.code, params: error.params };
    return failing;
  }
  return finding('rights_read_only');
}

/** What a second session shows. Where it fails, although the first one did not, the link is the likely reason. */
async function factsOf(
  steps: readonly ConnectionTestStep[],
  draft: CheckedDraft,
  examined: Examined,
  measuring: Measuring,
): Promise<readonly Found[]> {
  try {
    const facts = await within(FACTS_MS, examined.stop, (ended) =>
      readServerFacts(examined, draft, measuring, ended),
    );
    return findingsOfFacts(facts, steps, draft, examined);
  } catch (error) {
    return [['link', failed(error, 'link', examined)]];
  }
}

function findingsOfFacts(
  facts: ServerFacts,
  steps: readonly ConnectionTestStep[],
  draft: CheckedDraft,
  examined: Examined,
): readonly Found[] {
  const endpoint = endpointOf(draft);
  const now = examined.ports.clock.now();
  const name = steps.find((one) => one.step === 'name')?.facts.address;
  const address = endpoint.ssh === undefined && name !== undefined ? String(name) : null;
  return [
    ['tls', tlsFinding(facts, endpoint, address, now)],
    ['server_version', versionFinding(facts.version, now)],
    ...(draft.kind === 'central' ? ([['own_tables', ownTablesFinding(facts.ownTables)]] as const) : []),
    ['clock', clockFinding(facts.aheadSeconds)],
    ['server_zone', zoneFinding(facts.zone, examined, now)],
    ['link', linkFinding(facts)],
  ];
}

const DAY_MS = 86_400_000;
/** Time in which an office gets a new certificate. */
const RENEW_DAYS = 30;

function tlsFinding(
  { encrypted, certificateEnd }: ServerFacts,
  { sslmode, sslrootcert }: ReturnType<typeof endpointOf>,
  address: string | null,
  now: Date,
): Finding {
  if (!encrypted) return finding(isExposed(encrypted, address) ? 'tls_plain' : 'tls_local', { sslmode });
  const until = certificateEnd?.toISOString() ?? '';
  const days =
    certificateEnd === null ? Number.POSITIVE_INFINITY : (certificateEnd.getTime() - now.getTime()) / DAY_MS;
  if (days < 0) return finding('tls_expired', { sslmode, endsAt: until });
  if (days < RENEW_DAYS) return finding('tls_ends_soon', { sslmode, endsAt: until, days: Math.floor(days) });
  const verified =
    sslmode === 'verify-full' ||
    sslmode === 'verify-ca' ||
    (sslmode === 'require' && sslrootcert !== undefined);
  return finding(verified ? 'tls_verified' : 'tls_unverified', { sslmode, endsAt: until });
}

/**
 * Last day of a major version, when the PostgreSQL project stops correcting it.
 *
 * @see https://www.postgresql.org/support/versioning/
 */
const LAST_DAYS: Readonly<Record<number, string>> = {
  11: '2023-11-09',
  12: '2024-11-21',
  13: '2025-11-13',
  14: '2026-11-12',
  15: '2027-11-11',
  16: '2028-11-09',
  17: '2029-11-08',
  18: '2030-11-14',
};

function versionFinding(version: number, now: Date): Finding {
  const major = Math.floor(version / 10_000);
  const params = { serverVersion: `${major}.${version % 10_000}` };
  const last = LAST_DAYS[major];
  if (last === undefined || now.getTime() < Date.parse(last) + DAY_MS)
    return finding('server_version_ok', params);
  return finding('server_version_ended', { ...params, endedOn: last });
}

function ownTablesFinding(version: number | null): Finding {
  if (version === null) return finding('own_tables_hidden');
  const params = { tablesVersion: version, known: OWN_TABLES_VERSION };
  if (version === 0) return finding('own_tables_absent', params);
  if (version < OWN_TABLES_VERSION) return finding('own_tables_older', params);
  return finding(version > OWN_TABLES_VERSION ? 'own_tables_newer' : 'own_tables_ok', params);
}

/** A minute is more than a clock that is set over the network is ever off by. */
const OFF_SECONDS = 60;
/** Then hourly schedules run in the wrong hour, and certificates may seem invalid. */
const FAR_SECONDS = 3600;

function clockFinding(ahead: number): Finding {
  const params = { skewSeconds: Math.abs(ahead) };
  if (params.skewSeconds < OFF_SECONDS) return finding('clock_ok', params);
  if (params.skewSeconds >= FAR_SECONDS) return finding('clock_far', params);
  return finding(ahead > 0 ? 'clock_ahead' : 'clock_behind', params);
}

function zoneFinding(serverZone: string, { machine }: Examined, now: Date): Finding {
  const params = { zone: machine.zone(), serverZone };
  return finding(
    isSameOffset(params.zone, serverZone, now) ? 'server_zone_ok' : 'server_zone_differs',
    params,
  );
}

function isSameOffset(one: string, other: string, now: Date): boolean {
  try {
    return offsetAt(now.getTime(), one) === offsetAt(now.getTime(), other);
  } catch {
    // PostgreSQL knows zones that JavaScript does not.
    return false;
  }
}

/** Above this round trip, or below this speed, a first load is better carried on a disk. */
const SLOW_MS = 400;
const SLOW_BYTES = 32_000;

function linkFinding({ link }: ServerFacts): Finding {
  if (link === null) return finding('link_skipped');
  const params = { roundTripMs: Math.round(link.roundTripMs * 10) / 10, bytesPerSecond: link.bytesPerSecond };
  const slow = params.roundTripMs > SLOW_MS || params.bytesPerSecond < SLOW_BYTES;
  return finding(slow ? 'link_slow' : 'link_ok', params);
}
