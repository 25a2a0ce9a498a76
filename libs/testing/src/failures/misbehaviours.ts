// Every way in which the scripted model misbehaves for docs/failures.md, and how it is told to.

type Form = 'unary' | 'streamed';

export interface Misbehaviour {
  readonly name: string;
  /** The vendor to ask: `demo`, which has all the time it wants; `hasty`, with the time-outs of the settings; or one that cannot be reached. */
  readonly vendor?: 'demo' | 'hasty' | 'mute' | 'refused' | 'tls';
  /** What the demo model is told, in each form or in this one. */
  readonly told?: object;
  /** Only in this form; in both when absent. */
  readonly only?: Form;
  /** How long the client is willing to wait, ms. */
  readonly timeoutMs?: number;
  /** How much was said when it was ended depends on the machine: not to be shown as a number. */
  readonly rough?: boolean;
}

const html = '<!doctype html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';
const page = { 'content-type': 'text/html' };
const eventStream = { 'content-type': 'text/event-stream' };
const json = { 'content-type': 'application/json' };
/** So that pieces and what breaks them come apart. */
const slowly = { delay_ms: 250 };
const megabytes = 9_000_000;

export const misbehaviours: readonly Misbehaviour[] = [
  { name: 'none', told: {} },
  { name: '500', told: { status: 500 } },
  { name: '503', told: { status: 503 } },
  { name: '429', told: { status: 429 } },
  { name: '429 with `Retry-After: 1`', told: { status: 429, retry_after: 1 } },
  { name: '429 with `Retry-After: 60`', told: { status: 429, retry_after: 60 } },
  { name: '400', told: { status: 400 } },
  { name: '400, code `context_length_exceeded`', told: { status: 400, code: 'context_length_exceeded' } },
  { name: '400, code `content_filter`', told: { status: 400, code: 'content_filter' } },
  { name: '401', told: { status: 401 } },
  { name: '404', told: { status: 404 } },
  { name: 'a redirect (307)', told: { status: 307, body: '', headers: { location: '/v1/models' } } },
  { name: '502 with an HTML page', told: { status: 502, body: html, headers: page } },
  { name: '200 with an HTML page', told: { body: html, headers: page } },
  {
    name: '200 with an error (code 429)',
    told: { body: '{"error":{"message":"slow down","code":429}}', headers: json },
  },
  { name: '200 with nothing', told: { body: '' } },
  { name: '200 with half an object', told: { body: '{"choices":[' } },
  { name: '200 with a list', told: { body: '[]', headers: json } },
  { name: '200 with JSON of something else', told: { body: '{"status":"ok"}', headers: json } },
  { name: 'an answer that says it is HTML', told: { headers: page } },
  { name: 'an answer that says it is a stream of events', told: { headers: eventStream } },
  { name: 'a stream that says it is JSON', told: { headers: json }, only: 'streamed' },
  { name: 'a stream with half an event', told: { body: 'data: {"choi\n\n' }, only: 'streamed' },
  {
    name: 'a stream with half an event after two pieces',
    told: { ...slowly, error_after: 2, body: 'data: {"choi\n\n' },
    only: 'streamed',
  },
  { name: 'a stream that begins with an error', told: { error_after: 0 }, only: 'streamed' },
  { name: 'a stream with an error after two pieces', told: { ...slowly, error_after: 2 }, only: 'streamed' },
  {
    name: 'a stream that ends without its end after two pieces',
    told: { ...slowly, error_after: 2, body: '' },
    only: 'streamed',
  },
  { name: 'the connection breaks after the head', told: { cut_after: 0 } },
  { name: 'the connection breaks in the middle', told: { ...slowly, cut_after: 2 } },
  { name: 'the connection is reset', told: { reset: true } },
  { name: 'the connection is refused', vendor: 'refused' },
  { name: 'the connection does not open (a silent TLS server)', vendor: 'mute' },
  { name: 'it does not speak TLS, where its URL says so', vendor: 'tls' },
  { name: 'it does not speak HTTP', told: { garbage: true } },
  { name: 'a line of 9 MB, more than the server carries', told: { bytes: megabytes, chunks: 1 }, only: 'streamed' },
  { name: 'a body of 9 MB, more than the server carries', told: { bytes: megabytes }, only: 'unary', rough: true },
  { name: 'it hangs before the head', vendor: 'hasty', told: { hang: true } },
  { name: 'it hangs after the head', vendor: 'hasty', told: { hang_after: 0 } },
  {
    name: 'it says comments and nothing else',
    vendor: 'hasty',
    told: { hang_after: 0, comment_ms: 100 },
    only: 'streamed',
  },
  { name: 'it falls silent after two pieces', vendor: 'hasty', told: { hang_after: 2 }, only: 'streamed' },
  { name: 'it drips, a piece every 300 ms', vendor: 'hasty', told: { delay_ms: 300, chunks: 100 }, rough: true },
  { name: 'it hangs, and the client has one second', told: { hang: true }, timeoutMs: 1000 },
];

/** Each misbehaviour in each form it has. */
export function* cases(): Iterable<readonly [Misbehaviour, Form]> {
  for (const form of ['unary', 'streamed'] as const)
    for (const one of misbehaviours) if ((one.only ?? form) === form) yield [one, form];
}

export type { Form };
