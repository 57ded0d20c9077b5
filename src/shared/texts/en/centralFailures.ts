/** Why a table failed for what head office allows, has or does with it. */
export const centralFailures = {
  central_permission: {
    sentence: 'Branchline is not allowed to write {{table}} at head office.',
    next: 'Let an administrator of the head office database run this, then retry the table:\n{{sql}}',
  },
  central_row_security: {
    sentence:
      'Row-level security on {{tables}} at head office keeps Branchline’s user {{user}} from writing rows of {{table}} (policies: {{policies}}).',
    next: 'Let a superuser of the head office database run this, then retry the table:\n{{sql}}',
  },
  central_policy_foreign: {
    sentence:
      'Policies on {{tables}} at head office may hide rows from {{user}}, the role of this branch alone, so nothing was written to {{table}} (policies: {{policies}}).',
    next: 'Those that are not named branchline:… are head office’s own: let it drop them, or give them to other roles alone. Do not give {{user}} BYPASSRLS: it would see the rows of all branches. Then retry the table.',
  },
  central_denied: {
    sentence:
      'The head office database refused something that writing {{table}} needs, although {{user}} may write the table itself.',
    next: 'See the technical message for what it is; let head office grant it to {{user}}, then retry the table.',
  },
  central_set_up_denied: {
    sentence:
      'Branchline’s user {{user}} may not make or use its own schema "branchline" at head office, so nothing was sent.',
    next: 'Let an administrator of the head office database run this, then sync again:\n{{sql}}',
  },
  central_set_up_untrusted: {
    sentence:
      'Branchline’s own schema "branchline" at head office, or something in it, belongs to {{owner}}, who is neither Branchline’s user nor the owner of the database: their code would run with Branchline’s rights, so nothing was sent.',
    next: 'Let an administrator of the head office database see what {{owner}} has done there (triggers, rules, policies, defaults), and drop what is not head office’s. Where {{owner}} is the role that all branches had before, run what central-sql prints again. Else run this, then sync again:\n{{sql}}',
  },
  central_trigger_failed: {
    sentence:
      'The trigger {{trigger}} on {{table}} at head office failed or refused rows (its function is {{function}}).',
    next: 'See the technical message for what it said. Let head office correct the trigger, or the rows at the branch, then retry the table.',
  },
  central_shape_refused: {
    sentence:
      'A change at the branch has to be followed in {{table}} at head office, but a view or another object there depends on what would change.',
    next: 'See the technical message for which. Let head office drop that object, retry the table, and make the object again.',
  },
  central_name_taken: {
    sentence:
      '{{table}} cannot be made at head office: its schema {{schema}} has something else of that name.',
    next: 'See the technical message for the name. Let head office rename it, or choose another schema for the synced tables, then retry the table.',
  },
  central_table_shared: {
    sentence:
      '{{other}} made {{table}} at head office with other columns, so the rows of {{connection}} do not fit there as well.',
    next: 'Two systems use one table name for different things. Set "layout": "schema" for the head office in the settings, or leave the table out for one of them.',
  },
  central_unstamped: {
    sentence:
      'Head office has no column {{column}} in {{table}}, so branches cannot be kept apart as the layout "stamp" of the settings wants it: another system made the table, or an older one. Nothing was sent.',
    next: 'To copy into the table as it is, where branches share rows by their keys alone, set "layout": "auto" for the head office in the settings; or give the branches a "schema" of their own there. To keep branches apart in this table, let head office run this, which gives the rows that are there the branch {{unknown}}, then retry the table:\n{{sql}}',
  },
  central_partition_missing: {
    sentence:
      'Head office has divided {{schema}}.{{table}} by branch (column {{column}}), and has no part for {{connection}} yet. Branchline may not make it there, so nothing was sent.',
    next: 'Let head office run this, or make the user that Branchline signs in as the owner of {{schema}}.{{table}}, then retry the table:\n{{sql}}',
  },
  central_deletes_owned: {
    sentence:
      '{{other}} (computer {{host}}) has the right to delete in {{table}} at head office ("allowDeletes", layout "merge"), where rows do not say whose they are: it would remove the rows of {{connection}}, so none was sent.',
    next: 'Let head office use the layout "stamp" or "schema", or leave {{table}} out for {{connection}}. If the two are to share it, take "allowDeletes" for this table out of the settings of {{other}} and sync it there once. Only where {{other}} does not sync any more, let head office take the right away by running this, then sync again:\n{{sql}}',
  },
  central_deletes_shared: {
    sentence:
      'The settings let {{connection}} delete in {{table}} at head office ("allowDeletes", layout "merge"), but {{other}} has written there too. Rows do not say whose they are, so theirs would be removed; nothing was sent.',
    next: 'Take "allowDeletes" for {{table}} out of the settings of {{connection}}, or let head office use the layout "stamp" or "schema". Only where nothing of {{other}} is wanted there any more (removed, or renamed to {{connection}}), let head office forget what it wrote by running this, then sync again; rows that {{connection}} does not have are then removed:\n{{sql}}',
  },
  central_encoding: {
    sentence:
      'The head office database is encoded in {{encoding}}, which lacks a character that column {{column}} of {{table}} has at the branch {{connection}} (row with {{key}}).',
    next: 'Let head office keep the data in a database with the encoding UTF8, or correct the row at the branch, then retry the table.',
  },
  central_key_missing: {
    sentence: 'Head office has no unique key on {{columns}} in {{table}}, so rows cannot be matched.',
    next: 'Let head office run this, then retry the table:\n{{sql}}',
  },
  central_key_duplicates: {
    sentence:
      'Head office has no key by which rows can be matched, and none can be added: several rows of {{table}} have the same values of {{columns}}.',
    next: 'Let head office decide which of them are right, and remove or change the others; then retry the table. This shows which they are:\n{{sql}}',
  },
  central_key_partitioned: {
    sentence:
      'Head office has no unique key on {{columns}} in {{table}}, and none can be added: the table is partitioned by something that is not part of this key.',
    next: 'Let head office make the table without partitions, or partition it by columns of the key, then retry the table. Or leave the table out, or give the branches a "schema" of their own at head office.',
  },
  central_key_deferrable: {
    sentence:
      'The key {{constraint}} of {{table}} at head office is deferrable, and ON CONFLICT cannot use such a key to match rows.',
    next: 'Let head office add a key that is not deferrable, then retry the table:\n{{sql}}',
  },
  central_key_generated: {
    sentence:
      'The key column {{column}} of {{table}} is computed by head office itself (GENERATED), so the branch’s key cannot be written there.',
    next: 'Let head office run this, which keeps the values and makes it an ordinary column, then retry the table:\n{{sql}}',
  },
  central_key_coarser: {
    sentence:
      'The key column {{column}} of {{table}} at head office takes different texts for equal (its collation is not deterministic, for example because it ignores upper and lower case); the branch tells them apart.',
    next: 'Let head office run this, then retry the table:\n{{sql}}',
  },
  central_not_a_table: {
    sentence:
      'Head office has a view, or something else that cannot be written to, in the place of {{table}}.',
    next: 'Let head office rename it, or choose another schema for the synced tables.',
  },
  central_table_untrusted: {
    sentence:
      '{{table}} at head office belongs to {{owner}}, and every user of that database may make tables in its schema {{schema}}: code that {{owner}} has put on it would run with Branchline’s rights, so nothing was sent.',
    next: 'Let head office look at the table. If it is head office’s own, let the owner of the schema run this, which newer servers (PostgreSQL 15) have from the start, then retry the table; if not, let head office drop the table first:\n{{sql}}',
  },
  central_needs_value: {
    sentence:
      'Head office demands a value in the column {{column}} of {{table}} (NOT NULL), and rows of the branch have none for it.',
    next: 'Let head office give the column a value by a trigger, or run this; then retry the table:\n{{sql}}',
  },
  central_rewrites_tables: {
    sentence:
      'Triggers or foreign keys at head office change rows of {{tables}} of the branch {{connection}} whenever rows of {{table}} are written, and do so again after each repair.',
    next: 'Let head office look at the triggers on {{table}} and on {{tables}}, and have them leave the columns of the branch alone; then sync these tables again.',
  },
  central_lacks_rows: {
    sentence:
      'Head office lacks {{rows}} rows of {{table}} of the branch {{connection}}, although all were sent: something there keeps them out or removes them. Triggers, rules and policies on that table: {{causes}}.',
    next: 'Let head office see which of these refuses or removes rows of {{table}}, and change it; then sync the table again.',
  },
  central_changes_rows: {
    sentence:
      '{{rows}} rows of {{table}} of the branch {{connection}} are not at head office as they were sent: something there changes or drops them. Triggers, rules and policies on that table: {{causes}}.',
    next: 'Let head office see which of these changes or refuses rows of {{table}}, and have it leave the columns of the branch alone; then sync the table again.',
  },
  central_keeps_rows: {
    sentence:
      '{{rows}} rows of {{table}} that are gone at the branch {{connection}} cannot be removed at head office: something there keeps them. Triggers, rules and policies on that table: {{causes}}.',
    next: 'Let head office see which of these keeps rows of {{table}}, and change it; then sync the table again.',
  },
  central_rules: {
    sentence:
      'Head office has rules on {{table}}, and PostgreSQL cannot write the rows of the branch {{connection}} through them: {{causes}}.',
    next: 'Let head office drop those rules, or have triggers do the same; then sync the table again.',
  },
  central_read_only: {
    sentence: 'The head office database accepts no changes at the moment (read-only).',
    next: 'Ask head office whether it is under maintenance or a standby, then resume the batch.',
  },
  central_disk_full: {
    sentence: 'The disk of the head office database is full.',
    next: 'Tell head office at once. Resume the batch when there is room again; nothing is lost.',
  },
  central_too_old: {
    sentence: 'The head office database is PostgreSQL {{version}}; Branchline needs {{oldest}} or later.',
    next: 'Let head office upgrade its PostgreSQL.',
  },
  central_schema_owned: {
    sentence:
      'The schema {{schema}} at head office is that of {{other}} (computer {{host}}, installation {{installation}}). A mirror removes whatever its own branch does not have, so one of the two would remove the other’s rows; nothing of {{connection}} was sent.',
    next: 'Give {{connection}} a "targetSchema" of its own in the settings, or let head office use the layout "stamp". Only where {{other}} does not sync any more (removed, or renamed to {{connection}}), let head office release the schema by running this, then sync again; rows that {{connection}} does not have are then removed there:\n{{sql}}',
  },
} as const;
