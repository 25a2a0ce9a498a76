// Statements as JavaScript.
import type { Code, EffectSpec, Ir, IrLambda, Step } from '../../ir/ir.ts';
import { constantAt } from '../../ir/read.ts';
import { captured } from '../operations/captured.ts';
import { expression, lazy, localName } from './expression.ts';
import type { Writer } from './writer.ts';

type Of<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;

/** What `return` is within, and whether a loop of it is around: an experiment's arm ends where its rule would. */
interface Around {
  /** The label of the arm. */
  readonly arm: string | undefined;
  readonly loop: boolean;
}

export const procedure: Around = { arm: undefined, loop: false };

/** A block: charged, then done. */
export function code(writer: Writer, { at, cost, body }: Code, around: Around): string {
  const charge = writer.charge(cost, at);
  const steps = body.map((step) => statement(writer, step, around));
  return [...(charge === undefined ? [] : [`${charge};`]), ...steps].join('\n');
}

function statement(writer: Writer, step: Step, around: Around): string {
  switch (step.kind) {
    case 'set':
      return `${localName(step.slot)} = ${expression(writer, step.value)};`;
    case 'if': {
      const then = `if (${expression(writer, step.condition)} === true) {\n${code(writer, step.then, around)}\n}`;
      return step.otherwise === undefined ? then : `${then} else {\n${code(writer, step.otherwise, around)}\n}`;
    }
    case 'for': {
      const turn = writer.next();
      const [list, place] = [`l${turn}`, `i${turn}`];
      const body = code(writer, step.body, { ...around, loop: true });
      return `{\nconst ${list} = ${expression(writer, step.of)};\nfor (let ${place} = 0; ${place} < ${list}.length; ${place} += 1) {\n${localName(step.slot)} = ${list}[${place}];\n${body}\n}\n}`;
    }
    case 'while': {
      const goesOn = lazy(writer, step.condition);
      return `while (${goesOn} === true) {\n${code(writer, step.body, { ...around, loop: true })}\n}`;
    }
    case 'break':
    case 'continue':
      return around.loop ? `${step.kind};` : leave(around);
    case 'return':
      if (step.value === undefined) return leave(around);
      return around.arm === undefined
        ? `return ${expression(writer, step.value)};`
        : `${expression(writer, step.value)};\n${leave(around)}`;
    case 'effect':
      return effect(writer, step, around);
    case 'experiment':
      return experiment(writer, step);
  }
}

function leave({ arm }: Around): string {
  return arm === undefined ? 'return null;' : `break ${arm};`;
}

/** A denial ends its rule. */
function effect(writer: Writer, { effect: spec, operands, test, at }: Of<'effect'>, around: Around): string {
  const filtering = test === undefined ? 'undefined' : filter(writer, test);
  const told = `r.effects.effect(${writer.known(spec)}, ${values(writer, operands)}, ${filtering}, ${writer.known(at)});`;
  return endsRule(spec) ? `${told}\n${leave(around)}` : told;
}

/** Called when the rule is long over: it has the locals that it reads as they were. */
function filter(writer: Writer, test: IrLambda): string {
  const locals = captured(test).map(localName).join(', ');
  const [parameter = 0] = test.slots;
  const body = lazy(writer, test.body);
  const asked = `(${localName(parameter)}) => {\nconst m = r.meter;\nreturn ${body} === true;\n}`;
  return locals === '' ? asked : `((${locals}) => ${asked})(${locals})`;
}

/** What ends an arm ends no more than it. */
function experiment(writer: Writer, { name, key, arms, at }: Of<'experiment'>): string {
  const all = arms.map((arm) => {
    const label = `a${writer.next()}`;
    const body = code(writer, arm.code, { arm: label, loop: false });
    return `r.effects.beginArm(${writer.known(arm.name)});\n${label}: {\n${body}\n}\nr.effects.endArm();`;
  });
  const begin = `r.effects.experiment(${writer.known(name)}, ${expression(writer, key)}, ${writer.known(at)});`;
  return [begin, ...all].join('\n');
}

/** A list of constants is made once: whoever is told it only reads it. */
function values(writer: Writer, operands: readonly Ir[]): string {
  const constants = operands.flatMap((one) => (one.kind === 'constant' ? [constantAt(writer.unit, one.index)] : []));
  return constants.length === operands.length
    ? writer.known(constants)
    : `[${operands.map((one) => expression(writer, one)).join(', ')}]`;
}

function endsRule({ kind }: EffectSpec): boolean {
  return kind === 'deny';
}
