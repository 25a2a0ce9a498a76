// Diagnostics for CI: SARIF 2.1.0.
import type { Source } from '../data/source.ts';
import type { CodePage } from './code-page.ts';
import { codes, type Code } from './codes.ts';
import type { Diagnostic } from './diagnostic.ts';
import { lineAt } from './position.ts';

/** One run of the tool, as a document of the standard. Its rules are all diagnostics that there are. */
export function toSarif(diagnostics: readonly Diagnostic[], sources: readonly Source[]): object {
  const pages = Object.entries<CodePage>(codes);
  const index = new Map(pages.map(([code], at) => [code, at]));
  const texts = new Map(sources.map(({ file, text }) => [file, text]));
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'wend', rules: pages.map(([code, page]) => rule(code, page)) } },
        // Offsets of ours are of UTF-16 already, and so are the columns of most readers of it.
        columnKind: 'utf16CodeUnits',
        artifacts: [...texts.keys()].map((file) => ({ location: { uri: toUri(file) } })),
        results: diagnostics.map((one) => result(one, texts.get(one.file), index.get(one.code) ?? -1)),
      },
    ],
  };
}

function rule(code: string, { title, meaning, example }: CodePage): object {
  return {
    id: code,
    name: title,
    shortDescription: { text: title },
    fullDescription: { text: meaning },
    help: { text: `${meaning}\n\n${example}`, markdown: `${meaning}\n\n\`\`\`wend\n${example}\n\`\`\`` },
    defaultConfiguration: { level: code.startsWith('W') ? 'warning' : 'error' },
  };
}

function result(diagnostic: Diagnostic, text: string | undefined, ruleIndex: number): object {
  const { code, severity, message, file, span, help } = diagnostic;
  const region = text === undefined ? {} : { region: regionOf(text, span) };
  return {
    ruleId: code satisfies Code,
    ruleIndex,
    level: severity,
    message: { text: help === undefined ? message : `${message}\nhelp: ${help}` },
    locations: [{ physicalLocation: { artifactLocation: { uri: toUri(file) }, ...region } }],
  };
}

/** From 1, in UTF-16 code units; the end column is behind the last one. */
function regionOf(text: string, { start, end }: Diagnostic['span']): object {
  const [first, last] = [lineAt(text, start), lineAt(text, end)];
  return {
    startLine: first.line,
    startColumn: start - first.start + 1,
    endLine: last.line,
    endColumn: end - last.start + 1,
  };
}

/** A path as a URI reference: a relative one stays relative to where the tool was run. */
function toUri(file: string): string {
  const path = file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${path}` : path;
}
