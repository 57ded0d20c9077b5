import { app, type Session, type WebContents } from 'electron';
import { isWindowAddress } from './appProtocol.ts';

/** What no page may ever do here, whatever gets into it: go elsewhere, open windows, ask for permissions. */
export function setupGuards(): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  app.on('session-created', guardSession);
}

function guardContents(contents: WebContents): void {
  // Frames and the page itself: for the latter it comes before `will-navigate`.
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event, item) => {
    if (!isOfWindow(item.getURL())) event.preventDefault();
  });
}

/** Whether a download is what the window's own page has made in its memory: an export. */
function isOfWindow(address: string): boolean {
  return address.startsWith('blob:') && isWindowAddress(address.slice('blob:'.length));
}
