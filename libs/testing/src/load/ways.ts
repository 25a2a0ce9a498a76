// The four ways of asking a mesh: with the SDK and with a plain client, whole and streamed.
import { RouterError } from '@router-mesh/contracts';
import { connect, type Client } from '@router-mesh/client';
import { Events, NatsError } from 'nats';
import type { Nats } from '../nats-server.ts';
import { isComplete, PlainClient, textOf, type Frame } from '../plain-client.ts';

export const ways = ['sdk', 'sdk stream', 'plain', 'plain stream'] as const;
export type Way = (typeof ways)[number];

/** How one request ended. */
export type Ending =
  /** In full, and right; with the id under which METER knows it, and whether its usage was stored before. */
  | { readonly kind: 'answered'; readonly request: string; readonly usageStored: boolean }
  /** By an error of the closed list; what a plain client finds out by itself is `unavailable`, `no_responders` or `disconnected`. */
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string }
  /** A plain client did not hear all of it: nobody tells it that its stop or its server is gone. */
  | { readonly kind: 'unanswered' }
  /** In no way that is documented. */
  | { readonly kind: 'wrong'; readonly why: string };

/** What a question tells the demo model to do besides echoing. */
export type Told = Readonly<Record<string, number | boolean | string>>;

/** A client of each kind. */
export class Asker implements AsyncDisposable {
  readonly #sdk: Client;
  readonly #plain: PlainClient;
  readonly #timeoutMs: number;
  /** Whether the plain client's connection is up: what it publishes meanwhile is lost. */
  #plainIsUp = true;

  private constructor(sdk: Client, plain: PlainClient, timeoutMs: number) {
    this.#sdk = sdk;
    this.#plain = plain;
    this.#timeoutMs = timeoutMs;
    void this.#follow();
  }

  /** @param timeoutMs how long a whole answer may take */
  static async connect({ urls }: Pick<Nats, 'urls'>, timeoutMs: number): Promise<Asker> {
    const sdk = await connect({ servers: urls, tenant: 'demo', timeoutMs });
    return new Asker(sdk, await PlainClient.connect(urls), timeoutMs);
  }

  /** Ask for an echo. Never throws. */
  async ask(way: Way, content: string, told: Told): Promise<Ending> {
    if (way.startsWith('plain') && !this.#plainIsUp) return unavailable('disconnected');
    try {
      return await this.#askBy(way, content, told);
    } catch (error) {
      if (error instanceof RouterError) return refusal(error.code, error.details);
      if (error instanceof NatsError && error.code === '503') return unavailable('no_responders');
      return way.startsWith('plain') ? { kind: 'unanswered' } : { kind: 'wrong', why: String(error) };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#sdk.close(), this.#plain[Symbol.asyncDispose]()]);
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.#plain.nc.status()) {
      if (type === Events.Disconnect) this.#plainIsUp = false;
      if (type === Events.Reconnect) this.#plainIsUp = true;
    }
  }

  async #askBy(way: Way, content: string, told: Told): Promise<Ending> {
    const request = { model: 'demo/echo', messages: [{ role: 'user' as const, content }], demo: told };
    const headers = { 'Router-Timeout': String(this.#timeoutMs) };
    switch (way) {
      case 'sdk': {
        const { choices, router } = await this.#sdk.chat(request);
        return judge(choices[0]?.message.content ?? '', content, router.request, router.usage_stored);
      }
      case 'sdk stream': {
        const stream = this.#sdk.stream(request);
        let text = '';
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
        const { router } = await stream.report;
        return judge(text, content, stream.request, router.usage_stored);
      }
      case 'plain': {
        const { body } = await this.#plain.chat(
          content,
          { demo: told },
          { headers, timeoutMs: this.#timeoutMs + 1000 },
        );
        if (body.error !== undefined) return refusal(body.error.code, body.error.details);
        const { request: id = '', usage_stored: stored } = body.router ?? {};
        return judge(body.choices?.[0]?.message.content ?? '', content, id, stored);
      }
      case 'plain stream': {
        const frames = await this.#plain.stream(
          content,
          { demo: told },
          { headers, timeoutMs: this.#timeoutMs + 1000 },
        );
        // The server's 503 has no kind, as it is no frame.
        if (frames[0]?.kind === '') return unavailable('no_responders');
        const last = frames.at(-2);
        if (frames.at(-1)?.kind !== 'eos' || last === undefined) return { kind: 'unanswered' };
        if (last.kind === 'error') {
          const { error } = JSON.parse(last.text) as { error: { code: string; details?: Record<string, unknown> } };
          return refusal(error.code, error.details);
        }
        if (!isComplete(frames)) return incomplete(frames);
        const { router, usage_stored: stored } = JSON.parse(last.text) as {
          router: { request: string };
          usage_stored: boolean;
        };
        return judge(textOf(frames), content, router.request, stored);
      }
    }
  }
}

/** Frames may be missing while the client looks for another server: it sees that by their numbers. They never come twice, out of order or mixed. */
function incomplete(frames: readonly Frame[]): Ending {
  const numbered = frames.slice(0, -1).filter(({ kind }) => kind !== 'beat');
  const seqs = numbered.map(({ seq }) => seq.split('.').map(Number));
  const ascending = seqs.every(([leg, n = 0], index) => {
    const [legBefore, before = 0] = seqs[index - 1] ?? [leg, -1];
    return leg === legBefore && n > before;
  });
  return ascending
    ? { kind: 'unanswered' }
    : { kind: 'wrong', why: frames.map(({ kind, seq }) => `${kind} ${seq}`).join() };
}

function judge(said: string, expected: string, request: string, usageStored: boolean | undefined): Ending {
  if (said === expected) return { kind: 'answered', request, usageStored: usageStored === true };
  return { kind: 'wrong', why: `"${said.slice(0, 80)}" instead of "${expected.slice(0, 80)}"` };
}

function unavailable(reason: string): Ending {
  return { kind: 'refused', code: 'unavailable', reason };
}

function refusal(code: string, details: object | undefined): Ending {
  const { reason } = (details ?? {}) as { reason?: unknown };
  return { kind: 'refused', code, reason: typeof reason === 'string' ? reason : '' };
}
