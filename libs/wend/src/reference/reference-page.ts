// docs/wend/reference.md: the whole language on one page.
import { readFileSync } from 'node:fs';
import { sampleInput, samples } from '../data/samples.ts';
import { costModel, runLimits, sourceLimits, valueLimits } from '../limits.ts';
import { combiningTable, effectsTable } from './effects-section.ts';
import { decisionSection, inputSection, modelSection } from './input-section.ts';
import { librarySection } from './library-section.ts';
import { fence, page, table } from './markdown.ts';
import { costText, literalsTable, meaningText, operatorsTable, typesTable } from './words.ts';

const grammar = new URL('../syntax/grammar.ebnf', import.meta.url);

export function referencePage(): string {
  return page(
    'Reference of Wend',
    'The [guide](guide.md) teaches the language; here it stands whole. [Diagnostics](errors.md) have a page of their own.',
    '## Meaning',
    meaningText,
    '## Types',
    typesTable,
    '### Literals',
    literalsTable,
    '### Operators',
    operatorsTable,
    '## Input',
    'What a policy may look at: `wend/input/1`. There is nothing else: no clock, no random number, no network.',
    ...inputSection(),
    '### Model',
    'Money is for one token. What is not known of a model is null.',
    modelSection(),
    '### Decision',
    'What `expect` looks at, in tests alone. Durations are ms there.',
    decisionSection(),
    `Tests start from a sample request. \`sample "…"\` takes another one: ${Object.keys(samples).join(', ')}. The default one:`,
    fence('json', JSON.stringify(sampleInput, undefined, 2)),
    '## Effects',
    'Routes take all of them; rules all but those that say where a request goes. Functions have none.',
    effectsTable,
    '### How layers are combined',
    combiningTable,
    '[How a decision comes about](deciding.md) says why.',
    '## Library',
    '`T?` is a T or null, `x?:` may be left out, `T => U` is a lambda or the name of a function.',
    ...librarySection(),
    '## Limits',
    limitsTable(),
    '## Cost model',
    `Version \`${costModel}\`. What anything costs changes with the version alone.`,
    costText,
    '## Grammar',
    fence('ebnf', readFileSync(grammar, 'utf8').trimEnd()),
  );
}

function limitsTable(): string {
  return table(
    ['of', 'at most', 'when it is more'],
    [
      [
        'fuel of a layer in one decision',
        `${runLimits.fuel}; \`ROUTER_POLICY_FUEL\``,
        'the request is refused: `unavailable`, `policy_limit`',
      ],
      ['calls within calls', `${runLimits.depth}; \`ROUTER_POLICY_DEPTH\``, 'likewise'],
      ['what the values of a layer take together', `${runLimits.bytes} bytes`, 'likewise'],
      ['a string', `${valueLimits.stringChars} characters`, 'likewise'],
      ['a list, a map', `${valueLimits.listItems} items`, 'likewise'],
      ['a decision', `${valueLimits.decisionBytes} bytes of JSON`, 'likewise'],
      ['candidates of a decision', String(valueLimits.candidates), 'likewise'],
      ['effects of a layer, those in loops each time', String(valueLimits.effects), 'likewise'],
      ['a source', `${sourceLimits.bytes} bytes`, 'it is not published'],
      ['a declaration', `${sourceLimits.declarationWords} words and signs`, 'likewise'],
      ['a name that stands in decisions', `${sourceLimits.nameChars} characters`, 'likewise'],
      ['depth of a source: expressions and blocks in each other', String(sourceLimits.depth), 'likewise'],
      ['rules of a policy, its layers included', String(sourceLimits.rules), 'likewise'],
      ['layers of a chain', String(sourceLimits.layers), 'likewise'],
      ['sources that a policy is linked from', String(sourceLimits.units), 'likewise'],
    ],
  );
}
