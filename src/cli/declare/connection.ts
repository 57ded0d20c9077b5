import type { Command } from 'commander';
import type { StoredQuestion } from '../../core/secrets/keychain.ts';
import type { ConnectionTestStep } from '../../shared/contract.ts';
import { TEXT_ENCODINGS } from '../../shared/encodings.ts';
import { SSL_MODES } from '../../shared/endpointUrl.ts';
import { FailureCode, UsageCode, UsageError } from '../../shared/errors.ts';
import { formatBytes } from '../../shared/format.ts';
import type { CentralSettings, ConnectionSettings, EndpointSettings } from '../../shared/settings.ts';
import { visible } from '../../shared/visible.ts';
import { type ConnectionAddOptions, connectionAdd } from '../commands/connectionAdd.ts';
import { type ConnectionImportOptions, connectionImport } from '../commands/connectionImport.ts';
import { connectionSshHostKey } from '../commands/connectionSshHostKey.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { optionValues, withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';
import { readPassword } from '../readPassword.ts';
import { type Cell, renderColumns, renderLabelled } from '../render/columns.ts';
import { type Look, stepMark } from '../render/marks.ts';
import { findConnection, readSettings } from '../settingsAccess.ts';
import { listenForStop } from '../stopSignals.ts';

export function declareConnection(program: Command, declaring: Declaring): void {
  const { t } = declaring;
  const group = program.command('connection').description(t('help.command.connection'));
  declareList(group, declaring);
  declareAdd(group, declaring);
  declarePassword(group, declaring);
  declareSshHostKey(group, declaring);
  declareTest(group, declaring);
  declareImportBranches(group, declaring);
}

function declareList(group: Command, { t, json, choose }: Declaring): void {
  const command = group.command('list').description(t('help.command.connectionList'));
  json(command, t('help.option.json'));
  withExamples(command, t, [['connection list', t('help.example.connectionList')]]);
  command.action(() => choose(command, connectionList));
}

function declareAdd(group: Command, { t, json, choose }: Declaring): void {
  const read = optionValues(t);
  const command = group
    .command('add')
    .description(t('help.command.connectionAdd'))
    .requiredOption('--id <ID>', t('help.option.id'))
    .option('--label <TEXT>', t('help.option.label'))
    .option('--url <URL>', t('help.option.url'))
    .option('--host <HOST>', t('help.option.host'))
    .option('--port <PORT>', t('help.option.port'), read.port)
    .option('--database <NAME>', t('help.option.database'))
    .option('--user <USER>', t('help.option.user'))
    .option('--password-env <VARIABLE>', t('help.option.passwordEnv'))
    .option('--passfile <FILE>', t('help.option.passfile'))
    .option('--sslmode <MODE>', t('help.option.sslmode'), read.oneOf('--sslmode', SSL_MODES))
    .option('--sslrootcert <FILE>', t('help.option.sslrootcert'))
    .option('--sslcert <FILE>', t('help.option.sslcert'))
    .option('--sslkey <FILE>', t('help.option.sslkey'))
    .option('--ssh-host <HOST>', t('help.option.sshHost'))
    .option('--ssh-port <PORT>', t('help.option.sshPort'), read.port)
    .option('--ssh-user <USER>', t('help.option.sshUser'))
    .option('--ssh-key-file <FILE>', t('help.option.sshKeyFile'))
    .option('--ssh-agent', t('help.option.sshAgent'))
    .option('--ssh-host-key <KEY>', t('help.option.sshHostKey'))
    .option('--no-ssh-compress', t('help.option.noSshCompress'))
    .option('--schema <NAME>', t('help.option.schema'))
    .option('--encoding <NAME>', t('help.option.encoding'), read.oneOf('--encoding', TEXT_ENCODINGS))
    .option('--tables <A,B>', t('help.option.tablesPattern'), read.list)
    .option('--exclude <A,B>', t('help.option.exclude'), read.list);
  json(command, t('help.option.json'));
  withExamples(command, t, [
    [
      'connection add --id central --host hq.example --database dashboard --user branchline',
      t('help.example.addCentral'),
    ],
    [
      'connection add --id pgsql_lmp --host 127.0.0.1 --database idempiere --user reader --schema adempiere',
      t('help.example.addBranch'),
    ],
    [
      'connection add --id pgsql_lmp --url postgres://reader@127.0.0.1/idempiere --password-env LMP_PASSWORD',
      t('help.example.addUrl'),
    ],
  ]);
  command.action((options: ConnectionAddOptions) =>
    choose(command, (context) => connectionAdd(options, context)),
  );
}

function declarePassword(group: Command, { t, json, choose }: Declaring): void {
  const command = group
    .command('password')
    .description(t('help.command.connectionPassword'))
    .argument('<ID>', t('help.argument.connection'))
    .option('--ssh', t('help.option.sshSecret'))
    .option('--remove', t('help.option.removePassword'));
  json(command, t('help.option.json'));
  withExamples(command, t, [
    ['connection password central', t('help.example.password')],
    ['connection password pgsql_lmp < password.txt', t('help.example.passwordPiped')],
    ['connection password central --ssh', t('help.example.passwordSsh')],
    ['connection password pgsql_lmp --remove', t('help.example.passwordRemove')],
  ]);
  command.action((id: string, options: PasswordOptions) =>
    choose(command, (context) => connectionPassword(id, options, context)),
  );
}

function declareSshHostKey(group: Command, { t, json, choose }: Declaring): void {
  const command = group
    .command('ssh-host-key')
    .description(t('help.command.connectionSshHostKey'))
    .argument('<ID>', t('help.argument.connection'))
    .option('--accept', t('help.option.acceptHostKey'));
  json(command, t('help.option.json'));
  withExamples(command, t, [
    ['connection ssh-host-key central', t('help.example.hostKey')],
    ['connection ssh-host-key central --accept', t('help.example.hostKeyAccept')],
  ]);
  command.action((id: string, options: { readonly accept?: boolean }) =>
    choose(command, (context) => connectionSshHostKey(id, options, context)),
  );
}

function declareTest(group: Command, { t, json, choose }: Declaring): void {
  const command = group
    .command('test')
    .description(t('help.command.connectionTest'))
    .argument('<ID>', t('help.argument.connection'));
  json(command, t('help.option.json'));
  withExamples(command, t, [
    ['connection test central', t('help.example.testCentral')],
    ['connection test pgsql_lmp', t('help.example.testBranch')],
  ]);
  command.action((id: string) => choose(command, (context) => connectionTest(id, context)));
}

function declareImportBranches(group: Command, { t, json, choose }: Declaring): void {
  const command = group
    .command('import')
    .description(t('help.command.connectionImport'))
    .argument('<FILE>', t('help.argument.branchTable'))
    .option('--dry-run', t('help.option.importDryRun'))
    .option('--test', t('help.option.importTest'));
  json(command, t('help.option.json'));
  withExamples(command, t, [
    ['connection import branches.csv --test --dry-run', t('help.example.importBranchesDry')],
    ['connection import branches.csv --test', t('help.example.importBranches')],
  ]);
  command.action((file: string, options: ConnectionImportOptions) =>
    choose(command, (context) => connectionImport(file, options, context)),
  );
}

/** `connection list`: head office and the branches, as in the settings. */
async function connectionList(context: CliContext): Promise<ExitCode> {
  const { central, connections } = await readSettings(context);
  if (context.json) context.printJson({ central, connections });
  else context.print(renderConnections(central, connections, context.look));
  return ExitCode.AllWell;
}

/** `connection test`: tests head office or a branch, step by step. */
async function connectionTest(id: string, context: CliContext): Promise<ExitCode> {
  const connection = findConnection(id, await readSettings(context));
  await using engine = await context.openEngine();
  using signals = listenForStop(process, () => undefined);
  const steps = await engine.testConnection(connection, signals.stop);
  if (signals.stop.aborted) return ExitCode.Interrupted;
  const ok = steps.every((step) => step.ok);
  if (context.json) context.printJson({ connection: id, ok, steps });
  else context.print(renderConnectionTest(id, steps, context.look));
  return ok ? ExitCode.AllWell : ExitCode.SomeFailed;
}

interface PasswordOptions {
  readonly remove?: boolean;
  readonly ssh?: boolean;
}

/** `connection password`: stores or deletes the password of head office or a branch. */
async function connectionPassword(
  id: string,
  options: PasswordOptions,
  context: CliContext,
): Promise<ExitCode> {
  const settings = await readSettings(context);
  const found = findConnection(id, settings);
  const endpoint = found === 'central' ? settings.central : found;
  const { PasswordStore } = await import('../../core/secrets/passwordStore.ts');
  const store = new PasswordStore(context.folder);
  const { t } = context;
  const asked = await accountAsked(id, endpoint, options);
  if (options.remove) {
    const removed = await store.remove(asked);
    if (context.json) context.printJson({ connection: id, removed });
    else context.print([t(`cli.connection.password.${removed ? 'removed' : 'nothing'}`, { connection: id })]);
    return ExitCode.AllWell;
  }
  const { user, host, port, database } = asked;
  const account = `${user}@${host}:${port}/${database}`;
  const password = await readPassword(context.world, t('cli.connection.password.prompt', { account }));
  if (password === null) return ExitCode.Interrupted;
  const { place, trouble } = await store.set(asked, password);
  const reason = trouble?.message ?? '';
  if (context.json) context.printJson({ connection: id, place, reason: trouble === null ? null : reason });
  else
    context.print([
      t(`cli.connection.password.${place}`, { connection: id, folder: context.folder, reason }),
    ]);
  return ExitCode.AllWell;
}

/**
 * Whose password it is: the database's, or the SSH server's before it.
 *
 * @throws UsageError `ssh_not_set`; `password_named`, because a password named in the settings takes precedence: a
 *   stored one would silently never be used
 */
async function accountAsked(
  connection: string,
  endpoint: EndpointSettings,
  { ssh: ofSsh = false, remove = false }: PasswordOptions,
): Promise<StoredQuestion> {
  const { ssh, password, passfile } = endpoint;
  if (ofSsh && ssh === undefined) throw new UsageError(UsageCode.SshNotSet, { connection });
  const named = ssh?.keyFile === undefined ? ssh?.password : ssh.passphrase;
  const where = ofSsh ? named : (password ?? passfile);
  if (!remove && where !== undefined) throw new UsageError(UsageCode.PasswordNamed, { connection, where });
  if (!ofSsh || ssh === undefined) return endpoint;
  const { sshAccount } = await import('../../core/secrets/sshSecret.ts');
  return sshAccount(ssh);
}

/** Head office first, then one line per branch. */
function renderConnections(
  central: CentralSettings,
  connections: readonly ConnectionSettings[],
  look: Look,
): string[] {
  const { t, colors } = look;
  const rows: Cell[][] = [
    endpointCells('central', t('cli.connection.centralLabel'), central, '', look),
    ...connections.map((one) =>
      endpointCells(one.id, one.label, one, one.enabled ? t('words.yes') : t('words.no'), look),
    ),
  ];
  const lines = renderColumns(
    [
      { title: t('cli.column.connection') },
      { title: '', shrinks: true },
      { title: t('cli.column.database'), shrinks: true },
      { title: t('cli.column.user') },
      { title: 'sslmode' },
      { title: t('cli.column.enabled') },
      { title: t('cli.column.tables'), shrinks: true },
    ],
    rows.map((row, index) => [...row, { text: index === 0 ? '' : tablesOf(connections[index - 1], look) }]),
    look,
  );
  return connections.length === 0 ? [...lines, '', colors.yellow(t('cli.connection.none'))] : lines;
}

function endpointCells(
  id: string,
  label: string,
  endpoint: CentralSettings | ConnectionSettings,
  enabled: string,
  { colors }: Look,
): Cell[] {
  return [
    { text: id, paint: colors.bold },
    { text: label },
    { text: `${endpoint.host}:${endpoint.port}/${endpoint.database} (${endpoint.schema})` },
    { text: endpoint.user },
    { text: endpoint.sslmode },
    { text: enabled },
  ];
}

function tablesOf(connection: ConnectionSettings | undefined, { t }: Look): string {
  if (connection === undefined) return '';
  const names = connection.tables.map((entry) => (typeof entry === 'string' ? entry : entry.name));
  const wanted = names.length === 1 && names[0] === '*' ? t('cli.connection.allTables') : names.join(', ');
  return [wanted, ...connection.exclude.map((name) => `-${name}`)].join(' ');
}

/** Each step with its facts; a failed step with its meaning and what to do. */
export function renderConnectionTest(id: string, steps: readonly ConnectionTestStep[], look: Look): string[] {
  const { t, colors } = look;
  const ok = steps.every((step) => step.ok);
  return [
    ...steps.flatMap((step) => renderStep(id, step, look)),
    '',
    ok
      ? colors.green(t('cli.connection.works', { connection: id }))
      : colors.red(t('cli.connection.doesNotWork', { connection: id })),
  ];
}

function renderStep(id: string, step: ConnectionTestStep, look: Look): string[] {
  const { t, colors } = look;
  const { exposed = false, ...told } = step.facts;
  const facts = Object.entries(told).map(([name, value]) =>
    name === 'bytesPerSecond'
      ? t('words.transfer.speed', { speed: formatBytes(Number(value), t.language) })
      : `${name} ${readable(value, look)}`,
  );
  const known = facts.length === 0 ? '' : colors.dim(` (${facts.join(', ')})`);
  const head = `${stepMark(step.ok ? (exposed === true ? 'warning' : 'ok') : 'failed', look)} ${t(`cli.connection.step.${step.step}`)}${known}`;
  if (step.failure === null)
    return exposed === true ? [head, `  ${colors.yellow(t('cli.connection.exposed'))}`] : [head];
  const { code, params } = step.failure;
  const { sentence, next } = t.failure({ code, params: { connection: id, ...params } });
  // The general text speaks of a batch to resume.
  const isFull = code === FailureCode.TooManyConnections && params.side === 'central';
  return [
    head,
    `  ${sentence}`,
    ...renderLabelled(
      [
        [t('cli.status.error'), step.failure.message],
        [t('cli.status.next'), isFull ? t('branchesPage.hint.headOfficeFull') : next],
      ],
      look,
      '  ',
    ),
  ];
}

function readable(value: string | number | boolean, { t }: Look): string {
  if (typeof value === 'boolean') return value ? t('words.yes') : t('words.no');
  return visible(String(value));
}
