// What tests share: real servers and real processes. Only tests import it.
export { demoDocument, DemoProcess, Mesh, ServiceProcess, startMesh, type DemoStats, type MeshOptions } from './mesh.ts';
export { natsServer, NatsServer, type NatsServerOptions } from './nats-server.ts';
export { poll, until } from './poll.ts';
export { TestProcess } from './process.ts';
