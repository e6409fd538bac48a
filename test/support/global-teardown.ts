/** Stops what the tests shared. */
export default async function globalTeardown(): Promise<void> {
  const servers = globalThis.waybillTestServers ?? [];
  for (const server of servers) server.kill();
  await Promise.all(servers.map((server) => server.exited));
}
