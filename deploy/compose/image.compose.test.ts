// deploy/Dockerfile: what is built again when something changes.
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyTree, docker, dockerAnswers } from './stack.ts';

const tag = `mesh-test-image-${process.pid}`;

describe.skipIf(!dockerAnswers())('docker build', () => {
  const images = new Set<string>();
  let tree: string;

  beforeAll(() => {
    tree = copyTree();
  });

  afterAll(async () => {
    rmSync(tree, { recursive: true });
    await docker(['image', 'rm', '--force', ...images]);
  });

  const build = async (): Promise<{ image: string; installed: boolean }> => {
    const args = ['-f', join(tree, 'deploy/Dockerfile'), '--build-arg', 'SERVICE=demo', '-t', tag];
    const { stderr } = await docker(['build', ...args, tree]);
    const image = (await docker(['image', 'inspect', '--format', '{{.Id}}', tag])).stdout.trim();
    images.add(image);
    const step = /^#(\d+) .*RUN .*npm ci/m.exec(stderr)?.[1] ?? '';
    return { image, installed: !stderr.includes(`#${step} CACHED`) };
  };

  test('of the same tree makes the same image; changed code is bundled anew, and nothing is installed again', async () => {
    const { image } = await build();
    expect(await build()).toEqual({ image, installed: false });

    appendFileSync(join(tree, 'services/demo/src/main.ts'), "console.error('changed');\n");
    const changed = await build();
    expect(changed.image).not.toBe(image);
    expect(changed.installed).toBe(false);

    appendFileSync(join(tree, 'services/policy/src/main.ts'), "console.error('changed');\n");
    expect((await build()).image, 'after a change of another service').toBe(changed.image);
  }, 600_000);
});
