/** SQL that lets days pass since central's rows were counted, of tables that follow their connection's row. */
export function countedEarlier(days: number): string {
  return `UPDATE branchline.sources SET unchanged = jsonb_set(unchanged::jsonb, '{counted}',
      to_jsonb((unchanged ->> 'counted')::timestamptz - interval '${days} days'))::json
    WHERE unchanged ->> 'counted' IS NOT NULL`;
}
