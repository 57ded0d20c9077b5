import type { Command } from 'commander';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import {
  type DeliveryReason,
  NOTIFY_CHANNELS,
  type NotifyChannel,
  OUTSIDE_CHANNELS,
  type OutsideChannel,
} from '../../shared/notifyNames.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { visible } from '../../shared/visible.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { optionValues, withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';
import { readPassword } from '../readPassword.ts';
import { stepMark } from '../render/marks.ts';
import { readSettings } from '../settingsAccess.ts';
import { listenForStop } from '../stopSignals.ts';

interface TestOptions {
  readonly channel?: OutsideChannel;
}

interface PasswordOptions {
  readonly channel?: NotifyChannel;
  readonly remove?: boolean;
}

/** What came of a test. */
interface Tested {
  readonly channel: OutsideChannel;
  readonly ok: boolean;
  readonly reason: DeliveryReason | null;
  readonly detail: string;
}

export function declareNotify(program: Command, { t, json, choose }: Declaring): void {
  const group = program.command('notify').description(t('help.command.notify'));
  const { oneOf } = optionValues(t);
  const test = group
    .command('test')
    .description(t('help.command.notifyTest'))
    .option('--channel <CHANNEL>', t('help.option.channel'), oneOf('--channel', OUTSIDE_CHANNELS));
  json(test, t('help.option.json'));
  withExamples(test, t, [
    ['notify test', t('help.example.notifyTest')],
    ['notify test --channel email', t('help.example.notifyTestOne')],
  ]);
  test.action((options: TestOptions) => choose(test, (context) => notifyTest(options, context)));
  const password = group
    .command('password')
    .description(t('help.command.notifyPassword'))
    .requiredOption(
      '--channel <CHANNEL>',
      t('help.option.secretChannel'),
      oneOf('--channel', NOTIFY_CHANNELS),
    )
    .option('--remove', t('help.option.removePassword'));
  json(password, t('help.option.json'));
  withExamples(password, t, [['notify password --channel email', t('help.example.notifyPassword')]]);
  password.action((options: PasswordOptions) =>
    choose(password, (context) => notifyPassword(options, context)),
  );
}

/** `notify test`: sends a test through each channel of the settings, at once and without the outbox. */
async function notifyTest({ channel }: TestOptions, context: CliContext): Promise<ExitCode> {
  const { t } = context;
  const settings = await readSettings(context);
  const { configuredChannels, sendThrough } = await import('../../core/notify/channels.ts');
  const { DeliveryError } = await import('../../core/notify/message.ts');
  const { testMessage } = await import('../../core/notify/testMessage.ts');
  const set = configuredChannels(settings.notifications);
  // One that is switched off may be tried before it is switched on.
  if (channel !== undefined && settings.notifications[channel] === null) throw notSet(channel, t);
  const channels = channel === undefined ? set : [channel];
  using signals = listenForStop(process, () => undefined);
  const delivery = { folder: context.folder, env: context.world.env, stop: signals.stop };
  const message = testMessage(settings.connections, t, new Date());
  const tested = await Promise.all(
    channels.map(async (one): Promise<Tested> => {
      try {
        await sendThrough(one, message, settings.notifications, delivery, new Date());
        return { channel: one, ok: true, reason: null, detail: '' };
      } catch (error) {
        if (!(error instanceof DeliveryError)) throw error;
        return { channel: one, ok: false, reason: error.reason, detail: error.detail };
      }
    }),
  );
  const ok = tested.length > 0 && tested.every((one) => one.ok);
  if (context.json) context.printJson({ ok, channels: tested });
  else
    context.print(tested.length === 0 ? [t('delivery.test.none')] : tested.map((one) => line(one, context)));
  if (signals.stop.aborted) return ExitCode.Interrupted;
  if (tested.length === 0) return ExitCode.WrongUse;
  return ok ? ExitCode.AllWell : ExitCode.SomeFailed;
}

function line({ channel, ok, reason, detail }: Tested, { t, look }: CliContext): string {
  const said =
    reason === null ? t('delivery.test.sent') : t(`delivery.reason.${reason}`, { detail: visible(detail) });
  return `${stepMark(ok ? 'ok' : 'failed', look)} ${t(`delivery.channel.${channel}`)}: ${said}`;
}

/** `notify password`: stores or deletes the mail account's password, the secret that signs posts, or the bot's token. */
async function notifyPassword(options: PasswordOptions, context: CliContext): Promise<ExitCode> {
  const { t, folder } = context;
  const { channel = 'email', remove = false } = options;
  const notifications = (await readSettings(context)).notifications;
  const { channelAccount, namedSecret } = await import('../../core/notify/channelSecret.ts');
  const account = channelAccount(channel, notifications);
  if (account === null) {
    if (notifications[channel] === null) throw notSet(channel, t);
    throw new UsageError(UsageCode.OptionInvalid, {
      option: '--channel',
      reason: t('delivery.password.noAccount'),
    });
  }
  const named = namedSecret(channel, notifications);
  if (!remove && named !== undefined)
    throw new UsageError(UsageCode.PasswordNamed, { connection: channel, where: named });
  const { PasswordStore } = await import('../../core/secrets/passwordStore.ts');
  const store = new PasswordStore(folder);
  if (remove) {
    const removed = await store.remove(account);
    if (context.json) context.printJson({ channel, removed });
    else context.print([t(`delivery.password.${removed ? 'removed' : 'nothing'}`, { channel })]);
    return ExitCode.AllWell;
  }
  const secret = await readPassword(context.world, t('delivery.password.prompt', { channel }));
  if (secret === null) return ExitCode.Interrupted;
  const { place, trouble } = await store.set(account, secret);
  const reason = trouble?.message ?? '';
  if (context.json) context.printJson({ channel, place, reason: trouble === null ? null : reason });
  else context.print([t(`delivery.password.${place}`, { channel, folder, reason })]);
  return ExitCode.AllWell;
}

function notSet(channel: OutsideChannel, t: Translate): UsageError {
  const reason = t('delivery.test.notSet', { channel });
  return new UsageError(UsageCode.OptionInvalid, { option: '--channel', reason });
}
