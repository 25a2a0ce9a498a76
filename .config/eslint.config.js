// What `npm run check` lints: the house style that a machine can hold, and who may import whom.
import nx from '@nx/eslint-plugin';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What each project may import, by the tags in its package.json under `nx.tags`. A tag that is not named here may import nothing of ours. */
const mayImport = {
  contracts: [],
  wire: ['contracts'],
  kernel: ['contracts', 'wire'],
  service: ['contracts', 'wire', 'kernel', 'wend'],
  client: ['contracts', 'wire'],
  cli: ['contracts', 'wire', 'client', 'wend'],
  wend: [],
  local: ['contracts', 'client'],
  together: ['contracts', 'kernel'], // and services by their path, which no rule sees: decision 0031
  demo: [], // a deployable, but no member of the mesh
  testing: ['contracts', 'wire', 'client', 'wend'],
};

// Matches the packages that are there for the tests, and what is inside them: nothing that ships may import them.
const testOnly = '^(vitest|fast-check|testcontainers|@testcontainers|nats)(/|$)';

const noEnum = {
  selector: 'TSEnumDeclaration',
  message: 'Use a union of strings: an enum is no type that can be stripped.',
};
const noDefaultExport = {
  selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
  message: 'Export it by name: then it has one name everywhere.',
};

export default defineConfig(
  { ignores: ['**/node_modules/**', '**/dist/**', '.nx/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: `${import.meta.dirname}/..` } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', ignoreUsingDeclarations: true, ignoreRestSiblings: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // A handler is async because its contract is, whether this one waits for anything or not.
      '@typescript-eslint/require-await': 'off',
      // Objects here are closures, taken apart freely; the few classes keep their state in #fields and throw at once without a `this`.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['**/*.{js,mjs}'], extends: [tseslint.configs.recommended] },
  {
    files: ['**/*.{ts,js,mjs}'],
    plugins: { '@nx': nx },
    rules: {
      'no-restricted-syntax': ['error', noEnum, noDefaultExport],
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: testOnly, message: 'Only *.test.ts files may import it.' }] },
      ],
      '@nx/enforce-module-boundaries': ['error', boundaries(mayImport)],
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: {
      // What came over the wire is any until an expectation has looked at it.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      'no-restricted-imports': 'off',
      '@nx/enforce-module-boundaries': ['error', boundaries(mayImport, ['testing'])],
    },
  },
  {
    files: ['**/test/**/*.ts', '**/testing.ts', '**/*.testing.ts'], // what the tests of a project share
    rules: {
      'no-restricted-imports': 'off',
      '@nx/enforce-module-boundaries': ['error', boundaries(mayImport, ['testing'])],
    },
  },
  { files: ['libs/testing/**'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['**/*.config.{ts,js,mjs}'], rules: { 'no-restricted-syntax': ['error', noEnum] } },
  {
    files: ['{services,libs}/**/*.ts'],
    ignores: ['libs/cli/**', '**/{scripts,bench}/**'],
    rules: { 'no-console': 'error' },
  },
);

/** Nx's form of the table, with what every project may import besides. */
function boundaries(table, besides = []) {
  return {
    depConstraints: Object.entries(table).map(([tag, others]) => ({
      sourceTag: tag,
      onlyDependOnLibsWithTags: [...others, ...besides],
    })),
    // Nx knows projects, not files: a lib whose tests import `testing`, which imports that lib, looks like a circle to it.
    ignoredCircularDependencies: [['@router-mesh/testing', '!@router-mesh/testing']],
  };
}
