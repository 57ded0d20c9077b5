import fc from 'fast-check';

/** A password that stands in what is fuzzed, and must stand in no answer. */
export const SECRET = 'hunter2-never-told';

const deep = (levels: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
};

/** Values that a form may hold instead of what belongs there. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom<unknown>(
    null,
    '',
    '*',
    '__proto__',
    'constructor',
    '../../etc/passwd',
    '\u0000',
    '\u001b]0;x\u0007',
    'x'.repeat(100_000),
    `${'$'}{PATH}`,
    SECRET,
    `postgres://u:${SECRET}@127.0.0.1:1/db`,
    -1,
    0,
    1e308,
    2 ** 53,
    0.1,
    [],
    {},
    { __proto__: null, toString: 1 },
    JSON.parse('{"__proto__": {"polluted": true}}'),
    Array.from({ length: 6000 }, () => 'x'),
    deep(3000),
  ),
);

/** A value with one part of it replaced, removed or doubled. */
export function mutated(value: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(value);
  return fc
    .tuple(fc.constantFrom(...places), fc.constantFrom('put', 'remove', 'add'), hostileValue)
    .map(([place, how, put]) => changed(value, place, how, put));
}

/** Settings are less deep; what was put in before may be as deep as it likes. */
const DEEPEST = 6;

type Place = readonly (string | number)[];

function placesIn(value: unknown, at: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null || at.length > DEEPEST) return [at];
  return [at, ...Object.entries(value).flatMap(([key, part]) => placesIn(part, [...at, key]))];
}

function changed(value: unknown, [key, ...rest]: Place, how: string, put: unknown): unknown {
  if (key === undefined) return how === 'remove' ? null : put;
  if (typeof value !== 'object' || value === null) return put;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value };
  const slot = copy as Record<string | number, unknown>;
  if (rest.length > 0) slot[key] = changed(slot[key], rest, how, put);
  else if (how === 'put') slot[key] = put;
  else if (how === 'remove') delete slot[key];
  else slot[`${key}_`] = put;
  return copy;
}
