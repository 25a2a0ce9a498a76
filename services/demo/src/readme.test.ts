import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { embeddingModel } from './embeddings.ts';
import { chatModels } from './models.ts';
import { startDemo } from './server.ts';
import { Stats } from './stats.ts';
import { post } from './testing.ts';
import { toldOptions } from './told.ts';

const chat = '/v1/chat/completions';
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test.each([
  ['Being told', Object.keys(toldOptions)],
  ['Models', [...chatModels.keys(), embeddingModel]],
  ['Stats', Object.keys(new Stats().report())],
  ['Settings', ['DEMO_HOST', 'DEMO_PORT']],
])('the README tells of exactly what there is: %s', (section, names) => {
  expect(namesIn(section)).toEqual(names);
});

test('the requests in the README do what it says', async () => {
  await using demo = await startDemo();
  const [whole, broken] = requests();
  expect(await (await post(demo, chat, whole)).text()).toContain('"content":"hi"');
  const response = await post(demo, chat, broken);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow('terminated');
});

/** The first column of a section's table. */
function namesIn(section: string): string[] {
  const text = readme.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? '';
  // A row that begins with one name in backticks.
  return [...text.matchAll(/^\| `(\w+)` \|/gm)].map((row) => row[1] ?? '');
}

/** The bodies that the README posts to chat. */
function requests(): string[] {
  // What stands in quotes behind -d.
  return [...readme.matchAll(/\/v1\/chat\/completions -d '(.+)'$/gm)].map((request) => request[1] ?? '');
}
