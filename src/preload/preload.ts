import { contextBridge, ipcRenderer } from 'electron';
import {
  type Answer,
  type Bridge,
  channelOf,
  type Queries,
  type QueryName,
  showChannel,
} from '../shared/ipc.ts';

/** No way through for any other channel: the window can ask these, and nothing else. */
const bridge = {
  setup: asks('setup'),
  batches: asks('batches'),
  batch: asks('batch'),
  latestBatch: asks('latestBatch'),
  holder: asks('holder'),
  onShow: (listener: (batchId: string) => void): void => {
    ipcRenderer.on(showChannel, (_event, batchId: unknown) => listener(String(batchId)));
  },
} satisfies Bridge;

contextBridge.exposeInMainWorld('branchline', bridge);

function asks<Q extends QueryName>(query: Q) {
  return (...args: Parameters<Queries[Q]>): Promise<Answer<Q>> =>
    ipcRenderer.invoke(channelOf(query), ...args);
}
