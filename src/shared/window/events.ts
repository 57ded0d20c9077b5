import type { TableRow } from '../contract.ts';
import type { LiveView, Refusal } from './views.ts';

/** What the window is told without asking. Each kind comes at most five times a second. */
export type WindowEvent =
  | { readonly type: 'live'; readonly live: LiveView }
  /** Tables of a batch that have begun or ended since the last such event. */
  | { readonly type: 'tables'; readonly batchId: string; readonly rows: readonly TableRow[] }
  /** A batch or a verify has begun or ended, or history was pruned: lists are to be read again. */
  | { readonly type: 'history' }
  /** The settings are others now, or have become right or wrong. */
  | { readonly type: 'settings' }
  /** What a person asked for in this window could not be done after all. */
  | { readonly type: 'refused'; readonly refusal: Refusal }
  /** The window is to show this batch, or this page: a person has clicked a notification or the tray. */
  | { readonly type: 'show'; readonly page: string };
