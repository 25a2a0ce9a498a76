// The files of the suite: their form, and their texts put together. README.md tells it to those who write another implementation.
import { readdirSync, readFileSync } from 'node:fs';
import type { Changed } from '../decide/decide.testing.ts';
import type { Json } from '../data/json.ts';
import type { RunLimits } from '../limits.ts';
import type { CatalogueFile } from './catalogue.testing.ts';

/** A stretch of a line, so many times; `#` in it is the number of the time, from 0. */
interface Repeat {
  readonly repeat: string;
  readonly times: number;
}

type Part = string | Repeat;
type Line = Part | readonly Part[];
/** One line, or several. */
export type Text = string | readonly Line[];

export interface ExpectedDiagnostic {
  readonly code: string;
  readonly line: number;
  readonly column: number;
  /** The source it is in, by its name; the first one where none is told. */
  readonly in?: string;
}

export interface Expected {
  readonly decision?: { readonly [field: string]: Json };
  /** By layer. */
  readonly fuel?: Readonly<Record<string, number>>;
  readonly bytes?: Readonly<Record<string, number>>;
  readonly value?: Json;
  readonly diagnostics?: readonly ExpectedDiagnostic[];
  readonly formatted?: Text;
}

export interface Case {
  readonly name: string;
  readonly source?: Text;
  /** The leaf first. */
  readonly sources?: readonly Text[];
  readonly expression?: Text;
  /** Beside an expression. */
  readonly declarations?: Text;
  readonly sample?: string;
  readonly input?: Changed;
  readonly catalogue?: Partial<CatalogueFile>;
  readonly limits?: Partial<RunLimits>;
  readonly expect: Expected;
}

export interface CaseFile {
  readonly format: string;
  readonly cost_model: string;
  readonly theme: string;
  readonly cases: readonly Case[];
}

const here = new URL('./', import.meta.url);
/** What cases start from. */
const others: readonly string[] = ['catalogue.json', 'samples.json'];

/** All files of the suite, by their names. */
export function caseFiles(): ReadonlyMap<string, CaseFile> {
  const names = readdirSync(here).filter((name) => name.endsWith('.json') && !others.includes(name));
  return new Map(names.sort().map((name) => [name, readJson(name) as CaseFile]));
}

export function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, here), 'utf8'));
}

export function textOf(text: Text): string {
  return typeof text === 'string' ? text : text.map(lineOf).join('\n');
}

function lineOf(line: Line): string {
  return Array.isArray(line) ? (line as readonly Part[]).map(partOf).join('') : partOf(line as Part);
}

function partOf(part: Part): string {
  if (typeof part === 'string') return part;
  return Array.from({ length: part.times }, (_, time) => part.repeat.replaceAll('#', String(time))).join('');
}

/**
 * Inputs and catalogues with what they abbreviate: `{ "repeat": "text", "times": 3 }` is a text, of another thing so many items of the list in which it
 * stands; `{ "nest": 3 }` is `[[[]]]`.
 */
export function expanded(value: unknown): unknown {
  if (Array.isArray(value)) return value.flatMap((one: unknown) => (isRepeat(one) ? timesOf(one) : [expanded(one)]));
  if (typeof value !== 'object' || value === null) return value;
  if (isRepeat(value)) return timesOf(value).join('');
  if ('nest' in value) return Array.from({ length: Number(value.nest) - 1 }).reduce((inner) => [inner], []);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, expanded(one)]));
}

function isRepeat(value: unknown): value is { readonly repeat: unknown; readonly times: number } {
  return typeof value === 'object' && value !== null && 'repeat' in value && 'times' in value;
}

function timesOf({ repeat, times }: { readonly repeat: unknown; readonly times: number }): unknown[] {
  const text = JSON.stringify(repeat);
  return Array.from({ length: times }, (_, time): unknown => JSON.parse(text.replaceAll('#', String(time))));
}

/** The sources of a case, the leaf first; of an expression the policy around it. */
export function sourcesOf({ source, sources, expression, declarations = '' }: Case): readonly [string, ...string[]] {
  if (expression !== undefined) return [around(textOf(expression), textOf(declarations))];
  const [leaf, ...others] = (source === undefined ? (sources ?? []) : [source]).map(textOf);
  if (leaf === undefined) throw new Error('a case without a source');
  return [leaf, ...others];
}

function around(expression: string, declarations: string): string {
  return [
    'policy "case" {',
    declarations,
    'rule value { tag value =',
    expression,
    '}',
    'route default { candidates cheapest(1) }',
    '}',
  ].join('\n');
}
