/** What a person should know although nothing has failed. `about` is the table or the connection. */
export const notices = {
  cursor_beyond:
    '{{about}}: {{rows}} rows have a value of {{column}} that lies in the future, or is infinite or not a number. They are read in every batch, and do not count for what is newer; correct them at the branch.',
} as const;
