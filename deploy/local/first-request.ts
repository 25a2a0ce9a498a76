// The first request to a fresh mesh: what a newcomer could paste, sent by us.
import { requestSubject, RouterError, type TrailEntry } from '@router-mesh/contracts';
import { setTimeout as sleep } from 'node:timers/promises';

const tenant = 'demo';
const question = 'hi';
const request = { model: 'demo/echo', messages: [{ role: 'user', content: question }] };

/** The same request for a shell: with the CLI, and with any NATS client. */
export function requestsToPaste(natsUrl: string): { readonly router: string; readonly nats: string } {
  const elsewhere = !natsUrl.endsWith(':4222');
  return {
    router: `npm run router -- chat "${question}"${elsewhere ? ` --server ${natsUrl}` : ''}`,
    nats: `nats req${elsewhere ? ` -s ${natsUrl}` : ''} ${requestSubject('chat', tenant)} '${JSON.stringify(request)}'`,
  };
}

/** What came back. */
export interface FirstAnswer {
  readonly text: string;
  readonly model: string;
  readonly tookMs: number;
  readonly trail: readonly TrailEntry[];
  /** As any client gets it. */
  readonly answer: unknown;
}

/** Until this time the mesh may still be learning of its first documents, ms. */
const learningMs = 10_000;
const learning = new Set(['not_found', 'unavailable', 'provider_failed']);

/** Ask, as a client without credentials does. @throws RouterError what the mesh says when it has no answer */
export async function askFirst(natsUrl: string): Promise<FirstAnswer> {
  const { connect } = await import('@router-mesh/client'); // while the services start, not before them
  const client = await connect({ servers: [natsUrl], tenant });
  try {
    for (const until = Date.now() + learningMs; ; await sleep(50)) {
      const started = performance.now();
      try {
        const answer = await client.chat(request);
        const tookMs = performance.now() - started;
        const text = answer.choices[0]?.message.content ?? '';
        return { text, model: answer.router.model, tookMs, trail: answer.router.trail, answer };
      } catch (error) {
        const { code } = RouterError.from(error);
        if (!learning.has(code) || Date.now() > until) throw error;
      }
    }
  } finally {
    await client.close();
  }
}
