import { type Bus, waitFor } from './bus.ts';

const NAME = 'org.freedesktop.Notifications';
const PATH = '/org/freedesktop/Notifications';
const DISMISSED = 2;

export interface DesktopNotification {
  readonly id: number;
  readonly title: string;
  readonly body: string;
  open: boolean;
}

/** The desktop's pop-up notifications: what was shown, and clicking one. */
export interface NotificationServer {
  /** Every one so far, oldest first, with those that are closed. */
  all(): readonly DesktopNotification[];
  /** The newest open one whose title or body has the text, or the next one to. */
  waitFor(text: string): Promise<DesktopNotification>;
  click(notification: DesktopNotification): void;
}

/** @see https://specifications.freedesktop.org/notification-spec/latest/ */
export async function serveNotifications(bus: Bus): Promise<NotificationServer> {
  const shown: DesktopNotification[] = [];
  bus.serve(PATH, null, {
    GetCapabilities: () => ['as', [['actions', 'body', 'body-markup', 'persistence']]],
    GetServerInformation: () => ['ssss', ['test-desktop', 'tests', '1', '1.2']],
    Notify: ({ body }) => {
      const [, , , title, text] = body as readonly unknown[];
      const one = { id: shown.length + 1, title: String(title), body: String(text), open: true };
      shown.push(one);
      return ['u', [one.id]];
    },
    CloseNotification: ({ body }) => {
      const found = shown.find((one) => one.id === (body as readonly unknown[])[0]);
      if (found !== undefined) found.open = false;
      return ['', []];
    },
  });
  await bus.own(NAME);
  return {
    all: () => shown.map((one) => ({ ...one })),
    waitFor: (text) =>
      waitFor(`notification "${text}"; there are: ${JSON.stringify(shown)}`, () =>
        shown.findLast((one) => one.open && (one.title.includes(text) || one.body.includes(text))),
      ),
    click: ({ id }) => {
      bus.signal(PATH, NAME, 'ActionInvoked', 'us', [id, 'default']);
      bus.signal(PATH, NAME, 'NotificationClosed', 'uu', [id, DISMISSED]);
      const found = shown.find((one) => one.id === id);
      if (found !== undefined) found.open = false;
    },
  };
}
