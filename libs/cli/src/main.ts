#!/usr/bin/env node
// The `router` command.
import { enableCompileCache } from 'node:module';
import { compileCache } from './compile-cache.ts';

enableCompileCache(compileCache);
const { runProgram } = await import('./program.ts'); // only what is imported from here on is cached
await runProgram();
