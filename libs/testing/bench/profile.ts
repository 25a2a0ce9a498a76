// Where the processes of one work of the bench spend their time: `node deploy/local/bootstrap.mjs --nats libs/testing/bench/profile.ts [work] [seconds] [folder]`.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bed } from './bed.ts';
import { hotSpots, type CpuProfile, type Ranking } from './hot-spots.ts';
import { alignTable } from './table.ts';
import { worksOf } from './works.ts';

/** How many lines of each ranking are shown. */
const shown = 30;

const [name = 'ours 32', seconds = '10', folder = mkdtempSync(join(tmpdir(), 'router-mesh-profile-'))] =
  process.argv.slice(2);
await using bed = await Bed.start({ NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` });
const work = worksOf(bed).find((candidate) => candidate.name === name);
if (work === undefined)
  throw new Error(
    `no work "${name}"; there are ${worksOf(bed)
      .map((each) => `"${each.name}"`)
      .join(', ')}`,
  );

await bed.load.run({ ...work, seconds: 3 }); // warm-up
const fromUs = nowUs();
const report = await bed.load.run({ ...work, seconds: Number(seconds) });
const toUs = nowUs();
if (report.count === 0) throw new Error(`no request was answered: ${report.faults.join('; ')}`);
process.stdout.write(
  `${name}: ${report.count} in ${report.seconds.toFixed(1)} s, ${report.errors} errors; profiles in ${folder}\n`,
);

for (const [service, pid] of Object.entries(work.pids)) {
  if (service === 'nats-server') continue; // not Node
  await bed.stop(service); // the profile is written at the exit
  const file = readdirSync(folder).find((entry) => entry.split('.').includes(String(pid))) ?? '';
  const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile;
  const { busyUs, byPackage, bySelf, byTotal } = hotSpots(profile, fromUs, toUs);
  process.stdout.write(`\n${service}: busy ${(busyUs / report.count).toFixed(0)} µs a request\n`);
  for (const [title, ranking] of [
    ['by package', byPackage],
    ['by function, itself', bySelf],
    ['by function, with what it calls', byTotal],
  ] as const) {
    process.stdout.write(`\n${format(title, ranking, report.count)}\n`);
  }
}

function format(title: string, ranking: Ranking, count: number): string {
  const lines = ranking.slice(0, shown).map(([entry, us]) => [entry, (us / count).toFixed(1)]);
  return alignTable([[title, 'µs a request'], ...lines], [1]);
}

/** The clock of V8's profiles. */
function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
