import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generatedText } from './generate.ts';
import { unitOf } from './testing/evaluate.ts';
import { hostileKeys } from './testing/hostile.ts';
import { randomProgram } from './testing/program.ts';
import { quoted } from './testing/program-expressions.ts';

const review = new URL('../../../../docs/wend/code-generation.md', import.meta.url);

/** What stands between ``` fences of a language in the review. */
function fenced(language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(readFileSync(review, 'utf8'));
  return found?.[1] ?? '';
}

test('the review shows the text that is generated', () => {
  const unit = unitOf(fenced('wend'));
  const [rule] = unit.rules;
  const texts = [rule?.when, rule?.body].map((of) => (of === undefined ? '' : `${generatedText(unit, of, 0).text}\n`));
  expect(fenced('js')).toBe(texts.join('\n'));
});

// Matches all that generated text may consist of: our own names, those of plain fields, numbers, labels and punctuation.
const word =
  /"use strict"|\b(?:const|let|return|if|else|for|while|true|break|continue|null|undefined|true|false|length)\b|\b[kvtlia]\d+\b|\b[kmur]\b|\.(?:meter|fuel|input|decision|links|values|functions|effects|effect|experiment|beginArm|endArm)\b|\br\.input\.(?:request|tenant|user|session|attributes|health|now|seed)\b|-?\d+(?:\.\d+)?(?:e[+-]\d+)?|[\s=(){}[\],;:?.<>+*&|!-]/y;

// Matches what may be the name of a field.
const plain = /\.[a-z_][a-z0-9_]*/y;

/** The rest of it behind the first thing that is none of that. */
function strange(text: string, names: ReadonlySet<string>): string {
  let place = 0;
  while (place < text.length) {
    word.lastIndex = place;
    plain.lastIndex = place;
    const field = plain.exec(text)?.[0];
    const length = field !== undefined && names.has(field) ? field.length : (word.exec(text)?.[0].length ?? 0);
    if (length === 0) return text.slice(place, place + 60);
    place += length;
  }
  return '';
}

/** Those that random programs name; what JavaScript has on values is not among them. */
const plainFields = new Set(
  `request tenant user session attributes health now seed a price_in k0 v0 x_1 id model tokens_in max_tokens stream tools modalities pii lang
  tier region spent budget quotas roles`
    .split(/\s+/)
    .map((name) => `.${name}`),
);

test('generated text holds nothing but our own syntax, our own names, numbers and plain names of fields', () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    let unit;
    try {
      unit = unitOf(randomProgram(seed));
    } catch {
      continue;
    }
    const procedures = [
      ...unit.functions.map((one) => [one, one.parameters.length] as const),
      ...unit.values.map((one) => [one, 0] as const),
      ...[...unit.rules, ...unit.routes]
        .flatMap(({ when, body }) => (when === undefined ? [body] : [when, body]))
        .map((one) => [one, 0] as const),
    ];
    for (const [procedure, parameters] of procedures)
      expect([seed, strange(generatedText(unit, procedure, parameters).text, plainFields)]).toEqual([seed, '']);
  }
});

test('no text of an author is in it: names, keys, strings, regexes, tags, reasons', () => {
  const key = 'Author\'s"`${text}`\\n*/';
  const text = `policy "p" {
    fn authors_function(authors_parameter: String) -> Map<String> { let authors_local = authors_parameter return { ${quoted(key)}: authors_local } }
    rule authors_rule when "authors_text" matches re"authors_regex" {
      let v = { authorsField: 1, ${quoted(`a ${key}`)}: 2 }
      tag authors_tag[${quoted(key)}] = authors_function("authors_text")[${quoted(key)}] ?? f"authors_format{v.authorsField}"
      deny "authors_reason" message "authors_message"
    }
    route default { candidates @authors/model }
  }`;
  const unit = unitOf(text);
  for (const procedure of [
    ...unit.functions,
    ...unit.rules.flatMap(({ when, body }) => [when, body]),
    ...unit.routes.map(({ body }) => body),
  ]) {
    if (procedure === undefined) continue;
    const generated = generatedText(unit, procedure, procedure === unit.functions[0] ? 1 : 0).text;
    expect(generated).not.toMatch(/author|format|text/i);
  }
});

test('hostile names of fields are read through the table', () => {
  for (const name of hostileKeys.filter((one) => /^[A-Za-z_]\w*$/.test(one) && one.length < 100)) {
    const unit = unitOf(
      `policy "p" { rule r { let x = { ${name}: 1 } let y = x.${name} } route default { candidates cheapest(1) } }`,
    );
    const [rule] = unit.rules;
    const { text } = rule === undefined ? { text: '' } : generatedText(unit, rule.body, 0);
    if (
      [
        '__proto__',
        'constructor',
        'then',
        'toJSON',
        'valueOf',
        'length',
        'caller',
        'arguments',
        'name',
        'prototype',
      ].includes(name)
    )
      expect(text).not.toContain(`.${name}`);
  }
});
