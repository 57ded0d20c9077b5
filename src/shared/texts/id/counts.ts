/** See the English one. */
export const counts = {
  checked_other: '{{number}} baris diperiksa',
  checkedOf: '{{number}} dari sekitar {{of}} baris diperiksa',
  written_other: '{{number}} baris ditulis',
  checkedWritten: '{{checked}} baris diperiksa, {{written}} ditulis',
  read: '{{size}} dibaca',
  sent: '{{size}} dikirim',
  /** Instead of the time left, for as long as it cannot be told. */
  estimating: 'memperkirakan…',
} as const;
