import type { TestDatabase } from '../../support/databases.ts';

/** Values that an administrator may have given to our role, each of which has changed what a copy is at some time. */
export const HOSTILE: readonly (readonly [string, string, number?])[] = [
  ['client_encoding', 'LATIN1'],
  ['DateStyle', 'SQL, DMY'],
  ['IntervalStyle', 'sql_standard'],
  ['TimeZone', 'Asia/Jakarta'],
  ['extra_float_digits', '-10'],
  ['bytea_output', 'escape'],
  ['array_nulls', 'off'],
  ['xmlbinary', 'hex'],
  ['xmloption', 'document'],
  ['lc_monetary', 'C.utf8'],
  ['lc_numeric', 'C.utf8'],
  ['lc_time', 'C.utf8'],
  ['quote_all_identifiers', 'on'],
  ['search_path', 'pg_temp'],
  ['standard_conforming_strings', 'off'],
  ['backslash_quote', 'off'],
  ['escape_string_warning', 'on'],
  ['transform_null_equals', 'on'],
  ['row_security', 'on'],
  ['gin_fuzzy_search_limit', '1'],
  ['check_function_bodies', 'off'],
  ['default_transaction_isolation', 'serializable'],
  ['default_transaction_deferrable', 'on'],
  ['statement_timeout', '150ms'],
  ['lock_timeout', '1ms'],
  ['idle_in_transaction_session_timeout', '30ms'],
  ['transaction_timeout', '150ms', 17],
  ['jit', 'on'],
  ['jit_above_cost', '0'],
  ['plan_cache_mode', 'force_generic_plan', 12],
  ['work_mem', '64kB'],
  ['enable_indexscan', 'off'],
  ['enable_nestloop', 'off'],
  ['enable_hashagg', 'off'],
  ['client_min_messages', 'debug1'],
  ['synchronous_commit', 'off'],
];

/** At the source alone: at head office the program respects it. */
export const READ_ONLY = ['default_transaction_read_only', 'on'] as const;

/** Gives settings to the role and to its database, half each; time-outs to the role, as the test looks, too. */
export async function impose(
  database: TestDatabase,
  settings: readonly (readonly [string, string, number?])[],
): Promise<void> {
  const admin = await database.connectAdmin();
  try {
    const { rows } = await admin.query<{ version: number }>(
      "SELECT current_setting('server_version_num')::int AS version",
    );
    const version = rows[0]?.version ?? 0;
    const known = settings.filter(([, , since = 0]) => since * 10_000 <= version);
    for (const [index, [name, value]] of known.entries()) {
      const whose =
        index % 2 === 0 && !name.endsWith('_timeout')
          ? `DATABASE ${database.database}`
          : `ROLE ${database.user} IN DATABASE ${database.database}`;
      const list = name === 'search_path' || name === 'DateStyle' ? value : `'${value}'`;
      await admin.query(`ALTER ${whose} SET ${name} = ${list}`);
    }
  } finally {
    await admin.end();
  }
}
