import type { Command } from 'commander';
import { TEXT_ENCODINGS } from '../../shared/encodings.ts';
import { SSL_MODES } from '../../shared/sslMode.ts';
import { type ConnectionAddOptions, connectionAdd } from '../commands/connectionAdd.ts';
import { connectionList } from '../commands/connectionList.ts';
import { connectionPassword } from '../commands/connectionPassword.ts';
import { connectionTest } from '../commands/connectionTest.ts';
import { withExamples } from '../helpStyle.ts';
import { optionValues } from '../optionValues.ts';
import type { Declaring } from '../program.ts';

export function declareConnection(program: Command, declaring: Declaring): void {
  const { t } = declaring;
  const group = program.command('connection').description(t('help.command.connection'));
  declareList(group, declaring);
  declareAdd(group, declaring);
  declarePassword(group, declaring);
  declareTest(group, declaring);
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
    .option('--remove', t('help.option.removePassword'));
  json(command, t('help.option.json'));
  withExamples(command, t, [
    ['connection password central', t('help.example.password')],
    ['connection password pgsql_lmp < password.txt', t('help.example.passwordPiped')],
    ['connection password pgsql_lmp --remove', t('help.example.passwordRemove')],
  ]);
  command.action((id: string, options: { readonly remove?: boolean }) =>
    choose(command, (context) => connectionPassword(id, options, context)),
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
