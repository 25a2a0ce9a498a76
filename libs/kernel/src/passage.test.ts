// Passages over a real server: a policy whose entry forwards, and stops that answer, go on, or are not there.
import {
  parseTrail,
  policy,
  provider,
  requestSubject,
  RouterError,
  type AcceptFrame,
  type EndFrame,
  type Plan,
} from '@router-mesh/contracts';
import { aPlan, natsServer, until, type NatsServer } from '@router-mesh/testing';
import { AnswerReader, createInbox, headers, listen, type AnswerEvent, type NatsConnection } from '@router-mesh/wire';
import { expect, test } from 'vitest';
import { aLink, type TestLink } from './link.testing.ts';
import type { EntryPassage } from './entry-passage.ts';
import type { StopPassage } from './stop-passage.ts';
import { Stops } from './stops.ts';

interface Member extends TestLink {
  readonly nc: NatsConnection;
}

interface House {
  readonly policy: Member;
  readonly client: NatsConnection;
  /** Start a provider's replica for a vendor. */
  serve(vendor: string, handle: (passage: StopPassage) => void | Promise<void>): Promise<Member>;
  close(): Promise<void>;
}

/** A policy that forwards every request along an itinerary, and a client. */
async function house(
  nats: NatsServer,
  itinerary: readonly string[],
  plan: Plan,
  { timeoutMs = 60_000 } = {},
): Promise<House> {
  const [policyNc, client] = await Promise.all([nats.connect('policy'), nats.connect()]);
  const entrance = { ...aLink(policyNc, 'policy'), nc: policyNc };
  new Stops(entrance.link, { tenantInbox: false }).serveEntry(policy.evaluate, (passage: EntryPassage) =>
    passage.forward(plan, itinerary, Date.now() + timeoutMs),
  );
  await policyNc.flush();
  const members: Member[] = [];
  return {
    policy: entrance,
    client,
    async serve(vendor, handle) {
      const nc = await nats.connect('provider');
      const member = { ...aLink(nc, 'provider'), nc };
      new Stops(member.link, { tenantInbox: false }).serveStop(provider.call, vendor, handle);
      await nc.flush();
      members.push(member);
      return member;
    },
    async close() {
      await Promise.all([policyNc, client, ...members.map(({ nc }) => nc)].map((nc) => nc.close()));
    },
  };
}

interface Answer {
  readonly events: AnswerEvent[];
  readonly reader: AnswerReader;
}

/** Ask in frames, or for one message. */
function ask(
  client: NatsConnection,
  { framed = true, request }: { readonly framed?: boolean; readonly request?: string } = {},
): Answer {
  const answer: Answer = { events: [], reader: new AnswerReader() };
  const address = createInbox();
  listen(client, address, (message) => answer.events.push(answer.reader.read(message)));
  const said = headers();
  if (framed) said.set('Router-Frames', '1');
  if (request !== undefined) said.set('Router-Request', request);
  client.publish(requestSubject('chat', 'acme.web'), '{}', { reply: address, headers: said });
  return answer;
}

const kinds = ({ events }: Answer): string[] => events.map(({ kind }) => kind);
const over = (answer: Answer): Promise<void> =>
  until('the end', () => ['eos', 'whole', 'error'].includes(answer.events.at(-1)?.kind ?? ''));
const closed = (answer: Answer): Promise<void> =>
  until('the end of the frames', () => answer.events.at(-1)?.kind === 'eos');

const candidates = (...vendors: string[]): Partial<Plan> => ({
  candidates: vendors.map((vendor) => ({ vendor, model: 'echo' })),
});

function accept(passage: StopPassage, control = 'c'): AcceptFrame {
  return {
    request: passage.request,
    instance: 'i',
    control,
    route: 'default',
    provider: passage.member,
    model: `${passage.member}/echo`,
  };
}

function endOf(passage: StopPassage): EndFrame {
  const { request, plan, member } = passage;
  const trail = parseTrail(passage.trail('ok'));
  return {
    usage_stored: true,
    router: {
      request,
      provider: member,
      model: 'm',
      route: plan.route,
      policy: plan.policy,
      attempts: plan.attempts,
      trail,
    },
  };
}

function answerInFull(passage: StopPassage): void {
  passage.answer.accept(accept(passage));
  passage.answer.delta(`from ${passage.member}`);
  passage.answer.end(endOf(passage));
  passage.answered();
}

const failed = (model: string) => ({ model, class: 'server_error', status: 500 }) as const;

const reportOf = ({ events }: Answer): EndFrame['router'] | undefined =>
  events.flatMap((event) => (event.kind === 'end' ? [event.end.router] : []))[0];

test('a request goes from policy to its provider, and the answer straight back', async () => {
  await using nats = await natsServer();
  await using mesh = disposable(await house(nats, ['provider.demo'], aPlan()));
  await mesh.serve('demo', answerInFull);
  const answer = ask(mesh.client);
  await closed(answer);
  expect(kinds(answer)).toEqual(['accept', 'delta', 'end', 'eos']);
  const trail = reportOf(answer)?.trail ?? [];
  expect(trail.map(({ stop, instance, code }) => [stop, instance, code])).toEqual([
    ['policy', 'policy-1', 'ok'],
    ['provider.demo', 'provider-1', 'ok'],
  ]);
  await until('nothing is in flight', () => mesh.policy.link.flight.count === 0);
  expect([mesh.policy.link.control.size, mesh.policy.logged]).toEqual([0, []]);
});

test('a body that policy changed goes on in the place of the one that came, also past a candidate that is not running', async () => {
  await using nats = await natsServer();
  const [entrance, providing, client] = await Promise.all([
    nats.connect('policy'),
    nats.connect('provider'),
    nats.connect(),
  ]);
  const changed = new TextEncoder().encode('{"changed":true}');
  new Stops(aLink(entrance, 'policy').link, { tenantInbox: false }).serveEntry(
    policy.evaluate,
    (passage: EntryPassage) =>
      passage.forward(aPlan(candidates('away', 'demo')), ['provider.away'], Date.now() + 60_000, changed),
  );
  const bodies: string[] = [];
  new Stops(aLink(providing, 'provider').link, { tenantInbox: false }).serveStop(provider.call, 'demo', (passage) => {
    bodies.push(new TextDecoder().decode(passage.body));
    answerInFull(passage);
  });
  await Promise.all([entrance.flush(), providing.flush()]);
  await closed(ask(client));
  expect(bodies).toEqual(['{"changed":true}']);
  await Promise.all([entrance, providing, client].map((nc) => nc.close()));
});

test('the trail tells how long a request waited between stops and how long each worked on it', async () => {
  await using nats = await natsServer();
  await using mesh = disposable(await house(nats, ['provider.demo'], aPlan()));
  await mesh.serve('demo', (passage) => {
    const until = performance.now() + 20;
    while (performance.now() < until);
    answerInFull(passage);
  });
  const answers = [ask(mesh.client), ask(mesh.client), ask(mesh.client)];
  await Promise.all(answers.map(closed));
  const last = reportOf(answers[2] as Answer)?.trail ?? [];
  expect(last[0]?.waited_ms).toBe(0);
  expect(last[1]?.waited_ms).toBeGreaterThan(20); // the two before it were worked on first
  expect(last[1]?.worked_ms).toBeGreaterThanOrEqual(19);
});

test('an optional stop that is not running is left out', async () => {
  await using nats = await natsServer();
  await using mesh = disposable(await house(nats, ['experiment?', 'extension?', 'provider.demo'], aPlan()));
  await mesh.serve('demo', answerInFull);
  const answer = ask(mesh.client);
  await closed(answer);
  expect(kinds(answer)).toEqual(['accept', 'delta', 'end', 'eos']);
  expect(mesh.policy.link.counts.totals().missing).toBe(2);
  await until('nothing is in flight', () => mesh.policy.link.flight.count === 0);
});

test.each([true, false])(
  'a required stop that is not running is `unavailable` by name (in frames: %s)',
  async (framed) => {
    await using nats = await natsServer();
    await using mesh = disposable(await house(nats, ['cost', 'provider.demo'], aPlan()));
    await mesh.serve('demo', answerInFull);
    const answer = ask(mesh.client, { framed });
    await over(answer);
    expect(answer.events[0]).toMatchObject({
      kind: 'error',
      error: { code: 'unavailable', details: { reason: 'not_running', stop: 'cost' } },
    });
    await until('nothing is in flight', () => mesh.policy.link.flight.count === 0);
  },
);

test('a provider that is not running is passed over for the next candidate; only the last is `unavailable`', async () => {
  await using nats = await natsServer();
  await using mesh = disposable(await house(nats, ['provider.a'], aPlan(candidates('a', 'b', 'c'))));
  const none = ask(mesh.client);
  await over(none);
  expect(none.events[0]).toMatchObject({
    kind: 'error',
    error: {
      code: 'unavailable',
      details: {
        stop: 'provider.c',
        attempts: [
          { model: 'a/echo', class: 'not_running' },
          { model: 'b/echo', class: 'not_running' },
        ],
      },
    },
  });
  await mesh.serve('c', answerInFull);
  const third = ask(mesh.client);
  await closed(third);
  expect(kinds(third)).toEqual(['accept', 'delta', 'end', 'eos']);
  expect(reportOf(third)?.attempts.map(({ model }) => model)).toEqual(['a/echo', 'b/echo']);
});

test('an itinerary that ends in an optional stop is our bug: answered, and logged', async () => {
  await using nats = await natsServer();
  await using mesh = disposable(await house(nats, ['experiment?'], aPlan()));
  const answer = ask(mesh.client);
  await over(answer);
  expect(answer.events[0]).toMatchObject({ kind: 'error', error: { code: 'internal' } });
  expect(mesh.policy.logged).toEqual([
    expect.objectContaining({ level: 50, stop: 'experiment', request: expect.any(String) }),
  ]);
  await until('nothing is in flight', () => mesh.policy.link.flight.count === 0);
});

test('a candidate that fails hands the request to the next vendor, whose frames start anew, and tells of the attempt', async () => {
  await using nats = await natsServer();
  await using mesh = disposable(await house(nats, ['provider.a'], aPlan(candidates('a', 'b'))));
  await mesh.serve('a', (passage) => {
    passage.answer.accept(accept(passage));
    expect(passage.fallBack(failed('a/echo'), Promise.resolve())).toBe('forwarded');
    expect(passage.done).toBe(true);
  });
  await mesh.serve('b', answerInFull);
  const answer = ask(mesh.client);
  await closed(answer);
  expect(kinds(answer)).toEqual(['accept', 'accept', 'delta', 'end', 'eos']);
  expect(reportOf(answer)).toMatchObject({ provider: 'b', attempts: [failed('a/echo')] });
  expect(reportOf(answer)?.trail.map(({ stop, code }) => [stop, code])).toEqual([
    ['policy', 'ok'],
    ['provider.a', 'server_error'],
    ['provider.b', 'ok'],
  ]);
});

test('a candidate of the same vendor is tried at once, one leg further, with a time of its own', async () => {
  await using nats = await natsServer();
  await using mesh = disposable(
    await house(
      nats,
      ['provider.a'],
      aPlan({
        candidates: [
          { vendor: 'a', model: 'one' },
          { vendor: 'a', model: 'two' },
        ],
      }),
    ),
  );
  await mesh.serve('a', async (passage) => {
    passage.answer.accept(accept(passage));
    await until('some time', () => Date.now() - passage.receivedAt >= 30);
    expect(passage.fallBack(failed('a/one'), Promise.resolve())).toBe('here');
    expect([passage.done, passage.travel.leg, passage.plan.candidates.length]).toEqual([false, 1, 1]);
    answerInFull(passage);
  });
  const answer = ask(mesh.client);
  await closed(answer);
  expect(kinds(answer)).toEqual(['accept', 'accept', 'delta', 'end', 'eos']);
  const [, first, second] = reportOf(answer)?.trail ?? [];
  expect([first?.code, second?.code]).toEqual(['server_error', 'ok']);
  expect(first?.worked_ms).toBeGreaterThanOrEqual(29);
  expect(second?.worked_ms).toBeLessThan(first?.worked_ms ?? 0);
  expect(second?.received).toBeGreaterThan(first?.received ?? 0);
});

test('the last candidate that fails is told to the handler, which answers', async () => {
  await using nats = await natsServer();
  await using mesh = disposable(await house(nats, ['provider.a'], aPlan(candidates('a'))));
  await mesh.serve('a', (passage) => {
    expect(passage.fallBack(failed('a/echo'), Promise.resolve())).toBe('none');
    throw new RouterError('provider_failed', 'the only candidate failed');
  });
  const answer = ask(mesh.client);
  await closed(answer);
  expect(kinds(answer)).toEqual(['error', 'eos']);
});

test('when nobody is left to fall back to, the answer waits for what was to come before it', async () => {
  await using nats = await natsServer();
  await using mesh = disposable(await house(nats, ['provider.a'], aPlan(candidates('a', 'b'))));
  const stored = Promise.withResolvers<void>();
  const stop = await mesh.serve('a', (passage) => void passage.fallBack(failed('a/echo'), stored.promise));
  const answer = ask(mesh.client);
  await until('the notice that nobody listens', () => stop.link.counts.totals().missing === 1);
  expect([kinds(answer), stop.link.flight.count > 0]).toEqual([[], true]);
  stored.resolve();
  await closed(answer);
  expect(kinds(answer)).toEqual(['error', 'eos']);
  expect(stop.link.counts.timings()['provider.a']).toMatchObject({ requests: 1, errors: 1 });
});

test('a fallback to a vendor that is not running goes on from there, and the last is answered on its own leg', async () => {
  await using nats = await natsServer();
  await using mesh = disposable(await house(nats, ['provider.a'], aPlan(candidates('a', 'b', 'c'))));
  const first = await mesh.serve('a', (passage) => {
    passage.answer.accept(accept(passage));
    passage.fallBack(failed('a/echo'), Promise.resolve());
  });
  const answer = ask(mesh.client);
  await closed(answer);
  expect(kinds(answer)).toEqual(['accept', 'error', 'eos']);
  expect(answer.events[1]).toMatchObject({
    error: {
      code: 'unavailable',
      details: { stop: 'provider.c', attempts: [{ model: 'a/echo' }, { model: 'b/echo', class: 'not_running' }] },
    },
  });
  await until('nothing is in flight', () => first.link.flight.count === 0);
  expect(first.link.control.size).toBe(0);
});

/** Serve with a handler that waits for its signal and answers with its reason; resolves to the passage. */
async function waitingOn(mesh: House, prepare: (passage: StopPassage) => void = () => undefined) {
  const passages: StopPassage[] = [];
  const member = await mesh.serve('demo', async (passage) => {
    prepare(passage);
    passages.push(passage);
    await new Promise((resolve) => passage.signal.addEventListener('abort', resolve));
    throw passage.signal.reason;
  });
  return { member, passages };
}

test('when its time is over the signal aborts, naming the stop', async () => {
  await using nats = await natsServer();
  await using mesh = disposable(await house(nats, ['provider.demo'], aPlan(), { timeoutMs: 100 }));
  const { member, passages } = await waitingOn(mesh);
  const answer = ask(mesh.client);
  await closed(answer);
  expect(answer.events[0]).toMatchObject({
    kind: 'error',
    error: { code: 'deadline_exceeded', details: { stop: 'provider.demo' } },
  });
  expect(() => passages[0]?.checkDeadline()).toThrow(expect.objectContaining({ code: 'deadline_exceeded' }));
  expect(member.link.counts.timings()['provider.demo']).toMatchObject({ errors: 1, in_flight: 0 });
  expect(member.logged).toEqual([]);
});

test('a deadline in the far future is not now', async () => {
  await using nats = await natsServer();
  await using mesh = disposable(await house(nats, ['provider.demo'], aPlan(), { timeoutMs: 60 * 86_400_000 }));
  await mesh.serve('demo', async (passage) => {
    const { signal } = passage;
    await new Promise((resolve) => setTimeout(resolve, 5)); // an overflown timer would have fired after 1 ms
    if (signal.aborted) throw signal.reason;
    answerInFull(passage);
  });
  const answer = ask(mesh.client);
  await closed(answer);
  expect(kinds(answer)).toEqual(['accept', 'delta', 'end', 'eos']);
});

test('a client cancels on the control subject that it was told', async () => {
  await using nats = await natsServer();
  await using mesh = disposable(await house(nats, ['provider.demo'], aPlan()));
  const { member } = await waitingOn(mesh, (passage) => passage.answer.accept(accept(passage, passage.openControl())));
  const answer = ask(mesh.client);
  await until('accept', () => answer.events.length === 1);
  const [event] = answer.events;
  if (event?.kind === 'accept') mesh.client.publish(event.accept.control, 'cancel');
  await closed(answer);
  expect(answer.events[1]).toMatchObject({ kind: 'error', error: { code: 'cancelled' } });
  expect([member.link.control.size, member.link.flight.count]).toEqual([0, 0]);
});

test.each(['before', 'after'])('a cancel by id that comes %s the request ends it', async (when) => {
  await using nats = await natsServer();
  await using mesh = disposable(await house(nats, ['provider.demo'], aPlan()));
  const request = '01HZX3KQ5V9J8M2N4P6R7S8T9W';
  const member = await mesh.serve('demo', async (passage) => {
    const { signal } = passage;
    if (when === 'after') member.link.cancellations.cancel('acme', request, Date.now());
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    throw signal.reason;
  });
  if (when === 'before') member.link.cancellations.cancel('acme', request, Date.now());
  const answer = ask(mesh.client, { request });
  await closed(answer);
  expect(answer.events[0]).toMatchObject({ kind: 'error', error: { code: 'cancelled' } });
});

test('a stop that can wait no longer cuts the streams that have begun and refuses the rest, also what looks only later', async () => {
  await using nats = await natsServer();
  await using mesh = disposable(await house(nats, ['provider.demo'], aPlan()));
  const looks: (() => void)[] = [];
  let begun = 0;
  const member = await mesh.serve('demo', async (passage) => {
    begun += 1;
    const number = begun;
    passage.answer.accept(accept(passage));
    if (number === 1) for (const text of ['1', '2']) passage.answer.delta(text);
    if (number === 3) await new Promise<void>((resolve) => looks.push(resolve));
    const { signal } = passage;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    throw signal.reason;
  });
  const answers = [];
  for (const count of [1, 2, 3]) {
    answers.push(ask(mesh.client));
    await until(`${count} begun`, () => begun === count);
  }
  member.interrupt();
  for (const look of looks) look();
  await Promise.all(answers.map(closed));
  const errors = answers.map(
    ({ events }) => events.flatMap((event) => (event.kind === 'error' ? [event.error] : []))[0],
  );
  expect(errors).toMatchObject([
    { code: 'stream_interrupted', details: { stop: 'provider.demo', delivered: 2 } },
    { code: 'unavailable', details: { reason: 'stopping', stop: 'provider.demo' } },
    { code: 'unavailable', details: { reason: 'stopping', stop: 'provider.demo' } },
  ]);
  expect(member.logged).toEqual([]);
});

test('a hundred requests at once leave nothing behind: no control subject, no timer, no listener', async () => {
  await using nats = await natsServer();
  await using mesh = disposable(await house(nats, ['provider.demo'], aPlan()));
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  const { member, passages } = await waitingOn(mesh, (passage) =>
    passage.answer.accept(accept(passage, passage.openControl())),
  );
  const answers = Array.from({ length: 100 }, () => ask(mesh.client));
  await until('all are under way', () => passages.length === 100);
  expect(member.link.control.size).toBe(100);
  member.interrupt();
  await Promise.all(answers.map(closed));
  process.off('warning', onWarning);
  expect([member.link.control.size, member.link.flight.count, warnings]).toEqual([0, 0, []]);
});

function disposable(mesh: House): House & AsyncDisposable {
  return { ...mesh, [Symbol.asyncDispose]: () => mesh.close() };
}
