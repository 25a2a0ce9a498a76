/** What tests and the bench may start in their own process. */
export { startDemo, type Demo } from './server.ts';
