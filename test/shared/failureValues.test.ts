import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FailureCode } from '../../src/shared/errors.ts';
import { failures } from '../../src/shared/texts/en/failures.ts';

const CORE = new URL('../../src/core', import.meta.url).pathname;
const SOURCES = readdirSync(CORE, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(CORE, name), 'utf8'));

/** What each database's error brings (see endpointFacts), and what a table's row and the translator add. */
const OF_ERRORS = ['connection', 'host', 'port', 'user', 'server', 'endpoint', 'table', 'schema', 'sql'];
/** What a failure of our own has without giving it. */
const OF_OWN = ['connection', 'table', 'server', 'endpoint', 'command'];

/** Codes of errors of servers and sockets, which get what `classify` adds; all others are thrown by a line of ours. */
const CLASSIFIED = readFileSync(join(CORE, 'postgres/sqlstates.ts'), 'utf8').concat(
  readFileSync(join(CORE, 'postgres/classifyError.ts'), 'utf8'),
  readFileSync(join(CORE, 'postgres/wireGuard.ts'), 'utf8'),
);

function variables(text: string): readonly string[] {
  return [...text.matchAll(/{{(\w+)}}/g)].map((match) => match[1] ?? '');
}

const throwersOf = (name: string): readonly string[] =>
  SOURCES.filter((source) => new RegExp(`FailureCode\\.${name}\\b|\\{ ${name}: code \\}`).test(source));

/** A code without a thrower stands in older journals alone. */
const NAMES = Object.entries(FailureCode).filter(([name]) => throwersOf(name).length > 0);

test.each(NAMES)('every value that %s names is provided where it is thrown', (name, code) => {
  const { sentence, next } = failures[code];
  const classified = CLASSIFIED.includes(`FailureCode.${name}`);
  const given = classified ? OF_ERRORS : OF_OWN;
  const throwers = throwersOf(name);
  const lacking = variables(`${sentence} ${next}`).filter(
    (one) =>
      !given.includes(one) &&
      !throwers.some((source) =>
        new RegExp(`\\b${one}\\b(?::|,| \\}|\\?\\?)|names\\[name\\]|paramsOf\\(`).test(source),
      ),
  );
  expect(lacking).toEqual([]);
});
