import { en } from './en/index.ts';
import { id } from './id/index.ts';
import type { Language } from './language.ts';

/** All texts, by language. */
export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en, id };

type Singular = `${string}_one`;

/** The English catalogue's shape with any text at its leaves; singular forms are English only. */
type Shape<T> = {
  readonly [K in keyof T as K extends Singular ? never : K]: T[K] extends string ? string : Shape<T[K]>;
};
export type Catalogue = Shape<typeof en>;

type Leaves<T, Path extends string = ''> = {
  [K in keyof T & string]: T[K] extends string ? `${Path}${K}` : Leaves<T[K], `${Path}${K}.`>;
}[keyof T & string];

/** A plural's forms `a_one` and `a_other` are requested as `a`, with a count. */
type Asked<K extends string> = K extends `${infer Base}_one` | `${infer Base}_other` ? Base : K;

/** Keys of all texts, as dotted paths. */
export type TextKey = Asked<Leaves<typeof en>>;

type At<T, K extends string> = K extends `${infer Head}.${infer Rest}`
  ? Head extends keyof T
    ? At<T[Head], Rest>
    : never
  : K extends keyof T
    ? T[K]
    : `${K}_other` extends keyof T
      ? T[`${K}_other`]
      : never;

type Variables<S> = S extends `${string}{{${infer Name}}}${infer Rest}` ? Name | Variables<Rest> : never;

type IsPlural<K extends TextKey> = K extends Leaves<typeof en> ? false : true;
type Needed<K extends TextKey> = Variables<At<typeof en, K>> | (IsPlural<K> extends true ? 'count' : never);

/** The parameters of a text: none for a plain one; `count` selects the plural form. */
export type ParamsOf<K extends TextKey> = [Needed<K>] extends [never]
  ? []
  : [params: { readonly [V in Needed<K>]: V extends 'count' ? number : string | number }];
