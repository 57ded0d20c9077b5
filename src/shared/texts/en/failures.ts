import type { FailureCode } from '../../errors.ts';
import { centralFailures } from './centralFailures.ts';
import { connectionFailures } from './connectionFailures.ts';
import { exportFailures } from './exports.ts';
import { sshFailures } from './sshFailures.ts';

/** Why a table or a connection failed: what happened and means, then what to do. */
export const failures = {
  ...connectionFailures,
  ...sshFailures,
  ...centralFailures,
  ...exportFailures,
  source_permission: {
    sentence: 'Branchline is not allowed to read {{table}} in the branch database {{connection}}.',
    next: 'Let the database administrator of the branch run this, then sync again:\n{{sql}}',
  },
  source_row_security: {
    sentence:
      'Row-level security on {{tables}} would hide rows of {{table}} from Branchline’s user {{user}}, so nothing was read (policies: {{policies}}).',
    next: 'Let a superuser of the branch database {{connection}} run this, then sync again:\n{{sql}}',
  },
  source_denied: {
    sentence:
      'The branch database {{connection}} refused something that reading {{table}} needs, although {{user}} may read the table itself.',
    next: 'See the technical message for what it is; let the database administrator of the branch grant it to {{user}}, then sync again.',
  },
  source_query_failed: {
    sentence:
      'The branch database {{connection}} could not read {{table}}: a function, a view or another server that it uses failed there.',
    next: 'See the technical message, and let the administrator of the ERP correct it: reading {{table}} in psql fails in the same way. The other tables go on.',
  },
  source_not_populated: {
    sentence:
      'Nobody has filled the materialized view {{table}} at the branch {{connection}} yet, so there is nothing to read.',
    next: 'Let the database administrator of the branch run this, then sync again:\n{{sql}}',
  },
  source_table_missing: {
    sentence: 'The branch {{connection}} no longer has {{table}}. What head office has of it stays as it is.',
    next: 'If it was renamed or dropped on purpose, take it out of the settings.',
  },
  source_table_unknown: {
    sentence: 'The settings name {{table}}, but the branch {{connection}} has no such table or view.',
    next: 'Correct the name in "tables" of {{connection}} in the settings, or take it out. Names most like it: {{nearest}}.',
  },
  source_schema_missing: {
    sentence: 'The branch database {{connection}} has no schema {{schema}}.',
    next: 'Correct "schema" of {{connection}} in the settings. Schemas with tables: {{schemas}}.',
  },
  source_schema_empty: {
    sentence: 'The schema {{schema}} of the branch database {{connection}} has no tables.',
    next: 'Correct "schema" of {{connection}} in the settings. Schemas with tables: {{schemas}}.',
  },
  source_shape_changed: {
    sentence: 'The columns of {{table}} kept changing at the branch while it was to be copied.',
    next: 'Resume the batch when the change to the ERP is finished.',
  },
  source_encoding: {
    sentence:
      'The branch {{connection}} has a value in column {{column}} of {{table}} that is no valid text in its encoding {{encoding}}, or has no counterpart in UTF-8 (row with {{key}}).',
    next: 'If all texts of the branch are in another encoding than {{encoding}}, set "encoding" of {{connection}} in the settings. Else let whoever looks after the ERP correct that row, then retry the table. The technical message has the bytes.',
  },
  source_catalogue_encoding: {
    sentence:
      'A name or a default in the database of the branch {{connection}} is no valid text in the encoding that the database declares, so none of its tables could be read.',
    next: 'Set "encoding" of {{connection}} in the settings to what the ERP’s texts are in (often WIN1252 or LATIN1), then sync again.',
  },
  source_name_encoding: {
    sentence:
      'The branch {{connection}} has letters beyond ASCII in the name {{raw}} in {{table}}, written in {{encoding}} in a database that declares no encoding. Branchline cannot ask for it by that name.',
    next: 'Let whoever looks after the ERP make a view with plain names over it, and name the view in "tables" of {{connection}}.',
  },
  source_encoding_setting: {
    sentence:
      'The settings say that the texts of the branch {{connection}} are in {{encoding}}, but its database is in {{declared}} and takes no other texts.',
    next: 'Take "encoding" of {{connection}} out of the settings, then sync again.',
  },
  source_unlogged: {
    sentence:
      'The branch database {{connection}} is a standby, which has no rows of an unlogged table like {{table}}: only its primary has them.',
    next: 'Connect to the primary, or leave the table out in the settings.',
  },
  cursor_column_missing: {
    sentence:
      'The branch {{connection}} has no column {{column}} in {{table}}, which the settings name as the cursor.',
    next: 'Correct "cursor" of this table in the settings, or take its strategy "cursor" away.',
  },
  column_incompatible: {
    sentence:
      'The column {{column}} of {{table}} is {{sourceType}} at the branch but {{centralType}} at head office.',
    next: 'Let head office change the column to {{sourceType}}, then retry the table. The other tables go on.',
  },
  attribute_incompatible: {
    sentence:
      'The column {{column}} of {{table}} has a composite type whose attribute {{attribute}} is {{sourceType}} at the branch but {{centralType}} at head office.',
    next: 'Let head office give the attribute the type that it has at the branch, or run this, which keeps the column as text; then retry the table. The other tables go on.\n{{sql}}',
  },
  attributes_differ: {
    sentence:
      'The column {{column}} of {{table}} has a composite type with other attributes at head office than at the branch. {{attribute}} at the branch: ({{sourceType}}); at head office: ({{centralType}}).',
    next: 'Let head office give the type the attributes that it has at the branch, or run this, which keeps the column as text; then retry the table. The other tables go on.\n{{sql}}',
  },
  column_sorts_otherwise: {
    sentence:
      'Ranges in {{column}} of {{table}} are over an enum whose labels stand in another order at head office than at the branch, so that ranges would change there.',
    next: 'Let head office run this, which keeps the ranges as text, then retry the table. The other tables go on.\n{{sql}}',
  },
  catalogue_unreadable: {
    sentence:
      'What {{server}} says of its tables has a form that PostgreSQL does not use, so none of them could be read.',
    next: "Somebody may have put functions of their own in the place of PostgreSQL's, or something else answers at its address. Let the administrator of that database look at it, then sync again.",
  },
  type_unreadable: {
    sentence:
      'A database describes the type of a column of {{table}} by a text that names no type of PostgreSQL: {{type}}. Nothing of that text has been run.',
    next: "Somebody may have put functions of their own in the place of PostgreSQL's at the branch or at head office. Let the administrator of that database look for functions named like built-in ones in other schemas, then retry the table. The other tables go on.",
  },
  stamp_column_taken: {
    sentence:
      'The branch has a column {{column}} in {{table}}, the name that head office gives the column with the branch of each row.',
    next: 'Set "layout": "schema" for the head office in the settings, or rename the column at the branch.',
  },
  too_many_columns: {
    sentence:
      'The layout "stamp" needs one column more than the {{columns}} of {{table}}, which no PostgreSQL table can have.',
    next: 'Set "layout": "schema" for the head office in the settings, or leave the table out.',
  },
  too_many_new_columns: {
    sentence:
      'The branch would bring {{columns}} columns of its own to {{table}} at head office, which branches share. More than {{most}} would leave the others too little room: a PostgreSQL table can have 1,600.',
    next: 'Look at the branch whether these columns are meant. If so, let head office make them in its table itself, or set "layout": "schema" for the head office in the settings, then retry the table. The other tables go on.',
  },
  constraint_violated: {
    sentence: 'Head office refused rows of {{table}}: they break its rule {{constraint}}.',
    next: 'See the technical message for the row, and correct it at the branch or loosen the rule at head office.',
  },
  parent_missing: {
    sentence:
      'Rows of {{table}} belong to rows of {{parent}} that head office does not have (its rule {{constraint}}).',
    next: 'Sync {{parent}} too, and see why it failed if it did. Where the branch itself lacks those rows, correct it there or loosen the rule at head office.',
  },
  parent_lacking: {
    sentence:
      'Head office does not take rows of {{table}}: its rule {{constraint}} wants a row of {{parent}} for each, and {{parent}}, just brought up to date, has none for some.',
    next: 'Look at the branch whether those rows of {{parent}} are there. If they are, sync again. If not, remove the rows of {{table}} there or give them another row of {{parent}}; or let head office drop its rule, then sync again:\n{{sql}}',
  },
  still_referenced: {
    sentence:
      'Rows of {{table}} that are gone at the branch stay at head office: rows of {{child}} still belong to them (its rule {{constraint}}).',
    next: 'Sync {{child}} too, and see why it failed if it did. Where the rows of {{child}} are head office’s own, head office has to let them go.',
  },
  replace_unsafe: {
    sentence:
      'Without a key, {{table}} cannot be replaced at head office, where other branches share the place: that could remove their rows.',
    next: 'Give the table a primary key at the branch, or use the layout "stamp" or "schema".',
  },
  replace_cascades: {
    sentence:
      'Without a key, {{table}} of the branch {{connection}} can only be replaced as a whole, and a foreign key of head office (ON DELETE CASCADE) would remove {{deletes}} of {{rows}} rows of {{child}} with it. Nothing was changed.',
    next: 'Give the table a primary key at the branch, or let head office drop the foreign key of {{child}}; then sync the table again.',
  },
  cascade_hidden: {
    sentence:
      'Rows of {{table}} that are gone at the branch {{connection}} stay at head office: they would take rows of {{child}} with them (ON DELETE CASCADE), and Branchline may not see how many.',
    next: 'Let an administrator of the head office database run this, then sync the table again:\n{{sql}}',
  },
  too_many_deletes: {
    sentence:
      '{{deletes}} of {{rows}} rows of {{table}} of the branch {{connection}} would be removed at head office; {{gone}} have gone within the last 7 days. That looks like a wrong or emptied branch database, so none was removed.',
    next: 'If those rows really are gone at the branch, allow it: {{command}}',
  },
  too_many_deletes_in_all: {
    sentence:
      '{{deletes}} rows of {{table}} of the branch {{connection}} would be removed at head office. After {{gone}} rows of all its tables within the last 7 days (with what ON DELETE CASCADE takes along), that would be more than a fifth of the {{all}} that it had there. It looks like a wrong or emptied branch database, so none of these was removed.',
    next: 'If those rows really are gone at the branch, allow it: {{command}}',
  },
  source_disk_full: {
    sentence: 'The disk of the branch server is full, so {{connection}} could not be read.',
    next: 'Make room on {{host}} at once: the ERP needs it too. Then resume the batch; nothing is lost.',
  },
  source_too_old: {
    sentence:
      'The branch database {{connection}} is PostgreSQL {{version}}; Branchline needs {{oldest}} or later.',
    next: 'Upgrade PostgreSQL at the branch.',
  },
  source_identity_changed: {
    sentence:
      '{{connection}} is not the same database as before (restored, copied or moved), so nothing was written.',
    next: 'Check host and database of {{connection}}. If the change is meant, sync with: --accept-source {{connection}}',
  },
  source_identity_hidden: {
    sentence:
      'The branch database {{connection}} no longer tells Branchline which server it is, so nothing was written: it might be another one than before.',
    next: 'Let a superuser of the branch database run this, then sync again:\n{{sql}}\nIf you are sure that it is the same one, sync with: --accept-source {{connection}}',
  },
  owned_elsewhere: {
    sentence: 'Another computer ({{host}}) is syncing {{connection}} at this moment.',
    next: 'Let only one computer sync a branch. Wait for the other one to end, or switch {{connection}} off here.',
  },
  folder_copied: {
    sentence:
      'A copy of this data folder has synced {{connection}} since this one did (last on {{host}}), so nothing was written: two copies that sync as one overwrite each other at head office.',
    next: 'If the copy here is the right one: switch the other one off, then "branchline installation keep" here, and sync again. If both are to work: rename or remove {{connection}} in the settings of the one that is not right for it, then "branchline installation new" there. If there is no other one, and the records here came out of a backup: "branchline installation keep".',
  },
  folder_previous: {
    sentence:
      'The installation that this data folder was copied from syncs {{connection}} (last on {{host}}), so nothing was written: two installations that sync one connection overwrite each other at head office.',
    next: 'If {{connection}} belongs here: remove it from the settings of the other one, then "branchline installation keep" here, and sync again. If it belongs there: remove it here, or add its database under another name.',
  },
  folder_copy_at_work: {
    sentence:
      'A copy of this data folder is syncing {{connection}} right now on {{host}} (last sign of life {{since}}), so nothing was written.',
    next: 'Switch the other one off, wait two minutes, then "branchline installation keep" here, and sync again. If both are to work: rename or remove {{connection}} in the settings of the one that is not right for it, then "branchline installation new" there.',
  },
  lost_lease: {
    sentence: 'Another computer took over {{connection}}, so this run stopped.',
    next: 'Let only one computer sync a branch, then resume the batch by hand.',
  },
  data_rejected: {
    sentence: 'Head office could not accept a value of {{table}}.',
    next: 'See the technical message for the value and column; correct it at the branch, then retry the table.',
  },
  value_refused: {
    sentence:
      'The head office database does not accept a value that column {{column}} of {{table}} has at the branch {{connection}} (row with {{key}}).',
    next: 'The technical message says why; a newer PostgreSQL at head office may know such values. Else correct that row at the branch, then retry the table.',
  },
  server_limit: {
    sentence: 'The server of {{server}} stopped the work on {{table}} at a limit of its own.',
    next: 'See the technical message for the limit; let the administrator of {{host}} raise it, then sync again.',
  },
  database_damaged: {
    sentence:
      'PostgreSQL in {{server}} reports damaged data while it works on {{table}}: a disk or memory fault.',
    next: 'Tell the database administrator of {{host}} at once, and keep all backups. The technical message names the damaged part; where it is an index, REINDEX mends it.',
  },
  journal_failed: {
    sentence: 'The record of what was synced (journal.db) could not be written on this computer.',
    next: 'Check the free disk space and the rights on the data folder. The data at head office is safe.',
  },
  local_disk_full: {
    sentence:
      'The disk of this computer is full, so what was synced could not be recorded, and the run stopped.',
    next: 'Make room on this disk, then resume the batch. It goes on where it was; the data at head office is safe.',
  },
  internal: {
    sentence: 'Something unexpected happened inside Branchline.',
    next: 'Resume the batch. If it happens again, send this log to support: {{file}}',
  },
} as const satisfies Record<FailureCode, { readonly sentence: string; readonly next: string }>;
