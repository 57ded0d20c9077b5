import { UsageCode, UsageError } from '../shared/errors.ts';
import type { Translate } from '../shared/texts/translate.ts';

/** Reads option values as commander hands them over. @throws UsageError `option_invalid` */
export function optionValues(t: Translate) {
  const wrong = (option: string, reason: string): never => {
    throw new UsageError(UsageCode.OptionInvalid, { option, reason });
  };
  return {
    /** `A,B` or the option given several times; `\,` is a comma of a name. */
    list: (value: string, before: readonly string[] | undefined): readonly string[] => [
      ...(before ?? []),
      ...value
        .split(/(?<!\\),/)
        .map((part) => part.trim().replaceAll('\\,', ','))
        .filter((part) => part !== ''),
    ],
    positive:
      (option: string) =>
      (value: string): number => {
        const number = Number(value);
        return Number.isFinite(number) && number > 0 ? number : wrong(option, t('help.parse.notANumber'));
      },
    port: (value: string): number => {
      const number = /^\d{1,5}$/.test(value) ? Number(value) : 0;
      return number >= 1 && number <= 65535 ? number : wrong('--port', t('cli.connection.reason.portWrong'));
    },
    oneOf:
      <T extends string>(option: string, choices: readonly T[]) =>
      (value: string): T => {
        const chosen = choices.find((choice) => choice === value);
        return chosen ?? wrong(option, t('help.parse.oneOf', { choices: choices.join(', ') }));
      },
  };
}
