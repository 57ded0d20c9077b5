// Loaded before the application: writes what the dialog would show to a file, since nobody is there to close it.
const { dialog } = require('electron');
const { appendFileSync } = require('node:fs');

dialog.showErrorBox = (title, content) =>
  appendFileSync(process.env.DIALOG_FILE, `${JSON.stringify({ title, content })}\n`);

dialog.showMessageBox = async (options) => {
  appendFileSync(process.env.DIALOG_FILE, `${JSON.stringify(options)}\n`);
  return { response: Number(process.env.DIALOG_ANSWER), checkboxChecked: false };
};
