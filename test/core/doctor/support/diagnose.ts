import { examine } from '../../../../src/core/doctor/doctor.ts';
import { type Machine, thisMachine } from '../../../../src/core/doctor/machine.ts';
import { type Clock, systemPorts } from '../../../../src/core/ports.ts';
import { type DoctorCheck, type DoctorReport, FINDINGS } from '../../../../src/shared/doctor.ts';

export interface Diagnosis {
  readonly report: DoctorReport;
  /** The code of what a check found; undefined if it was not made. */
  code(check: DoctorCheck['check'], subject?: string | null): string | undefined;
  /** The check itself. @throws if it was not made */
  check(check: DoctorCheck['check'], subject?: string | null): DoctorCheck;
  /** Values that the finding names. */
  params(check: DoctorCheck['check'], subject?: string | null): Readonly<Record<string, string | number>>;
  /** `central/tls: tls_plain` of all that is worse than a note. */
  readonly bad: readonly string[];
}

export interface Over {
  readonly clock?: Clock;
  readonly machine?: Partial<Machine>;
  readonly quick?: boolean;
}

/** A computer of which nothing is known that differs from one test machine to the next. */
const STEADY: Partial<Machine> = { run: async () => null, freeBytes: async () => 5e9, programFiles: [] };

/** Examines a data folder. */
export async function diagnose(folder: string, over: Over = {}): Promise<Diagnosis> {
  const ports = systemPorts({ log: () => {} });
  const report = await examine({
    folder,
    ports: over.clock === undefined ? ports : { ...ports, clock: over.clock },
    quick: over.quick ?? true,
    machine: { ...thisMachine(), ...STEADY, ...over.machine },
  });
  const find = (check: DoctorCheck['check'], subject: string | null = null) =>
    report.checks.find((one) => one.check === check && one.subject === subject);
  const check: Diagnosis['check'] = (name, subject) => {
    const found = find(name, subject);
    if (found === undefined) throw new Error(`no check ${name} of ${subject}`);
    return found;
  };
  return {
    report,
    check,
    code: (name, subject) => {
      const found = find(name, subject);
      return found && codeOf(found);
    },
    params: (name, subject) => {
      const { finding } = check(name, subject);
      return finding.kind === 'failure' ? finding.failure.params : finding.params;
    },
    bad: report.checks
      .filter((one) => one.state === 'warning' || one.state === 'problem')
      .map((one) => `${one.subject ?? 'computer'}/${one.check}: ${codeOf(one)}`),
  };
}

function codeOf({ finding }: DoctorCheck): string {
  return finding.kind === 'failure' ? finding.failure.code : finding.code;
}

export const ALL_FINDINGS = Object.keys(FINDINGS);
