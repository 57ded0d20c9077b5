import { getSystemErrorName } from 'node:util';
import { formatDateTime } from '../../shared/format.ts';
import { type EmailSettings, emailSecurity } from '../../shared/notifySettings.ts';
import { createTranslator, type Translate } from '../../shared/texts/translate.ts';
import { caOf, emailPassword } from './channelSecret.ts';
import { branchesAndTitle } from './chatText.ts';
import { type Delivery, DeliveryError, escapeMarkup, type Message, socketError } from './message.ts';

/** The tables that an e-mail lists; a batch may have thousands. */
const TABLES_LISTED = 50;
const SUBJECT_CHARS = 180;

/**
 * Sends a message by SMTP, as plain text and HTML.
 *
 * @throws DeliveryError; `refused_some` if the server took it for some recipients only
 */
export async function sendEmail(message: Message, email: EmailSettings, delivery: Delivery): Promise<void> {
  const { host, port, user, from, to, caFile, timeoutSeconds } = email;
  const { stop, folder } = delivery;
  const ca = caOf(caFile, folder);
  const security = emailSecurity(email);
  const auth = user === undefined ? null : { user, pass: await emailPassword(email, user, delivery) };
  const ms = timeoutSeconds * 1000;
  // Loaded only where e-mail is used.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    // Without STARTTLS nothing is sent: a server in between could hide that the real one offers it.
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { minVersion: 'TLSv1.2', ...(ca && { ca }) },
    connectionTimeout: ms,
    greetingTimeout: ms,
    socketTimeout: ms,
    dnsTimeout: ms,
    // A text is never taken for the name of a file or for an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(auth && { auth }),
  });
  const t = createTranslator(message.language);
  // An answer that comes byte by byte resets the time-outs above.
  const over = AbortSignal.any([stop, AbortSignal.timeout(ms * 4)]);
  const ended = Promise.withResolvers<never>();
  const end = (): void => ended.reject(new DeliveryError(stop.aborted ? 'stopped' : 'timeout'));
  over.addEventListener('abort', end);
  if (over.aborted) end();
  try {
    const sent = transport.sendMail({
      from,
      to,
      subject: subjectOf(message),
      text: textOf(message, t),
      html: htmlOf(message, t),
      messageId: `<${message.id}@branchline.invalid>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    const { rejected } = await Promise.race([sent, ended.promise]);
    if (rejected.length > 0) throw new DeliveryError('refused_some', `${rejected.length}/${to.length}`);
  } catch (error) {
    throw smtpError(error, stop);
  } finally {
    over.removeEventListener('abort', end);
    transport.close();
  }
}

/** Only codes are kept: a server's answer may quote the password, and the library's text the address. */
function smtpError(error: unknown, stop: AbortSignal): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const { code, responseCode, errno, message } = error as {
    readonly code?: unknown;
    readonly responseCode?: unknown;
    readonly errno?: unknown;
    readonly message?: unknown;
  };
  const status = typeof responseCode === 'number' ? responseCode : '';
  if (code === 'EAUTH' || code === 'ENOAUTH') return new DeliveryError('sign_in', status);
  if (code === 'EENVELOPE' || code === 'EMESSAGE') return new DeliveryError('refused', status);
  if (code === 'ETLS') return new DeliveryError('tls');
  // nodemailer replaces the codes of Node by its own.
  if (typeof errno === 'number' && errno < 0) return socketError({ code: getSystemErrorName(errno) }, stop);
  if (code === 'ESOCKET' && /certificate|SSL|TLS/i.test(String(message))) return new DeliveryError('tls');
  return socketError(error, stop);
}

function subjectOf(message: Message): string {
  const subject = `[Branchline] ${branchesAndTitle(message)}`;
  return subject.length <= SUBJECT_CHARS ? subject : `${subject.slice(0, SUBJECT_CHARS - 1)}…`;
}

/** The list of facts below the text: when, where, which batch and tables. */
function factsOf(message: Message, t: Translate): readonly (readonly [name: string, value: string])[] {
  const { branches, tables, at, computer, batchId, sections } = message;
  const listed = tables.slice(0, TABLES_LISTED).map((one) => one.table);
  const names = listed.join(', ');
  const count = tables.length - TABLES_LISTED;
  return [
    // Each section is about a branch already.
    ...(sections !== undefined
      ? []
      : [
          [
            t('delivery.fact.branches'),
            branches.map(({ label, connection }) => nameOf(label, connection)).join(', '),
          ] as const,
        ]),
    ...(tables.length === 0
      ? []
      : [[t('delivery.fact.tables'), count > 0 ? t('tray.more', { names, count }) : names] as const]),
    [t('delivery.fact.time'), formatDateTime(at, t.language)],
    [t('delivery.fact.computer'), computer],
    ...(batchId === null ? [] : [[t('delivery.fact.batch'), batchId] as const]),
  ];
}

function nameOf(label: string, connection: string): string {
  return label === connection ? label : `${label} (${connection})`;
}

function textOf(message: Message, t: Translate): string {
  const facts = factsOf(message, t).map(([name, value]) => `${name}: ${value}`);
  return [message.title, '', message.body, '', ...facts, '', '-- ', t('delivery.footer'), ''].join('\n');
}

function htmlOf(message: Message, t: Translate): string {
  return [
    `<!doctype html><html lang="${t.language}"><head><meta charset="utf-8"></head>`,
    `<body style="font-family: sans-serif">`,
    `<h2>${escapeMarkup(message.title)}</h2>`,
    ...bodyOf(message),
    tableOf(factsOf(message, t)),
    `<p><small>${escapeMarkup(t('delivery.footer'))}</small></p></body></html>`,
  ].join('\n');
}

/** Sections as tables; what of the body follows them, as paragraphs. */
function bodyOf({ body, sections = [] }: Message): readonly string[] {
  return [
    ...sections.flatMap(({ heading, lines }) => [
      `<h3>${escapeMarkup(heading)}</h3>`,
      tableOf(lines.map(({ name, value }) => [name, value])),
    ]),
    ...body
      .split('\n\n')
      .slice(sections.length)
      .map((text) => `<p>${escapeMarkup(text)}</p>`),
  ];
}

function tableOf(facts: readonly (readonly [name: string, value: string])[]): string {
  const rows = facts.map(
    ([name, value]) =>
      `<tr><th align="left" valign="top" width="230">${escapeMarkup(name)}</th><td valign="top">${escapeMarkup(value)}</td></tr>`,
  );
  return `<table cellpadding="4">${rows.join('')}</table>`;
}
