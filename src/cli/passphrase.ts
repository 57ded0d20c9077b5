import { resolve } from 'node:path';
import { UsageCode, UsageError } from '../shared/errors.ts';
import { LEAST_PASSPHRASE } from '../shared/exportParts.ts';
import type { CliContext } from './context.ts';
import { readPasswords } from './readPassword.ts';

/**
 * The passphrase of an export: the first line of a file or of piped input, or what a person types without echo.
 *
 * @param fresh whether it is a new one, which a person types twice and which must not be short
 * @returns null if the person pressed Ctrl+C
 * @throws UsageError `option_invalid`, `export_passphrase_unfit`
 */
export async function readPassphrase(
  context: CliContext,
  file: string | undefined,
  fresh: boolean,
): Promise<string | null> {
  const passphrase = file === undefined ? await typed(context, fresh) : await fromFile(context, file);
  if (passphrase !== null && fresh && [...passphrase].length < LEAST_PASSPHRASE)
    throw new UsageError(UsageCode.ExportPassphraseUnfit, { least: LEAST_PASSPHRASE });
  return passphrase;
}

async function fromFile({ t }: CliContext, file: string): Promise<string> {
  const { readSmallText } = await import('../core/files/smallFile.ts');
  try {
    const [line = ''] = readSmallText(resolve(file))
      .replace(/^\ufeff/, '')
      .split(/\r?\n/);
    return line;
  } catch (error) {
    const reason = t('cli.disk.passphraseFile', {
      reason: error instanceof Error ? error.message : String(error),
    });
    throw new UsageError(UsageCode.OptionInvalid, { option: '--passphrase-file', reason });
  }
}

async function typed({ world, t }: CliContext, fresh: boolean): Promise<string | null> {
  const prompts = [t('cli.disk.passphrase'), ...(fresh ? [t('cli.disk.passphraseAgain')] : [])];
  const lines = await readPasswords(world, prompts);
  if (lines === null) return null;
  const [first = '', again = first] = lines;
  if (first === again) return first;
  const reason = t('cli.disk.passphrasesDiffer');
  throw new UsageError(UsageCode.OptionInvalid, { option: 'passphrase', reason });
}
