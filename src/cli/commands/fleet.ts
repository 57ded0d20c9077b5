import { type Command, Option } from 'commander';
import type { FleetBranch } from '../../shared/fleet.ts';
import { branchName, reasonText } from '../../shared/texts/fleetText.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';
import { checkLine, worstOf } from '../render/checkLine.ts';
import { fleetTotals, renderFleet } from '../render/fleetView.ts';
import { checked } from '../reportError.ts';

interface FleetOptions {
  readonly late?: boolean;
  readonly check?: boolean;
}

/** `fleet`: shows how all branches stand, as head office's tables say. Opens neither engine nor journal. */
async function fleet(options: FleetOptions, context: CliContext): Promise<ExitCode> {
  const read = async (): Promise<readonly FleetBranch[]> => {
    const [{ loadHeadOfficeSettings }, { readFleet }] = await Promise.all([
      import('../../core/settings/load.ts'),
      import('../../core/headOffice/fleet.ts'),
    ]);
    const { central } = loadHeadOfficeSettings(context.folder, context.t.language);
    return readFleet(central, context.folder);
  };
  if (options.check) return checked(context, async () => check(await read(), options, context));
  const all = await read();
  const shown = options.late ? all.filter((one) => one.late) : all;
  const { t } = context;
  if (context.json) context.printJson({ branches: shown });
  else if (all.length === 0) context.print([t('fleet.none')]);
  else if (shown.length === 0) context.print([t('fleet.noneLate', { count: all.length })]);
  else context.print([...renderFleet(shown, context.look), '', fleetTotals(all, t)]);
  return ExitCode.AllWell;
}

/** Branches that the line of a check names. */
const MOST_NAMED = 5;

function check(
  all: readonly FleetBranch[],
  { late = false }: FleetOptions,
  { t, print }: CliContext,
): ExitCode {
  const relevant = late ? all.filter((one) => one.late) : all;
  const code = all.length === 0 ? 3 : worstOf(relevant.map((one) => one.severity));
  const bad = relevant.filter((one) => one.severity > 0).slice(0, MOST_NAMED);
  const named = bad.map((one) => `${branchName(one)}: ${reasonText(one, t)}`);
  const text = all.length === 0 ? t('fleet.none') : [fleetTotals(all, t), ...named].join('; ');
  const of = (severity: number): number => all.filter((one) => one.severity === severity).length;
  const counts = { branches: all.length, ok: of(0), warning: of(1), critical: of(2), unknown: of(3) };
  print([checkLine(code, text, { ...counts, late: all.filter((one) => one.late).length })]);
  return code;
}

export function declareFleet(program: Command, { t, json, choose }: Declaring): void {
  const command = program
    .command('fleet')
    .description(t('help.command.fleet'))
    .option('--late', t('help.option.fleetLate'))
    .addOption(new Option('--check', t('help.option.check')).conflicts('json'));
  json(command, t('help.option.json'));
  withExamples(command, t, [
    ['fleet', t('help.example.fleet')],
    ['fleet --late', t('help.example.fleetLate')],
    ['fleet --check', t('help.example.fleetCheck')],
  ]);
  command.action((options: FleetOptions) => choose(command, (context) => fleet(options, context)));
}
