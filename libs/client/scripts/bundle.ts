// One JavaScript module of client, wire and contracts.
import { build, type Plugin } from 'esbuild';

/** Takes in what is ours and leaves packages out. None of our modules does anything but declare, so those that nobody uses are left out, too. */
const ours: Plugin = {
  name: 'ours',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /./ }, async ({ path, pluginData, ...about }) => {
      if (pluginData === 'resolving') return undefined;
      const isOurs = /^[./]/.test(path) || path.startsWith('@router-mesh/');
      if (!isOurs) return { path, external: true };
      return { ...(await resolve(path, { ...about, pluginData: 'resolving' })), sideEffects: false };
    });
  },
};

/** Write the bundle; resolves to what it imports. */
export async function bundle(entry: string, outfile: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    metafile: true,
    plugins: [ours],
  });
  return Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
}
