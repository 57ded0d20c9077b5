import { ipcMain } from 'electron';
import type { Logger } from '../../core/ports.ts';
import { channelOf, type QueryName } from '../../shared/ipc.ts';
import { isWindowAddress } from '../appProtocol.ts';
import { answerQuery, type Handlers } from './answer.ts';

/** The one place where the window's queries come in: who asks is checked here, for all of them. */
export function setupIpc(handlers: Handlers, logger: Logger): void {
  for (const query of queriesOf(handlers)) {
    ipcMain.handle(channelOf(query), ({ senderFrame }, ...args: readonly unknown[]) => {
      if (senderFrame === null || senderFrame.parent !== null || !isWindowAddress(senderFrame.url)) {
        throw new Error('Refused: this page may not ask.');
      }
      return answerQuery(handlers, query, args, logger);
    });
  }
}

function queriesOf(handlers: Handlers): readonly QueryName[] {
  return Object.keys(handlers).filter((name): name is QueryName => name in handlers);
}
