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
  return read<T>(await exchange(path, { headers: { accept: 'application/json' } }, signal));
}

/** The same of what changes something. */
export async function send<T>(method: 'POST' | 'DELETE', path: string, { body, key }: Sending = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body) headers['content-type'] = 'application/json';
  if (key !== undefined) headers['idempotency-key'] = key;
  return read<T>(await exchange(path, { method, headers, ...(body && { body: JSON.stringify(body) }) }));
}

async function exchange(path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    return await fetch(path, { ...init, signal: signal ? AbortSignal.any([signal, patience]) : patience });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new NoAnswer(patience.aborted ? 'Waybill did not answer in time.' : 'Waybill cannot be reached.');
  }
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text();
  const body = parse(text);
  if (response.ok) return body as T;
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
