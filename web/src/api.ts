import type { Problem } from './types';

/** The gateway refused, and said why (RFC 9457). */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(readonly problem: Problem) {
    super(problem.detail === undefined ? problem.title : `${problem.title}: ${problem.detail}`);
  }
}

/** Nothing answered: what was asked for may have happened all the same. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Milliseconds for an answer: a little more than the gateway gives itself. */
const PATIENCE_MS = 15_000;

interface Sending {
  body?: object;
  /** the same sent again under the same key is done once */
  key?: string;
}

/**
 * @throws Refused what the gateway answered
 * @throws NoAnswer where it did not
 */
export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  return read(await exchange(path, { headers: { accept: 'application/json' } }, signal)) as T;
}

/** The same of what changes something. */
export async function send<T>(method: 'POST' | 'DELETE', path: string, { body, key }: Sending = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body) headers['content-type'] = 'application/json';
  if (key !== undefined) headers['idempotency-key'] = key;
  return read(await exchange(path, { method, headers, ...(body && { body: JSON.stringify(body) }) })) as T;
}

interface Answer {
  response: Response;
  text: string;
}

async function exchange(path: string, init: RequestInit, signal?: AbortSignal): Promise<Answer> {
  // not `AbortSignal.any`, which not every browser has that the rest runs in
  const end = new AbortController();
  const follow = () => end.abort();
  signal?.addEventListener('abort', follow);
  let isLate = false;
  const patience = setTimeout(() => {
    isLate = true;
    end.abort();
  }, PATIENCE_MS);
  try {
    const response = await fetch(path, { ...init, signal: end.signal });
    return { response, text: await response.text() };
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new NoAnswer(isLate ? 'Waybill did not answer in time.' : 'Waybill cannot be reached.');
  } finally {
    clearTimeout(patience);
    signal?.removeEventListener('abort', follow);
  }
}

function read({ response, text }: Answer): unknown {
  const body = parse(text);
  if (response.ok) return body;
  if (isProblem(body)) throw new Refused(body);
  const { status } = response;
  throw new Refused({ title: `Something on the way answered with ${status}`, status, code: 'unknown' });
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'title' in body && 'code' in body;

/** A new idempotency key. Not `randomUUID`, which there is on https and localhost only. */
export const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export const isMissing = (error: unknown): boolean => error instanceof Refused && error.problem.status === 404;
