// Statements: their steps, and what is known after them.
import { didYouMean } from '../diagnostics/suggest.ts';
import type { Code, Step } from '../ir/ir.ts';
import type { Block, For, If, Let, Return, SetStatement, Statement, While } from '../syntax/tree.ts';
import { isAssignable } from '../types/assignable.ts';
import { show } from '../types/show.ts';
import type { Type } from '../types/type.ts';
import { code, lazy } from './cost.ts';
import { checkEffect } from './effects/effect.ts';
import { condition, expect, infer, narrowHelp } from './expressions.ts';
import { both, either, noFacts, type Facts } from './facts.ts';
import { declare } from './locals.ts';
import { report, type Place } from './place.ts';
import { Scope } from './scope.ts';
import { spanOf } from './span.ts';
import { resolveType } from './types.ts';
import { warnShadowed } from './warnings/repeated-model.ts';

/** Where a statement stands. */
export interface Inside extends Place {
  /** Of functions. */
  readonly returns: Type | undefined;
  /** The loop around it, in the same procedure and arm. */
  readonly loop: { breaks: boolean } | undefined;
}

/** Undefined facts: what follows is never reached. */
export interface Checked {
  readonly steps: readonly Step[];
  readonly after: Facts | undefined;
}

/** A block in a scope of its own, as a region. */
export function checkBlock(inside: Inside, node: Block): { readonly code: Code; readonly after: Facts | undefined } {
  const { steps, after } = checkStatements({ ...inside, scope: new Scope(inside.scope) }, node.statements);
  return { code: code(steps, node), after };
}

function checkStatements(inside: Inside, statements: readonly Statement[]): Checked {
  const steps: Step[] = [];
  let facts: Facts | undefined = inside.facts;
  let saidDead = false;
  for (const statement of statements) {
    if (facts === undefined && !saidDead) {
      report(inside, 'W301', statement, 'this is never reached');
      saidDead = true;
    }
    const checked = checkStatement({ ...inside, facts: facts ?? inside.facts }, statement);
    steps.push(...checked.steps);
    if (!saidDead) facts = checked.after;
  }
  warnShadowed(inside, statements);
  return { steps, after: facts };
}

function checkStatement(inside: Inside, node: Statement): Checked {
  switch (node.kind) {
    case 'let':
      return checkLet(inside, node);
    case 'set':
      return checkSet(inside, node);
    case 'if':
      return checkIf(inside, node);
    case 'for':
      return checkFor(inside, node);
    case 'while':
      return checkWhile(inside, node);
    case 'break':
    case 'continue':
      if (inside.loop === undefined) report(inside, 'E112', node, `"${node.kind}" stands in no loop`);
      else if (node.kind === 'break') inside.loop.breaks = true;
      return { steps: [{ kind: node.kind }], after: inside.loop === undefined ? inside.facts : undefined };
    case 'return':
      return checkReturn(inside, node);
    default: {
      const step = checkEffect(inside, node);
      return { steps: step === undefined ? [] : [step], after: node.kind === 'deny' ? undefined : inside.facts };
    }
  }
}

function checkLet(inside: Inside, node: Let): Checked {
  const wanted = node.type && resolveType(inside, node.type);
  const value = wanted === undefined ? infer(inside, node.value) : expect(inside, node.value, wanted);
  const { slot } = declare(inside, node.name, wanted ?? value.type, node.mutable ? 'var' : 'let');
  const proven = !node.mutable && wanted?.kind === 'optional' && isAssignable(value.type, wanted.of);
  return {
    steps: [{ kind: 'set', slot, value: value.ir }],
    after: proven ? both(inside.facts, new Set([`#${slot}`])) : inside.facts,
  };
}

function checkSet(inside: Inside, node: SetStatement): Checked {
  const local = inside.scope.find(node.name.text);
  if (local?.kind !== 'var') {
    infer(inside, node.value);
    sayFixed(inside, node);
    return { steps: [], after: inside.facts };
  }
  if (local.arms < inside.arms)
    report(inside, 'E113', node.name, `"${local.name}" is set in an arm, and declared outside of it`);
  const value = isOpen(local.type) ? infer(inside, node.value) : expect(inside, node.value, local.type);
  if (!isAssignable(value.type, local.type))
    report(
      inside,
      'E101',
      node.value,
      `this is ${show(value.type)}, and "${local.name}" is ${show(local.type)}`,
      `say what it may be where it is declared: var ${local.name}: ${show(value.type)} = …`,
    );
  return { steps: [{ kind: 'set', slot: local.slot, value: value.ir }], after: inside.facts };
}

/** What a `var` that began as `[]` or `null` may be was never said. */
function isOpen(type: Type): boolean {
  return type.kind === 'Null' || (type.kind === 'list' && type.of.kind === 'Never');
}

function sayFixed(inside: Inside, { name }: SetStatement): void {
  if (name.text === '') return undefined;
  const local = inside.scope.find(name.text);
  if (local !== undefined)
    return report(inside, 'E113', name, `"${name.text}" is no "var": it keeps its value`, 'declare it with "var"');
  if (inside.unit.names.value(name.text) !== undefined)
    return report(inside, 'E113', name, `"${name.text}" is a param or const: it keeps its value`);
  const help = didYouMean(name.text, inside.scope.names());
  return report(inside, 'E105', name, `there is no "var" named "${name.text}" here`, help);
}

function checkIf(inside: Inside, node: If): Checked {
  const asked = condition(inside, node.condition);
  const yes = checkBlock({ ...inside, facts: both(inside.facts, asked.whenTrue ?? noFacts) }, node.then);
  const factsElse = both(inside.facts, asked.whenFalse ?? noFacts);
  const no = node.otherwise === undefined ? undefined : checkElse({ ...inside, facts: factsElse }, node.otherwise);
  const otherwise = no === undefined ? factsElse : no.after;
  const step: Step = {
    kind: 'if',
    condition: asked.ir,
    then: yes.code,
    ...(no !== undefined && { otherwise: no.code }),
  };
  return { steps: [step], after: either(yes.after, otherwise) };
}

function checkElse(inside: Inside, node: Block | Statement): ReturnType<typeof checkBlock> {
  if (node.kind === 'block') return checkBlock(inside, node);
  const { steps, after } = checkStatements({ ...inside, scope: new Scope(inside.scope) }, [node]);
  return { code: code(steps, node), after };
}

function checkFor(inside: Inside, node: For): Checked {
  const of = infer(inside, node.of);
  let item: Type = { kind: 'Unknown' };
  if (of.type.kind === 'list') item = of.type.of;
  else if (of.type.kind === 'optional')
    report(inside, 'E103', node.of, 'this may be null, and "for" takes a list', narrowHelp(of.type.of));
  else if (of.type.kind !== 'Unknown' && of.type.kind !== 'Never')
    report(inside, 'E101', node.of, `"for" takes a list, and this is ${show(of.type)}`);
  const scope = new Scope(inside.scope);
  const turn: Inside = { ...inside, scope, loop: { breaks: false } };
  const { slot } = declare(turn, node.name, item, 'item');
  const { code: body } = checkBlock(turn, node.body);
  return { steps: [{ kind: 'for', slot, of: of.ir, body, at: spanOf(node) }], after: inside.facts };
}

function checkWhile(inside: Inside, node: While): Checked {
  const asked = condition(inside, node.condition);
  const loop = { breaks: false };
  const body = checkBlock({ ...inside, loop, facts: both(inside.facts, asked.whenTrue ?? noFacts) }, node.body);
  const step: Step = {
    kind: 'while',
    condition: lazy(asked.ir, node.condition),
    body: body.code,
    at: spanOf(node),
  };
  if (loop.breaks) return { steps: [step], after: inside.facts };
  const isEndless = asked.constant === true;
  return { steps: [step], after: isEndless ? undefined : both(inside.facts, asked.whenFalse ?? noFacts) };
}

function checkReturn(inside: Inside, node: Return): Checked {
  if (inside.returns === undefined) {
    if (node.value !== undefined) {
      infer(inside, node.value);
      report(inside, 'E116', node.value, `a ${inside.procedure.role} returns no value`, 'a bare "return" leaves it');
    }
    return { steps: [{ kind: 'return' }], after: undefined };
  }
  if (node.value === undefined) {
    report(inside, 'E116', node, `a value is returned here: ${show(inside.returns)}`);
    return { steps: [{ kind: 'return' }], after: undefined };
  }
  const value = expect(inside, node.value, inside.returns);
  return { steps: [{ kind: 'return', value: value.ir }], after: undefined };
}
