import { expect, test } from 'vitest';
import { Linker } from './linker.ts';

const settings = { fuel: 20_000, depth: 64, codegen: true };
const text = (name: string) =>
  `policy "${name}" { ${Array.from({ length: 3000 }, (_, n) => `fn f${n}(a: Int) -> Int { return a + ${n} }`).join(' ')} route default { candidates @openai/gpt-4.1 } }`;

test('a large policy is linked while other things are done, and let go of when it is not in use', async () => {
  const linker = new Linker(settings);
  let turns = 0;
  let done = false;
  const count = () => {
    turns += 1;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  const { policy } = await linker.link({ file: 'a.wend', text: text('a') }, () => undefined);
  done = true;
  expect(turns).toBeGreaterThan(2);
  expect(policy?.name).toBe('a');
  await linker.link({ file: 'b.wend', text: text('b') }, () => undefined);
  expect(linker.size).toBe(2);
  await linker.sweep(policy === undefined ? [] : [policy]);
  expect(linker.size).toBe(1);
});
