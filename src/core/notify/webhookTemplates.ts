import type { WebhookPlaceholder } from '../../shared/notifyNames.ts';
import type { JsonValue, WebhookSettings } from '../../shared/notifySettings.ts';
import { fillPlaceholders } from '../../shared/notifySettings.ts';
import { chatText, cutBytes, cutText, escapeFor, plainText } from './chatText.ts';
import { escapeMarkup, type Message } from './message.ts';

/** The body of a post, and how it is written. */
export interface WebhookContent {
  readonly contentType: string;
  readonly body: Buffer;
}

/** Longest texts, as the receivers' documentation has them. */
const SLACK_CHARS = 3000;
const SLACK_HEADER_CHARS = 150;
const DISCORD_CHARS = 2000;
const NTFY_BYTES = 4096;
const NTFY_TITLE_CHARS = 200;
/** A card of Teams may have 28 KB, and a character up to six bytes in JSON; each line has 70 bytes around its text. */
const TEAMS_CHARS = 3000;
const TEAMS_LINES = 100;
const WHATSAPP_CHARS = 4000;
/** A header is no place for a long text, and servers refuse more than 8 KB of them. */
const HEADER_CHARS = 180;

/** What is posted: by the ready-made template that the settings name, by their own body, or in our own form. */
export function webhookContent(message: Message, settings: WebhookSettings): WebhookContent {
  const { template, to = '', body, contentType = 'application/json', markup = 'html' } = settings;
  switch (template) {
    case 'slack':
      return json(slackBody(message));
    case 'teams':
      return json(teamsBody(message));
    case 'discord':
      return json(discordBody(message));
    case 'ntfy':
      return json(ntfyBody(message, to));
    case 'fonnte':
      return form(fonnteBody(message, to));
    default:
  }
  if (body === undefined) return json(webhookBody(message));
  const values = placeholderValues(message);
  const fill = (text: string): string => fillPlaceholders(text, (name) => escapeFor(markup, values[name]));
  if (typeof body === 'string')
    return { contentType: `${contentType}; charset=utf-8`, body: Buffer.from(fill(body)) };
  // Filled in before it is written as JSON or as a form, which then escapes every character that means something there.
  const filled = fillJson(body, fill);
  return contentType === 'application/json' ? json(filled) : form(filled as Readonly<Record<string, string>>);
}

/** A header's text with its placeholders filled in. It can neither end the header nor begin another one. */
export function headerText(text: string, message: Message): string {
  const values = placeholderValues(message);
  const filled = fillPlaceholders(text, (name) => values[name].replace(/\s+/g, ' '));
  if (filled === text) return text;
  const cut = cutText(filled, HEADER_CHARS);
  // RFC 2047 is how texts in other letters are written in headers.
  return /^[\x20-\x7e]*$/.test(cut) ? cut : `=?UTF-8?B?${Buffer.from(cut).toString('base64')}?=`;
}

/** Fields of a post without a template. Chat programs such as Slack and Mattermost show `text`. */
export function webhookBody(message: Message): Readonly<Record<string, unknown>> {
  const { id, kind, level, at, title, body, language, computer, batchId, branches, tables, facts } = message;
  return {
    version: 1,
    id,
    event: kind,
    level,
    at,
    // Chat programs read "<" and "&" in it as markup, and "<!channel>" as a call to everybody.
    text: escapeMarkup(`${branches.map((one) => one.label).join(', ')}: ${title}\n${body}`),
    title,
    body,
    language,
    computer,
    batch_id: batchId,
    branches: branches.map(({ connection, label }) => ({ id: connection, label })),
    tables,
    ...(facts !== undefined && { [kind]: facts }),
  };
}

function placeholderValues(message: Message): Readonly<Record<WebhookPlaceholder, string>> {
  const { id, kind, level, at, title, body, language, computer, batchId, branches, tables } = message;
  return {
    text: chatText(message),
    title,
    body,
    branches: branches.map((one) => one.label).join(', '),
    tables: tables.map((one) => one.table).join(', '),
    event: kind,
    level,
    at,
    computer,
    batch_id: batchId ?? '',
    id,
    language,
  };
}

/** Blocks of plain text: Slack reads no markup and no mention in them. `text` is what its notification shows. */
function slackBody(message: Message): unknown {
  const plain = (text: string, limit: number) => ({
    type: 'plain_text',
    text: cutText(text, limit),
    emoji: false,
  });
  const [head = '', ...rest] = chatText(message).split('\n');
  return {
    text: cutText(escapeFor('html', chatText(message)), SLACK_CHARS),
    mrkdwn: false,
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plain(head, SLACK_HEADER_CHARS) },
      { type: 'section', text: plain(rest.join('\n'), SLACK_CHARS) },
    ],
  };
}

/**
 * An Adaptive Card, as the workflow "When a Teams webhook request is received" takes it. Text runs have no Markdown and
 * no mentions, which text blocks have.
 */
function teamsBody(message: Message): unknown {
  const run = (text: string, more: Readonly<Record<string, unknown>>) => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text, ...more }],
  });
  const [head = '', ...rest] = cutText(chatText(message), TEAMS_CHARS).split('\n');
  const lines = rest.filter((line) => line !== '').slice(0, TEAMS_LINES);
  const colors = { problem: 'Attention', recovered: 'Good', information: 'Default' };
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            run(head, { weight: 'Bolder', size: 'Medium', color: colors[message.level] }),
            ...lines.map((line) => run(line, {})),
          ],
        },
      },
    ],
  };
}

function discordBody(message: Message): unknown {
  const suppressEmbeds = 1 << 2;
  return {
    content: cutText(escapeFor('markdown', chatText(message)), DISCORD_CHARS),
    // Nobody is notified by a mention, whatever the text contains.
    allowed_mentions: { parse: [] },
    flags: suppressEmbeds,
  };
}

/** As ntfy takes it at the root of a server: a topic in the address would be read as a text of its own. */
function ntfyBody(message: Message, topic: string): unknown {
  const [head = '', ...rest] = chatText(message).split('\n');
  const tags = { problem: ['warning'], recovered: ['white_check_mark'], information: [] };
  return {
    topic,
    title: cutText(plainText(head), NTFY_TITLE_CHARS),
    message: cutBytes(plainText(rest.join('\n')), NTFY_BYTES),
    priority: message.level === 'problem' ? 4 : 3,
    tags: tags[message.level],
  };
}

function fonnteBody(message: Message, target: string): Readonly<Record<string, string>> {
  return { target, message: cutText(plainText(chatText(message)), WHATSAPP_CHARS) };
}

function fillJson(value: JsonValue, fill: (text: string) => string): JsonValue {
  if (typeof value === 'string') return fill(value);
  if (Array.isArray(value)) return value.map((one) => fillJson(one, fill));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fillJson(one, fill)]));
}

function json(value: unknown): WebhookContent {
  return { contentType: 'application/json; charset=utf-8', body: Buffer.from(JSON.stringify(value)) };
}

function form(fields: Readonly<Record<string, string>>): WebhookContent {
  const body = Buffer.from(new URLSearchParams(fields).toString());
  return { contentType: 'application/x-www-form-urlencoded', body };
}
