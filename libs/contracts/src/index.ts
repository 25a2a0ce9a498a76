// What is said on router.v2, and by whom: values and schemas. Imports zod and nothing else.
export * from './answer.ts';
export * from './chat.ts';
export * from './define.ts';
export * from './errors.ts';
export * from './frames.ts';
export * from './headers.ts';
export * from './meter.ts';
export * from './permissions.ts';
export * from './plan.ts';
export * from './policy.ts';
export * from './provider.ts';
export * from './registry.ts';
export * from './settings.ts';
export * from './stops.ts';
export * from './subjects.ts';
export * from './tokens.ts';
export * from './trail.ts';
