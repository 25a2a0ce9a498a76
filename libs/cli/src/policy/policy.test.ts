// The commands that need no mesh, as processes.
import { RequestId } from '@router-mesh/contracts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@router-mesh/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shell } from '../testing.ts';
import { startingPolicy } from './starting-policy.ts';

let shell: Shell;

beforeAll(() => {
  shell = new Shell();
});

afterAll(() => {
  shell[Symbol.dispose]();
});

const good = 'policy "acme/good" version "1.0.0" {\n  route default { candidates @demo/echo }\n}\n';
const bad =
  'policy "acme/bad" {\n  rule x when tenant.tier == "fre" { deny "no" }\n\n  route default { candidates @demo/echo }\n}\n';

const run = (...args: string[]): ReturnType<Shell['router']> => shell.router(['policy', ...args]);

test('the help of shadow says its share as a percentage, and examples of explain are ids that it takes', async () => {
  expect((await run('shadow', '--help')).stdout).toMatch(/where none is named, 100%\s/);
  const { stdout } = await run('explain', '--help');
  const ids = [...stdout.matchAll(/^ {2}router policy explain (\S+)/gm)].map(
    ([, id]) => RequestId.safeParse(id).success,
  );
  expect(ids).toEqual([true, true]);
});

describe('init', () => {
  test('writes a policy whose tests pass, whose rules are all seen, and that fmt would not change', async () => {
    expect(await run('init', 'acme/main')).toMatchObject({ code: 0, stderr: '' });
    expect(await run('check', 'main.wend')).toEqual({
      code: 0,
      stdout: '1 file checked, nothing is wrong\n',
      stderr: '',
    });
    const tested = await run('test', 'main.wend', '--coverage');
    expect(tested).toMatchObject({ code: 0, stderr: '' });
    expect(tested.stdout).toContain('5 passed');
    expect(tested.stdout).toContain('100 % of the code was entered');
    expect(await run('fmt', '--check', 'main.wend')).toMatchObject({ code: 0 });
  });

  test('overwrites nothing', async () => {
    shell.write('chat.wend', 'mine');
    expect(await run('init', 'acme/chat')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'router: "chat.wend" is there already: nothing was written\n',
    });
    expect(readFileSync(join(shell.folder, 'chat.wend'), 'utf8')).toBe('mine');
    shell.write('chat.wend', startingPolicy('acme/chat'));
  });

  test('wants a name that the mesh takes', async () => {
    const refused = await run('init', 'Acme');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("argument 'name'") });
  });
});

describe('check', () => {
  test('shows file, line, column, caret and help, and fails', async () => {
    shell.write('bad.wend', bad);
    const { code, stdout } = await run('check', 'bad.wend');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^error\[E\d+\]: .*"fre"/);
    expect(stdout).toContain(
      [
        ' --> bad.wend:2:30',
        '  |',
        '2 |   rule x when tenant.tier == "fre" { deny "no" }',
        '  |                              ^^^^^',
        '  = help: did you mean "free"?',
      ].join('\n'),
    );
    expect(stdout).toMatch(/\n\n1 error; 1 file checked\n$/);
  });

  test('--json tells places as numbers, --sarif as regions', async () => {
    const told = JSON.parse((await run('check', 'bad.wend', '--json')).stdout);
    expect(told).toMatchObject({
      files: ['bad.wend'],
      diagnostics: [{ severity: 'error', file: 'bad.wend', line: 2, column: 30, end_line: 2, end_column: 35 }],
    });
    const { code, stdout } = await run('check', 'bad.wend', '--sarif');
    expect(code).toBe(1);
    const [{ results, tool }] = JSON.parse(stdout).runs;
    expect(results[0].locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: 'bad.wend' },
      region: { startLine: 2, startColumn: 30, endLine: 2, endColumn: 35 },
    });
    expect(tool.driver.rules[results[0].ruleIndex].id).toBe(results[0].ruleId);
  });

  test('finds what is extended and imported by its name, beside the file and in --library, and takes the newest in the range', async () => {
    shell.write('base-1.wend', 'policy "acme/base" version "1.0.0" {\n  route default { candidates @demo/echo }\n}\n');
    shell.write(
      'base-2.wend',
      'policy "acme/base" version "1.4.0" {\n  param p: Int = 1\n  route default { candidates @demo/echo }\n}\n',
    );
    shell.write('leaf.wend', 'policy "acme/leaf" extends "acme/base@^1" {\n  param p = 2\n}\n');
    expect(await run('check', 'leaf.wend')).toMatchObject({ code: 0 });
    using other = new Shell();
    other.write('leaf.wend', 'policy "acme/leaf" extends "acme/base@^1" {\n  param p = 2\n}\n');
    expect(await other.router(['policy', 'check', 'leaf.wend'])).toMatchObject({ code: 1 });
    expect(await other.router(['policy', 'check', 'leaf.wend', '--library', shell.folder])).toMatchObject({ code: 0 });
  });

  test('checks models against a catalogue, where there is one', async () => {
    using folder = new Shell();
    folder.write('good.wend', good);
    const catalogue = JSON.stringify({
      vendor: 'demo',
      format: 'openai',
      base_url: 'http://127.0.0.1:1/v1',
      models: [{ name: 'lorem' }],
    });
    expect(await folder.router(['policy', 'check'])).toMatchObject({ code: 0 });
    folder.write('providers.json', catalogue);
    const refused = await folder.router(['policy', 'check', '--catalogue', 'providers.json']);
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('demo/echo') });
    folder.write('catalogue.json', catalogue);
    expect(await folder.router(['policy', 'check'])).toMatchObject({ code: 1 });
    folder.write('catalogue.json', '[{}]');
    expect(await folder.router(['policy', 'check'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('holds no provider documents'),
    });
  });

  test('says which file is not there', async () => {
    expect(await run('check', 'nowhere')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'router: there is no file or folder "nowhere"\n',
    });
  });

  test('--watch checks again after a change, until Ctrl-C', async () => {
    using folder = new Shell();
    folder.write('p.wend', good);
    let shown = '';
    const outcome = await folder.router(['policy', 'check', '--watch'], {
      running: (child) => {
        child.stdout?.on('data', (chunk) => (shown += String(chunk)));
        void until('the first', () => shown.includes('nothing is wrong')).then(async () => {
          folder.write('p.wend', bad);
          await until('the second', () => shown.includes('1 error'));
          folder.write('p.wend', good);
          await until('the third', () => shown.split('nothing is wrong').length === 3);
          child.kill('SIGINT');
        });
      },
    });
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('fmt', () => {
  test('writes files the one way, and --check only says so', async () => {
    using folder = new Shell();
    folder.write('p.wend', good.replaceAll('  ', '\t '));
    const args = ['policy', 'fmt', 'p.wend'];
    expect(await folder.router([...args, '--check'])).toEqual({
      code: 1,
      stdout: 'p.wend\n1 of 1 file would change\n',
      stderr: '',
    });
    expect(await folder.router(args)).toEqual({ code: 0, stdout: 'p.wend\n1 of 1 file changed\n', stderr: '' });
    expect(readFileSync(join(folder.folder, 'p.wend'), 'utf8')).toBe(good);
    expect(await folder.router(args)).toMatchObject({ code: 0, stdout: '1 file, nothing to change\n' });
  });

  test('leaves what it cannot read as it is, and formats stdin to stdout', async () => {
    using folder = new Shell();
    folder.write('p.wend', 'policy "p" { rule }');
    const refused = await folder.router(['policy', 'fmt']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('p.wend:1:19') });
    expect(readFileSync(join(folder.folder, 'p.wend'), 'utf8')).toBe('policy "p" { rule }');
    expect(await folder.router(['policy', 'fmt', '-'], { input: good.replaceAll('\n', ' ') })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('candidates @demo/echo'),
    });
  });
});

describe('test', () => {
  test('names the tests that fail, where, and why', async () => {
    using folder = new Shell();
    folder.write('p.wend', good.replace('}\n}', '}\n\n  test "wrong" { expect decision.route == "vip" }\n}'));
    const { code, stdout } = await folder.router(['policy', 'test']);
    expect(code).toBe(1);
    expect(stdout).toContain('✗ wrong');
    expect(stdout).toMatch(/p\.wend:4:\d+ /);
    expect(stdout).toContain('0 passed, 1 failed');
    const told = JSON.parse((await folder.router(['policy', 'test', '--json'])).stdout);
    expect(told.tests[0]).toMatchObject({ file: 'p.wend', results: [{ name: 'wrong', passed: false, line: 4 }] });
  });
});

describe('eval and bench', () => {
  test('eval shows the decision about a request, and --trace why', async () => {
    const args = ['policy', 'eval', 'main.wend', '--input', '-', '--trace'];
    const input = JSON.stringify({ request: { tokens_in: 20_000 }, tenant: { tier: 'pro', budget: '12.50' } });
    const { code, stdout } = await shell.router(args, { input });
    expect(code).toBe(0);
    expect(stdout).toMatch(/route +large/);
    expect(stdout).toMatch(/picked +demo\/lorem/);
    expect(stdout).toMatch(/main\.wend:\d+ .* rule +short_answers +false +skipped/);
  });

  test('eval names the field of the input that is wrong', async () => {
    const outcome = await shell.router(['policy', 'eval', 'main.wend', '--input', '-'], {
      input: '{ "tenant": { "teir": "pro" } }',
    });
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringMatching(/^router: .*tenant.*teir/) });
  });

  test('a library decides nothing', async () => {
    shell.write('lib.wend', 'library "acme/lib" {\n  fn two() -> Int { return 2 }\n}\n');
    const outcome = await run('eval', 'lib.wend');
    expect(outcome).toMatchObject({ code: 2, stderr: 'router: "lib.wend" is a library: it decides nothing\n' });
  });

  test('bench measures both back ends', async () => {
    const { code, stdout } = await run('bench', 'main.wend', '--decisions', '2000', '--json');
    expect(code).toBe(0);
    const { generated, closures, spent } = JSON.parse(stdout);
    expect(generated.median_us).toBeGreaterThan(0);
    expect(closures.p99_us).toBeGreaterThanOrEqual(closures.median_us);
    expect(spent[0].fuel).toBeGreaterThan(10);
  });
});
