import type { Translate } from '../../shared/texts/translate.ts';
import type { Refusal } from '../../shared/window/views.ts';
import { Refused } from '../data/refused.ts';

/** What happened, then what it means and what to do next. */
export interface Sentences {
  readonly what: string;
  readonly rest: readonly string[];
}

/** Why something was not done, for a person. */
export function sentencesOf(error: Error, t: Translate): Sentences {
  if (error instanceof Refused) return sayRefusal(error.refusal, t);
  return { what: t('window.noAnswer'), rest: [t('window.noAnswerNext')] };
}

export function sayRefusal(refusal: Refusal, t: Translate): Sentences {
  if (refusal.kind === 'usage') {
    const { what, hint, means, next } = t.usage(refusal.code, refusal.params);
    return { what, rest: [hint, means, next].filter((text) => text !== null) };
  }
  const { sentence, next } = t.failure(refusal.failure);
  return { what: sentence, rest: [next] };
}
