import { z } from 'zod';
import type { ClaimMemory } from '../central/ownership.ts';
import type { RunContext } from './connectionRun.ts';

const remembered = z.object({ upTo: z.string().regex(/^\d+$/), kept: z.string().nullable() });

/**
 * The memory of a connection's claims that the journal keeps, one for each head office: claims are counted by central.
 * Unlike other memories it must not be lost on the way: its failure ends the run before anything is claimed.
 */
export function journalClaims(
  { journal, installation, central }: Pick<RunContext, 'journal' | 'installation' | 'central'>,
  connection: string,
): ClaimMemory {
  const { host, port, database } = central;
  const name = ['claims', installation.id, connection, host, port, database].join('/');
  return {
    recall: () => remembered.safeParse(journal.serviceNote(name)).data ?? null,
    keep: (claim) => journal.setServiceNote(name, claim),
  };
}
