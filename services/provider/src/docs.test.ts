// What the README and the guide show is what there is.
import {
  commonSettings,
  meter,
  parseAs,
  provider,
  ProviderDocument,
  providerSettings,
  ProviderTimeouts,
  rpcSubject,
} from '@router-mesh/contracts';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { failureOfAnswer } from './failure.ts';
import { Keys } from './keys.ts';
import { providerService } from './service.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const guide = readFileSync(new URL('../../../docs/guides/providers.md', import.meta.url), 'utf8');

/** The first column of a section's table, without its ticks. */
function firstColumn(text: string, section: string): string[] {
  const part = text.split(/^#{2,3} /m).find((one) => one.startsWith(`${section}\n`)) ?? '';
  return [...part.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name);
}

describe('the guide', () => {
  const blocks = [...guide.matchAll(/^```json provider\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
  const documents = blocks.map((block) => parseAs(ProviderDocument, JSON.parse(block), 'document'));

  test('has a document of each vendor that it names', () => {
    expect(documents.map(({ vendor }) => vendor).sort()).toEqual([
      'basement',
      'groq',
      'mistral',
      'ollama',
      'openai',
      'openrouter',
      'vllm',
    ]);
  });

  test('sends every key to a host that the default or its own example allows', () => {
    const example = /ROUTER_KEY_HOSTS=(\S+)/.exec(guide)?.[1] ?? '';
    const hosts = providerSettings.keyHosts.schema.parse(`${providerSettings.keyHosts.fallback},${example}`);
    const keys = new Keys({
      environment: new Map([...hosts.keys()].map((name) => [name, 'k'])),
      secrets: undefined,
      hosts,
    });
    for (const { key, base_url } of documents)
      if (key !== undefined) expect(keys.resolve(key, new URL(base_url), 0)).toBe('k');
  });

  test('tells of exactly the fields that there are', () => {
    const told = firstColumn(guide, 'The document');
    const model = ProviderDocument.shape.models.element.shape;
    expect(told).toEqual([...Object.keys(ProviderDocument.shape), ...Object.keys(model)]);
    const timeouts = [...guide.matchAll(/^\| `timeouts` \| (.*) \|$/gm)].map(([, text = '']) => text).join();
    expect([...timeouts.matchAll(/`(\w+_ms)`/g)].map(([, name]) => name)).toEqual(Object.keys(ProviderTimeouts.shape));
  });
});

describe('the README', () => {
  test('tells of exactly the settings that there are, with their defaults', () => {
    const rows = [...readme.matchAll(/^\| `(ROUTER_\w+)` \| (\S+) \|/gm)].map(([, name, fallback]) => [name, fallback]);
    expect(rows).toEqual(
      Object.values(providerSettings).map((setting) => [
        setting.name,
        'fallback' in setting && setting.fallback !== undefined ? `\`${setting.fallback}\`` : 'none',
      ]),
    );
    expect(Object.values(commonSettings).filter(({ name }) => readme.includes(`| \`${name}\` |`))).toEqual([]);
  });

  test('tells of exactly the buckets and streams that it owns or watches', () => {
    const stores = [...providerService.owns, ...Object.values(providerService.watches)].map(({ name }) => name);
    expect(new Set(firstColumn(readme, 'Buckets and streams'))).toEqual(new Set(stores));
    expect(readme).toContain(`\`${meter.subjects[0]?.replace('>', '<tenant…>')}\` goes there`);
  });

  test('tells of its rpcs by their subjects', () => {
    const rpcs = Object.values(provider).flatMap((contract) =>
      contract.kind === 'rpc' ? [rpcSubject(contract, 'platform')] : [],
    );
    expect(firstColumn(readme, 'Subjects')).toEqual(expect.arrayContaining(rpcs));
    expect(firstColumn(readme, 'Subjects')).toHaveLength(rpcs.length + 5);
  });

  test('tells which status is which failure', () => {
    const rows = [...readme.matchAll(/^\| `([a-z_]+)` \| (.*\d{3}.*) \|$/gm)];
    const told = rows.flatMap(([, failure, text = '']) =>
      [...text.matchAll(/\b\d{3}\b/g)].map(([status]) => [failure, Number(status)]),
    );
    expect(told.length).toBeGreaterThan(10);
    for (const [failure, status] of told)
      expect([failureOfAnswer(Number(status), '', undefined).class, status]).toEqual([failure, status]);
  });
});
