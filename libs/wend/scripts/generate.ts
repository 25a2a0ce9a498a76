// `npm run generate`: write the pages that follow from the language.
import { mkdir, writeFile } from 'node:fs/promises';
import { generatedFiles } from '../src/reference/files.ts';

const repository = new URL('../../../', import.meta.url);

for (const [path, make] of Object.entries(generatedFiles)) {
  const target = new URL(path, repository);
  await mkdir(new URL('.', target), { recursive: true });
  await writeFile(target, make());
  console.log(`wrote ${path}`);
}
