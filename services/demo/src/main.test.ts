import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { chunksOf, contentsOf } from './testing.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

test.each(['SIGTERM', 'SIGINT'] as const)(
  'a process tells where it listens, and on %s finishes what is open',
  async (signal) => {
    using child = run({ DEMO_PORT: '0' });
    const url = await listening(child);
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'echo',
        messages: [{ role: 'user', content: 'a b c' }],
        stream: true,
        demo: { delay_ms: 50 },
      }),
    });
    const exited = once(child, 'exit');
    child.kill(signal);
    expect(contentsOf(await chunksOf(response))).toEqual(['a ', 'b ', 'c']);
    expect(await exited).toEqual([0, null]);
  },
);

test('a process that is told a wrong port says so and fails', async () => {
  using child = run({ DEMO_PORT: 'http' });
  let said = '';
  child.stderr?.on('data', (data) => (said += String(data)));
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(said).toContain('DEMO_PORT is "http"');
});

async function listening(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no stdout');
  const died = once(child, 'exit').then(() => Promise.reject(new Error('the demo ended before it listened')));
  const [line] = (await Promise.race([once(child.stdout, 'data'), died])) as [Buffer];
  return (JSON.parse(line.toString()) as { demo: string }).demo;
}

function run(environment: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [main], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
