import type { Command } from 'commander';
import type { Logger } from '../../core/ports.ts';
import type { DoctorReport, DoctorState } from '../../shared/doctor.ts';
import { reportLines, sayCheck } from '../../shared/texts/doctorText.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { createFileLogger } from '../logFile.ts';
import { withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';
import { doctorLook } from '../render/doctorView.ts';
import { listenForStop } from '../stopSignals.ts';

interface DoctorOptions {
  readonly quick?: boolean;
}

/** `doctor`: checks this computer and the databases of the settings. Opens neither engine nor journal for writing. */
async function doctor({ quick = false }: DoctorOptions, context: CliContext): Promise<ExitCode> {
  const { folder, t } = context;
  const [{ examine }, { systemPorts }] = await Promise.all([
    import('../../core/doctor/doctor.ts'),
    import('../../core/ports.ts'),
  ]);
  using signals = listenForStop(process, () => undefined);
  const ports = systemPorts(lateLogger(folder));
  try {
    const report = await examine({ folder, ports, quick, language: t.language, stop: signals.stop });
    if (context.json) context.printJson(jsonOf(report, t));
    else context.print(reportLines(report, t, doctorLook(context.look)));
    return EXIT_CODES[report.state];
  } catch (error) {
    if (signals.stop.aborted) return ExitCode.Interrupted;
    throw error;
  }
}

/** 0: nothing to do; 1: a warning; 2: a problem. What could not be found out is no reason to alarm anybody. */
const EXIT_CODES: Readonly<Record<DoctorState, ExitCode>> = {
  ok: 0,
  note: 0,
  unknown: 0,
  warning: 1,
  problem: 2,
};

/** Opens the log only if there is something to write: the doctor leaves the data folder as it is. */
function lateLogger(folder: string): Logger {
  return { log: (level, message, facts) => createFileLogger(folder).log(level, message, facts) };
}

/** The form of `--json`, described in docs/doctor.md. Fields are added, never changed. */
function jsonOf({ at, version, state, checks, labels }: DoctorReport, t: Translate) {
  return {
    schema: 1,
    at,
    version,
    state,
    checks: checks.map((one) => {
      const { found, means, next, message } = sayCheck(one, t);
      const { finding } = one;
      const code = finding.kind === 'failure' ? finding.failure.code : finding.code;
      const facts = finding.kind === 'failure' ? finding.failure.params : finding.params;
      return {
        check: one.check,
        subject: one.subject,
        label: one.subject === null ? null : (labels[one.subject] ?? null),
        state: one.state,
        code,
        found,
        means,
        next,
        message,
        facts,
        ms: one.ms,
      };
    }),
  };
}

export function declareDoctor(program: Command, { t, json, choose }: Declaring): void {
  const command = program
    .command('doctor')
    .description(t('help.command.doctor'))
    .option('--quick', t('help.option.quick'));
  json(command, t('help.option.json'));
  withExamples(command, t, [
    ['doctor', t('help.example.doctor')],
    ['doctor --quick --json', t('help.example.doctorQuick')],
  ]);
  command.action((options: DoctorOptions) => choose(command, (context) => doctor(options, context)));
}
