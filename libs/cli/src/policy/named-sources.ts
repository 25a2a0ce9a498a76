// What `extends` and `import` stand for where no mesh is asked: the sources at hand, by the names that they declare.
import { dirname } from 'node:path';
import { compareVersions, parse, satisfies, type Source } from '@router-mesh/wend';
import { readSource, wendFilesBelow } from './source-files.ts';

interface Declared {
  readonly name: string;
  readonly version: string;
  readonly source: Source;
}

export type Resolve = (name: string, range: string | undefined) => Source | undefined;

/**
 * Look names up in the given sources, in what lies in their folders and below, and in the folders of libraries.
 *
 * Of several versions the newest in the range; of equal ones the first. Folders are searched when the first name is asked for.
 */
export function sourcesByName(given: readonly Source[], libraries: readonly string[]): Resolve {
  let declared: readonly Declared[] | undefined;
  return (name, range) => {
    declared ??= declarationsOf([...given, ...besides(given, libraries)]);
    const named = declared.filter((one) => one.name === name).toSorted((a, b) => compareVersions(b.version, a.version));
    // What has no fitting version is given all the same: it is said then which one there is.
    return (named.find(({ version }) => range === undefined || satisfies(version, range)) ?? named[0])?.source;
  };
}

function besides(given: readonly Source[], libraries: readonly string[]): Source[] {
  const known = new Set(given.map(({ file }) => file));
  const folders = new Set([...given.map(({ file }) => dirname(file)), ...libraries]);
  const files = new Set([...folders].flatMap(wendFilesBelow));
  return [...files].filter((file) => !known.has(file)).map(readSource);
}

/** What does not say a name cannot be meant by one; without a version it is the first of all. */
function declarationsOf(sources: readonly Source[]): Declared[] {
  return sources.flatMap((source) => {
    const { body } = parse(source.text, source.file).source;
    return body === undefined ? [] : [{ name: body.name.value, version: body.version?.value ?? '0.0.0', source }];
  });
}
