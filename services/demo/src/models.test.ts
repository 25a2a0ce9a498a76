import { expect, test } from 'vitest';
import { parseChatRequest } from './chat-request.ts';
import { writeCompletion, writeUsage } from './completion.ts';
import { chatModels } from './models.ts';

const weather = {
  type: 'function',
  function: {
    name: 'weather',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        days: { type: 'integer' },
        metric: { type: 'boolean' },
        note: { type: 'string' },
      },
      required: ['city', 'days', 'metric'],
    },
  },
};
const clock = { type: 'function', function: { name: 'clock' } };

function answer(model: string, body: object) {
  const request = parseChatRequest({ model, messages: [{ role: 'user', content: 'hi' }], ...body });
  return chatModels.get(model)?.answer(request);
}

test.each([
  [
    'echo says what the user said last',
    [said('user', 'a'), said('assistant', 'b'), said('user', 'c'), said('assistant', 'd')],
    'c',
  ],
  ['echo has nothing to say when no user spoke', [said('system', 'a')], ''],
  [
    'echo joins text parts and names the others',
    [
      said('user', [
        { type: 'text', text: 'see' },
        { type: 'image_url', image_url: { url: 'u' } },
        { type: 'file', file: {} },
      ]),
    ],
    'see [image] [file]',
  ],
])('%s', (_claim, messages, text) => {
  expect(answer('echo', { messages })).toEqual({ type: 'text', text, finishReason: 'stop' });
});

test('echo asked for a json object answers one', () => {
  expect(answer('echo', { response_format: { type: 'json_object' } })).toMatchObject({ text: '{"echo":"hi"}' });
});

test('lorem answers 50 words and stops, or as many as allowed and says that it was cut', () => {
  expect(answer('lorem', {})).toMatchObject({ text: expect.stringMatching(/^(\w+ ){49}\w+$/), finishReason: 'stop' });
  expect(answer('lorem', { max_tokens: 3 })).toMatchObject({ text: 'lorem ipsum dolor', finishReason: 'length' });
  expect(answer('lorem', { max_completion_tokens: 2 })).toMatchObject({ text: 'lorem ipsum', finishReason: 'length' });
});

test('tools calls the first tool with its required arguments', () => {
  expect(answer('tools', { tools: [weather, clock] })).toEqual({
    type: 'tool-call',
    name: 'weather',
    arguments: '{"city":"city","days":1,"metric":true}',
    finishReason: 'tool_calls',
  });
});

test('tools calls the tool that is chosen by name, and none when told none', () => {
  const chosen = { type: 'function', function: { name: 'clock' } };
  expect(answer('tools', { tools: [weather, clock], tool_choice: chosen })).toMatchObject({
    name: 'clock',
    arguments: '{}',
  });
  expect(answer('tools', { tools: [weather, clock], tool_choice: 'none' })).toMatchObject({ type: 'text', text: 'hi' });
});

test('tools speaks of the result once it is there', () => {
  const call = { role: 'assistant', content: null, tool_calls: [] };
  const messages = [said('user', 'hi'), call, { ...said('tool', 'sunny'), tool_call_id: 'c' }];
  expect(answer('tools', { tools: [weather], messages })).toMatchObject({
    type: 'text',
    text: 'The tool answered: sunny',
  });
});

test('told a size, every model answers a text of that size', () => {
  for (const id of chatModels.keys()) {
    expect(answer(id, { tools: [weather], demo: { bytes: 999 } })).toMatchObject({
      type: 'text',
      text: expect.stringMatching(/^.{999}$/),
    });
  }
});

test('told more chunks than the text has room for, the text is said again until there is', () => {
  expect(answer('echo', { demo: { chunks: 4 } })).toMatchObject({ text: 'hi hi hi' });
});

test('a completion is an OpenAI chat.completion, byte for byte what JSON would write', () => {
  const request = parseChatRequest({ model: 'echo', messages: [said('system', 'four'), said('user', 'say "é"')] });
  const echoed = chatModels.get('echo')?.answer(request);
  if (!echoed) throw new Error('no echo');
  const text = writeCompletion({ id: '1', createdSeconds: 7, model: 'echo' }, echoed, writeUsage(request, echoed));
  expect(JSON.stringify(JSON.parse(text))).toBe(text);
  expect(JSON.parse(text)).toEqual({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 7,
    model: 'echo',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'say "é"', refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: 3,
      completion_tokens: 2,
      total_tokens: 5,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 0,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    service_tier: 'default',
    system_fingerprint: 'fp_demo',
  });
});

test.each([
  ['no model', { messages: [said('user', 'a')] }, 'model'],
  ['no messages', { model: 'echo' }, 'messages'],
  ['empty messages', { model: 'echo', messages: [] }, 'messages'],
  ['a message that is a text', { model: 'echo', messages: ['a'] }, 'messages[0]'],
  ['a message without a role', { model: 'echo', messages: [{ content: 'a' }] }, 'messages[0].role'],
  ['content that is a number', { model: 'echo', messages: [said('user', 1)] }, 'messages[0].content'],
  ['usage of a stream that is none', { ...hello(), stream_options: { include_usage: true } }, 'stream_options'],
  ['two choices', { ...hello(), n: 2 }, 'n'],
  ['no words', { ...hello(), max_tokens: 0 }, 'max_tokens'],
  ['a choice that is not among the tools', { ...hello(), tools: [clock], tool_choice: weather }, 'tool_choice'],
])('%s is refused by name', (_claim, body, param) => {
  expect(() => parseChatRequest(body)).toThrow(expect.objectContaining({ status: 400, param }));
});

function said(role: string, content: unknown) {
  return { role, content };
}

function hello() {
  return { model: 'echo', messages: [said('user', 'hello')] };
}
