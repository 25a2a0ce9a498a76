import { expect, test } from 'vitest';
import { codes } from './codes.ts';
import type { Diagnostic } from './diagnostic.ts';
import { toSarif } from './sarif.ts';

/** What SARIF 2.1.0 lets the objects have that we write (section 3 of the standard), and of it what they must have. */
const properties: Readonly<Record<string, { readonly may: string; readonly must: string }>> = {
  log: { may: '$schema version runs', must: 'version runs' },
  run: { may: 'tool columnKind artifacts results', must: 'tool' },
  driver: { may: 'name rules informationUri version', must: 'name' },
  rule: { may: 'id name shortDescription fullDescription help defaultConfiguration helpUri', must: 'id' },
  result: { may: 'ruleId ruleIndex level message locations', must: 'message' },
  physicalLocation: { may: 'artifactLocation region', must: '' },
  region: { may: 'startLine startColumn endLine endColumn', must: '' },
};

const sources = [
  { file: 'policies/mäin page.wend', text: 'policy "🦀" {\r\n  rule\n}\n' },
  { file: '/tmp/other.wend', text: '' },
];
const of = (file: string, start: number, end: number, more: Partial<Diagnostic> = {}): Diagnostic => ({
  code: 'E001',
  severity: 'error',
  message: 'wrong',
  file,
  span: { start, end },
  ...more,
});

test('a document has the form that SARIF 2.1.0 asks for', () => {
  const log = toSarif([of('policies/mäin page.wend', 7, 11), of('/tmp/other.wend', 0, 0)], sources) as Log;
  const [run] = log.runs;
  check('log', log);
  check('run', run);
  check('driver', run?.tool.driver);
  for (const rule of run?.tool.driver.rules ?? []) check('rule', rule);
  for (const result of run?.results ?? []) {
    check('result', result);
    expect(run?.tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId);
    for (const { physicalLocation } of result.locations) {
      check('physicalLocation', physicalLocation);
      check('region', physicalLocation.region);
      expect(run?.artifacts.map(({ location }) => location.uri)).toContain(physicalLocation.artifactLocation.uri);
    }
  }
  expect(log.version).toBe('2.1.0');
  expect(JSON.parse(JSON.stringify(log))).toEqual(log);
});

test('its rules are the codes, with their pages', () => {
  const rules = (toSarif([], []) as Log).runs[0]?.tool.driver.rules ?? [];
  expect(rules.map(({ id }) => id)).toEqual(Object.keys(codes));
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
});

test('regions are lines and columns from 1 in UTF-16 code units, the end behind the last', () => {
  const [result] = results(of('policies/mäin page.wend', 7, 11), of('policies/mäin page.wend', 12, 24));
  expect(result?.locations[0]?.physicalLocation.region).toEqual({
    startLine: 1,
    startColumn: 8,
    endLine: 1,
    endColumn: 12,
  });
  const [, over] = results(of('policies/mäin page.wend', 7, 11), of('policies/mäin page.wend', 12, 23));
  expect(over?.locations[0]?.physicalLocation.region).toMatchObject({ startLine: 1, startColumn: 13, endLine: 3 });
});

test('a path is a URI: relative ones stay so, and what a URI cannot hold is encoded', () => {
  const [first, second] = results(of('policies/mäin page.wend', 0, 1), of('/tmp/other.wend', 0, 0));
  expect(first?.locations[0]?.physicalLocation.artifactLocation.uri).toBe('policies/m%C3%A4in%20page.wend');
  expect(second?.locations[0]?.physicalLocation.artifactLocation.uri).toBe('file:///tmp/other.wend');
});

test('help stands below the message', () => {
  const [result] = results(of('/tmp/other.wend', 0, 0, { help: 'did you mean "free"?' }));
  expect(result?.message.text).toBe('wrong\nhelp: did you mean "free"?');
});

interface Log {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly artifacts: readonly { readonly location: { readonly uri: string } }[];
    readonly results: readonly Result[];
  }[];
}

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly message: { readonly text: string };
  readonly locations: readonly {
    readonly physicalLocation: { readonly artifactLocation: { readonly uri: string }; readonly region: object };
  }[];
}

function results(...diagnostics: Diagnostic[]): readonly Result[] {
  return (toSarif(diagnostics, sources) as Log).runs[0]?.results ?? [];
}

function check(kind: string, value: object | undefined): void {
  const { may = '', must = '' } = properties[kind] ?? {};
  const names = Object.keys(value ?? {});
  expect(may.split(' '), kind).toEqual(expect.arrayContaining(names));
  expect(names, kind).toEqual(expect.arrayContaining(must.split(' ').filter((name) => name !== '')));
}
