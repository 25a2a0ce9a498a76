import { describe, expect, it } from 'vitest';
import { Deriver, spaced, untaken } from './grammar/derive.testing.ts';
import { readGrammar, wendGrammar } from './grammar/ebnf.testing.ts';
import { below, pick, type Random, random } from './grammar/random.testing.ts';
import { recognise } from './grammar/recognise.testing.ts';
import { conflicts, predict } from './grammar/two-tokens.testing.ts';
import { holdLaws } from './laws.testing.ts';
import { parse } from './parse.ts';

const grammar = wendGrammar();
const prediction = predict(grammar);
const long = process.env['MESH_TEST_LONG'] !== undefined;

describe('grammar.ebnf', () => {
  it('lets two tokens decide at every choice', () => {
    expect(prediction.decisions.size).toBeGreaterThan(90);
    expect(conflicts(prediction)).toEqual([]);
  });

  it.each([
    ['two ways that begin alike', 'file = "a" , "b" , "c" | "a" , "b" , "d" ; (* Tokens *)'],
    ['an option that is also what follows', 'file = [ "a" , "b" ] , "a" , "b" ; (* Tokens *)'],
    ['a repetition that may go on or end', 'file = { item } , [ item ] ; item = "a" ; (* Tokens *)'],
    ['a word that is a name too', 'file = "when" , "a" | ident , "a" ; (* Tokens *) ident = word ; word = "a" ;'],
  ])('would be refused with %s', (_, text) => {
    expect(conflicts(predict(readGrammar(text)))).not.toEqual([]);
  });

  it('is what the parser reads: random sentences of it parse, every way of every choice among them, and survive formatting', () => {
    const chance = random(5);
    const deriver = new Deriver(grammar, chance);
    let sentences = 0;
    while (sentences < 300 || (untaken(grammar, deriver).length > 0 && sentences < 3000)) {
      const { diagnostics } = holdLaws(spaced(deriver.sentence(200), chance));
      expect(diagnostics).toEqual([]);
      sentences += 1;
    }
    expect(untaken(grammar, deriver)).toEqual([]);
  });

  it('accepts what the parser accepts, and nothing else', () => {
    const chance = random(11);
    let deriver = new Deriver(grammar, chance);
    const accepted = { yes: 0, no: 0 };
    for (let run = 0; run < (long ? 100_000 : 2000); run += 1) {
      // A new one prefers what it has not taken yet: so rare things come up too.
      if (run % 50 === 0) deriver = new Deriver(grammar, chance);
      const effect = ['policy', '"p"', '{', 'route', 'r', '{', ...deriver.sentence(20, 'effect'), '}', '}'];
      const tokens = chance() < 0.5 ? effect : deriver.sentence(60);
      const text = miswritten(tokens, effect, chance).join(' ');
      const { source, diagnostics } = parse(text, 'x');
      // What is wrong within a token, as an f-string that was cut, is beyond the grammar.
      if (diagnostics.some(({ code }) => code === 'E002' || code === 'E003')) continue;
      const yes = diagnostics.length === 0;
      if (recognise(grammar, prediction, source.tokens) !== yes)
        expect.fail(`${yes ? 'accepted' : 'refused'}: ${text}`);
      accepted[yes ? 'yes' : 'no'] += 1;
    }
    expect(accepted.yes).toBeGreaterThan(100);
    expect(accepted.no).toBeGreaterThan(1000);
  }, 600_000);
});

/** A token left out, doubled, put in from elsewhere, or a comma where a list ends. */
function miswritten(tokens: readonly string[], others: readonly string[], chance: Random): readonly string[] {
  if (chance() < 0.4) {
    const ends = [...tokens.keys()].filter((at) =>
      [')', ']', '}', 'retry', 'backoff', '->'].includes(tokens[at] ?? ''),
    );
    return tokens.toSpliced(pick(chance, ends), 0, ',');
  }
  const at = below(chance, tokens.length);
  const other = pick(chance, chance() < 0.5 ? tokens : others);
  return tokens.toSpliced(at, below(chance, 2), ...(chance() < 0.7 ? [other] : []));
}
