import { type Recoding, UNDECLARED } from '../postgres/recoding.ts';
import { withoutDomains } from './compat.ts';
import { plainType, type TypeUse } from './shape.ts';

/** Types whose text is ASCII whatever the value. */
const ASCII_ONLY =
  /^(?:smallint|integer|bigint|numeric|real|double precision|boolean|date|time|interval|uuid|oid|bytea|inet|cidr|macaddr)/;

/** Whether the text of a value may hold characters beyond ASCII. */
export function holdsText(use: TypeUse): boolean {
  return !ASCII_ONLY.test(plainType(use));
}

/** How a column's texts are to be read; null where as the server declares them. */
export function columnRecoding(use: TypeUse, recoding: Recoding | null): Recoding | null {
  if (recoding === null || !holdsText(use)) return null;
  // Labels are made at head office as the server has told them.
  const told = withoutDomains(use).own?.kind === 'enum' && recoding.declared !== UNDECLARED;
  return told ? { ...recoding, real: recoding.declared } : recoding;
}

/**
 * SQL of a value as its type writes it, which is what COPY sends; a cast to text is something else for some
 * (true and t, trailing blanks of character). `IS DISTINCT FROM` because a record of NULLs "is NULL".
 */
export function written(value: string): string {
  return `CASE WHEN ${value} IS DISTINCT FROM NULL THEN pg_catalog.concat(${value}) END`;
}

/** Types that a cast to text leaves as they are; XML's own output leaves the encoding out of its declaration. */
const CAST = /^(?:text|character varying|xml)$/;

/** SQL of a column's value as text, as COPY in text format sends it. */
export function writtenColumn(value: string, use: TypeUse): string {
  return CAST.test(plainType(use)) ? `${value}::pg_catalog.text` : written(value);
}
