// What a user may write with the packed client, every method of it: packed.test.ts type-checks and runs it in a project of its own.
/* eslint-disable @nx/enforce-module-boundaries -- it stands for a file of a user's */
import assert from 'node:assert/strict';
import {
  connect,
  RouterError,
  type ChatRequest,
  type ChatStream,
  type Client,
  type RequestOptions,
} from '@router-mesh/client';

const [servers = ''] = process.argv.slice(2);
const client: Client = await connect({
  servers: [servers],
  tenant: 'acme.web',
  name: 'packed',
  timeoutMs: 20_000,
  credit: 64,
});

const ask: ChatRequest = {
  model: 'demo/echo',
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'hello' },
        { type: 'text', text: 'there' },
      ],
    },
  ],
  temperature: 0.5,
  router: { tags: { team: 'search' } },
};
const options: RequestOptions = {
  timeoutMs: 10_000,
  signal: new AbortController().signal,
  request: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
};

const answer = await client.chat(ask, options);
assert.equal(answer.choices[0]?.message.content, 'hello there');
assert.equal(answer.router.request, options.request);
assert.equal(answer.router.trail.length, 2);

const stream: ChatStream = client.stream(ask);
let text = '';
for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
assert.equal(text, 'hello there');
const { usage, router } = await stream.report;
assert.equal(usage?.estimated, false);
assert.equal(router.model, 'demo/echo');

const { data } = await client.embed({ model: 'demo/embed', input: ['red', 'green'] });
assert.equal(data.length, 2);

const decision = await client.decide({ ...ask, model: 'auto' });
assert.equal(decision.plan.candidates[0]?.vendor, 'demo');

const failure: unknown = await client.chat({ ...ask, model: 'demo/none' }).catch((error: unknown) => error);
assert(failure instanceof RouterError);
assert.equal(failure.code, 'not_found');

const slow = client.chat({ ...ask, demo: { hang: true } }, { request: '01ARZ3NDEKTSV4RRFFQ69G5FAW' });
const rejection = assert.rejects(slow, { code: 'cancelled', status: 499 });
await client.cancel('01ARZ3NDEKTSV4RRFFQ69G5FAW');
await rejection;

await client.close();
await assert.rejects(client.chat(ask), { code: 'unavailable' });
await (await connect({ servers, tenant: 'acme' }))[Symbol.asyncDispose]();
process.stdout.write(`done by ${process.version}\n`);
