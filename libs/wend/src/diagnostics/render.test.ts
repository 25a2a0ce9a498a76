import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Diagnostic } from './diagnostic.ts';
import { positionAt } from './position.ts';
import { render } from './render.ts';

test('a diagnostic is its message, its place, the line with carets, and what helps', () => {
  const text = 'policy "p" {\n  rule x when tenant.tier == "fre" { deny "no" }\n}\n';
  const shown = show(text, '"fre"', { help: 'did you mean "free"?', message: '"fre" is not one of "free" | "pro"' });
  expect(shown).toBe(`error[E001]: "fre" is not one of "free" | "pro"
 --> main.wend:2:30
  |
2 |   rule x when tenant.tier == "fre" { deny "no" }
  |                              ^^^^^
  = help: did you mean "free"?

1 error`);
});

test('the gutter is as wide as the line number', () => {
  const text = `${'\n'.repeat(99)}let x = 1`;
  expect(show(text, 'x')).toBe(
    'error[E001]: wrong\n   --> main.wend:100:5\n    |\n100 | let x = 1\n    |     ^\n\n1 error',
  );
});

test('carets stand under what is marked, behind tabs, wide, combining and astral characters', () => {
  expect(marked('\tlet x', 'x')).toEqual(['    let x', '        ^']);
  expect(marked('a\tx', 'x')).toEqual(['a   x', '    ^']);
  expect(marked('"日本" x', 'x')).toEqual(['"日本" x', '       ^']);
  expect(marked('"日本" x', '日本')).toEqual(['"日本" x', ' ^^^^']);
  expect(marked('"e\u0301" x', 'x')).toEqual(['"e\u0301" x', '    ^']);
  expect(marked('"🦀" x', 'x')).toEqual(['"🦀" x', '     ^']);
});

test('columns count code points', () => {
  expect(positionAt('a\r\n"🦀" x', 8)).toEqual({ line: 2, column: 5 });
  expect(positionAt('', 0)).toEqual({ line: 1, column: 1 });
  expect(positionAt('a\n', 2)).toEqual({ line: 2, column: 1 });
});

test('a span of no width gets one caret, at the end of the text too; one of several lines is marked to the end of the first', () => {
  expect(lines('rule', { start: 4, end: 4 })).toEqual(['rule', '    ^']);
  expect(lines('rule\n', { start: 5, end: 5 })).toEqual(['', '^']);
  expect(lines('ab {\r\n}\n', { start: 3, end: 7 })).toEqual(['ab {', '   ^']);
  expect(lines('ab\r\n}\n', { start: 2, end: 5 })).toEqual(['ab', '  ^']);
});

test('of a line of 100 000 characters what is around the carets is shown', () => {
  const text = `${'a'.repeat(50_000)} here ${'b'.repeat(50_000)}`;
  const [shown = '', carets = ''] = marked(text, 'here');
  expect(shown.length).toBeLessThan(170);
  expect(shown.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('here');
});

test('nothing that an author writes reaches the terminal as a control character, or turns the direction of writing', () => {
  const text = 'x = "\x1b[2J\u202e\x07"';
  const shown = show(text, '"', { message: 'unknown "\x1b[31m"', help: 'no \r\n2 errors' });
  // Matches what is no line break of ours and no printable character.
  expect(shown).not.toMatch(/[\p{Cc}--\n]|\u202e/v);
  expect(shown).toContain('x = "\ufffd[2J\ufffd\ufffd"');
});

test('whatever the text and the span: six lines, nothing but printable characters, and a caret that is within what is shown', () => {
  const piece = fc.constantFrom(
    'a',
    '\t',
    '\n',
    '\r\n',
    '日',
    '🦀',
    'e\u0301',
    '\x1b[2J',
    '\ud800',
    '\u202e',
    'let x = "y"',
    ' '.repeat(70),
  );
  const texts = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(texts, fc.nat(2100), fc.nat(2100), (text, one, other) => {
      const span = { start: Math.min(one, other, text.length), end: Math.min(Math.max(one, other), text.length) };
      const shown = show(text, '', { span });
      expect(shown).not.toMatch(/[\p{Cc}--\n]|\u202e/v);
      expect(shown.split('\n').length).toBe(7);
      const [source = '', carets = ''] = shown.split('\n').slice(3, 5);
      expect(carets).toMatch(/^ *\| +\^+$/);
      expect(source.length).toBeLessThan(350);
    }),
  );
});

test('several are in the order of sources and places, and are counted', () => {
  const [a, b] = [
    { file: 'a.wend', text: 'one two' },
    { file: 'b.wend', text: 'three' },
  ];
  const at = (file: string, start: number, severity: 'error' | 'warning'): Diagnostic => ({
    code: 'E001',
    severity,
    message: `${file} ${start}`,
    file,
    span: { start, end: start + 1 },
  });
  const shown = render([at('b.wend', 0, 'warning'), at('a.wend', 4, 'error'), at('a.wend', 0, 'error')], [a, b], {
    colour: false,
  });
  expect([...shown.matchAll(/^(?:error|warning)\[E001\]: (.*)$/gm)].map(([, message]) => message)).toEqual([
    'a.wend 0',
    'a.wend 4',
    'b.wend 0',
  ]);
  expect(shown).toMatch(/\n\n2 errors, 1 warning$/);
  expect(render([], [a, b], { colour: false })).toBe('');
});

test('one of a file that is not at hand names it', () => {
  const one: Diagnostic = { code: 'E001', severity: 'error', message: 'wrong', file: 'x', span: { start: 3, end: 4 } };
  expect(render([one], [], { colour: false })).toBe('error[E001]: wrong\n--> x\n\n1 error');
});

test('colours are used only when they are asked for, and change nothing else', () => {
  const one: Diagnostic = {
    code: 'E001',
    severity: 'error',
    message: 'm',
    file: 'f',
    span: { start: 0, end: 1 },
    help: 'h',
  };
  const sources = [{ file: 'f', text: 'x' }];
  const plain = render([one], sources, { colour: false });
  const coloured = render([one], sources, { colour: true });
  expect(plain).not.toContain('\x1b');
  expect(coloured).toContain('\x1b[1;31merror[E001]');
  // Matches the sequences that set a style.
  expect(coloured.replace(/\x1b\[[\d;]*m/g, '')).toBe(plain);
});

function show(text: string, what: string, more: Partial<Diagnostic> = {}): string {
  const start = text.indexOf(what);
  const span = { start, end: start + what.length };
  const one: Diagnostic = { code: 'E001', severity: 'error', message: 'wrong', file: 'main.wend', span, ...more };
  return render([one], [{ file: 'main.wend', text }], { colour: false });
}

/** The source line and the line of carets. */
function marked(text: string, what: string): string[] {
  return lines(text, { start: text.indexOf(what), end: text.indexOf(what) + what.length });
}

function lines(text: string, span: Diagnostic['span']): string[] {
  const shown = show(text, '', { span });
  const [, , , source = '', carets = ''] = shown.split('\n');
  return [source, carets].map((line) => line.replace(/^[ \d]+ \| ?/, ''));
}
