/** Notifications by webhook, e-mail and Telegram, and what came of sending them. */
export const delivery = {
  body: {
    failed: '{{names}}. Open Branchline on that computer to see why, and what to do.',
    asking:
      '{{names}}. They are not copied until somebody decides. Open Branchline on that computer to see the question, and answer it.',
    interrupted: '{{reason}}. Open Branchline on that computer to see what is left.',
    collides:
      '{{names}}. Another branch may have the same keys at head office, or somebody changed rows there. Open Branchline on that computer to see what to do.',
    differs:
      '{{names}}. Somebody may have changed rows at head office. Branchline on that computer can repair them.',
    hookFailed: '{{failure}} The log of the batch, in Branchline on that computer, says more.',
    noSuccess: '{{connections}}: the last table was completed at {{time}}. Check the computer and its line.',
  },
  fact: {
    branches: 'Branch',
    tables: 'Tables',
    time: 'Time',
    computer: 'Computer',
    batch: 'Batch',
  },
  footer: 'Sent by Branchline, because its settings name this channel under "notifications".',
  test: {
    title: 'A test notification',
    body: 'This is how Branchline tells you when a branch needs a person. Nothing is wrong.',
    none: 'The settings name none of "webhook", "email", "telegram" and "ping" under "notifications", so there is nothing to test.',
    notSet: 'The settings do not name "{{channel}}" under "notifications".',
    sent: 'The test was accepted.',
  },
  channel: { webhook: 'Webhook', email: 'E-mail', telegram: 'Telegram', ping: 'Ping' },
  password: {
    keychain: 'The secret of the channel "{{channel}}" is stored in the keychain.',
    file: 'The secret of the channel "{{channel}}" is stored in {{folder}}, in a file that only you can read, because the keychain cannot be used: {{reason}}',
    removed: 'The stored secret of the channel "{{channel}}" is deleted.',
    nothing: 'No secret of the channel "{{channel}}" was stored.',
    noAccount: 'The settings name no "user" in "notifications.email", so that no password is used.',
    prompt: 'Secret of the channel "{{channel}}": ',
  },
  reason: {
    timeout: 'Not sent: the receiver did not answer in time. Check the address and the firewall.',
    unreachable: 'Not sent: the receiver cannot be reached ({{detail}}). Check host, port and network.',
    tls: 'Not sent: the encrypted connection could not be made ({{detail}}). Check the certificate, "caFile" and, for e-mail, "security".',
    status: 'Not sent: the receiver refused it with HTTP status {{detail}}.',
    redirect:
      'Not sent: the receiver redirects (HTTP status {{detail}}), which is not followed. Write the final address into the settings.',
    sign_in: 'Not sent: the mail server refused user or password ({{detail}}).',
    refused: 'Not sent: the mail server refused the sender or all recipients ({{detail}}).',
    refused_some: 'Sent, but not to everybody: the mail server refused {{detail}} of the recipients.',
    not_accepted:
      'Not sent: the receiver answered, but did not accept it. Check its address, the token and the recipient.',
    bot_token:
      'Not sent: this is not the token of a bot, or Telegram does not know it {{detail}}. Ask @BotFather for it.',
    chat: 'Not sent: Telegram refused the chat ({{detail}}). Check "chatId", and that the bot is in the chat and may write there.',
    chat_moved: 'Not sent: the chat has a new number. Write "chatId": {{detail}} into the settings.',
    secret_missing:
      'Not sent: the secret was not found ({{detail}}). Set the variable, or store it with "branchline notify password".',
    ca_file: 'Not sent: the certificates in "{{detail}}" cannot be read.',
    stopped: 'Not sent: it was stopped.',
    failed: 'Not sent: it failed inside Branchline {{detail}}.',
  },
} as const;
