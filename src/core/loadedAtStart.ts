/*
 * Imported by programs that run for weeks. An update may replace their files in the meantime, so what an engine
 * loads with its first request (see engine.ts) is loaded with the program.
 */
import './dryRun/dryRun.ts';
import './export/exportConnection.ts';
import './export/importFile.ts';
import './requests.ts';
