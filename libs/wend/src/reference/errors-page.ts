// docs/wend/errors.md: every diagnostic.
import type { CodePage } from '../diagnostics/code-page.ts';
import { codes } from '../diagnostics/codes.ts';
import { fence, page, table } from './markdown.ts';

const groups: readonly (readonly [prefix: string, title: string, summary: string])[] = [
  ['E0', 'The text', 'What is no Wend at all.'],
  ['E1', 'Types', 'What does not fit together.'],
  ['E2', 'What a policy may say', 'What fits together, and is wrong all the same.'],
  ['E4', 'Linking', 'What does not fit what it extends and imports, or the mesh.'],
  ['W3', 'Warnings', 'What is allowed and looks wrong. Nothing is refused for it.'],
];

const longest = 400;
const shownBeside = 2;

export function errorsPage(): string {
  const all = Object.entries<CodePage>(codes).sort(([a], [b]) => (a < b ? -1 : 1));
  const sections = groups.flatMap(([prefix, title, summary]) => {
    const own = all.filter(([name]) => name.startsWith(prefix));
    return own.length === 0 ? [] : [`## ${title}`, summary, ...own.flatMap(([name, one]) => section(name, one))];
  });
  return page(
    'Diagnostics of Wend',
    'What `router policy check` may say, with a source that gets it. A code keeps its meaning for ever. E is an error: the policy is refused; W is a warning.',
    table(
      ['code', ''],
      all.map(([name, { title }]) => [`[${name}](#${name.toLowerCase()})`, title]),
    ),
    ...sections,
  );
}

function section(name: string, { title, meaning, example, beside = [] }: CodePage): string[] {
  const others = beside.slice(0, shownBeside).map((text) => fence('wend', cut(text)));
  const more = beside.length > shownBeside ? [`and ${beside.length - shownBeside} more like them.`] : [];
  const between = others.length === 0 ? [] : ['where there is'];
  return [`### ${name}`, `**${title}.** ${meaning}`, fence('wend', cut(example)), ...between, ...others, ...more];
}

/** Of an example that is long because it must be, the beginning. */
function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)} … (${text.length} characters)` : text;
}
