// What a newcomer reads when the mesh is up: where it is, what to ask it, and what it has answered already.
import { styleText } from 'node:util';
import { requestsToPaste, type FirstAnswer } from './first-request.ts';

export interface Surroundings {
  readonly nats: string;
  readonly demo: string;
  /** The state folder. */
  readonly state: string;
  /** Vendors whose key is there. */
  readonly vendors: readonly string[];
}

export function welcome({ nats: natsUrl, demo, state, vendors }: Surroundings): string {
  const { router, nats } = requestsToPaste(natsUrl);
  const more =
    vendors.length === 0
      ? 'for those of OpenAI set OPENAI_API_KEY and start again'
      : `and those of ${vendors.join(', ')}, with the key from the environment`;
  return `
  ${dim('NATS')}     ${natsUrl}
  ${dim('models')}   those of the demo, scripted, at ${demo}
           ${dim(more)}
  ${dim('state')}    ${state}

Ask it from another terminal:

  ${bold(router)}
  ${bold(nats)}
`;
}

/** `The first answer: "hi" from demo/echo in 12.3 ms (policy 1.2 ms, provider.demo 8.9 ms)` */
export function showAnswer({ text, model, tookMs, trail }: FirstAnswer): string {
  const stops = trail.map(({ stop, worked_ms: worked }) => `${stop} ${worked.toFixed(1)} ms`).join(', ');
  return `We have asked already. The first answer: ${bold(JSON.stringify(text))} from ${model} in ${tookMs.toFixed(1)} ms (${stops})

Ctrl-C stops everything. What the mesh logs comes below.
`;
}

function dim(text: string): string {
  return styleText('dim', text, { stream: process.stdout });
}

function bold(text: string): string {
  return styleText('bold', text, { stream: process.stdout });
}
