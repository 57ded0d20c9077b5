import { type Recoding, UNDECLARED } from '../postgres/recoding.ts';
import { withoutDomains } from './compat.ts';
import { plainType, type TypeUse } from './shape.ts';

/** Types whose text is always ASCII. */
const ASCII_ONLY =
  /^(?:smallint|integer|bigint|numeric|real|double precision|boolean|date|time|interval|uuid|oid|bytea|inet|cidr|macaddr)/;

/** Whether a value's text may contain non-ASCII characters. */
export function holdsText(use: TypeUse): boolean {
  return !ASCII_ONLY.test(plainType(use));
}

/** How to read a column's texts; null if the server's declared encoding is right. */
export function columnRecoding(use: TypeUse, recoding: Recoding | null): Recoding | null {
  if (recoding === null || !holdsText(use)) return null;
  // Enum labels are created at head office as the server sent them.
  const told = withoutDomains(use).own?.kind === 'enum' && recoding.declared !== UNDECLARED;
  return told ? { ...recoding, real: recoding.declared } : recoding;
}

/**
 * SQL of a value as its type's output function writes it, which is what COPY sends. A cast to text differs
 * for some types (true and t, trailing blanks of character). `IS DISTINCT FROM` because a record of NULLs "is
 * NULL".
 */
export function written(value: string): string {
  return `CASE WHEN ${value} IS DISTINCT FROM NULL THEN pg_catalog.concat(${value}) END`;
}

/** Types that a cast to text leaves unchanged. XML's own output omits the encoding from its declaration. */
const CAST = /^(?:text|character varying|xml)$/;

/** SQL of a column's value as text, as COPY in text format sends it. */
export function writtenColumn(value: string, use: TypeUse): string {
  return CAST.test(plainType(use)) ? `${value}::pg_catalog.text` : written(value);
}
