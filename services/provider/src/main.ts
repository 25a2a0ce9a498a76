import { run } from '@router-mesh/kernel';
import { providerService } from './service.ts';

await run(providerService);
