// An image's health check: asks the service in the same container whether it is ready, and says what is missing. Needs no shell.
import { get } from 'node:http';

const { HEALTHCHECK_URL, ROUTER_HTTP_PORT } = process.env;
const url = HEALTHCHECK_URL ?? `http://127.0.0.1:${ROUTER_HTTP_PORT ?? '8080'}/readyz`;

const request = get(url, { timeout: 2000 }, (answer) => {
  answer.pipe(process.stdout); // `docker inspect` shows it
  process.exitCode = answer.statusCode === 200 ? 0 : 1;
});
request.on('timeout', () => request.destroy(new Error(`no answer from ${url} in 2 s`)));
request.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
