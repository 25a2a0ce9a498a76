// Stacks that name files and lines of the tree: in every bundle, whoever imports what.
//
// `--enable-source-maps` would read the map at every start and keep it: 13 MB in provider and 26 MB in policy, for a stack that may never be shown.
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload, type SourceOrigin } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A frame of a stack, which writes itself as V8 does. */
interface Frame extends NodeJS.CallSite {
  toString(): string;
}

/** By file, undefined where it has none. Weak: a map is read again when its memory was needed for something else. */
const maps = new Map<string, WeakRef<SourceMap> | undefined>();

Error.prepareStackTrace = (error, frames) =>
  [Error.prototype.toString.call(error), ...frames.map((frame) => `    at ${placed(frame)}`)].join('\n');

/** A frame as V8 writes it, but for its place. */
function placed(frame: Frame): string {
  const text = frame.toString();
  const [file, line, column] = [frame.getFileName(), frame.getLineNumber(), frame.getColumnNumber()];
  if (!file?.startsWith('file:') || line === null || column === null) return text;
  const origin: Partial<SourceOrigin> = mapOf(file)?.findOrigin(line, column) ?? {};
  const { fileName, lineNumber, columnNumber } = origin;
  if (fileName === undefined) return text; // it lies in a package
  return text.replace(`${file}:${line}:${column}`, `${fileName}:${lineNumber}:${columnNumber}`);
}

function mapOf(file: string): SourceMap | undefined {
  const kept = maps.get(file)?.deref();
  if (kept !== undefined || (maps.has(file) && maps.get(file) === undefined)) return kept;
  const map = readMap(`${fileURLToPath(file)}.map`);
  maps.set(file, map && new WeakRef(map));
  return map;
}

/** No stack is lost for want of a map. */
function readMap(path: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(path, 'utf8')) as SourceMapPayload);
  } catch {
    return undefined;
  }
}
