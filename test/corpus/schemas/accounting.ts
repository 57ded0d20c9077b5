import type { CorpusSchema } from '../corpus.ts';

/**
 * An accounting program that uses INHERITS: a parent without rows of its own whose children carry their own keys
 * (equal ones among them), a parent with rows, and a third generation.
 */
export const accounting: CorpusSchema = {
  name: 'accounting with INHERITS',
  connections: [{ id: 'books', schema: 'ledger' }],
  setUp: [
    'CREATE SCHEMA ledger',
    'SET search_path = ledger',
    // As it is done for translations: children repeat the parent's key, and their keys overlap.
    `CREATE TABLE translation (trans_id int, language_code varchar(6), description text,
       PRIMARY KEY (trans_id, language_code))`,
    ...['parts', 'project', 'partsgroup', 'business_unit'].map(
      (one) =>
        `CREATE TABLE ${one}_translation (PRIMARY KEY (trans_id, language_code)) INHERITS (translation)`,
    ),
    ...['parts', 'project', 'partsgroup', 'business_unit'].map(
      (one, index) => `INSERT INTO ${one}_translation
         SELECT g, CASE g % 3 WHEN 0 THEN 'id' WHEN 1 THEN 'en' ELSE 'de_AT' END, '${one} ' || g
         FROM generate_series(1, ${20 + index * 7}) g`,
    ),
    // Rows in parent, child and grandchild, with the same keys in all three.
    'CREATE TABLE note (id int PRIMARY KEY, ref_key int, subject text, created timestamp DEFAULT now())',
    'CREATE TABLE entity_note (entity_id int, PRIMARY KEY (id)) INHERITS (note)',
    'CREATE TABLE eca_note (PRIMARY KEY (id)) INHERITS (entity_note)',
    `INSERT INTO note SELECT g, g % 5, 'note ' || g, '2026-01-01'::timestamp + g * interval '1 hour' FROM generate_series(1, 40) g`,
    `INSERT INTO entity_note SELECT g, g % 5, 'entity ' || g, '2026-02-01', g FROM generate_series(30, 60) g`,
    `INSERT INTO eca_note SELECT g, g % 5, 'eca ' || g, '2026-03-01', g FROM generate_series(50, 80) g`,
    // A parent without a key over children that have one.
    'CREATE TABLE file_base (content bytea, mime text, file_name text NOT NULL, ref int NOT NULL)',
    'CREATE TABLE file_order (id serial PRIMARY KEY) INHERITS (file_base)',
    `INSERT INTO file_base VALUES ('\\x00ff', 'a/b', 'loose', 1), ('\\x00ff', 'a/b', 'loose', 1)`,
    `INSERT INTO file_order (content, mime, file_name, ref) SELECT decode(md5(g::text), 'hex'), 'application/pdf', 'f' || g, g FROM generate_series(1, 25) g`,
    `CREATE TABLE journal_entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, reference text, approved bool DEFAULT false,
       amount numeric CHECK (amount <> 0), UNIQUE (reference))`,
    `INSERT INTO journal_entry (reference, approved, amount) SELECT 'GL-' || g, g % 2 = 0, (g || '.' || g % 10 || '0')::numeric FROM generate_series(1, 120) g`,
  ],
  changes: [
    `UPDATE ledger.parts_translation SET description = description || ' (new)' WHERE trans_id % 4 = 0`,
    `INSERT INTO ledger.project_translation VALUES (900, 'id', 'proyek')`,
    // Through the parent it reaches every child.
    `UPDATE ledger.note SET subject = upper(subject) WHERE id % 10 = 0`,
    `UPDATE ONLY ledger.note SET ref_key = ref_key + 1 WHERE id = 33`,
    // Equal, with another image.
    'UPDATE ledger.journal_entry SET amount = amount * 1.000 WHERE id % 7 = 0',
    `UPDATE ledger.file_base SET mime = 'text/plain' WHERE ref = 1`,
  ],
  deletes: [
    'DELETE FROM ledger.translation WHERE trans_id = 5',
    'DELETE FROM ONLY ledger.note WHERE id BETWEEN 28 AND 34',
    'DELETE FROM ledger.eca_note WHERE id > 70',
    'DELETE FROM ONLY ledger.file_base',
  ],
  schemaChange: [
    `ALTER TABLE ledger.translation ADD COLUMN checked bool DEFAULT true`,
    `ALTER TABLE ledger.entity_note NO INHERIT ledger.note`,
    `ALTER TABLE ledger.journal_entry ALTER COLUMN amount TYPE numeric(30,6)`,
  ],
  whileCut: [
    `INSERT INTO ledger.note SELECT g, 1, 'late ' || g, '2026-04-01' FROM generate_series(200, 320) g`,
    `INSERT INTO ledger.journal_entry (reference, amount) SELECT 'LATE-' || g, g FROM generate_series(1, 150) g`,
    'UPDATE ledger.eca_note SET ref_key = 9',
  ],
};
