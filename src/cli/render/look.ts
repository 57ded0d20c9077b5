import type { Colors } from 'picocolors/types.js';
import type { Translate } from '../../shared/texts/translate.ts';

/** All that rendering depends on, besides the rows. */
export interface Look {
  readonly t: Translate;
  readonly colors: Colors;
  /** Whether marks and bars may leave ASCII. */
  readonly unicode: boolean;
  /** Columns to fill at most; Infinity in a pipe, where nothing may be cut off. */
  readonly width: number;
}
