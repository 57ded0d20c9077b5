import { createServer } from 'node:net';

/**
 * Below the ports that systems give to whoever asks for any (from 32768 on Linux, from 49152 elsewhere): what listens
 * there may close and listen again later, and nobody has taken its place meanwhile.
 */
const FIRST = 20_000;
const COUNT = 12_000;

const ATTEMPTS = 20;

/** A port on 127.0.0.1 that nobody listens on, and that stays so while its owner is away. */
export async function steadyPort(): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
    if (attempt === ATTEMPTS) throw new Error(`none of ${ATTEMPTS} ports was free`);
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
