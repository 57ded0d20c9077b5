import { type Page, readPage } from './page.ts';
import { showPage } from './view/showPage.ts';
import './bridge.ts';

/** The batch that a person chose; the latest one while nobody did. */
let chosen: string | null =
  decodeURIComponent(/^#\/batch\/(.+)$/.exec(window.location.hash)?.[1] ?? '') || null;
let shown: Promise<unknown> = Promise.resolve();

/** Looks are queued: an older answer must not be drawn over a newer one. */
function refresh(): void {
  shown = shown.then(async () => draw(await readPage(window.branchline, chosen)));
}

function draw(page: Page): void {
  showPage(page, (batchId) => {
    chosen = batchId;
    refresh();
  });
}

/** The command line and the service write the journal too, so the window looks for itself. */
const LOOK_EVERY_MS = 2000;

refresh();
setInterval(() => {
  if (document.visibilityState === 'visible') refresh();
}, LOOK_EVERY_MS);
document.addEventListener('visibilitychange', refresh);
window.branchline.onShow((batchId) => {
  chosen = batchId;
  refresh();
});
