import { readFileSync } from 'node:fs';
import { app } from 'electron';
import { writeSettingsDocument } from '../../../src/core/settings/document.ts';
import { electronSettingsStore } from '../../../src/main/desktop/desktopStore.ts';

/** A main process that saves settings once, as the window would: `{ folder, document, revision }` in a file. */
const job = JSON.parse(readFileSync(process.argv.at(-1) ?? '', 'utf8'));
try {
  const store = electronSettingsStore(job.folder);
  process.stdout.write(`REVISION ${writeSettingsDocument(job.folder, job.document, job.revision, store)}\n`);
} catch (error) {
  process.stdout.write(`REFUSED ${String(error)}\n`);
}
app.exit(0);
