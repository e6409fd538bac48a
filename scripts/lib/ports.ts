import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Trouble } from '../bootstrap/trouble.cjs';

export const LOOPBACK = '127.0.0.1';
/** above what servers usually have, below what outgoing connections get */
const LOW_PORTS = { first: 20_000, last: 32_000 };

export interface WantedPort {
  port: number;
  /** who wants it */
  purpose: string;
  /** the environment variable that moves it */
  variable: string;
}

/** @throws Trouble that names every port somebody else has, who wanted it, and how to move it */
export async function assertPortsFree(wanted: readonly WantedPort[]): Promise<void> {
  const problems = await Promise.all(
    wanted.map(async (one, index) => sharedWith(one, wanted.slice(0, index)) ?? taken(one)),
  );
  const said = problems.filter((problem) => problem !== undefined);
  if (said.length > 0) throw new Trouble(said.join('\n'));
}

function sharedWith({ port, variable }: WantedPort, others: readonly WantedPort[]): string | undefined {
  const twin = others.find((other) => other.port === port);
  return twin && `${twin.variable} and ${variable} both say port ${port}: change one of them.`;
}

async function taken({ port, purpose, variable }: WantedPort): Promise<string | undefined> {
  if (await isFree(port)) return undefined;
  return `Port ${port}, wanted for ${purpose}, is taken: stop what uses it, or set ${variable} to another port.`;
}

/** Whether nobody has a port of this machine. */
export const isFree = async (port: number): Promise<boolean> =>
  // both ways, since some systems allow two listeners when one of them has the wildcard address
  !(await answers({ port })) && (await canListen(port));

/** A port of the loopback interface that nobody uses now. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/**
 * A free port that fits a signed 16-bit number, and that the system gives to nobody who asks for just any.
 *
 * @throws Error when none of many is free
 */
export async function freeLowPort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(LOW_PORTS.first, LOW_PORTS.last + 1);
    if (await canListen(port)) return port;
  }
  throw new Error(`no free port found between ${LOW_PORTS.first} and ${LOW_PORTS.last}`);
}

/** Whether something accepts connections there. */
export async function answers({ host = LOOPBACK, port }: { host?: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .on('connect', () => done(true))
      .on('error', () => done(false))
      .on('timeout', () => done(false));
  });
}

/** The first address other than loopback at which a port of this machine answers. */
export async function exposedAt(port: number): Promise<string | undefined> {
  const addresses = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    // link-local IPv6 addresses mean nothing without their interface
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80'));
  for (const { address } of addresses) if (await answers({ host: address, port })) return address;
  return undefined;
}

async function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().on('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}
