/** Which path and method does what. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, unexpected, unknownPath, wrongMethod } from './api-error.ts';
import { answerError } from './answering.ts';
import { Call } from './call.ts';
import { embeddingModel } from './embeddings.ts';
import { KeyCounts } from './key-counts.ts';
import { chatModels } from './models.ts';
import { serveChat, serveEmbeddings } from './serving.ts';
import { Stats } from './stats.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A demo's request listener, with stats and key counts of its own. */
export function createRoutes(): Handler {
  const stats = new Stats();
  const keys = new KeyCounts();
  const routes = new Map<string, { method: 'GET' | 'POST'; handle: Handler }>([
    ['/v1/chat/completions', { method: 'POST', handle: calling(stats, keys, serveChat) }],
    ['/v1/embeddings', { method: 'POST', handle: calling(stats, keys, serveEmbeddings) }],
    ['/v1/models', { method: 'GET', handle: telling(() => models) }],
    ['/health', { method: 'GET', handle: telling(() => '{"status":"ok"}') }],
    ['/stats', { method: 'GET', handle: telling(() => JSON.stringify(stats.report())) }],
    ['/stats/calls', { method: 'GET', handle: telling(() => JSON.stringify(stats.calls())) }],
    ['/stats/reset', { method: 'POST', handle: telling(() => reset(stats, keys)) }],
  ]);
  return (request, response) => {
    const method = request.method ?? 'GET';
    const path = withoutQuery(request.url ?? '/');
    const route = routes.get(path);
    if (!route) return sendJson(response, 404, unknownPath(method, path).body());
    // Node leaves out the body of what answers HEAD.
    if (route.method === method || (route.method === 'GET' && method === 'HEAD'))
      return route.handle(request, response);
    response.setHeader('allow', route.method);
    sendJson(response, 405, wrongMethod(method, path).body());
  };
}

const models = JSON.stringify({
  object: 'list',
  data: [...chatModels.keys(), embeddingModel].map((id) => ({
    id,
    object: 'model',
    created: 1_767_225_600,
    owned_by: 'demo',
  })),
});

/** A handler that serves a call to a model and answers what it throws. */
function calling(stats: Stats, keys: KeyCounts, serve: (call: Call, keys: KeyCounts) => Promise<void>): Handler {
  return (request, response) => {
    const call = new Call(request, response, stats);
    serve(call, keys).catch((error: unknown) => {
      if (!(error instanceof ApiError))
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      answerError(call, error instanceof ApiError ? error : unexpected());
    });
  };
}

/** A handler that answers with JSON text. */
function telling(tell: () => string): Handler {
  return (_request, response) => sendJson(response, 200, tell());
}

function reset(stats: Stats, keys: KeyCounts): string {
  stats.reset();
  keys.clear();
  return JSON.stringify(stats.report());
}

function sendJson(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function withoutQuery(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}
