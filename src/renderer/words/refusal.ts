import type { Translate } from '../../shared/texts/translate.ts';
import type { Refusal } from '../../shared/window/views.ts';
import { Refused } from '../data/refused.ts';
import { sayFailure } from './failure.ts';

/** What happened, then what it means and what to do next. */
export interface Sentences {
  readonly what: string;
  readonly rest: readonly string[];
}

type LabelOf = (connection: string) => string;

/**
 * Why something was not done, for a person.
 *
 * @param labelOf the name of a connection by its id
 */
export function sentencesOf(error: Error, t: Translate, labelOf: LabelOf): Sentences {
  if (error instanceof Refused) return sayRefusal(error.refusal, t, labelOf);
  return { what: t('window.noAnswer'), rest: [t('window.noAnswerNext')] };
}

/** See {@link sentencesOf}. */
export function sayRefusal(refusal: Refusal, t: Translate, labelOf: LabelOf): Sentences {
  if (refusal.kind === 'usage') {
    const { what, hint, means, next } = t.usage(refusal.code, refusal.params);
    return { what, rest: [hint, means, next].filter((text) => text !== null) };
  }
  const { sentence, next } = sayFailure(refusal.failure, t, labelOf);
  return { what: sentence, rest: [next] };
}
