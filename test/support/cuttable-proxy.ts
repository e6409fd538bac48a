import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that can be cut: connections are dropped, new ones refused. */
export interface CuttableProxy {
  port: number;
  cut(): void;
  mend(): void;
  close(): void;
}

export async function createCuttableProxy(target: { port: number }): Promise<CuttableProxy> {
  let open = true;
  const sockets = new Set<Socket>();
  const server = createServer((incoming) => {
    if (!open) return void incoming.destroy();
    const outgoing = connect(target.port, '127.0.0.1');
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    incoming.pipe(outgoing).pipe(incoming);
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dropAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      open = false;
      dropAll();
    },
    mend() {
      open = true;
    },
    close() {
      dropAll();
      server.close();
    },
  };
}
