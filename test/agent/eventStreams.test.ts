import type { IncomingMessage } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import type { WindowEvent } from '../../src/window-api/windowApi.ts';
import { type Served, serveNotes } from './served.ts';
import { begin, keyed } from './support.ts';

afterEach(() => void vi.useRealTimers());

async function open(served: Served): Promise<IncomingMessage> {
  const response = await begin({ port: served.port, path: '/api/events', headers: keyed(served) });
  expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  return response.setEncoding('utf8');
}

/** Reads until the text fits. */
async function read(response: IncomingMessage, fits: RegExp): Promise<string> {
  let text = '';
  for await (const part of response.iterator({ destroyOnReturn: false })) {
    text += part;
    if (fits.test(text)) return text;
  }
  throw new Error(`ended with ${text.slice(-200)}`);
}

test('all windows receive the events of the window app', async () => {
  const served = await serveNotes();
  const windows = await Promise.all([open(served), open(served), open(served)]);
  served.tell({ type: 'show', page: 'line one\nline two' });
  for (const one of windows)
    expect(await read(one, /show/)).toBe(
      ': connected\n\ndata: {"type":"show","page":"line one\\nline two"}\n\n',
    );
  for (const one of windows) one.destroy();
});

test('a heartbeat is sent every fifteen seconds', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const served = await serveNotes();
  const window = await open(served);
  vi.advanceTimersByTime(15_000);
  expect(await read(window, /alive/)).toBe(': connected\n\nevent: alive\ndata: 1\n\n');
  window.destroy();
});

test('a window that does not read its events is disconnected, and others do not wait for it', async () => {
  const served = await serveNotes();
  const [slow, quick] = await Promise.all([open(served), open(served)]);
  const dropped = new Promise((resolve) => slow.once('error', resolve));
  slow.pause();
  const event: WindowEvent = { type: 'show', page: 'x'.repeat(256 * 1024) };
  const before = process.memoryUsage().rss;
  // More than the system's own buffers hold for a connection, many times over.
  for (let count = 0; count < 1000; count += 1) {
    served.tell(event);
    // On a busy machine this takes longer than the time between two signs of life.
    await read(quick, /"}\n\n(event: alive\ndata: 1\n\n)*$/);
  }
  served.tell({ type: 'show', page: 'last' });
  expect(await read(quick, /last/)).toContain('last');
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  slow.resume();
  expect(String(await dropped)).toContain('aborted');
  quick.destroy();
});

test('when the server ends, the windows’ event streams end', async () => {
  const served = await serveNotes();
  const window = await open(served);
  const ended = new Promise((resolve) => window.resume().once('end', resolve));
  await served.close();
  await ended;
});
