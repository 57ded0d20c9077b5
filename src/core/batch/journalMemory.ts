import type { ShapeMemory } from '../catalogue/memory.ts';
import type { Journal } from '../journal/journal.ts';
import type { ShapePlace } from '../journal/shapeCache.ts';
import type { Logger } from '../ports.ts';

/**
 * The memory of a schema's catalogue that the journal keeps. Where it cannot be read or written, the catalogue is
 * read whole: no reason to stop a batch.
 */
export function journalMemory(journal: Journal, logger: Logger, place: ShapePlace): ShapeMemory {
  return {
    recall(kind) {
      try {
        return journal.shapeFacts(place, kind);
      } catch (error) {
        logger.log('warn', 'What is known of a catalogue could not be read', { error: String(error) });
        return new Map();
      }
    },
    keep(kind, fresh, gone) {
      try {
        journal.keepShapeFacts(place, kind, fresh, gone);
      } catch (error) {
        logger.log('warn', 'What was read of a catalogue could not be kept', { error: String(error) });
      }
    },
  };
}
