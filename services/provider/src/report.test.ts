import { AnswerReport, type Plan } from '@router-mesh/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reportJson, withRouter } from './report.ts';

const plan: Plan = {
  at: 1000,
  verb: 'chat',
  stream: false,
  policy: 'acme/"web"',
  route: 'smart\n',
  candidates: [],
  attempts: [],
  needs: [],
  tags: {},
};
const trail = (): string => 'policy@a;1000;0;0.3;ok,provider.v@b;1001;0.7;106.9;ok';
const entries = [
  { stop: 'policy', instance: 'a', received: 1000, waited_ms: 0, worked_ms: 0.3, code: 'ok' },
  { stop: 'provider.v', instance: 'b', received: 1001, waited_ms: 0.7, worked_ms: 106.9, code: 'ok' },
];
const passage = { request: '01REQUEST', plan, trail };
const candidate = { vendor: 'v', model: 'm/"é"' };

describe('a report', () => {
  const least = {
    request: '01REQUEST',
    provider: 'v',
    model: 'v/m/"é"',
    route: 'smart\n',
    policy: 'acme/"web"',
    attempts: [],
    trail: entries,
  };
  const attempt = { model: 'w/n', class: 'timeout', message: 'the model said "no"' };
  const limits = { requests: { limit: 10, remaining: 3, reset_ms: 500 } };

  test('says how the answer came', () => {
    expect(JSON.parse(`{${reportJson(passage, { candidate, limits: undefined })}}`)).toEqual(least);
  });

  test('says more where there is more to say, and nothing that readers do not know', () => {
    const json = reportJson(
      { ...passage, plan: { ...plan, policy_version: 'sha', attempts: [attempt] } },
      { candidate, limits: limits as never, cache: 'hit', hedged: true },
    );
    const report = { ...least, policy_version: 'sha', attempts: [attempt], cache: 'hit', hedged: true, limits };
    expect(JSON.parse(`{${json}}`)).toEqual(report);
    expect(Object.keys(AnswerReport.shape)).toEqual(expect.arrayContaining(Object.keys(report)));
  });
});

describe('our router', () => {
  const law = (of: fc.Arbitrary<object>, blanks: string | undefined): void => {
    const property = fc.property(of, fc.stringMatching(/^[ \n\r\t]{0,3}$/), (fields, around) => {
      const answer = { ...fields, choices: '}' };
      const json = `${around}${JSON.stringify(answer, undefined, blanks)}${around}`;
      const hasRouter = Object.hasOwn(answer, 'router');
      expect(JSON.parse(withRouter({ json, hasRouter }, '{"request":"r"}'))).toEqual(
        JSON.parse(JSON.stringify({ ...answer, router: { request: 'r' } })),
      );
    });
    fc.assert(property);
  };

  test('comes to an answer however it is written', () => {
    const value = fc.jsonValue({ maxDepth: 2 });
    law(fc.dictionary(fc.string({ unit: 'binary' }), value, { maxKeys: 4 }), undefined);
    law(fc.dictionary(fc.string(), value, { maxKeys: 4 }), ' ');
  });

  test('takes the place of one of the model, and of no other', () => {
    law(fc.record({ router: fc.jsonValue(), nested: fc.constant({ router: 1 }) }, { requiredKeys: [] }), '\t');
    const twice = '{"router":1,"choices":[],"r\\u006futer":{"a":1},"seed":12345678901234567890}';
    expect(withRouter({ json: twice, hasRouter: true }, '{}')).toBe(
      '{"choices":[],"seed":12345678901234567890,"router":{}}',
    );
  });

  test('leaves every byte of an answer as it was', () => {
    const json = '{ "choices": [],\n"x":1.50,"y":"\\u00e9" ,"seed":12345678901234567890}\n';
    expect(withRouter({ json, hasRouter: false }, '{}')).toBe(`${json.slice(0, -2)},"router":{}}`);
  });
});
