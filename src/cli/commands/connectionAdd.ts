import { resolve } from 'node:path';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { SYSTEM_CA } from '../../shared/settings.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { addBranch, beginWithCentral } from '../settingsAccess.ts';

export interface ConnectionAddOptions {
  readonly id: string;
  readonly label?: string;
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly user?: string;
  readonly passwordEnv?: string;
  readonly passfile?: string;
  readonly sslmode?: string;
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
  readonly sshHost?: string;
  readonly sshPort?: number;
  readonly sshUser?: string;
  readonly sshKeyFile?: string;
  readonly sshAgent?: boolean;
  readonly sshHostKey?: string;
  /** commander's: true where nothing was said. */
  readonly sshCompress?: boolean;
  readonly schema?: string;
  readonly encoding?: string;
  readonly tables?: readonly string[];
  readonly exclude?: readonly string[];
}

/** `connection add`: writes a branch, or head office (id `central`), into the settings. */
export async function connectionAdd(options: ConnectionAddOptions, context: CliContext): Promise<ExitCode> {
  refusePassword(options.url, context);
  const file = options.id === 'central' ? await addCentral(options, context) : await add(options, context);
  if (context.json) context.printJson({ connection: options.id, file });
  else {
    const { t, look } = context;
    context.print([
      t('cli.connection.added', { connection: options.id, file }),
      t('cli.connection.tryIt'),
      `  ${look.colors.bold(context.again(`connection test ${options.id}`))}`,
    ]);
  }
  return ExitCode.AllWell;
}

function add(options: ConnectionAddOptions, context: CliContext): Promise<string> {
  const { id, label, encoding, tables, exclude } = options;
  const connection = {
    id,
    ...(label !== undefined && { label }),
    ...endpointOf(options),
    ...(encoding !== undefined && { encoding }),
    ...(tables && { tables }),
    ...(exclude && { exclude }),
  };
  return addBranch(connection, context);
}

function addCentral(options: ConnectionAddOptions, context: CliContext): Promise<string> {
  for (const name of ['label', 'encoding', 'tables', 'exclude'] as const) {
    if (options[name] === undefined) continue;
    const reason = context.t('cli.connection.reason.centralHasNone');
    throw new UsageError(UsageCode.OptionInvalid, { option: `--${name}`, reason });
  }
  return beginWithCentral(endpointOf(options), context);
}

/** Only options that were given: defaults stay out of the file, so that new defaults of later versions apply. */
function endpointOf(options: ConnectionAddOptions): Readonly<Record<string, unknown>> {
  const { url, host, port, database, user, passwordEnv, sslmode, schema } = options;
  const said = {
    url,
    host,
    port,
    database,
    user,
    password: passwordEnv === undefined ? undefined : `\${${passwordEnv}}`,
    passfile: absolute(options.passfile),
    sslmode,
    sslrootcert: options.sslrootcert === SYSTEM_CA ? SYSTEM_CA : absolute(options.sslrootcert),
    sslcert: absolute(options.sslcert),
    sslkey: absolute(options.sslkey),
    ssh: sshOf(options),
    schema,
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

/** Undefined where nothing was said of an SSH server. */
function sshOf(options: ConnectionAddOptions): Readonly<Record<string, unknown>> | undefined {
  const said = {
    host: options.sshHost,
    port: options.sshPort,
    user: options.sshUser,
    keyFile: absolute(options.sshKeyFile),
    agent: options.sshAgent,
    hostKey: options.sshHostKey,
    compress: options.sshCompress === false ? false : undefined,
  };
  const entries = Object.entries(said).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** A path in the file is relative to the file, but one on the command line is relative to the current folder. */
function absolute(file: string | undefined): string | undefined {
  return file === undefined ? undefined : resolve(file);
}

/** Other users of the machine can see command lines. */
function refusePassword(url: string | undefined, { t }: CliContext): void {
  if (url === undefined || !URL.canParse(url) || new URL(url).password === '') return;
  throw new UsageError(UsageCode.OptionInvalid, {
    option: '--url',
    reason: t('cli.connection.reason.passwordInUrl'),
  });
}
