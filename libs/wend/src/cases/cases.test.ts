// Runs the conformance suite, and holds it to its claim: nothing of the language is without a case.
import { describe, expect, test } from 'vitest';
import { codes } from '../diagnostics/codes.ts';
import { costModel } from '../limits.ts';
import { library } from '../run/library/index.ts';
import { operations } from '../run/operations/operations.ts';
import { format } from '../syntax/format.ts';
import { parse } from '../syntax/parse.ts';
import { sampleCatalogue } from '../data/sample-catalogue.ts';
import { samples } from '../data/samples.ts';
import { caseFiles, readJson, sourcesOf, textOf, type Case, type Text } from './case.testing.ts';
import { catalogueOf } from './catalogue.testing.ts';
import { callsOf, grammarParts, partsOf } from './exercised.testing.ts';
import { differenceOf } from './matches.testing.ts';
import { decideCase, linkCase } from './run-case.testing.ts';

const files = caseFiles();
const cases = [...files.values()].flatMap((file) => file.cases);
const links = new Map(cases.map((one) => [one, linkCase(one)]));

const fields = {
  file: ['format', 'cost_model', 'theme', 'cases'],
  case: ['name', 'source', 'sources', 'expression', 'declarations', 'sample', 'input', 'catalogue', 'limits', 'expect'],
  expect: ['decision', 'fuel', 'bytes', 'value', 'diagnostics', 'formatted'],
};

describe.each([...files])('%s', (_name, file) => {
  test('is of this format and cost model, and says nothing that is not read', () => {
    expect([file.format, file.cost_model]).toEqual(['wend/cases/1', costModel]);
    const unread = (of: object, known: readonly string[]) => Object.keys(of).filter((key) => !known.includes(key));
    expect(unread(file, fields.file)).toEqual([]);
    for (const one of file.cases) {
      expect([one.name, unread(one, fields.case), unread(one.expect, fields.expect)]).toEqual([one.name, [], []]);
      expect([one.name, Object.keys(one.expect).length > 0]).toEqual([one.name, true]);
    }
  });

  test.each(file.cases.map((one) => [one.name, one] as const))('%s', (_case, one) => {
    const { diagnostics, formatted, ...decided } = one.expect;
    if (diagnostics !== undefined) expectDiagnostics(one, diagnostics);
    if (formatted !== undefined) expectFormatted(one, formatted);
    if (Object.keys(decided).length > 0) expectDecision(one, decided);
  });
});

function expectDiagnostics(one: Case, wanted: NonNullable<Case['expect']['diagnostics']>): void {
  const { diagnostics, said } = links.get(one) ?? linkCase(one);
  const name = /(?:policy|library)\s+"([^"]*)"/.exec(sourcesOf(one)[0])?.[1] ?? 'unnamed';
  expect(diagnostics, said.join('\n')).toEqual(wanted.map((each) => ({ in: name, ...each })));
}

function expectFormatted(one: Case, wanted: Text): void {
  const { source, diagnostics } = parse(sourcesOf(one)[0], 'case.wend');
  expect(diagnostics).toEqual([]);
  expect(format(source)).toBe(textOf(wanted));
  expect(format(parse(textOf(wanted), 'case.wend').source)).toBe(textOf(wanted));
}

function expectDecision(one: Case, { decision, value, fuel, bytes }: Case['expect']): void {
  const decided = decideCase(one);
  const plain = JSON.parse(JSON.stringify(decided)) as typeof decided;
  if (decision !== undefined) expect(differenceOf(decision, { ...plain })).toBeUndefined();
  if (value !== undefined) expect([plain.unavailable, plain.tags['value']]).toEqual([undefined, value]);
  const spent = (what: 'fuel' | 'bytes') => Object.fromEntries(plain.spent.map((each) => [each.layer, each[what]]));
  if (fuel !== undefined) expect(spent('fuel')).toEqual(fuel);
  if (bytes !== undefined) expect(spent('bytes')).toEqual(bytes);
}

describe('the suite', () => {
  test('has at least 300 cases, each with a name of its own', () => {
    expect(cases.length).toBeGreaterThanOrEqual(300);
    const names = cases.map(({ name }) => name);
    expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
  });

  test('brings the sample catalogue and the sample inputs', () => {
    expect(readJson('samples.json')).toEqual(samples);
    const { models, byAlias, ...rest } = catalogueOf();
    expect(rest).toEqual({ revision: 'sample', byId: sampleCatalogue.byId, open: new Set() });
    expect(models).toEqual(sampleCatalogue.models);
    expect(new Map([...byAlias].sort())).toEqual(new Map([...sampleCatalogue.byAlias].sort()));
  });

  test('gets every diagnostic', () => {
    const got = new Set(cases.flatMap(({ expect: { diagnostics = [] } }) => diagnostics.map(({ code }) => code)));
    expect(Object.keys(codes).filter((code) => !got.has(code))).toEqual([]);
  });

  test('calls every function of the library and every operation', () => {
    const decided = cases.filter(({ expect: { decision, value } }) => decision !== undefined || value !== undefined);
    const called = new Set(
      decided.flatMap((one) => (links.get(one)?.policy?.units ?? []).flatMap((unit) => [...callsOf(unit)])),
    );
    const all = [
      ...[...library.keys()].map((name) => `library ${name}`),
      ...[...Object.keys(operations), 'format', 'matches'].map((name) => `operation ${name}`),
    ];
    expect(all.filter((one) => !called.has(one))).toEqual([]);
  });

  test('writes every production, token, word and sign of the grammar', () => {
    const written = new Set(cases.flatMap((one) => sourcesOf(one).flatMap((text) => [...partsOf(text)])));
    expect([...grammarParts()].filter((part) => !written.has(part))).toEqual([]);
  });
});
