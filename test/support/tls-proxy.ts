import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  constants,
  createSecureServer,
  type IncomingHttpHeaders,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

/** A server that speaks TLS, before a gRPC server that does not. */
export interface TlsProxy {
  /** host and port, as a client takes them */
  address: string;
  /** the headers of every call that came through */
  calls: IncomingHttpHeaders[];
  close(): Promise<void>;
}

export async function createTlsProxy(p: { target: string; tls: SecureServerOptions }): Promise<TlsProxy> {
  const upstream = connect(`http://${p.target}`);
  await once(upstream, 'connect');
  const calls: IncomingHttpHeaders[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const server = createSecureServer(p.tls);
  server.on('session', (session) => sessions.add(session.on('error', () => undefined)));
  server.on('stream', (stream, headers) => {
    calls.push(headers);
    forward({ incoming: stream, headers, upstream });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async close() {
      for (const session of sessions) session.destroy();
      upstream.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward(p: { incoming: ServerHttp2Stream; headers: IncomingHttpHeaders; upstream: ClientHttp2Session }): void {
  const { incoming, upstream } = p;
  const { ':authority': _ours, ...headers } = p.headers;
  const outgoing = upstream.request({ ...headers, ':scheme': 'http' });
  let trailers: IncomingHttpHeaders = {};
  for (const stream of [incoming, outgoing]) stream.on('error', () => undefined);
  incoming.on('close', () => outgoing.close(constants.NGHTTP2_CANCEL));
  incoming.on('wantTrailers', () => incoming.sendTrailers(trailers));
  outgoing.on('trailers', (last) => (trailers = last));
  outgoing.on('response', (answer, flags) => {
    const isWhole = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    incoming.respond(answer, isWhole ? { endStream: true } : { waitForTrailers: true });
    if (!isWhole) outgoing.pipe(incoming);
  });
  incoming.pipe(outgoing);
}
