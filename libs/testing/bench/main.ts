// `npm run bench`: speed, measured and told beside its yardsticks.
import { readOptions, usage } from './options.ts';
import { suites } from './suites.ts';

const options = readOptions(process.argv.slice(2));
if (options.help) process.stdout.write(usage);
else await (await suites[options.suite].load())(options);
