import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { TestProcess, until } from '../../src/index.ts';
import { allocations, type HeapProfile } from './allocations.ts';
import { foundFile, type Loop } from './found.ts';
import { hotSpots, type CpuProfile } from './hot-spots.ts';

test('a process with the probe tells what it did between two signals: time, event loop, allocations', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'router-mesh-probe-'));
  const work = `function churn() { globalThis.kept = Array.from({ length: 20_000 }, (_, n) => ({ n })); console.log('turn'); }
    setInterval(churn, 5);`;
  const probe = pathToFileURL(join(import.meta.dirname, 'probe.ts')).href;
  await using child = new TestProcess(process.execPath, ['--import', probe, '-e', work], { PROFILE_FOLDER: folder });
  const turns = async (count: number): Promise<void> => {
    const before = child.lines.length;
    await until('some work to be done', () => child.lines.length >= before + count);
  };
  const found = async <Found>(kind: Parameters<typeof foundFile>[2]): Promise<Found> => {
    const file = foundFile(folder, child.pid, kind);
    await until(`the ${kind}`, () => existsSync(file));
    return JSON.parse(readFileSync(file, 'utf8')) as Found;
  };
  try {
    await turns(1);
    child.child.kill('SIGUSR2');
    await turns(20);
    child.child.kill('SIGUSR2');
    const { busyUs, byTotal } = hotSpots(await found<CpuProfile>('cpuprofile'));
    expect(busyUs).toBeGreaterThan(0);
    expect(byTotal.map(([name]) => name).join('\n')).toContain('churn');
    const { delayMs } = await found<Loop>('loop');
    expect(delayMs.max).toBeGreaterThanOrEqual(delayMs.p50);
    expect(delayMs.max).toBeGreaterThan(0);

    child.child.kill('SIGUSR2');
    await turns(20);
    child.child.kill('SIGUSR2');
    const { bytes, bySelf } = allocations(await found<HeapProfile>('heapprofile'));
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(bySelf.length).toBeGreaterThan(0);
  } finally {
    await child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
});
