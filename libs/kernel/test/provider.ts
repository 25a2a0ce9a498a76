// A provider for the kernel's own tests: its vendors' names say what it does with a request.
import { provider, providerDocumentRefused, providerStoreFilling, providers, slots } from '@router-mesh/contracts';
import { defineService, run, type StopPassage } from '../src/index.ts';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const slownessMs = Number(process.env['TEST_SLOWNESS_MS'] ?? 0);

const service = defineService({
  name: 'provider',
  summary: 'Does as its vendors are called',
  serves: { call: provider.call, list: provider.list, put: provider.put },
  owns: [providers, slots],
  watches: { providers },
  settings: {},
  documentRefused: providerDocumentRefused,
  storeFilling: providerStoreFilling,
  members: ({ snapshots }) => ({ call: [...snapshots.providers.current.documents.keys()] }),
  async prepare({ put }) {
    for (const vendor of ['answers', 'waits', 'streams', 'ignores']) {
      await put(providers, vendor, { vendor, format: 'openai', base_url: 'http://127.0.0.1:1/v1', models: [] });
    }
  },
  handlers: ({ instance, log, put, snapshots }) => ({
    async call(passage) {
      log.info({ vendor: passage.member }, 'begun');
      await behave(
        passage,
        (key) =>
          new Promise((resolve) => snapshots.providers.onSwap(({ documents }) => documents.has(key) && resolve())),
      );
      passage.answer.reply({ instance });
      passage.answered();
    },
    list: () => ({ providers: [...snapshots.providers.current.documents.values()] }),
    put: async ({ provider: document, revision }) => ({
      revision: await put(providers, document.vendor, document, revision),
    }),
  }),
});

/** Resolves when the request may be answered. */
async function behave(passage: StopPassage, isThere: (key: string) => Promise<void>): Promise<void> {
  switch (passage.member) {
    case 'answers': // as slowly as this process is told to be
      if (slownessMs > 0) await sleep(slownessMs);
      return;
    case 'waits':
      return await isThere('released');
    case 'ignores':
      return await new Promise(() => undefined);
    case 'streams':
      passage.answer.accept({
        request: passage.request,
        instance: 'i',
        control: passage.openControl(),
        route: 'r',
        provider: 'p',
        model: 'm',
      });
      passage.answer.delta('1');
      await once(passage.signal, 'abort');
      throw passage.signal.reason;
  }
}

await run(service);
