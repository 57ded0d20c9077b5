import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Service } from '../../service/serviceApi.ts';
import { ALWAYS, wrongForm } from './accessCheck.ts';
import { renderMetrics } from './metrics.ts';

export interface MonitoringSetup {
  readonly service: Pick<Service, 'status' | 'engine'>;
  readonly version: string;
  /** Whoever sends it may read the metrics; null: nobody may. */
  readonly token: string | null;
}

/** How long an answer of `/healthz` is used again. Anybody on this computer may ask, and asking reads the journal. */
const FRESH_MS = 5000;

/** The content type of https://prometheus.io/docs/instrumenting/exposition_formats/ */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * `/healthz` and `/metrics`, for programs that have no key of a window.
 *
 * - `/healthz` says to every user of this computer whether the service can work, and nothing else.
 * - `/metrics` has numbers about the branch, without names, for whoever has the token.
 */
export class Monitoring {
  readonly #setup: MonitoringSetup;
  #health: { readonly ok: boolean; readonly at: number } | null = null;

  constructor(setup: MonitoringSetup) {
    this.#setup = setup;
  }

  /** @returns whether the request was one of these; `token` where it has shown the token */
  answer(request: IncomingMessage, response: ServerResponse, port: number): boolean | 'token' {
    const { url, method, headers } = request;
    const isMetrics = url === '/metrics' && this.#setup.token !== null;
    if (url !== '/healthz' && !isMetrics) return false;
    for (const [name, value] of Object.entries(ALWAYS)) response.setHeader(name, value);
    if ((method !== 'GET' && method !== 'HEAD') || wrongForm(request, port) !== null) {
      send(response, 403, 'refused\n');
      return true;
    }
    if (!isMetrics) {
      const isWell = this.#isWell();
      send(response, isWell ? 200 : 503, isWell ? 'ok\n' : 'not ok\n');
      return true;
    }
    if (!this.#hasToken(headers.authorization)) {
      response.setHeader('www-authenticate', 'Bearer');
      send(response, 401, 'no token\n');
      return true;
    }
    const { service, version } = this.#setup;
    response.setHeader('content-type', METRICS_TYPE);
    response.end(renderMetrics(service, version));
    return 'token';
  }

  #isWell(): boolean {
    const now = performance.now();
    if (this.#health === null || now - this.#health.at > FRESH_MS)
      this.#health = { ok: this.#setup.service.status().refusal === null, at: now };
    return this.#health.ok;
  }

  #hasToken(header = ''): boolean {
    const { token } = this.#setup;
    if (token === null || !header.startsWith('Bearer ')) return false;
    return timingSafeEqual(digest(header.slice('Bearer '.length)), digest(token));
  }
}

function send(response: ServerResponse, status: number, body: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  // Such a connection has not signed in, and is not to be kept.
  response.setHeader('connection', 'close');
  response.end(body);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
