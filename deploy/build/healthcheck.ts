// An image's health check: asks what runs in the same container whether it is ready, and says what is missing. Needs no shell.

// Not imported: that would load the undici that Node carries as well, every few seconds.
const { get } = process.getBuiltinModule('node:http');
const { HEALTHCHECK_URL, ROUTER_HTTP_PORT } = process.env;

/** Separated by blanks: a process with several services has as many addresses. */
const urls = HEALTHCHECK_URL ?? `http://127.0.0.1:${ROUTER_HTTP_PORT ?? '8080'}/readyz`;

for (const url of urls.split(' ')) {
  const request = get(url, { timeout: 2000 }, (answer) => {
    answer.pipe(process.stdout); // `docker inspect` shows it
    if (answer.statusCode !== 200) process.exitCode = 1;
  });
  request.on('timeout', () => request.destroy(new Error(`no answer from ${url} in 2 s`)));
  request.on('error', (error) => {
    process.exitCode = 1;
    console.error(error.message);
  });
}
