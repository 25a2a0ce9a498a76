// `npm run bench`: speed, measured and told beside its yardsticks. Each suite is loaded only when it is asked for.
import { readOptions, usage } from './options.ts';

const options = readOptions(process.argv.slice(2));
if (options.help) process.stdout.write(usage);
else if (options.suite === 'wend') await (await import('./wend/main.ts')).benchWend(options);
else await (await import('./mesh.ts')).benchMesh(options);
