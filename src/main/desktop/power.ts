import { powerMonitor, powerSaveBlocker } from 'electron';
import type { Service } from '../../core/service/serviceApi.ts';

/**
 * Sleep and power. The machine may not suspend the program while a batch runs (its display may sleep); after a
 * sleep, what was missed is looked at.
 *
 * @param quit ends the program at the next chunk border: the system is being shut down, and waits a moment
 */
export function setupPower(service: Service, quit: () => void): void {
  let blocker: number | null = null;
  service.on((event) => {
    if (event.type !== 'status') return;
    const runs = event.status.activity.kind === 'running';
    if (runs && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!runs && blocker !== null) {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
  });
  powerMonitor.on('resume', () => service.wake());
  powerMonitor.on('unlock-screen', () => service.wake());
  powerMonitor.on('shutdown', quit);
}
