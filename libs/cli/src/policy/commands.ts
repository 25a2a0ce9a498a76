// The commands of `router policy`.
import type { Command } from 'commander';
import { addBench } from './bench.ts';
import { addCanary } from './canary.ts';
import { addCheck } from './check.ts';
import { addEval } from './eval.ts';
import { addExplain } from './explain.ts';
import { addFormat } from './fmt.ts';
import { addInit } from './init.ts';
import { addList } from './list.ts';
import { addPublish } from './publish.ts';
import { addRollback } from './rollback.ts';
import { addShadow } from './shadow.ts';
import { addShow } from './show.ts';
import { addTest } from './test.ts';

const onThisMachine = [addInit, addCheck, addFormat, addTest, addEval, addBench];
const inTheMesh = [addPublish, addCanary, addShadow, addRollback, addList, addShow, addExplain];

export function addCommands(policies: Command): void {
  for (const add of [...onThisMachine, ...inTheMesh]) add(policies);
}
