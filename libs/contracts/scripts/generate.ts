// `npm run generate`: write every generated file. The baseline of versions is written only with `npm run generate -- --baseline`.
import { mkdir, writeFile } from 'node:fs/promises';
import { generatedFiles } from '../src/generate/files.ts';
import { snapshot } from '../src/generate/snapshot.ts';

const repository = new URL('../../../', import.meta.url);

for (const [path, make] of Object.entries(generatedFiles)) await write(path, make());

// What was promised is raised on purpose only: after a release, or before one when a promise was never kept to anybody.
if (process.argv.includes('--baseline'))
  await write('libs/contracts/src/baseline.json', `${JSON.stringify(snapshot(), null, 2)}\n`);

async function write(path: string, content: string): Promise<void> {
  const target = new URL(path, repository);
  await mkdir(new URL('.', target), { recursive: true });
  await writeFile(target, content);
  console.log(`wrote ${path}`);
}
