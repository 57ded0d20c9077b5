import { formatDateTime } from '../../shared/format.ts';
import type { Message } from './message.ts';
import { escapeMarkup } from './message.ts';

/** Takes up no space. Between two characters it keeps a chat program from reading them as a mark. */
const BREAK = '\u200b';

/** So that branches and title together fit in the title of a Slack or ntfy message. */
const WHERE_CHARS = 90;

/** What a receiver reads as markup, and so has to be escaped for it. */
export type Markup = 'none' | 'html' | 'markdown';

/** A message as people read it in a chat: branches and title, then what to do, then when and where. */
export function chatText(message: Message): string {
  const { body, at, language, computer } = message;
  return `${branchesAndTitle(message)}\n${body}\n${formatDateTime(at, language)}, ${computer}`;
}

/** `Lampung: 2 tables failed`. The title of a digest that names a branch stands alone. */
export function branchesAndTitle({ branches, title, sections }: Message): string {
  if (sections !== undefined && branches.some((one) => title.includes(one.label))) return title;
  // Of many branches only the first: the title has to be read, too.
  return `${cutText(branches.map((one) => one.label).join(', '), WHERE_CHARS)}: ${title}`;
}

/** A text that mentions nobody and has no markup in a receiver of that kind. */
export function escapeFor(markup: Markup, text: string): string {
  if (markup === 'none') return text;
  return breakMentions(markup === 'html' ? escapeMarkup(text) : escapeMarkdown(text));
}

/**
 * A text that chat programs without an escape character show as it is: no mention, command, link or emphasis. Names of
 * tables may contain all of them.
 */
export function plainText(text: string): string {
  return (
    breakMentions(text)
      // Emphasis begins and ends at the edges of words, so that the underscores of table names stay.
      .replace(/(?<![\p{L}\p{N}])[*_~`]|[*_~`](?![\p{L}\p{N}])/gu, `$&${BREAK}`)
      // Variables, as Fonnte fills them in.
      .replaceAll('{', `{${BREAK}`)
      .replace(/:(?=\/\/)|(?<=[\p{L}\p{N}])\.(?=\p{L})|(?<![^\s(])\/(?=\p{L})/gu, `$&${BREAK}`)
  );
}

/**
 * A text of at most `limit` UTF-16 code units. It is cut between words where there are any, and never within a
 * character or an escaped one.
 */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const kept = text.slice(0, limit - 1);
  const gap = kept.search(/\s\S*$/);
  const whole = gap > limit * 0.8 ? kept.slice(0, gap) : kept.replace(/[\ud800-\udbff]$/, '');
  return `${whole.replace(/(\\+|&[a-z]*)$/, '')}…`;
}

/** The same for a limit in bytes of UTF-8. */
export function cutBytes(text: string, limit: number): string {
  let units = limit;
  let cut = cutText(text, units);
  while (Buffer.byteLength(cut) > limit) {
    units = Math.floor(units * 0.9);
    cut = cutText(text, units);
  }
  return cut;
}

function breakMentions(text: string): string {
  return text.replaceAll('@', `@${BREAK}`);
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_~|[\](){}#<>+!-]|:(?!\d)/g, '\\$&');
}
