import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { frameKinds } from '../frames.ts';
import { entryHeaders } from '../headers.ts';
import { provider } from '../provider.ts';
import { contracts } from '../registry.ts';
import { reservedWords } from '../subjects.ts';
import { messages } from './messages.ts';

const page = await readFile(new URL('../../../../docs/contracts.md', import.meta.url), 'utf8');
const schemas: Readonly<Record<string, z.ZodType>> = {
  ...Object.fromEntries(Object.entries(messages).map(([name, { schema }]) => [name, schema])),
  cancel: provider.cancel.body,
  holder: provider.holder.body,
};

describe('docs/contracts.md', () => {
  // Matches a fenced block whose info string is "json" and the name of a message.
  const examples = [...page.matchAll(/```json (\S+)\n([^]*?)```/g)].map(([, name = '', text = '']) => ({ name, text }));

  test.each(examples)('its example of $name is of its form, and of nothing more', ({ name, text }) => {
    const example: unknown = JSON.parse(text);
    expect(schemas[name]?.parse(example)).toEqual(example);
  });

  test('has an example of every frame that is sent, of the plan, an answer, an error and a record', () => {
    const shown = examples.map(({ name }) => name);
    expect(shown).toEqual(
      expect.arrayContaining([
        'frame.accept',
        'frame.beat',
        'frame.end',
        'plan',
        'answer.router',
        'answer.error',
        'answer.decision',
        'meter.finished',
        'cancel',
        'holder',
      ]),
    );
  });

  test('names every bucket, stream, header of the entry, frame and reserved word', () => {
    const stores = contracts.flatMap((contract) =>
      contract.kind === 'bucket' || contract.kind === 'stream' ? [contract.name] : [],
    );
    for (const name of [...stores, ...entryHeaders, ...frameKinds, ...reservedWords])
      expect(page).toContain(`\`${name}\``);
  });
});
