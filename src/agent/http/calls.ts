import type { FastifyInstance } from 'fastify';
import { ZodError } from 'zod';
import type { Face } from '../../core/face/face.ts';
import { CALL_NAMES } from '../../shared/window/calls.ts';

/** The largest argument is a settings file to be imported, of five million characters. */
const BODY_BYTES = 12 * 1024 * 1024;

/** `POST /api/call/NAME` with the arguments as a JSON array answers as {@link Face.answer} does, as JSON. */
export function answerCalls(app: FastifyInstance, face: Pick<Face, 'answer'>): void {
  app.post<{ Params: { name: string } }>(
    '/api/call/:name',
    { bodyLimit: BODY_BYTES },
    async ({ params, body }, reply) => {
      const call = CALL_NAMES.find((name) => name === params.name);
      if (call === undefined) return reply.code(404).send({ error: 'unknown_call' });
      try {
        return await face.answer(call, body);
      } catch (error) {
        if (!(error instanceof ZodError)) throw error;
        return reply.code(400).send({ error: 'arguments' });
      }
    },
  );
  // For a window that lost its link, to find out whether it is signed in still.
  app.get('/api/session', async (_request, reply) => reply.code(204).send());
}
