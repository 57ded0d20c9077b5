import { hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { RequestDesk } from '../../core/headOffice/requestDesk.ts';
import type { Asked } from '../../core/headOffice/signedRequest.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { sayRequestAction } from '../../shared/texts/requestText.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { optionValues, withExamples } from '../optionValues.ts';
import { readPassphrase } from '../passphrase.ts';
import type { Declaring } from '../program.ts';
import { renderRequests } from '../render/requestView.ts';

interface AskOptions {
  readonly branch: readonly string[];
  readonly key?: string;
  readonly by?: string;
  /** Seconds. */
  readonly valid?: number;
  readonly passphraseFile?: string;
}

/** Requests are for today; what a branch has not begun by tomorrow is asked for again. */
const VALID_SECONDS = 24 * 3600;

/** `request …`: signs a request to each of some branches and stores it in the central database. */
async function ask(
  options: AskOptions,
  context: CliContext,
  find: () => Asked | Promise<Asked>,
): Promise<ExitCode> {
  const { t } = context;
  const asked = await find();
  const by = askedBy(options.by, t);
  const { readRequestKey } = await import('../../core/headOffice/requestKey.ts');
  const key = await readRequestKey(keyFile(options.key, context), () =>
    readPassphrase(context, options.passphraseFile, false),
  );
  if (key === null) return ExitCode.Interrupted;
  await using desk = await openDesk(context);
  const validMs = (options.valid ?? VALID_SECONDS) * 1000;
  const connections = [...new Set(options.branch)];
  const sent = await desk.send({ connections, asked, by, now: new Date(), validMs, key });
  if (context.json) {
    context.printJson({ requests: sent.map((one) => ({ ...one, action: asked.action })) });
    return ExitCode.AllWell;
  }
  const action = sayRequestAction(asked.action, t);
  context.print([
    ...sent.map(({ connection, id }) => t('requests.sent', { connection, action, id })),
    t('requests.sentNext', { count: sent.length, command: context.again('request list') }),
  ]);
  return ExitCode.AllWell;
}

async function openDesk({ folder, t }: CliContext): Promise<RequestDesk> {
  const [{ loadHeadOfficeSettings }, { RequestDesk }] = await Promise.all([
    import('../../core/settings/load.ts'),
    import('../../core/headOffice/requestDesk.ts'),
  ]);
  return RequestDesk.open(loadHeadOfficeSettings(folder, t.language).central, folder);
}

function keyFile(file: string | undefined, { folder }: CliContext): string {
  return file === undefined ? join(folder, 'request-key.pem') : resolve(file);
}

/** Branches refuse other names: they are shown to people. */
function askedBy(name: string | undefined, t: Translate): string {
  const by = name ?? `${userInfo().username}@${hostname()}`.replace(/\p{C}/gu, '').slice(0, 100);
  if (/^\P{C}{1,100}$/u.test(by)) return by;
  throw new UsageError(UsageCode.OptionInvalid, { option: '--by', reason: t('requests.byWrong') });
}

interface KeygenOptions {
  readonly key?: string;
  readonly passphrase?: boolean;
  readonly passphraseFile?: string;
}

/** `request keygen`: makes head office's key, and prints what branches need to know of it. */
async function keygen(options: KeygenOptions, context: CliContext): Promise<ExitCode> {
  const file = keyFile(options.key, context);
  const asks = options.passphrase === true || options.passphraseFile !== undefined;
  const passphrase = asks ? await readPassphrase(context, options.passphraseFile, true) : null;
  if (asks && passphrase === null) return ExitCode.Interrupted;
  const { makeRequestKey } = await import('../../core/headOffice/requestKey.ts');
  const key = makeRequestKey(file, passphrase);
  const requests = { enabled: true, keys: [{ name: `head-office-${new Date().getFullYear()}`, key }] };
  if (context.json) context.printJson({ file, key });
  else
    context.print([
      context.t('requests.keyMade', { file }),
      context.t('requests.keyForBranches'),
      `  "requests": ${JSON.stringify(requests)}`,
    ]);
  return ExitCode.AllWell;
}

/** `request list`: shows what was asked for and what has become of it. Needs no key. */
async function list({ branch }: Partial<AskOptions>, context: CliContext): Promise<ExitCode> {
  await using desk = await openDesk(context);
  const requests = await desk.list(branch ?? null);
  if (context.json) context.printJson({ requests });
  else if (requests.length === 0) context.print([context.t('requests.none')]);
  else context.print(renderRequests(requests, context.look));
  return ExitCode.AllWell;
}

interface PauseOptions extends AskOptions {
  readonly until?: Date;
  /** Seconds. */
  readonly for?: number;
}

function pauseOf({ until, for: seconds }: PauseOptions, t: Translate): Asked {
  const end = until ?? (seconds === undefined ? null : new Date(Date.now() + seconds * 1000));
  if (end !== null) return { action: 'pause', args: { until: end.toISOString() } };
  throw new UsageError(UsageCode.OptionInvalid, { option: 'pause', reason: t('requests.needsUntil') });
}

/** Refuses what no branch would take, before it is signed. */
async function settingsOf(name: string, { t }: CliContext): Promise<Asked> {
  const [{ parseSettings, readSettings }, { fragmentOf }] = await Promise.all([
    import('../../core/settings/load.ts'),
    import('../../core/settings/fragment.ts'),
  ]);
  const file = resolve(name);
  const value = parseSettings(file, readSettings(file, t.language), t.language);
  const fragment = fragmentOf(value);
  if (fragment === null) throw new UsageError(UsageCode.RequestForbidden, { file });
  return { action: 'settings', args: { fragment } };
}

export function declareRequest(program: Command, declaring: Declaring): void {
  const { t } = declaring;
  const group = program.command('request').description(t('requests.help.group'));
  declareKeygen(group, declaring);
  declareAsking(group, declaring);
  declarePause(group, declaring);
  declareSettings(group, declaring);
  declareList(group, declaring);
}

function declareKeygen(group: Command, { t, json, choose }: Declaring): void {
  const command = group
    .command('keygen')
    .description(t('requests.help.keygen'))
    .option('--key <FILE>', t('requests.help.key'))
    .option('--passphrase', t('requests.help.passphrase'))
    .option('--passphrase-file <FILE>', t('requests.help.passphraseFile'));
  json(command, t('help.option.json'));
  withExamples(command, t, [['request keygen', t('requests.help.exampleKeygen')]]);
  command.action((options: KeygenOptions) => choose(command, (context) => keygen(options, context)));
}

/** A command with the options of every request. */
function asking(group: Command, name: Asked['action'], { t, json }: Declaring): Command {
  const read = optionValues(t);
  const command = group
    .command(name)
    .description(t(`requests.help.${name}`))
    .requiredOption('--branch <ID,ID>', t('requests.help.branch'), read.list)
    .option('--key <FILE>', t('requests.help.key'))
    .option('--passphrase-file <FILE>', t('requests.help.passphraseFile'))
    .option('--by <NAME>', t('requests.help.by'))
    .option('--valid <DURATION>', t('requests.help.valid'), read.duration('--valid'));
  return json(command, t('help.option.json'));
}

function declareAsking(group: Command, declaring: Declaring): void {
  const { t, choose } = declaring;
  for (const action of ['run', 'verify'] as const) {
    const command = asking(group, action, declaring);
    command.option('--tables <A,B>', t('help.option.tables'), optionValues(t).list);
    if (action === 'run')
      withExamples(command, t, [['request run --branch pgsql_lmp,pgsql_plb', t('requests.help.exampleRun')]]);
    command.action((options: AskOptions & { readonly tables?: string[] }) =>
      choose(command, (context) => {
        const { tables } = options;
        return ask(options, context, () => ({ action, args: tables === undefined ? {} : { tables } }));
      }),
    );
  }
  for (const action of ['resume', 'retry'] as const) {
    const command = asking(group, action, declaring);
    command.action((options: AskOptions) =>
      choose(command, (context) => ask(options, context, () => ({ action, args: {} }))),
    );
  }
}

function declarePause(group: Command, declaring: Declaring): void {
  const { t, choose } = declaring;
  const command = asking(group, 'pause', declaring)
    .option('--until <TIME>', t('requests.help.until'), (text: string) => timeOf(text, t))
    .addOption(
      new Option('--for <DURATION>', t('requests.help.for'))
        .conflicts('until')
        .argParser(optionValues(t).duration('--for')),
    );
  withExamples(command, t, [['request pause --branch pgsql_lmp --for 4h', t('requests.help.examplePause')]]);
  command.action((options: PauseOptions) =>
    choose(command, (context) => ask(options, context, () => pauseOf(options, t))),
  );
}

function timeOf(text: string, t: Translate): Date {
  const time = new Date(text);
  if (/^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(time.getTime())) return time;
  throw new UsageError(UsageCode.OptionInvalid, { option: '--until', reason: t('requests.untilWrong') });
}

function declareSettings(group: Command, declaring: Declaring): void {
  const { t, choose } = declaring;
  const command = asking(group, 'settings', declaring).requiredOption(
    '--file <FILE>',
    t('requests.help.file'),
  );
  withExamples(command, t, [
    ['request settings --branch pgsql_lmp --file slower.json', t('requests.help.exampleSettings')],
  ]);
  command.action((options: AskOptions & { readonly file: string }) =>
    choose(command, (context) => ask(options, context, () => settingsOf(options.file, context))),
  );
}

function declareList(group: Command, { t, json, choose }: Declaring): void {
  const command = group
    .command('list')
    .description(t('requests.help.list'))
    .option('--branch <ID,ID>', t('requests.help.branch'), optionValues(t).list);
  json(command, t('help.option.json'));
  withExamples(command, t, [['request list', t('requests.help.exampleList')]]);
  command.action((options: Partial<AskOptions>) => choose(command, (context) => list(options, context)));
}
