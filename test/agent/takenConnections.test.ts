import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { serveNotes } from './served.ts';
import { ask, begin, keyed, windowHeaders } from './support.ts';

/** As many connections as can be had, none of which ends its request; each that is ended comes again. */
function takeAll(port: number, count: number): void {
  let ended = false;
  const open = new Set<ReturnType<typeof connect>>();
  const take = (): void => {
    if (ended) return;
    const socket = connect(port, '127.0.0.1');
    open.add(socket);
    socket.on('connect', () => socket.write('GET / HTTP/1.1\r\n'));
    socket.on('error', () => undefined).resume();
    socket.on('close', () => {
      open.delete(socket);
      setTimeout(take, 10);
    });
  };
  for (let index = 0; index < count; index += 1) take();
  onTestFinished(() => {
    ended = true;
    for (const socket of open) socket.destroy();
  });
}

test('a client that takes all connections without signing in does not lock out a signed-in window', async () => {
  const served = await serveNotes();
  const { port } = served;
  const stream = await begin({ port, path: '/api/events', headers: keyed(served) });
  let isOpen = true;
  stream.on('close', () => {
    isOpen = false;
  });
  stream.resume();
  takeAll(port, 300);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const headers = windowHeaders(port, served);
  for (let index = 0; index < 30; index += 1) {
    const reply = await ask({ port, method: 'POST', path: '/api/call/setup', headers, body: '[]' });
    expect(reply.status).toBe(200);
  }
  expect(isOpen).toBe(true);
  stream.destroy();
});
