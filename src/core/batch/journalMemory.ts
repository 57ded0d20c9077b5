import { z } from 'zod';
import type { ShapeMemory } from '../catalogue/memory.ts';
import type { WritableJournal } from '../journal/journal.ts';
import type { ShapePlace } from '../journal/shapeCache.ts';
import type { Logger } from '../ports.ts';
import { noteClaimed } from '../settings/installation.ts';
import type { ServerRun, ServerRunMemory } from '../source/port.ts';
import type { ClaimMemory } from '../target/ownership.ts';
import type { RunContext } from './connectionRun.ts';
import { noteDroppedColumns } from './droppedColumns.ts';

/**
 * Stores what is known of a schema's catalogue in the journal. If it cannot be read or written, the catalogue is read in full, and the
 * batch goes on.
 */
export function journalMemory(journal: WritableJournal, logger: Logger, place: ShapePlace): ShapeMemory {
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
        if (kind === 'table' && place.side === 'source')
          noteDroppedColumns(journal, place.connection, journal.shapeFacts(place, kind), fresh);
        journal.keepShapeFacts(place, kind, fresh, gone);
      } catch (error) {
        logger.log('warn', 'What was read of a catalogue could not be kept', { error: String(error) });
      }
    },
  };
}

/**
 * Stores the known runs of a connection's server in the journal. If it cannot be read or written, contents are compared after
 * a restart, and the batch goes on.
 */
export function journalServerRuns(
  journal: WritableJournal,
  logger: Logger,
  connection: string,
): ServerRunMemory {
  const name = `server_runs/${connection}`;
  return {
    recall() {
      try {
        return (journal.serviceNote(name) ?? []) as readonly ServerRun[];
      } catch (error) {
        logger.log('warn', 'The runs of a server could not be looked up', { error: String(error) });
        return [];
      }
    },
    keep(runs) {
      try {
        journal.togetherLazily(() => journal.setServiceNote(name, runs));
      } catch (error) {
        logger.log('warn', 'The run of a server could not be noted', { error: String(error) });
      }
    },
  };
}

const remembered = z.object({ upTo: z.string().regex(/^\d+$/), kept: z.string().nullable() });

/**
 * Stores the numbers of a connection's claims in the journal. They are stored under central's database name, not its
 * address, so that a changed address does not look like a copied folder; the highest number counts. Unlike the other
 * stores this one must not fail silently: if it cannot be written, the run ends before it claims anything.
 */
export function journalClaims(
  {
    journal,
    installation,
    central,
    folder,
    imports,
  }: Pick<RunContext, 'journal' | 'installation' | 'central' | 'folder' | 'imports'>,
  connection: string,
): ClaimMemory {
  const name = ['claims', installation.id, connection, central.database].join('/');
  const recall = () => remembered.safeParse(journal.serviceNote(name)).data ?? null;
  return {
    recall,
    keep: ({ upTo, kept }) => {
      if (!imports) noteClaimed(folder, connection);
      const before = recall()?.upTo ?? '0';
      journal.setServiceNote(name, { upTo: BigInt(before) > BigInt(upTo) ? before : upTo, kept });
    },
  };
}
