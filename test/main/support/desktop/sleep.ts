import type { Bus } from './bus.ts';

const NAME = 'org.freedesktop.login1';
const PATH = '/org/freedesktop/login1';

/** The computer's sleep, as the system tells programs of it. */
export interface Sleep {
  /** Tells of a sleep that begins, and of one that is over. */
  sleepAndWake(): void;
}

/**
 * It belongs on the system's bus: a program that is to hear of it is started with DBUS_SYSTEM_BUS_ADDRESS set to the
 * session's.
 */
export async function serveSleep(bus: Bus): Promise<Sleep> {
  bus.serve(PATH, null, {
    // Delaying the sleep takes a file descriptor, which this library cannot send; it is told of all the same.
    Inhibit: () => {
      throw new Error('not in a test');
    },
  });
  await bus.own(NAME);
  const tell = (begins: boolean): void =>
    bus.signal(PATH, `${NAME}.Manager`, 'PrepareForSleep', 'b', [begins]);
  return {
    sleepAndWake: () => {
      tell(true);
      tell(false);
    },
  };
}
