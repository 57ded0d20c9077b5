import { z } from 'zod';
import type { ClaimMemory } from '../central/ownership.ts';
import type { RunContext } from './connectionRun.ts';

const remembered = z.object({ upTo: z.string().regex(/^\d+$/), kept: z.string().nullable() });

/**
 * The memory of a connection's claims that the journal keeps. Claims are counted by central, and one central may be
 * reached by several addresses, so the highest number of any central of that name counts: a changed address must not
 * look like a copied folder. Unlike other memories it must not be lost on the way: its failure ends the run before
 * anything is claimed.
 */
export function journalClaims(
  { journal, installation, central }: Pick<RunContext, 'journal' | 'installation' | 'central'>,
  connection: string,
): ClaimMemory {
  const name = ['claims', installation.id, connection, central.database].join('/');
  const recall = () => remembered.safeParse(journal.serviceNote(name)).data ?? null;
  return {
    recall,
    keep: ({ upTo, kept }) => {
      const before = recall()?.upTo ?? '0';
      journal.setServiceNote(name, { upTo: BigInt(before) > BigInt(upTo) ? before : upTo, kept });
    },
  };
}
