// What a unary request costs more with each feature on than without it, in CPU time of each process.
import { join } from 'node:path';
import { requestSubject } from '@router-mesh/contracts';
import { TestProcess, type Mesh } from '../../src/index.ts';
import { endsWithUs } from '../ending.ts';
import { LoadGenerator } from '../load/generator.ts';
import type { Options } from '../options.ts';
import { chatBody } from '../request.ts';
import { headingOf, machineLoad, writeResults, type Heading } from '../results.ts';
import { measureRounds, type Measured, type Rig, type Work } from '../rounds.ts';
import { formatHeading, say, sayRounds } from '../say.ts';
import { formatErrors } from '../table.ts';
import { errorsOf, joined, workResults, type Errors, type WorkResult } from '../work-results.ts';
import { cases, features, model, type Case, type CaseName } from './cases.ts';
import { costsOf, formatCosts, type Cost } from './costs.ts';
import { pidsOf, startFeatureMesh } from './meshes.ts';

/** What the suite writes. */
export interface FeatureResults extends Heading {
  readonly costs: readonly Cost[];
  readonly works: readonly WorkResult[];
  readonly errors: readonly Errors[];
  readonly troubles: readonly string[];
}

const inFlight = 32;

export async function benchFeatures(options: Options): Promise<void> {
  const { only, out, json } = options;
  const loadBefore = machineLoad();
  using load = new LoadGenerator();
  await using sink = endsWithUs(new TestProcess(process.execPath, [join(import.meta.dirname, 'sink.ts')], {}));
  const sinkUrl = (await sink.line((line) => line.startsWith('ready'))).split(' ')[1] ?? '';
  const rig: Rig = { load, shared: { 'load generator': load.pid } };
  const run = async (works: readonly Work[], mesh: Mesh): Promise<void> => {
    measured.push(await measureRounds(rig, works, options, sayRounds(options.rounds)));
    heading ??= await headingOf(options, mesh.nats, loadBefore);
    troubles.push(...mesh.troubles());
  };
  const measured: Measured[] = [];
  const troubles: string[] = [];
  let heading: Heading | undefined;

  const chosen = features.filter(([name]) => only.test(name));
  const together = chosen.filter(([name]) => cases[name].environment === undefined);
  if (together.length > 0) {
    say('starting a mesh whose tenants have what is switched on');
    await using mesh = await startFeatureMesh({});
    await run(
      [...new Set([...together.map(([, to]) => to), ...together.map(([name]) => name)])].map((name) =>
        workOf(name, mesh),
      ),
      mesh,
    );
  }
  for (const [name, to] of chosen.filter((feature) => !together.includes(feature))) {
    say(`starting two meshes, one of them with: ${name}`);
    // Both anew, so that the code of neither has run for longer.
    await using without = await startFeatureMesh({});
    await using having = await startFeatureMesh(cases[name].environment?.(sinkUrl) ?? {});
    await run([workOf(to, without, `${to} beside ${name}`), workOf(name, having)], having);
  }
  if (heading === undefined)
    throw new Error(`no feature matches ${String(only)}: ${features.map(([name]) => `"${name}"`).join(', ')}`);

  const all = joined(...measured);
  const results: FeatureResults = {
    ...heading,
    costs: costsOf(chosen, all.samples),
    works: workResults(all),
    errors: errorsOf(all),
    troubles,
  };
  writeResults(out, results);
  process.stdout.write(json ? `${JSON.stringify(results)}\n` : `${format(results)}\n`);
}

function workOf(name: CaseName, mesh: Mesh, called: string = name): Work {
  const { tenant, expected, body = chatBody(model), loop = { kind: 'closed', inFlight } }: Case = cases[name];
  const subject = requestSubject('chat', tenant);
  const server = { url: mesh.nats.url };
  return { name: called, task: { kind: 'request', server, subject, body, expected }, loop, pids: pidsOf(mesh) };
}

function format({ costs, errors, troubles, ...heading }: FeatureResults): string {
  return [
    '',
    formatCosts(costs),
    '',
    formatErrors(errors),
    ...(troubles.length === 0 ? [] : [`our services complained:\n  ${troubles.slice(0, 5).join('\n  ')}`]),
    formatHeading(heading),
  ].join('\n');
}
