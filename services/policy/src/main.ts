import { run } from '@router-mesh/kernel';
import { policyService } from './service.ts';

await run(policyService);
