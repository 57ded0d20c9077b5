import { expect, test } from 'vitest';
import { adminText } from '../../../src/renderer/parts/trouble/adminText.ts';
import { groupFailures, whoActs } from '../../../src/renderer/parts/trouble/groupFailures.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { failedRow } from '../support/rows.ts';

const t = createTranslator('en');
const labelOf = (): string => 'Lampung';

function forbidden(table: string) {
  const sql = `GRANT SELECT ON "${table}" TO "reader";`;
  return failedRow(table, 'source_permission', { user: 'reader', sql });
}

test.each([1, 2])(
  'of %d tables the administrator gets the sentence, the tables and each statement once',
  (count) => {
    const [group] = groupFailures([forbidden('a'), forbidden('b')].slice(0, count), t, labelOf);
    if (group === undefined) throw new Error('There is no group.');
    const text = adminText(group, t, labelOf, (at) => at);
    for (const table of ['a', 'b'].slice(0, count))
      expect(text.split(`GRANT SELECT ON "${table}" TO "reader";`)).toHaveLength(2);
    expect(text).toContain(`Tables: ${count === 1 ? 'a' : 'a, b'}`);
  },
);

test.each([
  ['source_permission', 'branch'],
  ['central_permission', 'office'],
  ['too_many_deletes', 'you'],
] as const)('%s is for %s', (code, who) => {
  const [group] = groupFailures([failedRow('a', code)], t, labelOf);
  expect(group && whoActs(group)).toBe(who);
});
