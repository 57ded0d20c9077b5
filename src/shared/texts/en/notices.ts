/** What a person should know although nothing has failed. `about` is the table or the connection. */
export const notices = {
  cursor_beyond:
    '{{about}}: {{rows}} rows have a value of {{column}} that lies in the future, or is infinite or not a number. They are read in every batch, and do not count for what is newer; correct them at the branch.',
  large_objects:
    '{{about}}: {{columns}} points to large objects of the branch database (pg_largeobject). Their numbers are copied, their contents are not. Where head office needs the contents, the ERP would have to keep them in a column of type bytea.',
  old_transaction:
    '{{about}}: a transaction has been open at the branch for {{duration}} or longer (process {{pid}}, user {{user}}, database {{database}}, application {{application}}, state {{state}}). Until it ends, rows that were written since it began are read again in every batch; nothing is lost. If nobody needs it, an administrator of the branch database can end it: {{sql}}',
  old_prepared:
    '{{about}}: the prepared transaction {{gid}} of user {{user}} in database {{database}} has been open at the branch for {{duration}} or longer. Until it ends, rows that were written since it began are read again in every batch; nothing is lost. If nobody will commit it, an administrator can end it in that database: {{sql}}',
  computed_at_central:
    '{{about}}: head office computes {{columns}} by an expression of its own (GENERATED), so the values of the branch are not written there. Verify tells whether they are the same. To have the values of the branch, make it an ordinary column at head office.',
  merged_tables:
    '{{about}}: these tables at head office have no column source_connection, so branches share their rows by key alone (layout "merge"): {{tables}}. Rows that a branch deletes stay there, and of two branches with the same key the later one overwrites the earlier. To keep branches apart, use the layout "stamp" or "schema".',
  not_null_dropped:
    '{{about}}: at head office {{columns}} no longer has to have a value (NOT NULL was taken back), because rows of the branch may have none there. Everything that reads the column at head office should expect NULL.',
  central_unlogged:
    '{{about}}: {{schema}}.{{table}} is UNLOGGED at head office, so a crash of the server there empties it. Its rows are counted in every batch, and come again when they are gone. To keep them: {{sql}}',
  rewritten_outside:
    '{{about}}: when it was written, head office itself (a foreign key or a trigger there) changed rows of {{tables}}, which this run does not copy. They are compared and mended when they are copied next.',
  left_behind:
    '{{about}}: these tables are no longer at the branch (dropped or renamed there), and head office keeps their rows as they were; nothing was removed: {{tables}}. Of a table that was renamed, the rows are copied anew under its new name. If the rows are not wanted, remove them or drop the table at head office. If they are to stay, add the table to "exclude" of {{connection}} in the settings. A table that comes back goes on.',
  slow_source:
    '{{about}}: the branch database has been at work on one statement for {{duration}}, and no row has come meanwhile. Branchline waits for it. If that goes on, look at the branch database: a view or query may take too long, or its server may be overloaded.',
  slow_central:
    '{{about}}: the head office database has been at work on one statement for {{duration}} without an answer. Branchline waits for it. If that goes on, head office should look at its database: a trigger may take too long, or the server may be overloaded.',
  children_left_out:
    '{{about}}: only its own rows are copied. Tables that inherit from it are tables of their own and are not selected: {{tables}}. To copy them, too, add them to "tables" in the settings.',
} as const;
