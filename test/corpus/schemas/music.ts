import type { CorpusSchema } from '../corpus.ts';

const KINDS = ['artist', 'label', 'recording'];

/** A music catalogue: keys under an ICU collation that reads numbers, cubes, and the same names in three schemas. */
export const music: CorpusSchema = {
  name: 'music database with ICU numeric collation keys',
  extensions: ['cube', 'earthdistance', 'citext'],
  connections: [
    { id: 'catalogue', schema: 'catalogue' },
    { id: 'archive', schema: 'archive' },
    { id: 'stats', schema: 'statistics' },
  ],
  setUp: [
    `CREATE COLLATION public.numbers (provider = icu, locale = 'und-u-kn-true')`,
    `CREATE COLLATION public.blind (provider = icu, locale = 'und-u-ks-level1', deterministic = false)`,
    ...['catalogue', 'archive', 'statistics'].flatMap((schema, index) => [
      `CREATE SCHEMA ${schema}`,
      `CREATE TYPE ${schema}.fluency AS ENUM (${index === 0 ? `'basic', 'native'` : `'native', 'basic', 'none'`})`,
      `CREATE TABLE ${schema}.release (catno text COLLATE public.numbers PRIMARY KEY, title text, year smallint)`,
      `INSERT INTO ${schema}.release SELECT 'CAT-' || g, 'Title ' || g, 1900 + g FROM generate_series(1, ${60 + index * 20}) g`,
      `CREATE TABLE ${schema}.link (entity0 int, entity1 int, kind text COLLATE public.numbers, order_no int DEFAULT 0,
         PRIMARY KEY (kind, entity0, entity1))`,
      `INSERT INTO ${schema}.link SELECT g % 9, g, 'rel ' || g % 12, g FROM generate_series(1, 90) g`,
      `CREATE TABLE ${schema}.editor_language (editor int, language int, fluency ${schema}.fluency, PRIMARY KEY (editor, language))`,
      `INSERT INTO ${schema}.editor_language SELECT g, g % 4, 'native' FROM generate_series(1, 30) g`,
    ]),
    `CREATE TABLE catalogue.place (gid uuid PRIMARY KEY, name text, coordinates cube, loc earth)`,
    `INSERT INTO catalogue.place SELECT md5(g::text)::uuid, 'P' || g, cube(ARRAY[g, g * 1.5]), ll_to_earth(g % 80, g % 170)
       FROM generate_series(1, 50) g`,
    `CREATE TABLE catalogue.track_toc (toc cube PRIMARY KEY, disc int)`,
    `INSERT INTO catalogue.track_toc SELECT cube(ARRAY[g, -g]::float8[]), g FROM generate_series(1, 40) g`,
    `CREATE TABLE catalogue.tag (name citext PRIMARY KEY, ref_count int)`,
    `INSERT INTO catalogue.tag SELECT CASE WHEN g % 2 = 0 THEN 'Tag' ELSE 'tAG' END || g, g FROM generate_series(1, 60) g`,
    `CREATE TABLE catalogue.alias (name text COLLATE public.blind, locale text COLLATE "C", PRIMARY KEY (name, locale))`,
    `INSERT INTO catalogue.alias SELECT CASE g % 3 WHEN 0 THEN 'É' WHEN 1 THEN 'e' ELSE 'E' END || g, 'xx' FROM generate_series(1, 45) g`,
    ...KINDS.map(
      (one) => `CREATE TABLE catalogue.${one}_gid_redirect (gid uuid NOT NULL, new_id int NOT NULL)`,
    ),
    ...KINDS.map(
      (one) =>
        `INSERT INTO catalogue.${one}_gid_redirect SELECT md5('${one}' || g % 20)::uuid, g FROM generate_series(1, 33) g`,
    ),
  ],
  changes: [
    `UPDATE catalogue.release SET title = title || '!' WHERE year % 7 = 0`,
    `UPDATE archive.release SET catno = 'cat-' || substr(catno, 5) WHERE year % 11 = 0`,
    `INSERT INTO statistics.release VALUES ('CAT-9', 'nine', 9), ('CAT-010', 'padded', 10) ON CONFLICT DO NOTHING`,
    `UPDATE catalogue.tag SET name = upper(name::text)::citext WHERE ref_count % 3 = 0`,
    `UPDATE catalogue.alias SET name = lower(name) WHERE name LIKE 'E%' COLLATE "C"`,
    `UPDATE catalogue.place SET coordinates = cube(ARRAY[-0.0, 1]::float8[]) WHERE name = 'P7'`,
    `UPDATE catalogue.artist_gid_redirect SET new_id = new_id + 1000 WHERE new_id % 5 = 0`,
  ],
  deletes: [
    `DELETE FROM catalogue.release WHERE year % 13 = 0`,
    `DELETE FROM archive.link WHERE kind = 'rel 10'`,
    `DELETE FROM catalogue.track_toc WHERE disc % 9 = 0`,
    `DELETE FROM catalogue.label_gid_redirect WHERE new_id < 4`,
  ],
  schemaChange: [
    `ALTER TYPE catalogue.fluency ADD VALUE 'advanced' BEFORE 'native'`,
    `ALTER TABLE catalogue.place ADD COLUMN area int[] DEFAULT '{1,NULL}'`,
    `ALTER TABLE archive.release RENAME COLUMN title TO name`,
  ],
  whileCut: [
    `INSERT INTO catalogue.release SELECT 'NEW-' || g, 'n', 1 FROM generate_series(1, 150) g`,
    `INSERT INTO archive.link SELECT 1, g, 'late ' || g % 3, g FROM generate_series(500, 600) g`,
    `UPDATE catalogue.editor_language SET fluency = 'basic' WHERE editor % 2 = 0`,
  ],
};
