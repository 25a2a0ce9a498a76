// A model's API over real HTTP that answers as its test says, and the scripts that it is told most often.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that an upstream got. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body, parsed. */
  readonly body: Record<string, unknown>;
}

export type Script = (response: ServerResponse, request: Received) => void | Promise<void>;

/** A model's API over real HTTP that answers as the test says. */
export class ScriptedUpstream implements AsyncDisposable {
  /** What to do with the next requests. */
  script: Script;
  readonly received: Received[] = [];
  /** Connections that were opened. */
  connections = 0;
  /** Answers that the client did not wait for. */
  left = 0;
  #open: ServerResponse | undefined;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  constructor(script: Script) {
    this.script = script;
    this.#server.on('connection', () => (this.connections += 1));
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  /** As `127.0.0.1:8080`. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Its base URL. */
  get url(): string {
    return `http://${this.host}/v1`;
  }

  get last(): Received {
    const last = this.received.at(-1);
    if (last === undefined) throw new Error('the upstream got no request');
    return last;
  }

  /** Write the rest of the last answer, which was left to hang. */
  finish(rest: string): void {
    this.#open?.end(rest);
  }

  /** Break the connection of the last answer. */
  breakOff(): void {
    this.#open?.destroy();
  }

  /** Break all connections that are open. */
  breakAll(): void {
    this.#server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close().closeAllConnections();
    await new Promise((resolve) => this.#server.once('close', resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { method = '', url: path = '', headers } = request;
    const received = { method, path, headers, text, body: JSON.parse(text) as Record<string, unknown> };
    this.received.push(received);
    response.once('close', () => (this.left += response.writableFinished ? 0 : 1));
    this.#open = response;
    await this.script(response, received);
  }
}

/** Start an upstream: `await using upstream = await scriptedUpstream(answer(200, completion('hi')))`. */
export function scriptedUpstream(script: Script): Promise<ScriptedUpstream> {
  return new ScriptedUpstream(script).listen();
}

/** Answer with a status and a body: JSON, unless it is a text. */
export function answer(status: number, body: unknown, headers: Record<string, string> = {}): Script {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  };
}

/** Answer with a stream: texts are written as they are, objects as events. What comes last ends it, unless it is `hang` or `cut`. */
export function stream(...parts: readonly (string | object)[]): Script {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    for (const part of parts) {
      if (part === cut) return void setImmediate(() => response.destroy());
      if (part === hang) return;
      response.write(typeof part === 'string' ? part : event(part));
    }
    response.end();
  };
}

/** The rest of a stream never comes. */
export const hang = {};
/** The connection breaks here. */
export const cut = {};
export const done = 'data: [DONE]\n\n';

export function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** A chunk that says something; with a finish reason it is the last of its choice. */
export function chunk(content: string, finish_reason: string | null = null, index = 0): object {
  return { object: 'chat.completion.chunk', choices: [{ index, delta: { content }, finish_reason }] };
}

export function usageChunk(prompt_tokens: number, completion_tokens: number): object {
  return { object: 'chat.completion.chunk', choices: [], usage: { prompt_tokens, completion_tokens } };
}

/** A whole answer. */
export function completion(content: string, more: object = {}): object {
  return {
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    ...more,
  };
}
