import type { TableRow } from '../contract.ts';
import { FailureCode } from '../errors.ts';
import type { FailureToExplain } from './translate.ts';

const CODES: ReadonlySet<string> = new Set(Object.values(FailureCode));

/**
 * The failure of a table run, ready to be explained. A code that this version does not know (written
 * by a newer or older one) is explained as unexpected; the server's own message is beside it anyway.
 */
export function failureOfRow(row: TableRow): FailureToExplain {
  const code = row.error_detail?.code ?? row.error_code ?? FailureCode.Internal;
  return {
    code: isFailureCode(code) ? code : FailureCode.Internal,
    params: { connection: row.connection, table: row.table_name, ...row.error_detail?.params },
  };
}

function isFailureCode(code: string): code is FailureCode {
  return CODES.has(code);
}
