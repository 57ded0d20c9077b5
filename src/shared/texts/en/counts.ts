/**
 * What a number counts, in one word each. *Checked*: rows read at the branch, whether head office had them already or not.
 * *Written*: rows that were added or changed at head office. *Read*: the size of the rows checked. *Sent*: bytes on the link.
 */
export const counts = {
  checked_one: '1 row checked',
  checked_other: '{{number}} rows checked',
  checkedOf: '{{number}} of about {{of}} rows checked',
  written_one: '1 row written',
  written_other: '{{number}} rows written',
  checkedWritten: '{{checked}} rows checked, {{written}} written',
  read: '{{size}} read',
  sent: '{{size}} sent',
  /** Instead of the time left, for as long as it cannot be told. */
  estimating: 'estimating…',
} as const;
