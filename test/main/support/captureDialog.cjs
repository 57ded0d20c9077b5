// Loaded before the application: writes what the dialog would show to a file, since nobody is there to close it.
const { dialog } = require('electron');
const { appendFileSync } = require('node:fs');

dialog.showErrorBox = (title, content) =>
  appendFileSync(process.env.DIALOG_FILE, `${JSON.stringify({ title, content })}\n`);
