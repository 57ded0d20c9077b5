import type { Refusal } from '../../shared/ipc.ts';
import { assertNever } from '../../shared/status.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { element } from './element.ts';

/** What a person has to know or do first, above all else. */
export function notices(t: Translate, refusals: readonly Refusal[], silence: string | null): readonly Node[] {
  const said = refusals.map((refusal) => notice(...explain(t, refusal)));
  return silence === null ? said : [...said, notice(t('window.noAnswer', { reason: silence }))];
}

/** Where all is well, but nothing has run. */
export function nothingYet(t: Translate): readonly Node[] {
  return [
    element('h1', {}, t('window.nothingYet')),
    element('p', { class: 'quiet' }, t('window.nothingYetNext')),
  ];
}

function notice(title: string, ...sentences: readonly string[]): HTMLElement {
  return element(
    'section',
    { class: 'notice' },
    element('h2', {}, title),
    ...sentences.map((sentence) => element('p', {}, sentence)),
  );
}

function explain(t: Translate, refusal: Refusal): [string, ...string[]] {
  switch (refusal.kind) {
    case 'usage': {
      const { what, hint, means, next } = t.usage(refusal.code, refusal.params);
      return hint === null ? [what, means, next] : [what, hint, means, next];
    }
    case 'failure': {
      const { sentence, next } = t.failure(refusal.failure);
      return [sentence, next, refusal.failure.message];
    }
    default:
      return assertNever(refusal);
  }
}
