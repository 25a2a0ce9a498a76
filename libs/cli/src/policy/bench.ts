// `router policy bench`: what a policy costs.
import { closures, decide, generate, type Decision, type Input } from '@router-mesh/wend';
import type { Command } from 'commander';
import { showExamples } from '../documents.ts';
import { allOptions } from '../global-options.ts';
import { list, print } from '../output.ts';
import { readEvalInput } from './eval-input.ts';
import { linkedOrTold, type LinkedFile } from './linked-file.ts';
import type { DiagnosticOptions } from './show-diagnostics.ts';
import { addWorkspaceOptions, readCount, workspaceHelp, type WorkspaceOptions } from './workspace-options.ts';

type BenchOptions = DiagnosticOptions & WorkspaceOptions & { readonly input?: string; readonly decisions: number };

const examples = `router policy bench main.wend
  router policy bench main.wend --input request.json --json`;

/** Decisions that are timed together: a clock is too coarse for one. */
const batch = 200;

export function addBench(policies: Command): void {
  const bench = policies
    .command('bench')
    .summary('measure a policy')
    .description('Measure how long a policy takes to link and to decide, and what fuel it spends. Needs no mesh.')
    .argument('<file>', 'a policy')
    .option('--input <file>', 'the request, as for eval (default: the sample request)')
    .option('--decisions <n>', 'how many to make with each back end', readCount, 100_000)
    .addHelpText('after', `${workspaceHelp}\n${showExamples(examples)}`);
  addWorkspaceOptions(bench).action(async (file: string, _options, command: Command) => {
    const options = allOptions<BenchOptions>(command);
    const input = await readEvalInput(options.input, undefined);
    const started = performance.now();
    const linked = await linkedOrTold(file, { ...options, backEnd: generate });
    const linkMs = performance.now() - started;
    const interpreted = linked && (await linkedOrTold(file, { ...options, backEnd: closures, json: true }));
    if (linked === undefined || interpreted === undefined) return;
    const decision = decide(linked.policy, { input, catalogue: linked.catalogue });
    const measured = {
      file,
      link_ms: linkMs,
      spent: decision.spent,
      decision_bytes: JSON.stringify(decision).length,
      generated: time(linked, input, options.decisions),
      closures: time(interpreted, input, options.decisions),
    };
    print(options, measured, () => show(measured));
  });
}

interface Timed {
  readonly median_us: number;
  readonly p99_us: number;
}

interface Measured {
  readonly link_ms: number;
  readonly spent: Decision['spent'];
  readonly decision_bytes: number;
  readonly generated: Timed;
  readonly closures: Timed;
}

/** Microseconds a decision, of batches; the first tenth warms up. */
function time({ policy, catalogue }: LinkedFile, input: Input, decisions: number): Timed {
  const facts = { input, catalogue };
  const batches = Math.max(10, Math.ceil(decisions / batch));
  const times: number[] = [];
  for (let round = 0; round < batches * 1.1; round += 1) {
    const started = performance.now();
    for (let one = 0; one < batch; one += 1) decide(policy, facts);
    times.push(((performance.now() - started) * 1000) / batch);
  }
  const sorted = times.slice(-batches).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  return { median_us: at(0.5), p99_us: at(0.99) };
}

function show({ link_ms: linkMs, spent, decision_bytes: bytes, generated, closures: interpreted }: Measured): string {
  return list([
    ['link', `${linkMs.toFixed(1)} ms, reading and checking included`],
    ['generated', showTimed(generated)],
    ['closures', showTimed(interpreted)],
    ['fuel', spent.map(({ layer, fuel }) => `${layer} ${fuel}`).join(', ')],
    ['values', spent.map((one) => `${one.layer} ${one.bytes} bytes`).join(', ')],
    ['decision', `${bytes} bytes of JSON`],
  ]);
}

function showTimed({ median_us: median, p99_us: p99 }: Timed): string {
  return `${median.toFixed(2)} µs a decision; of batches of ${batch} one in a hundred took more than ${p99.toFixed(2)} µs`;
}
