import type { Bridge } from '../../shared/window/bridge.ts';
import { connectHttp } from './http.ts';

declare global {
  interface Window {
    /** Put there by the preload of the tray application; absent in a browser. */
    readonly branchline?: Bridge;
  }
}

/** The way to the program behind the window: the preload's object, or HTTP where a browser shows the window. */
export function connect(): Bridge {
  return window.branchline ?? connectHttp();
}
