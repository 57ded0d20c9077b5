/** The address of a table's details. The name may contain any character. */
export function tableAddress(state: { readonly connection: string; readonly table: string }): string {
  return `/tables/${encodeURIComponent(state.connection)}/${encodeURIComponent(state.table)}`;
}
